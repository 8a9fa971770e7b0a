"""The worked examples of rules as tables and small pictures."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from labs.vocabulary.analytes import ANALYTES
from tracker.docs.examples import ExampleResult, ReadExample
from tracker.web.charts.small import Mark, SmallChart, SmallValue, draw_small
from tracker.web.units import written

NAMES = {"line": _lazy("line"), "remission": _lazy("remission")}


@dataclass(frozen=True, slots=True)
class Column:
    """One marker of an example; `unit` where all its values have the same."""

    analyte: str
    marker: str
    unit: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One value; `unit` where the head of the column does not say it."""

    printed: str
    unit: str
    is_readable: bool


@dataclass(frozen=True, slots=True)
class ShownExample:
    """A worked example with its table and its pictures."""

    example: ReadExample
    columns: list[Column]
    rows: list[tuple[ExampleResult, list[Cell | None]]]
    pictures: list[SmallChart]

    @property
    def names_assays(self) -> bool:
        """Whether any value says where and how it was made."""
        return any(result.made for result in self.example.results)


def shown(example: ReadExample) -> ShownExample:
    """An example ready to print."""
    columns = [_column(example, analyte) for analyte in example.analytes]
    rows = [(sample[0], [_cell(sample, column) for column in columns]) for sample in example.samples]
    return ShownExample(example, columns, rows, pictures(example))


def _column(example: ReadExample, analyte: str) -> Column:
    units = {one.unit for one in example.results if one.analyte == analyte and one.is_readable}
    return Column(analyte, ANALYTES[analyte].name, units.pop() if len(units) == 1 else "")


def _cell(sample: list[ExampleResult], column: Column) -> Cell | None:
    found = next((one for one in sample if one.analyte == column.analyte), None)
    if found is None:
        return None
    return Cell(found.printed, "" if found.unit == column.unit else found.unit, found.is_readable)


def pictures(example: ReadExample) -> list[SmallChart]:
    """A small chart of each marker with two days of values; the same marks in each."""
    drawn = [_picture(example, analyte) for analyte in example.analytes]
    return [chart for chart in drawn if chart is not None]


def _picture(example: ReadExample, analyte: str) -> SmallChart | None:
    results = [one for one in example.results if one.analyte == analyte and one.number is not None]
    several = len({one.unit for one in results}) > 1
    values = [
        SmallValue(
            one.on,
            float(one.number or 0),
            f"{one.printed} {written(one.unit)}" if several else one.printed,
            one.comparator,
            f"{one.laboratory}/{one.method}",
        )
        for one in results
    ]
    return draw_small(ANALYTES[analyte].name, _description(ANALYTES[analyte].name, results), values, _marks(example))


def _description(marker: str, results: list[ExampleResult]) -> str:
    """The picture in words; the values stand in the table beside it."""
    said = ngettext(
        "%(marker)s over time, %(count)d value; the table has the same.",
        "%(marker)s over time, %(count)d values; the table has the same.",
        len(results),
    )
    return said % {"marker": marker, "count": len(results)}


def _marks(example: ReadExample) -> list[Mark]:
    marks = [Mark(fact.on, str(NAMES[fact.kind]), "fact") for fact in example.facts if fact.on and fact.kind in NAMES]
    return [*marks, Mark(example.onset, _("onset"), "onset")] if example.onset else marks
