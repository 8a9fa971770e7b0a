"""From a patient's follow-up to what is drawn on one time axis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from labs.protocols.dates import add_months
from labs.selectors.schedule_of import Lane, ResultDay, ScheduleOf, ShownTest
from labs.vocabulary.test_kinds import label_of
from tracker.web.charts.schedule import (
    Axis,
    DrawnLane,
    Happening,
    Stretch,
    Tick,
    draw_lane,
    month_ticks,
    percent,
)
from tracker.web.charts.words import day_text
from tracker.web.schedule_background import History, Row, background_of

ZOOMS: dict[str, tuple[int, str | Promise]] = {
    "6": (6, gettext_lazy("6 months")),
    "18": (18, gettext_lazy("18 months")),
    "36": (36, gettext_lazy("3 years")),
    "all": (0, gettext_lazy("everything")),
}
USUAL_ZOOM = "18"
WORDS: dict[str, str | Promise] = {
    "on_time": gettext_lazy("done on time"),
    "late": gettext_lazy("done late"),
    "collected": gettext_lazy("sample without result"),
    "missed": gettext_lazy("missed"),
    "overdue": gettext_lazy("overdue"),
    "due": gettext_lazy("due"),
    "booked": gettext_lazy("booked"),
    "planned": gettext_lazy("planned"),
    "held": gettext_lazy("on hold"),
    "excused": gettext_lazy("not asked for (pause)"),
    "skipped": gettext_lazy("skipped"),
    "result": gettext_lazy("result"),
    "unplanned": gettext_lazy("result no test asked for"),
}
"""What a mark means, in the order of the legend. A test fails while a status of due.py has none."""


class Zoom(NamedTuple):
    """One choice of how much is shown."""

    label: str | Promise
    address: str
    chosen: bool


class Entry(NamedTuple):
    """One line of the legend. `shown`: how many marks of this kind are drawn."""

    shape: str
    word: str | Promise
    shown: int


@dataclass(frozen=True, slots=True)
class DrawnSchedule:
    """Everything `patients/schedule.html` shows beside the counts."""

    axis: Axis
    ticks: list[Tick]
    lanes: list[DrawnLane]
    legend: list[Entry]
    rows: list[Row]
    zooms: list[Zoom]
    earlier: str
    later: str
    today_x: str
    today_anchor: str
    sentence: str


def draw_schedule(
    schedule: ScheduleOf, history: History, *, today: date, zoom: str = USUAL_ZOOM, until: date | None = None
) -> DrawnSchedule:
    """The schedule over the months asked for; without a last day, two thirds of them lie behind and one ahead."""
    zoom = zoom if zoom in ZOOMS else USUAL_ZOOM
    axis = _axis(schedule, history, today, zoom, until)
    background = background_of(schedule.pauses, history)
    lanes = [*background.lanes(axis), *(_lane(axis, lane, today) for lane in schedule.lanes)]
    if schedule.elsewhere:
        lanes.append(_elsewhere(axis, schedule.elsewhere))
    half = max(1, axis.months // 2)
    return DrawnSchedule(
        axis=axis,
        ticks=month_ticks(axis),
        lanes=lanes,
        legend=_legend(lanes),
        rows=_sorted([*_rows(schedule, axis), *background.rows(axis)]),
        zooms=[Zoom(label, f"?zoom={key}", key == zoom) for key, (_months, label) in ZOOMS.items()],
        earlier=_shifted(axis, zoom, -half),
        later=_shifted(axis, zoom, half),
        today_x=percent(axis.at(today)) if axis.shows(today) else "",
        today_anchor=_anchor(axis.at(today)),
        sentence=_sentence(schedule),
    )


def _anchor(place: float) -> str:
    """On which side of its line a word has room."""
    return "start" if place < 12 else "end" if place > 88 else "middle"


def _axis(schedule: ScheduleOf, history: History, today: date, zoom: str, until: date | None) -> Axis:
    months, _label = ZOOMS[zoom]
    if months:
        last = until or add_months(today, months // 3)
        return Axis(add_months(last, -months), last)
    tests = [one for lane in schedule.lanes for one in lane.tests]
    days = [today, *(line.started_on for line in history.lines), *(one.on for one in history.turns)]
    days += [one.test.opens_on for one in tests] + [one.test.closes_on for one in tests]
    air = timedelta(days=7)
    return Axis(min(days) - air, max(days) + air)


def _shifted(axis: Axis, zoom: str, months: int) -> str:
    """The address of the same stretch of time, moved. From everything one goes to the usual stretch."""
    if not ZOOMS[zoom][0]:
        return f"?zoom={USUAL_ZOOM}"
    return f"?zoom={zoom}&until={add_months(axis.last, months).isoformat()}"


def _lane(axis: Axis, lane: Lane, today: date) -> DrawnLane:
    counts = Counter(one.state for one in lane.tests if axis.shows(one.on))
    described = [f"{counts[state]} {word}" for state, word in WORDS.items() if counts[state]]
    unplanned = [one for one in lane.results if one.unplanned]
    described += [f"{len(unplanned)} {WORDS['unplanned']}"] if unplanned else []
    marks = [Happening(one.on, one.state, _test_title(one)) for one in lane.tests]
    marks += [
        Happening(one.on, "unplanned", f"{WORDS['unplanned']}: {lane.label}, {day_text(one.on)}") for one in unplanned
    ]
    upcoming = min(
        (one.on for one in lane.tests if one.on >= today and one.state in ("planned", "booked")), default=None
    )
    return draw_lane(
        axis,
        lane.label,
        ", ".join(described) or _("nothing in these months"),
        windows=[_window(one) for one in lane.tests],
        marks=marks,
        results=[
            Happening(one.on, "result", f"{WORDS['result']}: {lane.label}, {day_text(one.on)}") for one in lane.results
        ],
        detail=_("next %(day)s") % {"day": day_text(upcoming)} if upcoming else "",
        strong=True,
    )


def _window(one: ShownTest) -> Stretch:
    ahead = one.state in ("planned", "due", "booked", "overdue", "held")
    return Stretch(
        one.test.opens_on, one.asked.window_ends_on, "", _test_title(one), "window" if ahead else "window-past"
    )


def _elsewhere(axis: Axis, results: Sequence[ResultDay]) -> DrawnLane:
    marks = [Happening(one.on, "unplanned", f"{_kinds(one)}, {day_text(one.on)}") for one in results]
    shown = sum(axis.shows(one.on) for one in results)
    words = ngettext(
        "%(n)d day with results of tests that are not planned",
        "%(n)d days with results of tests that are not planned",
        shown,
    )
    return draw_lane(axis, _("Outside the plan"), words % {"n": shown}, windows=(), marks=marks, results=())


def _kinds(one: ResultDay) -> str:
    return ", ".join(label_of(kind) for kind in one.kinds)


def _legend(lanes: Sequence[DrawnLane]) -> list[Entry]:
    """The marks that are drawn, each with its word and how often."""
    counts = Counter(sign.shape for lane in lanes for sign in chain(lane.signs, lane.ticks))
    words = WORDS | {"remission": _("remission"), "relapse": _("relapse"), "event": _("event of therapy")}
    return [Entry(shape, word, counts[shape]) for shape, word in words.items() if counts[shape]]


def _rows(schedule: ScheduleOf, axis: Axis) -> list[Row]:
    """What is drawn of tests and results."""
    rows: list[Row] = []
    for lane in schedule.lanes:
        rows += [_test_row(lane, one) for one in lane.tests if axis.shows(one.on)]
        rows += [
            Row(one.on, lane.label, WORDS["unplanned" if one.unplanned else "result"], "", "")
            for one in lane.results
            if axis.shows(one.on) and not _is_of(lane, one)
        ]
    rows += [Row(one.on, _kinds(one), WORDS["unplanned"], "", "") for one in schedule.elsewhere if axis.shows(one.on)]
    return rows


def _sorted(rows: Iterable[Row]) -> list[Row]:
    """The newest first."""
    return sorted(rows, key=lambda row: (row.on, row.what), reverse=True)


def _is_of(lane: Lane, result: ResultDay) -> bool:
    """Whether the row of a test says it already."""
    return any(one.on == result.on and one.asked.done_on == result.on for one in lane.tests)


def _test_row(lane: Lane, one: ShownTest) -> Row:
    test = one.test
    parts = [test.get_origin_display() if test.origin != "planned" else ""]
    parts += [_("best on %(day)s") % {"day": day_text(test.due_on)} if one.on != test.due_on else ""]
    parts += [test.get_skipped_because_display() if test.skipped_because else ""]
    return Row(one.on, lane.label, WORDS.get(one.state, one.state), _window_text(one), ", ".join(filter(None, parts)))


def _window_text(one: ShownTest) -> str:
    return f"{day_text(one.test.opens_on)} – {day_text(one.asked.window_ends_on)}"


def _test_title(one: ShownTest) -> str:
    word = WORDS.get(one.state, one.state)
    return f"{label_of(one.test.kind)}: {word}, {day_text(one.on)} ({_window_text(one)})"


def _sentence(schedule: ScheduleOf) -> str:
    found = schedule.last_year
    if found.percent is None:
        return _("No window has ended in the last 12 months: nothing can be counted yet.")
    words = ngettext(
        "Done on time in the last 12 months: %(on)d of %(n)d required test (%(percent)d %%).",
        "Done on time in the last 12 months: %(on)d of %(n)d required tests (%(percent)d %%).",
        found.required,
    )
    return words % {"n": found.required, "on": found.on_time, "percent": found.percent}
