"""What happened beside a patient's tests: therapy, events, remissions and relapses, pauses of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from labs.models import PlanPause
from patients.models import CourseEvent, CourseKind, Patient, TreatmentEvent, TreatmentLine
from tracker.web.charts.schedule import Axis, DrawnLane, Happening, Stretch, draw_stretches
from tracker.web.charts.words import day_text

TURNS = {CourseKind.REMISSION: "remission", CourseKind.RELAPSE: "relapse"}


class Row(NamedTuple):
    """One line of the table."""

    on: date
    what: str
    state: str | Promise
    window: str
    detail: str


@dataclass(frozen=True, slots=True)
class History:
    """What happened beside the tests: therapy, events, remissions and relapses that stand."""

    lines: Sequence[TreatmentLine]
    events: Sequence[TreatmentEvent]
    turns: Sequence[CourseEvent]


def history_of(patient: Patient) -> History:
    """Therapy, events and the course of a patient. Two queries: lines come with the banner."""
    lines = [line for one in patient.diagnoses.all() for line in one.lines.all()]
    turns = CourseEvent.objects.filter(diagnosis__patient=patient, withdrawn_at=None, superseded_by=None)
    return History(
        lines=sorted(lines, key=lambda line: line.started_on),
        events=list(patient.treatment_events.order_by("started_on", "id")),
        turns=list(turns.order_by("on", "id")),
    )


@dataclass(frozen=True, slots=True)
class Background:
    """What happened beside the tests, as it is drawn and listed."""

    therapy: list[Stretch]
    turns: list[Happening]
    lasting: list[Stretch]
    moments: list[Happening]
    pauses: list[Stretch]

    def lanes(self, axis: Axis) -> list[DrawnLane]:
        """Those of which the axis shows something."""
        events: list[Stretch | Happening] = [*self.lasting, *self.moments]
        reasons = ", ".join(
            dict.fromkeys(one.label for one in self.pauses if axis.meets(one.first, one.last or one.first))
        )
        lanes = (
            draw_stretches(axis, _("Therapy"), _titles(self.therapy), self.therapy),
            draw_stretches(axis, _("Remission, relapse"), _titles(self.turns), (), self.turns),
            draw_stretches(axis, _("Events"), _titles(events), self.lasting, self.moments),
            draw_stretches(axis, _("Plan paused"), _titles(self.pauses), self.pauses, detail=reasons),
        )
        return [lane for lane in lanes if lane is not None]

    def rows(self, axis: Axis) -> list[Row]:
        """The same as lines of the table."""
        stretches = ((_("Therapy"), self.therapy), (_("Events"), self.lasting), (_("Plan paused"), self.pauses))
        days = ((_("Remission, relapse"), self.turns), (_("Events"), self.moments))
        rows = [
            Row(one.first, what, "", "", one.title)
            for what, ones in stretches
            for one in ones
            if axis.meets(one.first, one.last or axis.last)
        ]
        return rows + [
            Row(one.on, what, "", "", one.title) for what, ones in days for one in ones if axis.shows(one.on)
        ]


def background_of(pauses: Sequence[PlanPause], history: History) -> Background:
    lasting = [one for one in history.events if one.ended_on or one.ongoing]
    return Background(
        therapy=[
            Stretch(line.started_on, line.ended_on, f"{line.number}. {line.regimen}", _line_title(line), "therapy")
            for line in history.lines
        ],
        turns=[
            Happening(one.on, TURNS[CourseKind(one.kind)], f"{_turn(one)}, {day_text(one.on)}") for one in history.turns
        ],
        lasting=[
            Stretch(one.started_on, one.ended_on, _event(one), f"{_event(one)}, {_days(one)}", "event")
            for one in lasting
        ],
        moments=[
            Happening(one.started_on, "event", f"{_event(one)}, {day_text(one.started_on)}")
            for one in history.events
            if one not in lasting
        ],
        pauses=[
            Stretch(
                one.starts_on,
                one.until_on,
                one.get_reason_display(),
                f"{one.get_reason_display()}, {day_text(one.starts_on)} – {day_text(one.until_on)}",
                "pause",
            )
            for one in pauses
        ],
    )


def _titles(shown: Iterable[Stretch | Happening]) -> str:
    return "; ".join(one.title for one in shown)


def _line_title(line: TreatmentLine) -> str:
    ends = day_text(line.ended_on) if line.ended_on else _("today")
    return f"{line.number}. {line.regimen} ({line.get_phase_display()}), {day_text(line.started_on)} – {ends}"


def _turn(one: CourseEvent) -> str:
    return f"{one.get_kind_display()} {one.response}".strip()


def _event(one: TreatmentEvent) -> str:
    return f"{one.get_kind_display()} {one.detail}".strip()


def _days(one: TreatmentEvent) -> str:
    return f"{day_text(one.started_on)} – {day_text(one.ended_on) if one.ended_on else _('ongoing')}"
