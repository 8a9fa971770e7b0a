"""Rows of a series as people read them: values with units, the results behind them, days that contradict themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from labs.rules.arrays import UNBOUNDED, Ints
from labs.rules.base import Confounder, Evidence
from labs.rules.cohort import COMPARATOR_TEXTS, Cohort, Group, iso_text, to_date
from labs.rules.series import Series
from labs.rules.wording import amount_text, day_text, number_text, unit_text
from labs.vocabulary.analytes import ANALYTES


def value_text(series: Series, row: int) -> str:
    """The value of a row with its unit."""
    if series.mixed or series.in_words:
        counted = result_at(series, series.cohort.assessments.rows.item(series.sources[0].item(row)))
        return f"{counted.value} {unit_text(counted.unit)}".strip()
    return interval_text(series.low.item(row), series.high.item(row), series)


def name_text(series: Series, row: int) -> str:
    """What was measured in a row: of several analytes in one series, its own."""
    if not series.mixed:
        return series.name
    counted = int(series.cohort.assessments.rows[int(series.sources[0][row])])
    return ANALYTES[result_at(series, counted).analyte].name


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
    for part in series.sources:
        if (source := part.item(row)) >= 0:
            return _joined(cohort.groups[cohort.columns.group.item(cohort.assessments.rows.item(source))])
    return ""


@lru_cache(1 << 10)
def _joined(group: Group) -> str:
    return ", ".join(filter(None, group))


class Behind(NamedTuple):
    """What a row rests on, and which of its days contradict themselves (of how many sources)."""

    evidence: list[Evidence]
    contradictory: list[int]


def behind(series: Series, rows: Sequence[tuple[str, int]]) -> list[Behind]:
    """The results each row was made from, in its role: those of all findings of a rule at once.

    Reading columns row by row is what costs. Others of the same day follow as "same_day", the same one again does not.
    """
    assessments = series.cohort.assessments
    wanted, roles = np.array([row for _, row in rows], np.int64), [role for role, _ in rows]
    out = [Behind([], []) for _ in rows]
    for part in series.sources:
        sources = part[wanted]
        at = np.flatnonzero(sources >= 0)
        sources = sources[at]
        written = _written_out(series.cohort, assessments.rows[sources], [roles[place] for place in at.tolist()])
        for place, held in zip(at.tolist(), written, strict=True):
            out[place].evidence.append(held)
        for one in np.flatnonzero(~assessments.are_alone(sources)).tolist():
            same_day = assessments.rows_of_day(sources.item(one))
            others = dict.fromkeys(_written_out(series.cohort, same_day, ["same_day"] * same_day.size))
            held, found = written[one], out[at.item(one)]
            place = found.evidence.index(held) + 1
            found.evidence[place:place] = [other for other in others if other._replace(role=held.role) != held]
            if assessments.contradictory.item(sources.item(one)):
                found.contradictory.append(sources.item(one))
    return out


def result_at(series: Series, at: int) -> Evidence:
    """One row of the columns as evidence without a role."""
    known = series.cohort.worked_out(_known)
    if at not in known:
        (known[at],) = _written_out(series.cohort, np.array([at]), [""])
    return known[at]


def _known(_: Cohort) -> dict[int, Evidence]:
    """By row of the columns what was asked for."""
    return {}


def _written_out(cohort: Cohort, results: Ints, roles: Iterable[str]) -> list[Evidence]:
    """Rows of the columns as evidence, each in its role."""
    columns, accessions = cohort.columns, cohort.accessions
    names = ("analyte", "group", "amount", "comparator", "result", "day")
    out = []
    for role, at, kind, group, amount, comparator, result, day in zip(
        roles, results.tolist(), *(getattr(columns, name)[results].tolist() for name in names), strict=True
    ):
        analyte = ANALYTES[cohort.analytes[kind]]
        _, method, laboratory = cohort.groups[group]
        if analyte.scale:
            value = cohort.note_of(at).coded or analyte.scale[amount]
        else:
            number = number_text(amount, analyte.places, analyte.unit, analyte.places)
            value = COMPARATOR_TEXTS[comparator] + number
        accession = "" if accessions is None else accessions[at]
        on = iso_text(day)
        out.append(Evidence(result, accession, analyte.code, value, analyte.unit, on, role, laboratory, method))
    return out


def contradictions(series: Series, days: Iterable[int]) -> list[Confounder]:
    """A note for each day, by its assessment, whose values contradict each other."""
    out = []
    for source in dict.fromkeys(days):
        items = [result_at(series, at) for at in series.cohort.assessments.rows_of_day(source).tolist()]
        values = " and ".join(dict.fromkeys(item.value for item in items))
        day = to_date(series.cohort.columns.day.item(series.cohort.assessments.rows.item(source)))
        text = f"contradicting values on {day_text(day)}: {values} {unit_text(items[0].unit)}; the latest was used"
        out.append(Confounder("contradictory", text, day.isoformat()))
    return out
