"""How a laboratory prints readings: its unit, its decimals, `<` below its limit of detection, its reference range."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from tracker.demo.course import Floats
from tracker.demo.person import Person
from tracker.demo.sites import Writing

CHILD_UNTIL = 12

RANGES: dict[str, tuple[tuple[float | None, float | None], tuple[float | None, float | None]]] = {
    "haemoglobin": ((12.0, 15.5), (13.5, 17.5)),
    "rbc": ((4.1, 5.1), (4.5, 5.9)),
    "haematocrit": ((36, 46), (40, 52)),
    "mcv": ((80, 98), (80, 98)),
    "wbc": ((4.0, 11.0), (4.0, 11.0)),
    "neutrophils": ((1.5, 7.5), (1.5, 7.5)),
    "lymphocytes": ((1.0, 4.0), (1.0, 4.0)),
    "monocytes": ((0.2, 1.0), (0.2, 1.0)),
    "platelets": ((150, 400), (150, 400)),
    "creatinine": ((0.6, 1.1), (0.7, 1.3)),
    "calcium": ((8.6, 10.3), (8.6, 10.3)),
    "albumin": ((3.5, 5.0), (3.5, 5.0)),
    "total_protein": ((6.4, 8.3), (6.4, 8.3)),
    "ldh": ((120, 250), (120, 250)),
    "crp": ((None, 5), (None, 5)),
    "b2m": ((0.8, 2.4), (0.8, 2.4)),
    "igg": ((700, 1600), (700, 1600)),
    "iga": ((70, 400), (70, 400)),
    "igm": ((40, 230), (40, 230)),
    "flc_kappa": ((3.3, 19.4), (3.3, 19.4)),
    "flc_lambda": ((5.7, 26.3), (5.7, 26.3)),
    "flc_ratio": ((0.26, 1.65), (0.26, 1.65)),
}
"""(women, men), canonical units."""
CHILD_RANGES: dict[str, tuple[float | None, float | None]] = {
    "haemoglobin": (11.5, 15.5),
    "rbc": (4.0, 5.2),
    "haematocrit": (34, 44),
    "wbc": (5.0, 14.5),
    "lymphocytes": (1.5, 7.0),
    "platelets": (150, 450),
    "creatinine": (0.3, 0.7),
    "ldh": (150, 380),
}


@dataclass(frozen=True, slots=True)
class Range:
    """A printed reference range."""

    low: Decimal | None
    high: Decimal | None


def print_values(readings: Floats, writing: Writing) -> list[str]:
    """Each reading (canonical unit) as the laboratory prints it."""
    detection, decimals = writing.detection, writing.decimals
    below = f"<{_plain(detection)}"
    return [below if value < detection else f"{value:.{decimals}f}" for value in (readings * writing.factor).tolist()]


def reference_range(analyte: str, writing: Writing, person: Person, age: float) -> Range:
    """The range the laboratory prints beside the value, in its own unit."""
    return _range(analyte, writing, person.female, age < CHILD_UNTIL)


@lru_cache(maxsize=1024)
def _range(analyte: str, writing: Writing, female: bool, child: bool) -> Range:
    low, high = RANGES.get(analyte, ((None, None), (None, None)))[0 if female else 1]
    if child:
        low, high = CHILD_RANGES.get(analyte, (low, high))
    return Range(_limit(low, writing), _limit(high, writing))


def _limit(limit: float | None, writing: Writing) -> Decimal | None:
    return None if limit is None else Decimal(f"{limit * writing.factor:.{writing.decimals}f}")


def _plain(number: float) -> str:
    return f"{number:g}"
