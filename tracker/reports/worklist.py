"""One part of the worklist as a file: every row of it, in its order, with whom to call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from labs.models import ScheduledTest
from labs.selectors.worklist import every_test
from labs.selectors.worklist_parts import Narrowing, Tab
from labs.selectors.worklist_rows import rows_of, with_people
from patients import access
from patients.models import User
from tracker.reports.report import CHUNK, Column, Report, Value

COLUMNS = (
    Column("mrn"),
    Column("family_name"),
    Column("given_name"),
    Column("birth_date", "date"),
    Column("phone"),
    Column("mobile"),
    Column("site"),
    Column("disease"),
    Column("risk_group"),
    Column("test"),
    Column("protocol"),
    Column("due_on", "date"),
    Column("late_after", "date"),
    Column("days_late", "integer"),
    Column("missing"),
    Column("booked_for", "date"),
    Column("booked_time"),
    Column("place"),
    Column("collected_on", "date"),
    Column("contact_again_on", "date"),
    Column("calls", "integer"),
    Column("last_outcome"),
    Column("assigned_to"),
    Column("last_result_on", "date"),
)


@dataclass(frozen=True, slots=True)
class PartOfList:
    """Which part of the list, and how it is narrowed."""

    tab: Tab
    narrowing: Narrowing

    def as_dict(self) -> dict[str, str]:
        """As text. What was searched for is a patient's name as a rule: only that there was a search is told."""
        chosen = {field.name: getattr(self.narrowing, field.name) for field in fields(self.narrowing)}
        set_ones = {
            name: str(value)
            for name, value in chosen.items()
            if value is not None and value is not False and value != ""
        }
        return {"tab": self.tab.value} | set_ones | ({"text": "yes"} if self.narrowing.text else {})


def select(part: PartOfList, user: User, now: datetime) -> QuerySet[ScheduledTest]:
    """The tests in the order of the list."""
    tests = with_people(every_test(user=user, now=now, tab=part.tab, narrowing=part.narrowing))
    return tests.select_related(
        "patient__site", "patient__contact_details", "plan__diagnosis", "plan__protocol", "assigned_to"
    )


def rows(tests: QuerySet[ScheduledTest]) -> Iterator[tuple[Value, ...]]:
    """One tuple a test."""
    waiting = tests.iterator(chunk_size=CHUNK)
    while batch := list(islice(waiting, CHUNK)):
        for row in rows_of(batch):
            test, patient, diagnosis = row.test, row.patient, row.diagnosis
            contact = getattr(patient, "contact_details", None)
            yield (
                row.mrn,
                patient.family_name,
                patient.given_name,
                patient.birth_date,
                contact.phone if contact else "",
                contact.mobile if contact else "",
                patient.site.code,
                diagnosis.disease if diagnosis else "",
                diagnosis.risk_group if diagnosis else "",
                test.kind,
                f"{test.plan.protocol.code} v{test.plan.protocol.version}" if test.plan else "",
                test.due_on,
                test.late_from,
                max(0, row.days_late),
                ", ".join(row.missing) if row.partly_done else "",
                test.booked_for,
                f"{test.booked_time:%H:%M}" if test.booked_time else "",
                test.booked_at_place,
                test.collected_on,
                test.snoozed_until,
                row.calls,
                row.last_outcome.value if row.last_outcome else "",
                test.assigned_to.username if test.assigned_to else "",
                row.last_on,
            )


WORKLIST = Report(
    code="worklist",
    title=_("Worklist"),
    about=_("One part of the worklist, with whom to call."),
    columns=COLUMNS,
    day="due_on",
    day_label=_("due"),
    levels=(),
    statuses=(),
    status_label=_("Status"),
    select=select,
    rows=rows,
    check=access.check_can_take_worklist,
)
"""Not among the administrators' reports: it names patients, and goes to those who call them."""
