"""Rows of a series as people read them: values with units, the results behind them, days that contradict themselves."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from labs.rules.arrays import UNBOUNDED
from labs.rules.base import Confounder, Evidence
from labs.rules.cohort import COMPARATOR_TEXTS, Cohort, to_date
from labs.rules.series import Series
from labs.rules.wording import amount_text, day_text, number_text, unit_text
from labs.vocabulary.analytes import ANALYTES


def value_text(series: Series, row: int) -> str:
    """The value of a row with its unit."""
    if series.mixed or series.in_words:
        counted = result_at(series, series.cohort.assessments.rows.item(series.sources[0].item(row)), "")
        return f"{counted.value} {unit_text(counted.unit)}".strip()
    return interval_text(series.low.item(row), series.high.item(row), series)


def name_text(series: Series, row: int) -> str:
    """What was measured in a row: of several analytes in one series, its own."""
    if not series.mixed:
        return series.name
    counted = int(series.cohort.assessments.rows[int(series.sources[0][row])])
    return ANALYTES[result_at(series, counted, "").analyte].name


def interval_text(low: int, high: int, series: Series) -> str:
    """A number, or the bounds it lies between."""
    if low == high:
        return amount_text(low, series.places, series.unit)
    if high >= UNBOUNDED // 2:
        return f"at least {amount_text(low, series.places, series.unit)}"
    if low <= 0:
        return f"below {amount_text(high, series.places, series.unit)}"
    both = f"{number_text(low, series.places, series.unit)} to {number_text(high, series.places, series.unit)}"
    return f"{both} {unit_text(series.unit)}".strip()


def group_text(series: Series, row: int) -> str:
    """Specimen, method family and laboratory of a row."""
    cohort = series.cohort
    source = next((int(part[row]) for part in series.sources if part[row] >= 0), None)
    if source is None:
        return ""
    group = cohort.groups[int(cohort.columns.group[cohort.assessments.rows[source]])]
    return ", ".join(part for part in group if part)


def evidence_of(series: Series, row: int, role: str) -> list[Evidence]:
    """The results a row was made from; others of the same day follow as "same_day", the same one again does not."""
    out = []
    assessments = series.cohort.assessments
    for part in series.sources:
        if (source := part.item(row)) < 0:
            continue
        counted = assessments.rows.item(source)
        held = result_at(series, counted, role)
        out.append(held)
        if not assessments.is_alone(source):
            day = assessments.rows_of_day(source).tolist()
            others = dict.fromkeys(result_at(series, at, "same_day") for at in day)
            out += [other for other in others if other._replace(role=role) != held]
    return out


def result_at(series: Series, at: int, role: str) -> Evidence:
    """One row of the columns as evidence."""
    written = _written(series.cohort)
    if at not in written:
        _write_out(series.cohort, [at])
    one = written[at]
    return Evidence(*one[:6], role, *one[7:])


def write_out(series: Series, rows: Iterable[int]) -> None:
    """Write the results behind these rows out, all at once: reading columns row by row is what costs."""
    wanted = np.fromiter(rows, np.int64)
    sources = np.concatenate([part[wanted] for part in series.sources])
    _write_out(series.cohort, np.unique(series.cohort.assessments.rows[sources[sources >= 0]]).tolist())


def _written(cohort: Cohort) -> dict[int, Evidence]:
    """What is written out already: several rules rest on the same results."""
    return cohort.once("evidence", dict)


def _write_out(cohort: Cohort, results: list[int]) -> None:
    columns, written = cohort.columns, _written(cohort)
    new = np.array([at for at in results if at not in written], np.int64)
    names = ("analyte", "group", "amount", "comparator", "result", "day")
    for at, kind, group, amount, comparator, result, day in zip(
        new.tolist(), *(getattr(columns, name)[new].tolist() for name in names), strict=True
    ):
        analyte = ANALYTES[cohort.analytes[kind]]
        _, method, laboratory = cohort.groups[group]
        if analyte.scale:
            value = cohort.note_of(at).coded or analyte.scale[amount]
        else:
            number = number_text(amount, analyte.places, analyte.unit, analyte.places)
            value = COMPARATOR_TEXTS[comparator] + number
        accession = "" if cohort.accessions is None else cohort.accessions[at]
        on = to_date(day).isoformat()
        written[at] = Evidence(result, accession, analyte.code, value, analyte.unit, on, "", laboratory, method)


def contradictions(series: Series, rows: list[int]) -> list[Confounder]:
    """A note for each day among the rows whose values contradict each other."""
    out = []
    contradictory = series.cohort.assessments.contradictory
    for row in dict.fromkeys(rows):
        for part in series.sources:
            if (source := part.item(row)) >= 0 and contradictory.item(source):
                items = [result_at(series, int(at), "") for at in series.cohort.assessments.rows_of_day(source)]
                values = " and ".join(dict.fromkeys(item.value for item in items))
                day = to_date(int(series.day[row]))
                text = (
                    f"contradicting values on {day_text(day)}: {values} {unit_text(items[0].unit)}; the latest was used"
                )
                out.append(Confounder("contradictory", text, day.isoformat()))
    return out
