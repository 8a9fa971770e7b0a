"""Due tests: what was planned, how it stands today, and how late it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from labs.models import ScheduledTest
from labs.selectors.due import ON_SOMEBODYS_LIST, Status, days_late, with_status
from patients.access import visible_to
from patients.models import Diagnosis, User
from tracker.reports.report import CHUNK, Column, Filters, Report, Value, narrowed, with_mrn

COLUMNS = (
    Column("mrn"),
    Column("site"),
    Column("disease"),
    Column("risk_group"),
    Column("test"),
    Column("origin"),
    Column("protocol"),
    Column("due_on", "date"),
    Column("window_opens", "date"),
    Column("window_closes", "date"),
    Column("status"),
    Column("days_late", "integer"),
    Column("booked_for", "date"),
    Column("place"),
    Column("collected_on", "date"),
    Column("accession"),
    Column("skipped_because"),
)
LATE = frozenset({Status.OVERDUE, Status.MISSED, Status.COLLECTED, Status.BOOKED})


def select(filters: Filters, user: User, now: datetime) -> QuerySet[ScheduledTest]:
    """Scheduled tests of living patients whose plan goes on, with their status at the site's present day."""
    tests = ScheduledTest.objects.filter(ON_SOMEBODYS_LIST, visible_to(user, "patient__"))
    tests = with_status(narrowed(with_mrn(tests), filters, day="due_on"), now=now)
    if filters.disease:
        tests = tests.filter(_of_disease(filters.disease))
    if filters.status:
        tests = tests.filter(Q(status=filters.status))
    return tests.select_related("patient__site", "plan__diagnosis", "plan__protocol", "closed_by").order_by(
        "due_on", "id"
    )


def rows(tests: QuerySet[ScheduledTest]) -> Iterator[tuple[Value, ...]]:
    """One tuple a test."""
    for test in tests.iterator(chunk_size=CHUNK):
        status, today = test.status, test.today  # type: ignore[attr-defined]
        late = max(0, days_late(test, today)) if status in LATE else None
        yield (
            test.mrn or "",  # type: ignore[attr-defined]
            test.patient.site.code,
            test.plan.diagnosis.disease if test.plan else "",
            test.plan.diagnosis.risk_group if test.plan else "",
            test.kind,
            test.origin,
            f"{test.plan.protocol.code} v{test.plan.protocol.version}" if test.plan else "",
            test.due_on,
            test.opens_on,
            test.closes_on,
            status,
            late,
            test.booked_for,
            test.booked_at_place,
            test.collected_on,
            test.closed_by.accession if test.closed_by else "",
            test.skipped_because,
        )


def _of_disease(disease: str) -> Q:
    """Tests of a plan for it; those outside a plan by what the patient has."""
    patients = Diagnosis.objects.filter(disease=disease).values("patient")
    return Q(plan__diagnosis__disease=disease) | Q(plan=None, patient__in=patients)


DUE_TESTS = Report(
    code="due_tests",
    title=_("Follow-up tests"),
    about=_("Planned, due, overdue, booked, done, missed and skipped tests as they stand today."),
    columns=COLUMNS,
    day="due_on",
    day_label=_("due"),
    levels=(),
    statuses=Status.choices,
    status_label=_("Status"),
    select=select,
    rows=rows,
)
