"""A coded decision about a flag with all that it promises: the record of it, and what it creates, together or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final, TypedDict

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from labs.actions.ask_opinion import Asked, ask_opinion
from labs.actions.confirm_relapse import NewLine, Relapse, confirm_relapse
from labs.actions.evaluate import evaluate_patients
from labs.actions.order_tests import Repeat, WorkUp, order_repeat, order_work_up
from labs.actions.rebaseline import NewStart, rebaseline
from labs.actions.take_flag import ReviewRefused, as_refusal, clear_answer, take_step, today_of
from labs.models import (
    Created,
    Decision,
    Flag,
    FlagDecision,
    FlagEvent,
    Rebaseline,
    Review,
    ScheduledTest,
    SecondOpinion,
)
from labs.models.flag import EXPLAINED
from labs.models.flag_states import REVIEW_TRANSITIONS, verb_of
from labs.selectors.created import Thing
from patients.actions.system_account import system_account
from patients.models import CourseEvent, TreatmentLine, User


class Details(TypedDict, total=False):
    """What a decision needs, or offers, beside its code and note; of another decision it is refused."""

    watch_until: date | None
    repeat: Repeat | None
    work_up: WorkUp | None
    relapse: Relapse | None
    line: NewLine | None
    new_start: NewStart | None
    opinion: Asked | None


BELONGS: Final[Mapping[str, frozenset[str]]] = {
    Decision.WATCH: frozenset({"watch_until"}),
    Decision.REPEAT_TEST: frozenset({"repeat"}),
    Decision.WORK_UP: frozenset({"work_up"}),
    Decision.RELAPSE_CONFIRMED: frozenset({"relapse", "line"}),
    Decision.SECOND_OPINION: frozenset({"opinion"}),
    **dict.fromkeys(EXPLAINED, frozenset({"new_start"})),
}
EVENTS: Final = {"await_test": FlagEvent.Kind.ORDERED, "ask_opinion": FlagEvent.Kind.OPINION_ASKED}
COLUMNS: Final[Mapping[type, str]] = {
    ScheduledTest: "test",
    CourseEvent: "course_event",
    TreatmentLine: "line",
    Rebaseline: "rebaseline",
    SecondOpinion: "opinion",
}


def decide(
    flag: Flag,
    decision: str,
    *,
    note: str,
    details: Details,
    by: User,
    now: datetime,
    corrects: FlagDecision | None = None,
    reason: str = "",
) -> FlagDecision:
    """Take the step of this decision, make what it promises, ask the rules again where the course changed, and keep the
    record. For a flag that `take_flag` holds. Raises `ReviewRefused`."""
    _check(decision, note, details, today_of(flag, now))
    row = FlagDecision(
        flag=flag,
        at=now,
        by=by,
        decision=decision,
        note=note,
        watch_until=details.get("watch_until"),
        review_before=flag.review,
        answer_by_before=flag.answer_by,
        corrects=corrects,
    )
    things: list[Thing] = _ordered(flag, details, by=by, now=now)
    _step(flag, row, by=by, now=now, reason=reason)
    things += _stated(flag, row, details, by=by, now=now)
    flag.refresh_from_db()
    row.last_event = flag.events.order_by("pk").last()
    row.save(force_insert=True)
    _keep(row, things)
    return row


def _check(decision: str, note: str, details: Details, today: date) -> None:
    if decision not in Decision.values:
        raise ReviewRefused(_("Choose one of the decisions of the list."))
    given = {name for name, value in details.items() if value is not None}
    if foreign := sorted(given - BELONGS.get(decision, frozenset())):
        raise ReviewRefused(
            _("“%(decision)s” takes no %(parts)s. Leave it out, or choose the decision it belongs to.")
            % {"decision": Decision(decision).label, "parts": ", ".join(foreign)}
        )
    until = details.get("watch_until")
    if decision == Decision.WATCH and (until is None or until <= today):
        raise ReviewRefused(_("Give a date after today until which the signal is watched."))
    if decision == Decision.REPEAT_TEST and "repeat" not in given:
        raise ReviewRefused(_("A repeat test needs a kind of test and a date."))
    if decision == Decision.WORK_UP and "work_up" not in given:
        raise ReviewRefused(_("Say which tests the work-up needs, and by which day."))
    if decision == Decision.SECOND_OPINION and "opinion" not in given:
        raise ReviewRefused(_("Say whom you ask, what, and by when you want the answer."))
    if decision == Decision.EXPLAINED_OTHER and not note.strip():
        raise ReviewRefused(_("Say in the note what explains the signal."))


def _ordered(flag: Flag, details: Details, *, by: User, now: datetime) -> list[Thing]:
    """What the flag then waits for: it sets the time of its answer."""
    if (repeat := details.get("repeat")) is not None:
        return [*order_repeat(flag, repeat, by=by, now=now)]
    if (work_up := details.get("work_up")) is not None:
        return [*order_work_up(flag, work_up, by=by, now=now)]
    if (opinion := details.get("opinion")) is not None:
        return [ask_opinion(flag, opinion, by=by, now=now)]
    return []


def _step(flag: Flag, row: FlagDecision, *, by: User, now: datetime, reason: str) -> None:
    verb = verb_of(row.decision)
    detail: dict[str, Any] = {"decision": row.decision}
    clear_answer(flag)
    if verb == "resolve":
        flag.decision, flag.decision_note, flag.watch_until = row.decision, row.note, row.watch_until
    if row.corrects is None:
        kind = EVENTS.get(verb, FlagEvent.Kind.RESOLVED)
        take_step(flag, verb, kind, by=by, now=now, note=row.note, detail=detail)
        return
    target = REVIEW_TRANSITIONS[Review.OPEN][verb]
    detail |= {"corrects": row.corrects.pk, "reason": reason}
    take_step(flag, "correct", FlagEvent.Kind.CORRECTED, by=by, now=now, note=reason, to=target, detail=detail)


def _stated(flag: Flag, row: FlagDecision, details: Details, *, by: User, now: datetime) -> list[Thing]:
    """What the rules then go by. They are asked again, so it comes after the step is written."""
    things: list[Thing] = []
    if row.decision == Decision.RELAPSE_CONFIRMED:
        things += confirm_relapse(flag, details.get("relapse"), details.get("line"), by=by, now=now)
        if things:
            because = _("The relapse was recorded.")
            evaluate_patients(patient_ids=[flag.patient_id], by=system_account(), now=now, because=because)
    elif (new_start := details.get("new_start")) is not None:
        try:
            things.append(
                rebaseline(
                    patient=flag.patient,
                    analyte=new_start.analyte,
                    starts_on=new_start.starts_on,
                    reason=row.note.strip() or str(row.get_decision_display()),
                    by=by,
                    now=now,
                )
            )
        except ValidationError as error:
            raise as_refusal(error) from error
    return things


def _keep(row: FlagDecision, things: Iterable[Thing]) -> None:
    Created.objects.bulk_create(Created(decision=row, **{COLUMNS[type(thing)]: thing}) for thing in things)
