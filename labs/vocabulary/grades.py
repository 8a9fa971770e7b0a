"""Grades of toxicity (CTCAE) and classes of anaemia (WHO): words beside a value.

They grade toxicity and severity, not relapse: no rule reads them. Each version of CTCAE has a table of its own; what a
table does not hold is not graded, and the grades that rest on symptoms or on treatment (grade 4 of anaemia is
"life-threatening", without a number) are left to people. Version 5 grades creatinine against the value before therapy
too, which is not on record here: only its multiples of the upper limit are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from labs.vocabulary.reference_ranges import days_of_months

Version = Literal["CTCAE-5", "CTCAE-6"]
DEFAULT: Version = "CTCAE-5"
NAMES: Mapping[Version, str] = {"CTCAE-5": "CTCAE v5", "CTCAE-6": "CTCAE v6"}
SOURCES: Mapping[Version, str] = {
    "CTCAE-5": "NCI, Common Terminology Criteria for Adverse Events v5.0, 2017",
    "CTCAE-6": "NCI, Common Terminology Criteria for Adverse Events v6.0, 2025 (errata of 20 January 2026)",
}
LOWER, UPPER = "the lower limit of the range", "the upper limit of the range"


class Bar(NamedTuple):
    """Beyond it a value has this grade. `value`: in the canonical unit, or a multiple of the range's limit."""

    grade: int
    value: Decimal
    of_limit: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """The bars of one analyte: below each (`falls`) or above each. A value at a bar has the lower grade."""

    bars: tuple[Bar, ...]
    falls: bool


class Grade(NamedTuple):
    """The grade surely reached and the greatest it can be; they differ for a bound, and where a limit is not known."""

    version: Version
    least: int
    most: int
    missing: str = ""

    @property
    def text(self) -> str:
        """ "CTCAE v5 grade 2"; empty where there is surely none, or where nothing can be said."""
        if self.least == 0:
            return ""
        more = " or more" if self.most > self.least else ""
        return f"{NAMES[self.version]} grade {self.least}{more}"


def _below(*values: str, from_limit: bool = True) -> Scale:
    """Below the lower limit, then below each number: one grade more each time."""
    first = (Bar(1, Decimal(1), of_limit=True),) if from_limit else ()
    start = 2 if from_limit else 1
    return Scale((*first, *(Bar(start + i, Decimal(value)) for i, value in enumerate(values))), falls=True)


HAEMOGLOBIN = _below("10.0", "8.0")  # never below 6.5 for grade 4: that was CTCAE v3
_MULTIPLES = ("1", "1.5", "3", "6")
CREATININE = Scale(
    tuple(Bar(grade, Decimal(times), of_limit=True) for grade, times in enumerate(_MULTIPLES, 1)), falls=False
)
CALCIUM = Scale(
    (
        Bar(1, Decimal(1), of_limit=True),
        *(Bar(i, Decimal(v)) for i, v in enumerate(("11.5", "12.5", "13.5"), 2)),
    ),
    falls=False,
)
CTCAE: Mapping[Version, Mapping[str, Scale]] = {
    "CTCAE-5": {
        "haemoglobin": HAEMOGLOBIN,
        "platelets": _below("75", "50", "25"),
        "neutrophils": _below("1.5", "1.0", "0.5"),
        "wbc": _below("3.0", "2.0", "1.0"),
        "lymphocytes": _below("0.8", "0.5", "0.2"),
        "creatinine": CREATININE,
        "calcium_corrected": CALCIUM,
    },
    "CTCAE-6": {
        "haemoglobin": HAEMOGLOBIN,
        "platelets": _below("75", "50", "10"),
        "neutrophils": _below("1.5", "1.0", "0.5", "0.1", from_limit=False),
        "creatinine": CREATININE,
    },
}


def ctcae_grade(
    analyte: str,
    value: Decimal,
    *,
    comparator: str = "",
    low: Decimal | None = None,
    high: Decimal | None = None,
    version: Version = DEFAULT,
) -> Grade | None:
    """The grade of a value in the canonical unit, held against the limits of its range. None: not in the table."""
    scale = CTCAE[version].get(analyte)
    if scale is None:
        return None
    limit = low if scale.falls else high
    least = most = 0
    unknown = False
    for bar in scale.bars:
        if bar.of_limit and limit is None:
            most, unknown = max(most, bar.grade), True
            continue
        edge = bar.value * limit if bar.of_limit and limit is not None else bar.value
        least = bar.grade if _surely(value, comparator, edge, falls=scale.falls) else least
        most = bar.grade if _possibly(value, comparator, edge, falls=scale.falls) else most
    most = max(least, most)
    missing = (LOWER if scale.falls else UPPER) if unknown and least < most else ""
    return Grade(version, least, most, missing)


def _surely(value: Decimal, comparator: str, edge: Decimal, *, falls: bool) -> bool:
    """Beyond the bar whatever the bound stands for: `<75` is surely below 75."""
    if falls:
        return (value < edge or (comparator == "<" and value == edge)) and not comparator.startswith(">")
    return (value > edge or (comparator == ">" and value == edge)) and not comparator.startswith("<")


def _possibly(value: Decimal, comparator: str, edge: Decimal, *, falls: bool) -> bool:
    """Beyond the bar for some value the bound can stand for."""
    if falls:
        return value < edge or comparator.startswith("<")
    return value > edge or comparator.startswith(">")


WHO_2024 = "WHO 2024"
WHO_SOURCE = (
    "WHO, Guideline on haemoglobin cutoffs to define anaemia, 2024 (sea level, not pregnant, not smoking); classes of "
    "severity as in its older edition"
)


class AnaemiaBand(NamedTuple):
    """Below `cutoff` there is anaemia, below `moderate` and `severe` it is so called; g/dL. Ages in months."""

    from_months: int
    below_months: int
    sexes: tuple[str, ...]
    cutoff: Decimal
    moderate: Decimal
    severe: Decimal


def _band(from_months: int, below_months: int, sexes: tuple[str, ...], *bars: str) -> AnaemiaBand:
    cutoff, moderate, severe = (Decimal(bar) for bar in bars)
    return AnaemiaBand(from_months, below_months, sexes, cutoff, moderate, severe)


_ANY = ("female", "male")
ANAEMIA: tuple[AnaemiaBand, ...] = (
    _band(6, 24, _ANY, "10.5", "10.0", "7.0"),
    _band(24, 60, _ANY, "11.0", "10.0", "7.0"),
    _band(60, 144, _ANY, "11.5", "11.0", "8.0"),
    _band(144, 180, _ANY, "12.0", "11.0", "8.0"),
    _band(180, 2400, ("female",), "12.0", "11.0", "8.0"),
    _band(180, 2400, ("male",), "13.0", "11.0", "8.0"),
)


def anaemia(haemoglobin: Decimal, *, age_days: int | None, sex: str) -> str | None:
    """ "mild", "moderate", "severe", or "" for none. None where it cannot be told: no band, or the sex decides."""
    if age_days is None:
        return None
    bands = [
        band
        for band in ANAEMIA
        if days_of_months(band.from_months) <= age_days < days_of_months(band.below_months)
        and (sex in band.sexes or sex not in _ANY)
    ]
    classes = {_class(haemoglobin, band) for band in bands}
    return classes.pop() if len(classes) == 1 else None


def _class(haemoglobin: Decimal, band: AnaemiaBand) -> str:
    if haemoglobin >= band.cutoff:
        return ""
    if haemoglobin >= band.moderate:
        return "mild"
    return "moderate" if haemoglobin >= band.severe else "severe"
