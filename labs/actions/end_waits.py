"""Flags that waited for tests come back: each test has a result, was skipped, or can no longer be done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F

from labs.actions.flag_steps import ask_anew, keep_step, step_of
from labs.models import Flag, FlagEvent, Review, ScheduledTest
from labs.models.flag_states import REVIEW_TRANSITIONS
from labs.selectors.answer_times import AnswerTimes
from labs.selectors.due import Status, status_of
from labs.selectors.owners import answering_for
from labs.vocabulary.test_kinds import label_of
from patients.actions.audit import record
from patients.models import User

OVER = frozenset({Status.RESULTED, Status.SKIPPED, Status.MISSED, Status.EXCUSED})


def end_waits(*, by: User, now: datetime, patient_ids: Collection[int] | None = None) -> int:
    """Ask anew about each flag (of these patients; None: of all) all of whose tests are over; how many there were.

    Call it under the lock of the patients, in the transaction of what closed a test and after the rules were asked: a
    flag that they opened is left alone. No query where there are no patients, one where none of their flags waits.
    """
    if patient_ids is not None and not patient_ids:
        return 0
    return sum(_come_back(number, tests, by=by, now=now) for number, tests in _over(patient_ids, now).items())


def _over(patient_ids: Collection[int] | None, now: datetime) -> dict[int, list[ScheduledTest]]:
    """Flag -> the tests ordered for it, of flags none of whose tests is still waited for."""
    orders = ScheduledTest.objects.filter(
        ordered_by__decision__flag__review=Review.AWAITING_TEST, ordered_by__decision__undone_at__isnull=True
    )
    if patient_ids is not None:
        orders = orders.filter(ordered_by__decision__flag__patient__in=list(patient_ids))
    tests: dict[int, list[ScheduledTest]] = defaultdict(list)
    for test in orders.annotate(flag=F("ordered_by__decision__flag")).select_related("patient__site").order_by("id"):
        tests[test.flag].append(test)
    return {
        flag: ordered
        for flag, ordered in sorted(tests.items())
        if all(status_of(test, now.astimezone(test.patient.site.zone).date()) in OVER for test in ordered)
    }


@transaction.atomic
def _come_back(number: int, tests: list[ScheduledTest], *, by: User, now: datetime) -> bool:
    flag = Flag.objects.select_for_update(of=("self",), no_key=True).select_related("patient__site").get(pk=number)
    target = REVIEW_TRANSITIONS[Review(flag.review)].get("test_came")
    if target is None:
        return False
    flag.review = target
    ask_anew(flag, answering_for([flag.patient_id], now=now), AnswerTimes([flag.patient_id]), now=now)
    flag.version += 1
    flag.save()
    note = ", ".join(dict.fromkeys(label_of(test.kind) for test in tests))
    keep_step(step_of(flag, FlagEvent.Kind.TEST_CAME, by=by, now=now, note=note))
    record(by=by, verb="flag.test_came", target=flag, patient=flag.patient, detail={"owner": flag.owner_id})
    return True
