"""Keeping the tests of the next months scheduled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from labs.actions.close_tests import close_for
from labs.models import Keeping, Plan, PlanPause, ScheduledTest
from labs.protocols.dates import add_months
from labs.protocols.reading import steps_of
from labs.protocols.schedule import Slot, Step, slots
from labs.selectors.outcomes import Course, actual_dates
from patients.actions import audit
from patients.models import AuditEvent, User
from patients.models.withdrawal import STANDING

HORIZON_MONTHS = 13
"""How far ahead tests are scheduled: a year's visit and the month around it."""
BATCH = 1_000


def extend_horizon(*, by: User, now: datetime, patient_ids: Collection[int] | None = None) -> int:
    """Schedule what the running plans ask for up to the horizon; how many tests were added. A second call adds none.

    `patient_ids` None: every plan, a batch and a transaction at a time.
    """
    plans = Plan.objects.filter(ended_on=None, patient__deceased_on=None).select_related("protocol", "patient__site")
    if patient_ids is not None:
        plans = plans.filter(patient_id__in=patient_ids)
    added = 0
    for batch in _batches(plans.order_by("id").iterator(chunk_size=BATCH)):
        with transaction.atomic():
            added += schedule(plans=batch, by=by, now=now)
            close_for(patient_ids=_paused_again(batch), by=by, now=now)
    return added


def _paused_again(plans: Sequence[Plan]) -> list[int]:
    """The patients whose plan was paused more than once: which pause concerns a test changes with time."""
    standing = PlanPause.objects.filter(STANDING, plan__in=plans).order_by()
    more = standing.values("plan").annotate(number=Count("pk")).filter(number__gt=1)
    return list(Plan.objects.filter(pk__in=more.values("plan")).values_list("patient_id", flat=True))


def schedule(*, plans: Sequence[Plan], by: User, now: datetime) -> int:
    """Schedule the tests of these plans up to the horizon and close those whose results are there already.

    Tests are told apart by plan, step and number: what exists is left as it is, also when it was booked or skipped.
    """
    added = 0
    for start in range(0, len(plans), BATCH):
        batch = plans[start : start + BATCH]
        added += _schedule(batch, by=by, now=now)
        following = [plan for plan in batch if plan.keeps == Keeping.ACTUAL]
        while following and (more := _schedule(following, by=by, now=now)):
            added += more  # what was closed just now may have brought the last dates nearer
    return added


def _schedule(plans: Sequence[Plan], *, by: User, now: datetime) -> int:
    existing = _existing(plans)
    chains = _chains([plan for plan in plans if plan.keeps == Keeping.ACTUAL])
    steps: dict[int, tuple[Step, ...]] = {}
    fresh: list[tuple[Plan, Slot]] = []
    for plan in plans:
        if plan.protocol_id not in steps:
            steps[plan.protocol_id] = steps_of(plan.protocol.definition)
        fresh += [
            (plan, slot)
            for slot in _slots(plan, steps[plan.protocol_id], chains.get(plan.pk, {}), now)
            if (plan.pk, slot.step, slot.sequence) not in existing
        ]
    return _store(fresh, by=by, now=now)


def _existing(plans: Sequence[Plan]) -> set[tuple[int | None, str, int]]:
    """The tests these plans have. The plans are locked, so that nobody schedules the same tests meanwhile."""
    numbers = [plan.pk for plan in plans]
    list(Plan.objects.filter(pk__in=numbers).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    return set(ScheduledTest.objects.filter(plan__in=numbers).values_list("plan_id", "step", "sequence"))


def _store(fresh: Sequence[tuple[Plan, Slot]], *, by: User, now: datetime) -> int:
    if not fresh:
        return 0
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for plan, slot in fresh:
            copy.write_row(_row(plan, slot))
    counts = Counter(plan.pk for plan, _slot in fresh)
    plans = {plan.pk: plan for plan, _slot in fresh}
    AuditEvent.objects.bulk_create(
        [
            audit.event(
                by=by, verb="schedule_tests", target=plan, patient_id=plan.patient_id, detail={"tests": counts[key]}
            )
            for key, plan in plans.items()
        ],
        batch_size=2_000,
    )
    close_for(patient_ids={plan.patient_id for plan in plans.values()}, by=by, now=now)
    return len(fresh)


def _chains(plans: Sequence[Plan]) -> dict[int, dict[str, list[ScheduledTest]]]:
    """The tests of these plans, by plan and kind."""
    found: dict[int, dict[str, list[ScheduledTest]]] = defaultdict(lambda: defaultdict(list))
    if plans:
        for test in ScheduledTest.objects.filter(plan__in=plans):
            found[test.plan_id or 0][test.kind].append(test)
    return found


def _slots(
    plan: Plan, steps: tuple[Step, ...], chains: Mapping[str, list[ScheduledTest]], now: datetime
) -> Iterator[Slot]:
    """What the plan asks for; of the `chains` it has that follow what was done, only what comes after them."""
    today = now.astimezone(plan.patient.site.zone).date()
    until = add_months(today, HORIZON_MONTHS)
    untold = tuple(step for step in steps if step.kind not in chains)
    yield from slots(untold, plan.anchor_on, after=plan.started_on, until=until)
    course = Course(plan.anchor_on, steps, (), today)
    for chain in chains.values():
        yield from actual_dates(chain, course).further(until)


# A year of monthly tests is 35 rows a patient: by COPY, as a registry puts 100,000 patients on plans at once.
COLUMNS = (
    "patient_id",
    "plan_id",
    "kind",
    "step",
    "sequence",
    "origin",
    "due_on",
    "opens_on",
    "closes_on",
    "lapses_on",
    "late_from",
    "booked_at_place",
    "skipped_because",
    "note",
)
COPY = f"copy {ScheduledTest._meta.db_table} ({', '.join(COLUMNS)}) from stdin"


def _row(plan: Plan, slot: Slot) -> tuple[Any, ...]:
    """The values of `COLUMNS`; the other columns stay empty until something happens."""
    return (
        plan.patient_id,
        plan.pk,
        slot.kind,
        slot.step,
        slot.sequence,
        ScheduledTest.Origin.PLANNED.value,
        slot.due_on,
        slot.opens_on,
        slot.closes_on,
        slot.lapses_on,
        slot.closes_on,
        "",
        "",
        "",
    )


def _batches(plans: Iterator[Plan]) -> Iterator[list[Plan]]:
    while batch := list(islice(plans, BATCH)):
        yield batch
