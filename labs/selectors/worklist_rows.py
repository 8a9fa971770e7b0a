"""The rows of the worklist: tests with what a nurse needs to act on them, a few queries however many rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, Count, Func, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from labs.models import ContactAttempt, ContactOutcome, Result, ScheduledTest
from labs.protocols.closing import SLACK
from labs.protocols.suggesting import suggested_day
from labs.protocols.working_days import WorkingDays
from labs.selectors.site_calendar import working_days_of_sites
from labs.vocabulary.statuses import USABLE
from labs.vocabulary.test_kinds import DONE_BY_HAND, TEST_KINDS, TestKind
from patients.models import MRN, Diagnosis, Identifier, Patient


@dataclass(slots=True)
class Row:
    """One test of the list, with what a nurse needs to act on it. `missing`: parts of the panel that have not come."""

    test: ScheduledTest
    today: date
    suggested_for: date
    diagnosis: Diagnosis | None = None
    last_on: date | None = None
    missing: tuple[str, ...] = ()
    partly_done: bool = False

    @property
    def patient(self) -> Patient:
        """Whom to call."""
        return self.test.patient

    @property
    def kind(self) -> TestKind:
        """What is to be done."""
        return TEST_KINDS[self.test.kind]

    @property
    def mrn(self) -> str:
        """The record number, "" without one."""
        return self.test.mrn or ""  # type: ignore[attr-defined]

    @property
    def calls(self) -> int:
        """How many times somebody tried to reach the patient about this test."""
        return self.test.calls  # type: ignore[attr-defined]

    @property
    def last_outcome(self) -> ContactOutcome | None:
        """What came of the latest of these."""
        found = self.test.last_outcome  # type: ignore[attr-defined]
        return ContactOutcome(found) if found else None

    @property
    def last_call_at(self) -> datetime | None:
        """When that was."""
        return self.test.last_call_at  # type: ignore[attr-defined]

    @property
    def needs_decision(self) -> bool:
        """Whether the patient said they will not come, and nobody has decided yet what follows from it."""
        return self.last_outcome in {ContactOutcome.DECLINED, ContactOutcome.MOVED}

    @property
    def call_is_due(self) -> bool:
        """Whether the day has come on which the patient was to be contacted again."""
        return self.test.snoozed_until is not None and self.test.snoozed_until <= self.today

    @property
    def days_late(self) -> int:
        """For how many days it has been late; negative while it is not."""
        return (self.today - self.test.late_from).days

    @property
    def days_waiting(self) -> int | None:
        """For how many days its sample has waited for a result."""
        return None if self.test.collected_on is None else (self.today - self.test.collected_on).days

    @property
    def was_booked_for(self) -> date | None:
        """A booked day that passed without a result."""
        booked = self.test.booked_for
        return booked if booked is not None and booked < self.today else None


def with_people(tests: QuerySet[ScheduledTest]) -> QuerySet[ScheduledTest]:
    """The tests with patient, plan, record number and what came of calls, read along."""
    numbers = Identifier.objects.filter(patient=OuterRef("patient"), system=MRN).order_by("id")
    about = ContactAttempt.objects.filter(patient=OuterRef("patient"), tests__contains=_alone(OuterRef("pk")))
    latest = about.order_by("-at", "-id")
    calls = about.order_by().values("patient").annotate(n=Count("pk")).values("n")
    return tests.select_related("patient__site", "plan__diagnosis", "plan__protocol", "assigned_to").annotate(
        mrn=Subquery(numbers.values("value")[:1]),
        calls=Coalesce(Subquery(calls), Value(0)),
        last_outcome=Subquery(latest.values("outcome")[:1]),
        last_call_at=Subquery(latest.values("at")[:1]),
    )


def rows_of(tests: Sequence[ScheduledTest]) -> list[Row]:
    """The rows of tests read by `with_people` that know their `today`. Two queries, a third for tests of no plan."""
    if not tests:
        return []
    working = working_days_of_sites({test.site_id for test in tests}, since=min(test.today for test in tests))  # type: ignore[attr-defined]
    rows = [Row(test, test.today, _suggested(test, test.today, working[test.site_id])) for test in tests]  # type: ignore[attr-defined]
    _add_diagnoses(rows)
    _add_progress(rows)
    return rows


def _suggested(test: ScheduledTest, today: date, working: WorkingDays) -> date:
    """The day offered for its booking, on the calendar of the patient's site."""
    return suggested_day(
        due_on=test.due_on, opens_on=test.opens_on, late_from=test.late_from, today=today, working=working
    )


def needed_analytes(kind: TestKind) -> frozenset[str]:
    """The analytes that count towards closing a panel."""
    return frozenset().union(*(need.any_of for need in kind.needs))


def _alone(number: Any) -> Any:
    """An array of one number."""
    return Func(number, function="array", template="array[%(expressions)s]", output_field=ArrayField(BigIntegerField()))


def _add_diagnoses(rows: Sequence[Row]) -> None:
    """Say which disease a test is for; of a test outside plans the patient's first."""
    without = [row for row in rows if row.test.plan is None]
    first: dict[int, Diagnosis] = {}
    if without:
        for diagnosis in Diagnosis.objects.filter(patient__in={row.test.patient_id for row in without}):
            first.setdefault(diagnosis.patient_id, diagnosis)
    for row in rows:
        plan = row.test.plan
        row.diagnosis = first.get(row.test.patient_id) if plan is None else plan.diagnosis


# What has come of a panel: results in the window of the test, after the one before it of its kind was done
# (`labs.protocols.closing`). And the day the patient last had a needed value, or the kind was done by hand.
PROGRESS = f"""
    select asked.id,
        (select array_agg(distinct result.analyte) from {Result._meta.db_table} as result
         where result.patient_id = test.patient_id and result.analyte = any(string_to_array(asked.analytes, ' '))
           and result.collected_on >= test.opens_on - %(slack)s
           and result.collected_on < coalesce(test.lapses_on, 'infinity')
           and result.collected_on > coalesce(done.until, '-infinity')
           and result.is_current and result.status = any(%(usable)s)
           and (result.amount is not null or result.coded <> '' or result.value_printed <> '')),
        greatest(
            (select max(latest.collected_on) from unnest(string_to_array(asked.needed, ' ')) as need(analyte)
             cross join lateral (
                 select result.collected_on from {Result._meta.db_table} as result
                 where result.patient_id = test.patient_id and result.analyte = need.analyte
                   and result.is_current and result.status = any(%(usable)s)
                 order by result.collected_on desc limit 1
             ) as latest),
            (select max(other.collected_on) from {ScheduledTest._meta.db_table} as other
             where other.patient_id = test.patient_id and other.kind = test.kind
               and (other.closed_by_id is not null or other.kind = any(%(by_hand)s)))
        )
    from unnest(%(ids)s::bigint[], %(analytes)s::text[], %(needed)s::text[]) as asked(id, analytes, needed)
    join {ScheduledTest._meta.db_table} as test on test.id = asked.id
    cross join lateral (
        select max(before.collected_on) as until from {ScheduledTest._meta.db_table} as before
        where before.patient_id = test.patient_id and before.kind = test.kind and before.plan_id = test.plan_id
          and before.opens_on < test.opens_on and (before.closed_by_id is not null or before.kind = any(%(by_hand)s))
    ) as done
"""  # noqa: S608 (table names of our own models)


def _add_progress(rows: Sequence[Row]) -> None:
    """Say what has come of each panel, what is missing, and when the patient last had it. One query."""
    parameters: dict[str, Any] = {
        "ids": [row.test.pk for row in rows],
        "analytes": [" ".join(sorted(row.kind.analytes)) for row in rows],
        "needed": [" ".join(sorted(needed_analytes(row.kind))) for row in rows],
        "slack": SLACK.days,
        "usable": sorted(USABLE),
        "by_hand": sorted(DONE_BY_HAND),
    }
    with connection.cursor() as cursor:
        cursor.execute(PROGRESS, parameters)
        found = {number: (analytes, last_on) for number, analytes, last_on in cursor.fetchall()}
    for row in rows:
        analytes, row.last_on = found[row.test.pk]
        row.partly_done, row.missing = bool(analytes), row.kind.missing(analytes or ())
