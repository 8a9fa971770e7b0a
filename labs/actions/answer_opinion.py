"""Giving a second opinion, or writing down the one that came from outside: the signal is asked anew of its owner."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.evaluate import lock_patients
from labs.actions.flag_steps import ask_anew, keep_step, step_of
from labs.actions.take_flag import ReviewRefused
from labs.models import Flag, FlagEvent, Review, SecondOpinion
from labs.models.flag_states import REVIEW_TRANSITIONS
from labs.selectors.answer_times import AnswerTimes
from labs.selectors.opinions import why_not_answer
from labs.selectors.owners import answering_for
from patients.access import check_can_review
from patients.actions.audit import record
from patients.models import User


@transaction.atomic
def answer_opinion(*, opinion_id: int, answer: str, by: User, now: datetime) -> SecondOpinion:
    """Keep the answer. Raises `ReviewRefused` where it is not this person's to give, was given or taken back."""
    lock_patients(SecondOpinion.objects.filter(pk=opinion_id).values_list("flag__patient_id", flat=True))
    row = SecondOpinion.objects.select_related("colleague", "asked_by").get(pk=opinion_id)
    flag = Flag.objects.select_for_update(of=("self",)).select_related("patient__site").get(pk=row.flag_id)
    check_can_review(by, flag.patient)
    row.flag = flag
    if why := why_not_answer(row, by):
        raise ReviewRefused(why)
    if not answer.strip():
        raise ReviewRefused(_("The answer is empty. Say what you think of the signal."))
    row.answer, row.answered_at, row.answered_by = answer.strip(), now, by
    row.save()
    record(by=by, verb="opinion.answer", target=row, patient=flag.patient, detail={"flag": flag.pk})
    _tell(flag, by=by, now=now)
    return row


def _tell(flag: Flag, *, by: User, now: datetime) -> None:
    """The step of the flag. One that was answered meanwhile, or is open already, keeps its state."""
    before, flag.review = Review(flag.review), REVIEW_TRANSITIONS[Review(flag.review)]["opinion_given"]
    if before not in {Review.OPEN, Review.RESOLVED}:
        ask_anew(flag, answering_for([flag.patient_id], now=now), AnswerTimes([flag.patient_id]), now=now)
    flag.version += 1
    flag.save()
    keep_step(step_of(flag, FlagEvent.Kind.OPINION_GIVEN, by=by, now=now))
    record(by=by, verb="flag.opinion_given", target=flag, patient=flag.patient, detail={"owner": flag.owner_id})
