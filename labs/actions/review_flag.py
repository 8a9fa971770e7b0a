"""What a physician does with a flag: acknowledge, wait for a repeat test, resolve with a coded decision, reopen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.evaluate import evaluate_patients, lock_patients
from labs.actions.flag_steps import ask_anew, step_of, tell_of
from labs.models import Decision, Flag, FlagEvent, Review, ScheduledTest
from labs.models.flag_states import REVIEW_TRANSITIONS
from labs.selectors.answer_times import AnswerTimes
from labs.selectors.inbox import marker_of
from labs.selectors.owners import answering_for
from patients.access import check_can_review
from patients.actions.audit import record
from patients.actions.record_remission import record_relapse
from patients.actions.system_account import system_account
from patients.models import CourseEvent, CourseKind, Diagnosis, RelapseSite, User
from patients.models.withdrawal import STANDING
from patients.problems import problems_of

REPEAT_WITHIN_DAYS = 28
"""Window of a repeat test ordered from a flag (project default, clinical source section 2.3: repeat within 4 weeks)."""


SITES: Final[Mapping[str, str]] = {
    "blasts_marrow": RelapseSite.MARROW,
    "plasma_cells_marrow": RelapseSite.MARROW,
    "blasts_blood_percent": RelapseSite.BLOOD,
    "blasts_blood_count": RelapseSite.BLOOD,
    "plasma_cells_blood_count": RelapseSite.BLOOD,
    "csf_blasts": RelapseSite.CNS,
    "cns_signs": RelapseSite.CNS,
    "testis": RelapseSite.TESTIS,
    "extramedullary": RelapseSite.EXTRAMEDULLARY,
    "serum_m": RelapseSite.BIOCHEMICAL,
    "urine_m": RelapseSite.BIOCHEMICAL,
    "flc_kappa": RelapseSite.BIOCHEMICAL,
    "flc_lambda": RelapseSite.BIOCHEMICAL,
}
"""Where a relapse lies that a signal about this marker led to; of other markers it is not known."""


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
    """Order a repeat test and leave the flag waiting for it: an answer is due when the last day of the test is over."""
    flag = _take(flag_id, version, by)
    today = _today(flag, now)
    if repeat.due_on < today or repeat.closes_on < repeat.due_on:
        raise ReviewRefused(_("The repeat test must lie ahead, and its last day not before its best day."))
    _schedule(flag, repeat, by=by, today=today)
    if flag.answer_by is not None:
        flag.answer_by = _end_of(repeat.closes_on, flag)
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

    A confirmed relapse is recorded in the course of the disease, and the rules are asked again, in the same step.
    Raises `ReviewRefused` with the reason; nothing is changed then.
    """
    if decision == Decision.REPEAT_TEST:
        if repeat is None:
            raise ReviewRefused(_("A repeat test needs a kind of test and a date."))
        return await_repeat(flag_id=flag_id, version=version, repeat=repeat, by=by, now=now, note=note)
    if decision == Decision.RELAPSE_CONFIRMED:
        lock_patients(Flag.objects.filter(pk=flag_id).values_list("patient_id", flat=True))
    flag = _take(flag_id, version, by)
    _check_decision(decision, note=note, watch_until=watch_until, today=_today(flag, now))
    flag.decision = decision
    flag.decision_note = note
    flag.watch_until = watch_until
    resolved = _step(flag, "resolve", FlagEvent.Kind.RESOLVED, by=by, now=now, note=note)
    if decision == Decision.RELAPSE_CONFIRMED and flag.diagnosis is not None:
        _record_relapse(resolved, flag.diagnosis, by=by, now=now)
        resolved.refresh_from_db()
    return resolved


@transaction.atomic
def reopen_flag(*, flag_id: int, version: int, by: User, now: datetime, note: str = "") -> Flag:
    """Take back an answer; the earlier decision stays in the history. A resolved flag is asked anew; the clock of one
    that was only acknowledged runs on."""
    flag = _take(flag_id, version, by)
    if flag.review == Review.RESOLVED:
        patients = [flag.patient_id]
        ask_anew(flag, answering_for(patients, now=now), AnswerTimes(patients), now=now)
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
    step = step_of(flag, kind, by=by, now=now, note=note)
    step.save(force_insert=True)
    tell_of([step])
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


def _record_relapse(flag: Flag, diagnosis: Diagnosis, *, by: User, now: datetime) -> None:
    """Make the relapse part of the course, from the onset of the signal; not twice when one is recorded already."""
    turns = CourseEvent.objects.filter(STANDING, diagnosis=diagnosis).order_by("on", "pk")
    before = turns.filter(on__lte=flag.onset_on).last()
    after = turns.filter(on__gt=flag.onset_on).first()
    if any(turn is not None and turn.kind == CourseKind.RELAPSE for turn in (before, after)):
        return
    sites = [SITES[analyte]] if (analyte := marker_of(flag)) in SITES else []
    try:
        record_relapse(diagnosis=diagnosis, on=flag.onset_on, sites=sites, note=flag.rule, by=by, now=now)
    except ValidationError as error:
        raise ReviewRefused(" ".join(f"{one.what} {one.mend}" for one in problems_of(error))) from error
    because = _("The relapse was recorded.")
    evaluate_patients(patient_ids=[flag.patient_id], by=system_account(), now=now, because=because)


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


def _end_of(day: date, flag: Flag) -> datetime:
    """The end of a day on the clock of the patient's site."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=flag.patient.site.zone)


def _today(flag: Flag, now: datetime) -> date:
    return now.astimezone(flag.patient.site.zone).date()
