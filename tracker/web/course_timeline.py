"""The relapse timeline of a patient: one picture, its sentences and its list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.selectors.course_timeline import DiseaseCourse, StepKind, course_timeline
from patients.models import Patient, TreatmentLine
from tracker.web.charts.schedule import Axis, DrawnLane, Happening, Stretch, Tick, draw_stretches, month_ticks, percent
from tracker.web.charts.words import day_text
from tracker.web.course_words import Line, joined, line_of, sentences, signal_title, stage_name, stage_text, step_title
from tracker.web.schedule import Entry

AIR = 0.03
"""Room at both ends of the axis, as a share of it, so that a mark of the first day is not cut off."""
UNFOLDED = 20
"""Steps up to which the list stands open on the page of the patient: the charts below are looked for as often."""
LEGEND: dict[str, str | Promise] = {
    "diagnosis": gettext_lazy("diagnosis"),
    "remission": gettext_lazy("remission"),
    "relapse": gettext_lazy("relapse"),
    "death": gettext_lazy("death"),
    "event": gettext_lazy("transplant or cell therapy"),
    "signal-URGENT-confirmed": gettext_lazy("urgent, confirmed"),
    "signal-URGENT-provisional": gettext_lazy("urgent, provisional"),
    "signal-REVIEW-confirmed": gettext_lazy("review, confirmed"),
    "signal-REVIEW-provisional": gettext_lazy("review, provisional"),
    "signal-INFO-confirmed": gettext_lazy("information, confirmed"),
    "signal-INFO-provisional": gettext_lazy("information, provisional"),
}
"""Each mark (`schedule/shapes.html`, `patients/timeline_shapes.html`) with its word."""


@dataclass(frozen=True, slots=True)
class DrawnCourse:
    """Everything `patients/timeline.html` shows of one disease."""

    course: DiseaseCourse
    sentences: list[str]
    lines: list[Line]
    lanes: list[DrawnLane]
    ticks: list[Tick]
    legend: list[Entry]
    today_x: str


def timeline_context(patient: Patient, *, today: date, compact: bool = False) -> dict[str, Any]:
    """Context of `patients/timeline.html`. Four queries. `compact`: the list is folded, as a long one is."""
    drawn = [_drawn(one, today) for one in course_timeline(patient=patient, today=today)]
    steps = sum(len(one.lines) for one in drawn)
    return {"timelines": drawn, "timeline_folded": compact or steps > UNFOLDED}


def _drawn(course: DiseaseCourse, today: date) -> DrawnCourse:
    axis = _axis(course)
    lanes = list(_lanes(course, axis)) if axis else []
    return DrawnCourse(
        course=course,
        sentences=sentences(course),
        lines=[line_of(step, course) for step in course.steps],
        lanes=lanes,
        ticks=month_ticks(axis) if axis else [],
        legend=_legend(lanes),
        today_x=percent(axis.at(today)) if axis and not course.died else "",
    )


def _axis(course: DiseaseCourse) -> Axis | None:
    """From the first day known to today or the death; None where no day is known."""
    days = [step.on for step in course.steps if step.on and step.stands]
    if not days:
        return None
    first, last = min(days), max(*days, course.until)
    air = timedelta(days=round((last - first).days * AIR) + 1)
    return Axis(first - air, last + air)


def _lanes(course: DiseaseCourse, axis: Axis) -> Iterator[DrawnLane]:
    """Those of which there is something to draw; what was taken back is in the list alone."""
    stages = [
        Stretch(one.first, one.last, stage_name(one), stage_text(one, course), one.kind.value) for one in course.stages
    ]
    therapy, milestones = _therapy(course), _marks(course, {StepKind.MILESTONE: "event"})
    turns = _marks(course, {kind: kind.value for kind in TURNS})
    signals = _signals(course)
    lanes: Sequence[tuple[str, list[Stretch], list[Happening]]] = (
        (_("Course"), stages, turns),
        (_("Therapy"), therapy, milestones),
        (_("Signals"), [], signals),
    )
    for label, stretches, marks in lanes:
        said = joined([*(one.title for one in stretches), *(one.title for one in marks)])
        if lane := draw_stretches(axis, label, said, stretches, marks):
            yield lane


TURNS = (StepKind.DIAGNOSIS, StepKind.REMISSION, StepKind.RELAPSE, StepKind.DEATH)


def _marks(course: DiseaseCourse, shapes: dict[StepKind, str]) -> list[Happening]:
    return [
        Happening(one.on, shapes[one.kind], f"{step_title(one)}, {day_text(one.on)}")
        for one in course.steps
        if one.kind in shapes and one.on and one.stands
    ]


def _therapy(course: DiseaseCourse) -> list[Stretch]:
    """Phases of lines of therapy. One without an end is drawn to the last day of the course."""
    lines = [one.record for one in course.steps if one.stands and isinstance(one.record, TreatmentLine)]
    return [
        Stretch(
            one.started_on,
            one.ended_on or max(course.until, one.started_on),
            f"{one.number}. {one.get_phase_display()}",
            _("%(n)d. %(regimen)s (%(phase)s), %(first)s – %(last)s")
            % {
                "n": one.number,
                "regimen": one.regimen,
                "phase": one.get_phase_display(),
                "first": day_text(one.started_on),
                "last": day_text(one.ended_on) if one.ended_on else _("no end recorded"),
            },
            "therapy" if one.ended_on else "therapy-open",
        )
        for one in lines
    ]


def _signals(course: DiseaseCourse) -> list[Happening]:
    """Signals that stand, on the day of their first sample; level by shape, confirmed ones filled."""
    flags = [line.flag for line in (line_of(step, course) for step in course.steps if step.stands) if line.flag]
    return [Happening(one.onset_on, f"signal-{one.level}-{one.signal}", signal_title(one)) for one in flags]


def _legend(lanes: Sequence[DrawnLane]) -> list[Entry]:
    """The marks that are drawn, each with its word and how often."""
    counts = Counter(sign.shape for lane in lanes for sign in lane.signs)
    return [Entry(shape, word, counts[shape]) for shape, word in LEGEND.items() if counts[shape]]
