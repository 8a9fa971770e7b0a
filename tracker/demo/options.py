"""What a demo cohort is asked to be."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

EPOCH = date(1970, 1, 1)
DEFAULT_PATIENTS = 80
DEFAULT_SEED = 1
DAYS_A_YEAR = 365.25


class Density(StrEnum):
    """How often patients are seen. The results of one patient over three years: about 250, 450 and 700."""

    LOW = "low"
    MODEST = "modest"
    HIGH = "high"

    @property
    def stretch(self) -> float:
        """What the usual time between two visits is multiplied by."""
        return {"low": 3.25, "modest": 1.0, "high": 0.5}[self.value]


@dataclass(frozen=True, slots=True)
class CohortOptions:
    """Everything a cohort depends on: the same options give the same patients, whatever the size of the blocks.

    A patient depends on `seed`, `as_of`, `years`, `density` and on the own `index` only, so the first 80 of 1,000
    patients are the 80 of a cohort of 80; `first` starts further on, to add patients to those already there.
    """

    as_of: date
    patients: int = DEFAULT_PATIENTS
    seed: int = DEFAULT_SEED
    years: float = 3.0
    density: Density = Density.MODEST
    first: int = 0

    def __post_init__(self) -> None:
        if self.patients < 0 or self.first < 0 or self.seed < 0:
            raise ValueError("patients, first and seed must not be negative")
        if not 1.0 <= self.years <= 15.0:
            raise ValueError("years must lie between 1 and 15")

    @property
    def today(self) -> int:
        """`as_of` as a day number."""
        return day_number(self.as_of)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(number: float) -> date:
    """The calendar day of a day number."""
    return date.fromordinal(EPOCH.toordinal() + int(number))
