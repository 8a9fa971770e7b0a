"""Measurable residual disease: a result always carries its target, method, specimen and sensitivity."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from labs.vocabulary.analytes import ANALYTES

Reading = Literal["negative", "positive_below_quantification", "positive", "unknown"]

TARGETS = (
    "NPM1",
    "RUNX1::RUNX1T1",
    "CBFB::MYH11",
    "PML::RARA",
    "BCR::ABL1",
    "KMT2A fusion",
    "FLT3-ITD",
    "IG/TR",
    "immunophenotype",
)

# Found in healthy blood formation too: never a target of residual disease.
NOT_TARGETS = frozenset({"DNMT3A", "TET2", "ASXL1"})


@dataclass(frozen=True, slots=True)
class ResidualDisease:
    """One measurement. `value`, `detection` and `quantification` are percent; `value` is None when nothing was found.

    detection       the limit of detection (LOD): below it "not found" says nothing
    quantification  the limit of quantification (LOQ): between the two, found but not measurable
    cells           cells, or control gene copies, that were looked at
    """

    analyte: str
    target: str
    specimen: str
    value: Decimal | None
    comparator: str = ""
    detection: Decimal | None = None
    quantification: Decimal | None = None
    cells: int | None = None
    laboratory: str = ""
    method: str = ""

    def __post_init__(self) -> None:
        if self.analyte not in ANALYTES or ANALYTES[self.analyte].group != "mrd":
            raise ValueError(f"{self.analyte} is not a measurement of residual disease")
        if self.target.upper() in NOT_TARGETS:
            raise ValueError(f"{self.target} is found in healthy blood formation and is no target")
        if self.specimen not in ANALYTES[self.analyte].specimens:
            raise ValueError(f"residual disease is measured in marrow or blood, not in {self.specimen or 'nothing'}")
        if self.detection is not None and self.quantification is not None and self.detection > self.quantification:
            raise ValueError("the limit of detection lies above the limit of quantification")

    @property
    def reading(self) -> Reading:
        """Negative only at a stated sensitivity: "not found" without a limit of detection is unknown."""
        found = self.value is not None and self.value > 0 and self.comparator not in ("<", "<=")
        if found:
            assert self.value is not None
            if self.detection is not None and self.value < self.detection:
                return "negative"
            if self.quantification is not None and self.value < self.quantification:
                return "positive_below_quantification"
            return "positive"
        return "unknown" if self.sensitivity is None else "negative"

    @property
    def sensitivity(self) -> Decimal | None:
        """What a negative result rules out, in percent: the stated limit, else the bound it was printed with."""
        if self.detection is not None:
            return self.detection
        return self.value if self.comparator in ("<", "<=") else None

    def comparable_with(self, other: "ResidualDisease") -> bool:
        """The same target, analyte, specimen, laboratory and method: only then may two values be compared."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in ("analyte", "target", "specimen", "laboratory", "method")
        )
