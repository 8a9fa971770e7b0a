"""Measurable residual disease: a result always carries its target, method, specimen and sensitivity."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.quarantine import NotTaken, Quarantined, QuarantineReason

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
LONGEST_TARGET = 60

# Other spellings of the listed targets, letters and digits only. What is left out on purpose: FLT3 alone (ITD or kinase
# domain?), and single receptor genes such as IGH or TRG, which are markers of their own.
_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "NPM1": ("NPM1MUT", "NPM1MUTATED", "NPM1MUTATION", "NPM1TYPEA", "NPM1MUTA"),
    "RUNX1::RUNX1T1": ("AML1ETO", "RUNX1ETO", "T821"),
    "CBFB::MYH11": ("CBFBETAMYH11", "INV16", "T1616"),
    "PML::RARA": ("PMLRARALPHA", "T1517"),
    "BCR::ABL1": ("BCRABL", "T922", "BCRABL1P190", "BCRABL1P210"),
    "KMT2A fusion": ("KMT2A", "KMT2AR", "KMT2AREARRANGEMENT", "MLL", "MLLR", "MLLFUSION"),
    "FLT3-ITD": (),
    "IG/TR": ("IGTCR", "IGTRREARRANGEMENT", "IGTCRREARRANGEMENT"),
    "immunophenotype": ("LAIP", "DFN", "LAIPDFN", "DFNLAIP"),
}


def _squashed(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


_TARGET_OF: Mapping[str, str] = MappingProxyType(
    {_squashed(spelling): target for target in TARGETS for spelling in (target, *_SPELLINGS[target])}
)


@lru_cache(maxsize=1024)
def target_of(text: str) -> str:
    """The listed name of a target, else the text itself: two texts that are not listed are two targets."""
    words = " ".join(text.split())[:LONGEST_TARGET].strip()
    return _TARGET_OF.get(_squashed(words), words)


def unusable_detail(
    analyte: str, value: Decimal, comparator: str, limit: Decimal | None, target: str, where: str = ""
) -> NotTaken | Quarantined | None:
    """Why a value cannot be used for what was sent beside it; None when it can. All in the canonical unit.

    Genes of healthy ageing blood are not followed; a value found below its own limit of detection contradicts itself.
    """
    known = ANALYTES[analyte]
    if known.group == "mrd" and _squashed(target) in NOT_TARGETS:
        return NotTaken(
            analyte, f"{target.strip()} is found in ageing healthy blood too: it is no marker of residual disease"
        )
    if limit is None or value == 0 or limit <= value or comparator in (">", ">="):
        return None
    return Quarantined(
        QuarantineReason.LIMIT_ABOVE_VALUE,
        f"{known.name}: the limit of detection, {limit.normalize():f} {known.unit}, lies above the value, "
        f"{comparator}{value.normalize():f} {known.unit}",
        "Ask the laboratory for the limit of detection in the unit of the value; then correct one of them.",
        where,
        analyte,
    )


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
