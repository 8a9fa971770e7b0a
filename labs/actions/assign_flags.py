"""Giving every waiting signal the owner it should have today, and passing on those that nobody answered in time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.db.models import Q, QuerySet

from labs.models import Flag, FlagEvent, Review
from labs.models.flag_states import ON_SCREEN
from labs.selectors.answer_times import AnswerTimes
from labs.selectors.owners import HOW, Answering, answering_for
from patients.actions.audit import event
from patients.models import AuditEvent, User

WAITING = Q(signal__in=ON_SCREEN) & ~Q(review=Review.RESOLVED)
"""Signals that want an answer."""
BATCH = 500

Step = Callable[[Flag, Answering, AnswerTimes], str]
"""Changes a flag's owner (and clock) as it should be; what to note of it, "" when it stays as it is."""


def assign_flags(*, by: User, now: datetime, patient_ids: Collection[int] | None = None) -> int:
    """Bring the owners of waiting signals in line with care teams, absences and accounts; how many changed hands.

    Run it when any of these changes, and every few minutes: an absence begins and ends by the calendar alone.
    """
    waiting = Flag.objects.filter(WAITING)
    if patient_ids is not None:
        waiting = waiting.filter(patient__in=list(patient_ids))
    return _each(waiting, _reassigned, FlagEvent.Kind.ASSIGNED, by=by, now=now)


def escalate_flags(*, by: User, now: datetime) -> int:
    """Pass on every waiting signal whose time to answer is over, acknowledged or not; how many were.

    Its clock starts anew for whoever answers next. At the end of the chain it stays where it is, and is noted again.
    """
    late = Flag.objects.filter(WAITING, answer_by__lte=now)

    def passed_on(flag: Flag, answering: Answering, times: AnswerTimes) -> str:
        before = flag.owner_id
        limit = times.limit(flag.patient_id, flag.level)
        flag.escalations += 1
        owner = answering.owner(flag.patient_id, steps=flag.escalations)
        flag.owner_id = owner.user
        flag.answer_by = None if limit is None else now + limit
        return str(HOW[owner.how]) if owner.user != before else "nobody further along the chain"

    return _each(late, passed_on, FlagEvent.Kind.ESCALATED, by=by, now=now)


def _reassigned(flag: Flag, answering: Answering, _times: AnswerTimes) -> str:
    owner = answering.owner(flag.patient_id, steps=flag.escalations)
    if owner.user == flag.owner_id:
        return ""
    flag.owner_id = owner.user
    return str(HOW[owner.how])


def _each(flags: QuerySet[Flag], step: Step, kind: FlagEvent.Kind, *, by: User, now: datetime) -> int:
    """Take the step for each flag, some patients a transaction, in the order every writer locks them."""
    done = 0
    numbers = list(flags.order_by("patient_id", "id").values_list("patient_id", "pk"))
    for batch in _batches(numbers):
        with transaction.atomic():
            done += _take(flags, batch, step, kind, by=by, now=now)
    return done


def _take(
    flags: QuerySet[Flag], numbers: Collection[int], step: Step, kind: FlagEvent.Kind, *, by: User, now: datetime
) -> int:
    rows = list(flags.filter(pk__in=numbers).order_by("id").select_for_update(no_key=True))
    patients = {flag.patient_id for flag in rows}
    answering, times = answering_for(patients, now=now), AnswerTimes(patients)
    noted = [(flag, note) for flag in rows if (note := step(flag, answering, times))]
    for flag, _note in noted:
        flag.version += 1
    Flag.objects.bulk_update([flag for flag, _note in noted], ["owner", "escalations", "answer_by", "version"])
    FlagEvent.objects.bulk_create(_event(flag, kind, note, by=by, now=now) for flag, note in noted)
    AuditEvent.objects.bulk_create(
        event(
            by=by, verb=f"flag.{kind.value}", target=flag, patient_id=flag.patient_id, detail={"owner": flag.owner_id}
        )
        for flag, _note in noted
    )
    return len(noted)


def _event(flag: Flag, kind: FlagEvent.Kind, note: str, *, by: User, now: datetime) -> FlagEvent:
    return FlagEvent(
        flag=flag, at=now, by=by, kind=kind, signal=flag.signal, review=flag.review, level=flag.level, note=note
    )


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


def _owner(flag: Flag) -> dict[str, int]:
    return {"owner": flag.owner_id, "escalations": flag.escalations}
