"""What follows from other results by a formula: shown beside them, stored nowhere, read by no rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from labs.selectors.history import Cell, Panel
from labs.vocabulary.grades import DEFAULT, Grade, Version, ctcae_grade
from labs.vocabulary.kidney import filtration
from labs.vocabulary.reference_ranges import fallback_range
from patients.models import Patient
from patients.selectors.patients import age_on

FILTRATION_UNIT = "mL/min/{1.73_m2}"
GLOBULIN_GAP = Decimal("4.0")
ALBUMIN, PER_GRAM = Decimal("4.0"), Decimal("0.8")
Values = Mapping[str, Mapping[date, Decimal]]


@dataclass(frozen=True, slots=True)
class ComputedCell:
    """One day: the number, or nothing. `beyond`: above the bar of display."""

    value: Decimal | None = None
    beyond: bool = False
    grade: Grade | None = None


@dataclass(frozen=True, slots=True)
class ComputedRow:
    """One formula over the days of a panel. `missing`: what it needs and does not have."""

    key: str
    unit: str
    formula: str
    cells: tuple[ComputedCell, ...]
    missing: str = ""

    @property
    def latest(self) -> ComputedCell | None:
        """The newest day with a number."""
        return next((cell for cell in self.cells if cell.value is not None), None)


def computed_rows(
    panels: Sequence[Panel], *, patient: Patient, version: Version = DEFAULT
) -> dict[str, list[ComputedRow]]:
    """Group of a panel -> its formulas. Nothing is computed from bounds, nor from values that contradict each other."""
    values = {row.analyte.code: _by_day(panel.days, row.cells) for panel in panels for row in panel.rows}
    days = {panel.group: panel.days for panel in panels}
    made = {
        "renal": _egfr(days.get("renal", ()), values, patient),
        "calcium": _corrected_calcium(days.get("calcium", ()), values, patient, version),
        "chemistry": _globulin_gap(days.get("chemistry", ()), values),
    }
    return {group: [row] for group, row in made.items() if row is not None and (row.latest or row.missing)}


def _by_day(days: Sequence[date], cells: Sequence[Cell]) -> dict[date, Decimal]:
    return {day: value for day, cell in zip(days, cells, strict=True) if (value := _exact(cell)) is not None}


def _exact(cell: Cell) -> Decimal | None:
    """The one usable value of a day that is a plain number."""
    if cell.contradictory or not cell.usable:
        return None
    last = cell.usable[-1]
    return None if last.comparator else last.value


def _egfr(days: Sequence[date], values: Values, patient: Patient) -> ComputedRow | None:
    creatinine = values.get("creatinine", {})
    if not creatinine:
        return None
    found = {
        day: filtration(value, age=age_on(patient.birth_date, day), sex=patient.sex)
        for day, value in creatinine.items()
    }
    newest = found[max(found)]
    cells = tuple(ComputedCell(found[day].rate) if day in found else ComputedCell() for day in days)
    return ComputedRow("egfr", FILTRATION_UNIT, newest.formula, cells, newest.missing)


def _corrected_calcium(days: Sequence[date], values: Values, patient: Patient, version: Version) -> ComputedRow | None:
    calcium, albumin = values.get("calcium", {}), values.get("albumin", {})
    cells = tuple(
        _graded_calcium(calcium[day] + PER_GRAM * (ALBUMIN - albumin[day]), day, patient, version)
        if day in calcium and day in albumin
        else ComputedCell()
        for day in days
    )
    return ComputedRow("calcium_corrected", "mg/dL", "Ca + 0.8 × (4.0 − albumin)", cells)


def _graded_calcium(value: Decimal, day: date, patient: Patient, version: Version) -> ComputedCell:
    known = fallback_range("calcium_corrected", age_days=(day - patient.birth_date).days, sex=patient.sex)
    high = known.range.high if known else None
    grade = ctcae_grade("calcium_corrected", value, high=high, version=version)
    return ComputedCell(value, high is not None and value > high, grade)


def _globulin_gap(days: Sequence[date], values: Values) -> ComputedRow | None:
    protein, albumin = values.get("total_protein", {}), values.get("albumin", {})
    gaps = {day: protein[day] - albumin[day] for day in protein if day in albumin}
    cells = tuple(ComputedCell(gaps[day], gaps[day] > GLOBULIN_GAP) if day in gaps else ComputedCell() for day in days)
    return ComputedRow("globulin_gap", "g/dL", "total protein − albumin", cells)
