"""Rows of a series as people read them: values with units, the results behind them, days that contradict themselves."""

from __future__ import annotations

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
        day = assessments.rows_of_day(source)
        if day.size > 1:
            others = dict.fromkeys(result_at(series, at, "same_day") for at in day.tolist())
            out += [other for other in others if other._replace(role=role) != held]
    return out


def result_at(series: Series, at: int, role: str) -> Evidence:
    """One row of the columns as evidence; a result that several rules rest on is written out once."""
    written: dict[int, Evidence] = series.cohort.once("evidence", dict)
    if at not in written:
        written[at] = _written(series.cohort, at)
    one = written[at]
    return Evidence(*one[:6], role, *one[7:])


def _written(cohort: Cohort, at: int) -> Evidence:
    columns = cohort.columns
    analyte = ANALYTES[cohort.analytes[columns.analyte.item(at)]]
    _, method, laboratory = cohort.groups[columns.group.item(at)]
    amount = columns.amount.item(at)
    if analyte.scale:
        value = cohort.note_of(at).coded or analyte.scale[amount]
    else:
        value = COMPARATOR_TEXTS[columns.comparator.item(at)]
        value += number_text(amount, analyte.places, analyte.unit, most=analyte.places)
    return Evidence(
        result=columns.result.item(at),
        accession="" if cohort.accessions is None else cohort.accessions[at],
        analyte=analyte.code,
        value=value,
        unit=analyte.unit,
        collected_on=to_date(columns.day.item(at)).isoformat(),
        role="",
        laboratory=laboratory,
        method=method,
    )


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
