"""What Vigil knows about one analyte: its codes, specimen, canonical unit, accepted units and limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from labs.vocabulary.fixed_point import PLACES

Kind = Literal["quantity", "coded", "text", "ordinal"]
Entered = Literal["laboratory", "clinician", "patient", "plan"]


@dataclass(frozen=True, slots=True)
class Range:
    """Both ends belong to the range; None leaves an end open. In the analyte's canonical unit."""

    low: Decimal | None
    high: Decimal | None

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, Decimal | int | Fraction):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Analyte:
    """One analyte.

    loinc       the canonical code first, then the others accepted for the same quantity
    specimen    the specimen the codes imply; "" when the message must say it (measurable residual disease)
    specimens   every specimen the analyte may be measured in
    factors     accepted UCUM unit -> exact factor to the canonical unit
    families    the families of units (`units.py`) in which a unit's text is looked up
    hard, soft  outside `hard` a value is refused; outside `soft` it is taken and marked "confirm"
    scale       for coded and ordinal analytes: the values in rising order; the amount is the place in this order
    absent      True when a laboratory may truthfully say "not detected", which is then taken as zero
    sibling     the analyte a value belongs to when it comes on the other scale (test strip: ordinal or mg/dL)
    entered     how it comes: from a laboratory, recorded by a clinician, told by the patient, seen from the plan. Only
                a laboratory's may arrive as a result; the others become rows of a cohort from models of their own
    unverified  accepted codes whose meaning was seen in too few sources -> why; to be checked against LOINC
    """

    code: str
    name: str
    loinc: tuple[str, ...]
    specimen: str
    unit: str
    group: str
    factors: Mapping[str, Fraction] = field(default_factory=dict)
    families: tuple[str, ...] = ()
    hard: Range | None = None
    soft: Range | None = None
    kind: Kind = "quantity"
    places: int = PLACES
    specimens: frozenset[str] = frozenset()
    scale: tuple[str, ...] = ()
    absent: bool = False
    collection: Literal["", "24h"] = ""
    sibling: str = ""
    soft_note: str = ""
    entered: Entered = "laboratory"
    unverified: Mapping[str, str] = field(default_factory=dict)

    @property
    def verified(self) -> bool:
        """False while one of its codes, or its having no code, still waits for a look into the LOINC release."""
        return not self.unverified


def limits(low: str, high: str) -> Range:
    """A range from two printed numbers."""
    return Range(Decimal(low), Decimal(high))
