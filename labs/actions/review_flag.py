"""What a physician does with a flag: acknowledge, wait for a repeat test, answer with a coded decision, reopen.

What the decisions create is in files of their own: `order_tests`, `confirm_relapse`, `ask_opinion`, `rebaseline`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from django.db import transaction

from labs.actions.decide_flag import Details, decide
from labs.actions.flag_steps import ask_anew
from labs.actions.order_tests import Repeat
from labs.actions.take_flag import ReviewRefused, clear_answer, take_flag, take_step
from labs.models import Decision, Flag, FlagEvent, Review
from labs.selectors.answer_times import AnswerTimes
from labs.selectors.owners import answering_for
from patients.models import User

__all__ = ["Repeat", "ReviewRefused", "acknowledge_flag", "await_repeat", "reopen_flag", "resolve_flag"]


@transaction.atomic
def acknowledge_flag(*, flag_id: int, version: int, by: User, now: datetime, note: str = "") -> Flag:
    """The physician has seen the flag and takes it on. Raises `ReviewRefused` when it changed meanwhile."""
    flag = take_flag(flag_id=flag_id, version=version, by=by)
    take_step(flag, "acknowledge", FlagEvent.Kind.ACKNOWLEDGED, by=by, now=now, note=note)
    return flag


@transaction.atomic
def await_repeat(*, flag_id: int, version: int, repeat: Repeat, by: User, now: datetime, note: str = "") -> Flag:
    """Order a repeat test and leave the flag waiting for it: an answer is due when the last day of the test is over."""
    decision = Decision.REPEAT_TEST
    return resolve_flag(flag_id=flag_id, version=version, decision=decision, repeat=repeat, by=by, now=now, note=note)


@transaction.atomic
def resolve_flag(
    *, flag_id: int, version: int, decision: str, by: User, now: datetime, note: str = "", **details: Unpack[Details]
) -> Flag:
    """Answer the flag with a coded decision and what belongs to it; everything it promises is made in the same step.

    Orders and second opinions leave the flag waiting, the others close it. Raises `ReviewRefused` with the reason;
    nothing is changed then.
    """
    flag = take_flag(flag_id=flag_id, version=version, by=by)
    decide(flag, decision, note=note, details=details, by=by, now=now)
    return flag


@transaction.atomic
def reopen_flag(*, flag_id: int, version: int, by: User, now: datetime, note: str = "") -> Flag:
    """Ask again; what an earlier decision created stays. A resolved flag is asked anew; the clock of one that was only
    acknowledged runs on."""
    flag = take_flag(flag_id=flag_id, version=version, by=by)
    if flag.review == Review.RESOLVED:
        patients = [flag.patient_id]
        ask_anew(flag, answering_for(patients, now=now), AnswerTimes(patients), now=now)
    clear_answer(flag)
    take_step(flag, "reopen", FlagEvent.Kind.REOPENED, by=by, now=now, note=note)
    return flag
