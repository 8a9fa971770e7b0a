"""Taking back what a decision created: an order, a relapse, a line of therapy, a new start, a question."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError

from labs.actions.rebaseline import withdraw_rebaseline
from labs.actions.take_flag import as_refusal
from labs.models import Created, Rebaseline, ScheduledTest, SecondOpinion, SkipReason
from labs.selectors.created import is_gone, thing_of
from patients.actions.audit import record
from patients.actions.record_remission import withdraw_course_event
from patients.actions.withdraw import withdraw
from patients.actions.withdraw_line import withdraw_line
from patients.models import CourseEvent, Patient, TreatmentLine, User


def take_back_created(
    rows: Iterable[Created], *, patient: Patient, because: str, by: User, now: datetime
) -> list[Created]:
    """Take these back, but for what somebody took back already; returns which were. Call it in the transaction of the
    decision, under the lock of the patient, and ask the rules again where the course was among them."""
    taken = [row for row in rows if not is_gone(row)]
    for row in taken:
        try:
            _take_back(row, patient, because, by=by, now=now)
        except ValidationError as error:
            raise as_refusal(error) from error
    return taken


def _take_back(row: Created, patient: Patient, because: str, *, by: User, now: datetime) -> None:
    thing = thing_of(row)
    if isinstance(thing, ScheduledTest):
        _cancel(thing, patient, because, by=by, now=now)
    elif isinstance(thing, CourseEvent):
        withdraw_course_event(event=thing, reason=because, by=by, now=now)
    elif isinstance(thing, TreatmentLine):
        withdraw_line(line=thing, reason=because, by=by, now=now)
    elif isinstance(thing, Rebaseline):
        withdraw_rebaseline(row=thing, reason=because, by=by, now=now)
    elif isinstance(thing, SecondOpinion):
        withdraw(thing, because=because, by=by, now=now)
        record(by=by, verb="opinion.withdraw", target=thing, patient=patient, detail={"reason": because})


def _cancel(test: ScheduledTest, patient: Patient, because: str, *, by: User, now: datetime) -> None:
    """The order is undone; nobody is asked for the test any more. It stands in no plan, so no other test moves."""
    test.skipped_because, test.skipped_at, test.skipped_by = SkipReason.ORDER_UNDONE, now, by
    test.save(update_fields=["skipped_because", "skipped_at", "skipped_by"])
    detail = {"reason": test.skipped_because, "note": because}
    record(by=by, verb="skip_test", target=test, patient=patient, detail=detail)
