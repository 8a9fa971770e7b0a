"""Undoing the last decision about a flag within the hour, together with all that it created."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.end_waits import end_waits
from labs.actions.evaluate import evaluate_patients
from labs.actions.take_back_created import take_back_created
from labs.actions.take_flag import ReviewRefused, clear_answer, take_flag, take_step
from labs.models import Created, Flag, FlagDecision, FlagEvent, Review
from labs.selectors.created import standing_decision
from labs.selectors.undoing import may_undo, why_not_undo
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import User

BECAUSE = "the decision was undone"


@transaction.atomic
def undo_decision(*, flag_id: int, version: int, by: User, now: datetime, note: str = "") -> Flag:
    """The flag as it was before its last decision, with the time to answer it had then.

    Raises `ReviewRefused`, changing nothing, when the hour is over or something was built on it since; `AccessRefused`
    when it is not this person's to undo.
    """
    flag = take_flag(flag_id=flag_id, version=version, by=by)
    decision = standing_decision(flag)
    if decision is None:
        raise ReviewRefused(_("There is no decision to undo."))
    if not may_undo(decision, flag, by):
        raise AccessRefused(
            _("Only %(who)s, who decided, or the owner of the signal undoes it. Make a correcting decision instead.")
            % {"who": decision.by}
        )
    if why := why_not_undo(decision, flag, now=now):
        raise ReviewRefused(why)
    created = list(decision.created.all())
    _go_back(flag, decision, by=by, now=now, note=note)
    decision.undone_at, decision.undone_by = now, by
    decision.save(update_fields=["undone_at", "undone_by"])
    taken = take_back_created(created, patient=flag.patient, because=BECAUSE, by=by, now=now)
    ask_rules_again(taken, flag, now=now)
    end_waits(patient_ids=[flag.patient_id], by=by, now=now)
    flag.refresh_from_db()
    if flag.answer_by is not None and flag.review == decision.review_before:
        flag.answer_by = decision.answer_by_before  # the rules, asked again, may have begun to count anew
        flag.save(update_fields=["answer_by"])
    return flag


def ask_rules_again(taken: list[Created], flag: Flag, *, now: datetime) -> None:
    """Where the course was among what was taken back."""
    if any(row.course_event_id or row.line_id for row in taken):
        because = _("What a decision recorded was taken back.")
        evaluate_patients(patient_ids=[flag.patient_id], by=system_account(), now=now, because=because)


def _go_back(flag: Flag, decision: FlagDecision, *, by: User, now: datetime, note: str) -> None:
    before = Review(decision.review_before)
    clear_answer(flag)
    flag.answer_by = decision.answer_by_before
    taken_on = FlagEvent.objects.filter(flag=flag, review=before, at__lt=decision.at).order_by("pk").last()
    detail = {"undone": decision.pk, "decision": decision.decision}
    take_step(flag, "undo", FlagEvent.Kind.UNDONE, by=by, now=now, note=note, to=before, detail=detail)
    if before != Review.OPEN and taken_on is not None:
        flag.reviewed_at, flag.reviewed_by = taken_on.at, taken_on.by
        flag.save(update_fields=["reviewed_at", "reviewed_by"])
