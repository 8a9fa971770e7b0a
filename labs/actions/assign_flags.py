"""Giving every waiting signal the owner it should have today, and passing on those that nobody answered in time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.db.models import QuerySet

from labs.actions.flag_steps import give_to, step_of, tell_of
from labs.models import Flag, FlagEvent
from labs.selectors.answer_times import AnswerTimes
from labs.selectors.near_misses import UNANSWERED, WAITING
from labs.selectors.owners import Answering, answering_for
from patients.actions.audit import event
from patients.models import AuditEvent, Patient, User

BATCH = 500

Step = Callable[[Flag, Answering, AnswerTimes], FlagEvent.Kind | None]
"""Changes a flag's owner (and clock) as it should be; what that was, None when it stays as it is."""


def assign_flags(*, by: User, now: datetime, patients: QuerySet[Patient] | None = None) -> int:
    """Bring the owners of unanswered signals, muted ones too, in line with care teams, absences and accounts; how many
    changed hands.

    Run it when any of these changes, and every few minutes: an absence begins and ends by the calendar alone.
    """
    waiting = Flag.objects.filter(UNANSWERED)
    if patients is not None:
        waiting = waiting.filter(patient__in=patients.values("pk"))
    return _each(waiting, _reassigned, by=by, now=now)


def escalate_flags(*, by: User, now: datetime) -> int:
    """Pass on every waiting signal whose time to answer is over, acknowledged or not; how many were.

    The clock starts anew for whoever is asked next. Where everybody was asked it stays where it is, and is noted again.
    """
    late = Flag.objects.filter(WAITING, answer_by__lte=now)

    def passed_on(flag: Flag, answering: Answering, times: AnswerTimes) -> FlagEvent.Kind:
        before = flag.owner_id
        if before not in flag.unanswered_by:
            flag.unanswered_by = [*flag.unanswered_by, before]
        give_to(flag, answering.owner(flag.patient_id, asked=flag.unanswered_by))
        limit = times.limit(flag.patient_id, flag.level)
        flag.answer_by = None if limit is None else now + limit
        return FlagEvent.Kind.ESCALATED if flag.owner_id != before else FlagEvent.Kind.UNANSWERED

    return _each(late, passed_on, by=by, now=now)


def _reassigned(flag: Flag, answering: Answering, _times: AnswerTimes) -> FlagEvent.Kind | None:
    owner = answering.owner(flag.patient_id, asked=flag.unanswered_by)
    if (owner.user, owner.how) == (flag.owner_id, flag.owner_as):
        return None
    give_to(flag, owner)
    return FlagEvent.Kind.ASSIGNED


def _each(flags: QuerySet[Flag], step: Step, *, by: User, now: datetime) -> int:
    """Take the step for each flag, some patients a transaction, in the order every writer locks them."""
    done = 0
    numbers = list(flags.order_by("patient_id", "id").values_list("patient_id", "pk"))
    for batch in _batches(numbers):
        with transaction.atomic():
            done += _take(flags, batch, step, by=by, now=now)
    return done


def _take(flags: QuerySet[Flag], numbers: Collection[int], step: Step, *, by: User, now: datetime) -> int:
    rows = list(flags.filter(pk__in=numbers).order_by("id").select_for_update(no_key=True))
    patients = {flag.patient_id for flag in rows}
    answering, times = answering_for(patients, now=now), AnswerTimes(patients)
    taken = [(flag, kind) for flag in rows if (kind := step(flag, answering, times)) is not None]
    for flag, _kind in taken:
        flag.version += 1
    Flag.objects.bulk_update(
        [flag for flag, _kind in taken], ["owner", "owner_as", "unanswered_by", "answer_by", "version"]
    )
    steps = [step_of(flag, kind, by=by, now=now, evidence=False) for flag, kind in taken]
    FlagEvent.objects.bulk_create(steps)
    tell_of(steps)
    AuditEvent.objects.bulk_create(
        event(
            by=by, verb=f"flag.{kind.value}", target=flag, patient_id=flag.patient_id, detail={"owner": flag.owner_id}
        )
        for flag, kind in taken
    )
    return len(taken)


def _batches(numbers: Iterable[tuple[int, int]]) -> Iterator[list[int]]:
    """The flags of whole patients, about `BATCH` at once."""
    batch: list[int] = []
    for _patient, rows in groupby(numbers, key=lambda row: row[0]):
        batch += [number for _, number in rows]
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
