"""A case as drawn: the signal's own marker, what happened beside it, and every other marker on the same time axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils.translation import gettext as _

from labs.models import Flag
from labs.selectors.case_of import Case
from labs.selectors.inbox import marker_of
from labs.vocabulary.analytes import ANALYTES
from patients.models import CourseEvent
from tracker.web.charts.aligned import TALL, Panel, draw_panel
from tracker.web.charts.schedule import Axis, DrawnLane, Happening, Tick, draw_stretches, month_ticks, percent
from tracker.web.charts.words import day_text
from tracker.web.marker_groups import MarkerGroup, group_of, groups_for
from tracker.web.schedule_background import History
from tracker.web.schedule_background import background_of as beside
from tracker.web.trend_charts import background_of, bars_of_rules, chart_of

LEAST_AIR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class CaseCharts:
    """`main` is None where the signal's marker has no numbers. `whole`: the whole course, else what was compared."""

    axis: Axis
    ticks: list[Tick]
    today_x: str
    main: Panel | None
    lanes: list[DrawnLane]
    others: list[Panel]
    whole: bool
    longer: bool


def charts_of(case: Case, *, whole: bool = False) -> CaseCharts:
    """Every chart of the page, on one axis."""
    first = case.first if whole else case.near_from
    axis = Axis(first, case.today + max(LEAST_AIR, (case.today - first) / 25))
    flag = case.flag
    diagnoses = list(case.patient.diagnoses.all())
    background = background_of(diagnoses, case.events, today=case.today, since=first)
    own = _own_group(flag)
    happenings = _happenings(flag, case.turns)
    groups = groups_for(frozenset({flag.diagnosis.disease} if flag.diagnosis else {one.disease for one in diagnoses}))
    held = {one.rule.code: one.held for one in case.distances if one.held is not None}
    main = None
    if own is not None and any(code in case.trends for code in own.analytes):
        then = {flag.rule: case.held} if case.held is not None else {}
        chart = chart_of(own, case.trends, background, bars_of_rules([own], then))
        main = draw_panel(chart, axis, happenings, height=TALL)
    others = [one for one in groups if own is None or one.key != own.key]
    bars = bars_of_rules(others, held)
    return CaseCharts(
        axis=axis,
        ticks=month_ticks(axis),
        today_x=percent(axis.at(case.today)),
        main=main,
        lanes=_lanes(case, axis),
        others=[
            draw_panel(chart_of(group, case.trends, background, bars), axis, happenings)
            for group in others
            if any(code in case.trends for code in group.analytes)
        ],
        whole=whole,
        longer=case.first < case.near_from,
    )


def _own_group(flag: Flag) -> MarkerGroup | None:
    """The chart of the signal's marker with the bars of its rule; one of its own where no chart holds it."""
    marker = marker_of(flag)
    group = group_of(marker)
    if group is not None:
        return replace(group, rules=(flag.rule,))
    if marker not in ANALYTES:
        return None
    return MarkerGroup(marker, ANALYTES[marker].name, (marker,), frozenset(), rules=(flag.rule,))


def _happenings(flag: Flag, turns: Sequence[CourseEvent]) -> list[Happening]:
    """Lines through every panel: the onset of this signal, remissions and relapses."""
    onset = Happening(flag.onset_on, "signal", _("onset of this signal, %(day)s") % {"day": day_text(flag.onset_on)})
    return [
        *(Happening(one.on, "turn", f"{one.get_kind_display()}, {day_text(one.on)}") for one in turns),
        onset,
    ]


def _lanes(case: Case, axis: Axis) -> list[DrawnLane]:
    """Therapy, remissions and relapses, events, and the signals of the patient."""
    lanes = beside((), History(case.lines, case.events, case.turns)).lanes(axis)
    signals = [_signal(case.flag, _("this signal")), *(_signal(one) for one in case.others)]
    words = "; ".join(one.title for one in signals)
    lane = draw_stretches(axis, _("Signals"), words, (), [*signals[1:], signals[0]])
    return [*lanes, lane] if lane is not None else lanes


def _signal(flag: Flag, what: str = "") -> Happening:
    answer = flag.get_decision_display() if flag.decision else flag.get_review_display()
    words = ", ".join(filter(None, (what, f"{flag.rule} {flag.get_level_display()}", day_text(flag.onset_on), answer)))
    return Happening(flag.onset_on, "this" if what else "other", words)
