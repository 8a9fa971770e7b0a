"""What a physician does with a flag: acknowledge, wait for a repeat test, resolve with a coded decision, reopen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.models import Decision, Flag, FlagEvent, Review, ScheduledTest
from labs.models.flag_states import REVIEW_TRANSITIONS
from patients.access import check_can_review
from patients.actions.audit import record
from patients.models import User

REPEAT_WITHIN_DAYS = 28
"""Window of a repeat test ordered from a flag (project default, clinical source section 2.3: repeat within 4 weeks)."""


class ReviewRefused(Exception):
    """The step is not possible; the message says why and what to do instead. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A repeat test to be made: its kind (code of `labs.vocabulary.test_kinds`), best day and last day."""

    kind: str
    due_on: date
    closes_on: date


@transaction.atomic
def acknowledge_flag(*, flag_id: int, version: int, by: User, now: datetime, note: str = "") -> Flag:
    """The physician has seen the flag and takes it on. Raises `ReviewRefused` when it changed meanwhile."""
    flag = _take(flag_id, version, by)
    return _step(flag, "acknowledge", FlagEvent.Kind.ACKNOWLEDGED, by=by, now=now, note=note)


@transaction.atomic
def await_repeat(*, flag_id: int, version: int, repeat: Repeat, by: User, now: datetime, note: str = "") -> Flag:
    """Order a repeat test and leave the flag waiting for it."""
    flag = _take(flag_id, version, by)
    today = _today(flag, now)
    if repeat.due_on < today or repeat.closes_on < repeat.due_on:
        raise ReviewRefused(_("The repeat test must lie ahead, and its last day not before its best day."))
    _schedule(flag, repeat, by=by, today=today)
    return _step(flag, "await_test", FlagEvent.Kind.ACKNOWLEDGED, by=by, now=now, note=note)


@transaction.atomic
def resolve_flag(
    *,
    flag_id: int,
    version: int,
    decision: str,
    by: User,
    now: datetime,
    note: str = "",
    watch_until: date | None = None,
    repeat: Repeat | None = None,
) -> Flag:
    """Close the flag with a coded decision: `watch` needs a date, `repeat_test` a repeat, `explained_other` a note.

    Raises `ReviewRefused` with the reason; nothing is changed then.
    """
    if decision == Decision.REPEAT_TEST:
        if repeat is None:
            raise ReviewRefused(_("A repeat test needs a kind of test and a date."))
        return await_repeat(flag_id=flag_id, version=version, repeat=repeat, by=by, now=now, note=note)
    flag = _take(flag_id, version, by)
    _check_decision(decision, note=note, watch_until=watch_until, today=_today(flag, now))
    flag.decision = decision
    flag.decision_note = note
    flag.watch_until = watch_until
    return _step(flag, "resolve", FlagEvent.Kind.RESOLVED, by=by, now=now, note=note)


@transaction.atomic
def reopen_flag(*, flag_id: int, version: int, by: User, now: datetime, note: str = "") -> Flag:
    """Take back an answer; the earlier decision stays in the history."""
    flag = _take(flag_id, version, by)
    flag.decision, flag.decision_note, flag.watch_until = "", "", None
    return _step(flag, "reopen", FlagEvent.Kind.REOPENED, by=by, now=now, note=note)


def _take(flag_id: int, version: int, by: User) -> Flag:
    """The flag, locked; refused when somebody (or new evidence) changed it since it was shown."""
    flag = Flag.objects.select_for_update(of=("self",)).select_related("patient__site").get(pk=flag_id)
    check_can_review(by, flag.patient)
    if flag.version != version:
        raise ReviewRefused(
            _("This signal changed since it was shown: it is now %(signal)s and %(review)s. Read it again first.")
            % {"signal": flag.get_signal_display(), "review": flag.get_review_display()}
        )
    return flag


def _step(flag: Flag, verb: str, kind: FlagEvent.Kind, *, by: User, now: datetime, note: str) -> Flag:
    target = REVIEW_TRANSITIONS[Review(flag.review)].get(verb)
    if target is None:
        raise ReviewRefused(
            _("A signal that is %(review)s cannot do this step.") % {"review": flag.get_review_display()}
        )
    flag.review = target
    flag.reviewed_at, flag.reviewed_by = now, by
    flag.version += 1
    flag.save()
    FlagEvent.objects.create(
        flag=flag,
        at=now,
        by=by,
        kind=kind,
        signal=flag.signal,
        review=flag.review,
        level=flag.level,
        note=note,
        finding=flag.finding,
    )
    record(
        by=by, verb=f"flag.{verb}", target=flag, patient=flag.patient, detail={"decision": flag.decision, "note": note}
    )
    return flag


def _check_decision(decision: str, *, note: str, watch_until: date | None, today: date) -> None:
    if decision not in Decision.values:
        raise ReviewRefused(_("Choose one of the decisions of the list."))
    if decision == Decision.WATCH and (watch_until is None or watch_until <= today):
        raise ReviewRefused(_("Give a date after today until which the signal is watched."))
    if decision == Decision.EXPLAINED_OTHER and not note.strip():
        raise ReviewRefused(_("Say in the note what explains the signal."))


def _schedule(flag: Flag, repeat: Repeat, *, by: User, today: date) -> None:
    test = ScheduledTest.objects.create(
        patient=flag.patient,
        kind=repeat.kind,
        origin=ScheduledTest.Origin.REPEAT,
        due_on=repeat.due_on,
        opens_on=today,
        closes_on=repeat.closes_on,
        late_from=repeat.closes_on,
        note=f"{flag.rule} {flag.onset_on.isoformat()}",
    )
    record(
        by=by,
        verb="test.repeat_ordered",
        target=test,
        patient=flag.patient,
        detail={"flag": flag.pk, "kind": test.kind},
    )


def _today(flag: Flag, now: datetime) -> date:
    return now.astimezone(flag.patient.site.zone).date()
