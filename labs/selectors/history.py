"""A patient's results as people read them: panels by date, markers by row, nothing left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from labs.models import Quarantine, Result
from labs.selectors.rows import MARKED, is_marked
from labs.vocabulary.analytes import ANALYTES, Analyte
from labs.vocabulary.statuses import is_usable
from patients.models import Patient

DAYS_A_PAGE = 10
PANELS = (
    "paraprotein", "light_chains", "immunoglobulins", "mrd", "marrow",
    "blood_count", "renal", "calcium", "chemistry", "urine", "csf",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """What was measured of one marker on one day: values as they stand, and versions replaced meanwhile."""

    present: tuple[Result, ...] = ()
    replaced: tuple[Result, ...] = ()

    @property
    def contradictory(self) -> bool:
        """Usable values of the day differ."""
        return (
            len({(r.comparator, r.value, r.coded or r.value_printed if r.value is None else "") for r in self.usable})
            > 1
        )

    @property
    def usable(self) -> tuple[Result, ...]:
        """Values that rules may read."""
        return tuple(result for result in self.present if is_usable(result.status) and not is_marked(result))


@dataclass(frozen=True, slots=True)
class MarkerRow:
    """One marker of a panel: its cells in the order of the panel's days."""

    analyte: Analyte
    cells: tuple[Cell, ...]
    latest: Result

    @property
    def newest(self) -> Result | None:
        """The newest usable value shown."""
        return next((cell.usable[-1] for cell in self.cells if cell.usable), None)


@dataclass(frozen=True, slots=True)
class Panel:
    """Markers that belong together and the days any of them was measured, newest first."""

    group: str
    days: tuple[date, ...]
    rows: tuple[MarkerRow, ...]


@dataclass(frozen=True, slots=True)
class History:
    """Some days of results; `earlier` and `later` are the days to ask for next, None at either end."""

    panels: tuple[Panel, ...]
    days: tuple[date, ...]
    earlier: date | None
    newest_shown: bool


def history(*, patient: Patient, before: date | None = None, days: int = DAYS_A_PAGE) -> History:
    """Results of the latest days (before a day): every version, whatever its status. One query."""
    results = Result.objects.filter(patient=patient).annotate(marked=MARKED)
    older = results.filter(collected_on__lt=before) if before else results
    wanted = older.order_by("-collected_on").values("collected_on").distinct()[: days + 1]
    rows = list(results.filter(collected_on__in=wanted).order_by("collected_on", "collected_at", "id"))
    found = sorted({row.collected_on for row in rows}, reverse=True)
    shown = tuple(found[:days])
    return History(
        panels=panels_of((row for row in rows if row.collected_on in shown), shown),
        days=shown,
        earlier=shown[-1] if len(found) > days else None,
        newest_shown=before is None,
    )


def unusable(*, patient: Patient) -> list[Quarantine]:
    """Values of this patient that came but could not be used, newest first."""
    return list(Quarantine.objects.filter(patient=patient, state=Quarantine.State.OPEN).order_by("-id")[:50])


def panels_of(results: Iterable[Result], days: Sequence[date]) -> tuple[Panel, ...]:
    """Sort results into panels; a panel shows only the days it has something for."""
    grouped: dict[str, dict[str, dict[date, list[Result]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for result in results:
        grouped[ANALYTES[result.analyte].group][result.analyte][result.collected_on].append(result)
    order = [group for group in PANELS if group in grouped] + sorted(set(grouped) - set(PANELS))
    return tuple(_panel(group, grouped[group], days) for group in order)


def _panel(group: str, markers: dict[str, dict[date, list[Result]]], days: Sequence[date]) -> Panel:
    used = tuple(day for day in days if any(day in by_day for by_day in markers.values()))
    codes = [code for code in ANALYTES if code in markers]
    return Panel(group, used, tuple(_row(ANALYTES[code], markers[code], used) for code in codes))


def _row(analyte: Analyte, by_day: dict[date, list[Result]], days: Sequence[date]) -> MarkerRow:
    cells = tuple(_cell(by_day.get(day, [])) for day in days)
    return MarkerRow(analyte, cells, _latest(by_day))


def _latest(by_day: dict[date, list[Result]]) -> Result:
    """The newest result that says its range, else the newest."""
    newest_first = [result for day in sorted(by_day, reverse=True) for result in by_day[day]]
    ranged = (r for r in newest_first if r.reference_low is not None or r.reference_high is not None)
    return next(ranged, newest_first[0])


def _cell(results: Sequence[Result]) -> Cell:
    return Cell(tuple(r for r in results if r.is_current), tuple(r for r in results if not r.is_current))
