"""What every step of a flag has in common: the row of its history, and how a question is asked anew."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Final

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from labs.models import Flag, FlagEvent, Level
from labs.models.flag_states import ON_SCREEN
from labs.selectors.answer_times import AnswerTimes
from labs.selectors.owners import Answering, Owner
from patients.models import User

TELLING: Final = "labs.notify"
SILENT: Final = frozenset({FlagEvent.Kind.ACKNOWLEDGED, FlagEvent.Kind.RESOLVED, FlagEvent.Kind.MUTED})
"""Steps that nobody has to be told of at once."""


def step_of(
    flag: Flag, kind: FlagEvent.Kind, *, by: User, now: datetime, note: str = "", evidence: bool = True
) -> FlagEvent:
    """The row of a step that left the flag as it is now, not yet written; `evidence`: with the finding as it stood."""
    return FlagEvent(
        flag=flag,
        at=now,
        by=by,
        kind=kind,
        signal=flag.signal,
        review=flag.review,
        level=flag.level,
        owner_id=flag.owner_id,
        owner_as=flag.owner_as,
        note=note,
        finding=flag.finding if evidence else None,
    )


def give_to(flag: Flag, owner: Owner) -> None:
    """Make them the owner."""
    flag.owner_id, flag.owner_as = owner.user, owner.how


def ask_anew(flag: Flag, answering: Answering, times: AnswerTimes, *, now: datetime) -> None:
    """Ask the first of the chain, with the whole time to answer: what was answered once is a new question. Of what is
    muted no answer is asked for, whoever owns it."""
    flag.unanswered_by = []
    give_to(flag, answering.owner(flag.patient_id))
    limit = times.limit(flag.patient_id, flag.level) if flag.signal in ON_SCREEN and flag.muted_by_id is None else None
    flag.answer_by = None if limit is None else now + limit


def keep_step(step: FlagEvent) -> None:
    """Write one step, and have whoever must know of it told."""
    step.save(force_insert=True)
    tell_of([step])


def tell_of(events: Iterable[FlagEvent]) -> None:
    """Have the worker tell at once, after this transaction, whoever must know of steps of urgent signals.

    Call it in the transaction that wrote them; where nothing is urgent it does nothing.

    One job a transaction: its queueing lock names a patient whose signals this transaction holds, so that no other
    transaction waits for it. What slips by is told within a minute (`labs.notify`).
    """
    patients = [one.flag.patient_id for one in events if one.level == Level.URGENT and one.kind not in SILENT]
    if patients:
        task = app.configure_task(TELLING, lock=TELLING, queueing_lock=f"{TELLING}/{min(patients)}")
        with suppress(AlreadyEnqueued), transaction.atomic():  # a savepoint: a refusal leaves the caller's usable
            task.defer(timestamp=0)
