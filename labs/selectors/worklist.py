"""The nurse's worklist: whom to call or book, the most pressing first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Max, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from labs.models import Result, ScheduledTest
from labs.protocols.suggesting import suggested_day
from labs.protocols.working_days import WorkingDays
from labs.selectors.due import WEEK, Status, waiting_tests
from labs.selectors.outcomes import outcomes_of
from labs.selectors.site_calendar import working_days_of_sites
from labs.vocabulary.statuses import USABLE
from labs.vocabulary.test_kinds import TEST_KINDS, TestKind
from patients.models import Diagnosis, Patient, Site, User
from patients.selectors.keyset import Key, Page, page_of, read_day

PAGE_SIZE = 50


class Tab(TextChoices):
    """The parts of the list. Every test that waits for something is in exactly one of them."""

    OVERDUE = "overdue", _("Overdue")
    WEEK = "week", _("This week")
    LATER = "later", _("Window open, due later")
    BOOKED = "booked", _("Booked")
    COLLECTED = "collected", _("Sample without result")


SOON = Q(due_on__lte=F("today") + WEEK)
TABS: dict[Tab, Q] = {
    Tab.OVERDUE: Q(status=Status.OVERDUE),
    Tab.WEEK: Q(status=Status.DUE) & SOON,
    Tab.LATER: Q(status=Status.DUE) & ~SOON,
    Tab.BOOKED: Q(status=Status.BOOKED),
    Tab.COLLECTED: Q(status=Status.COLLECTED),
}
BY_RISK = (Key("risk", read=int), Key("late_from", read=read_day), Key("id", read=int))
ORDERS: dict[Tab, tuple[Key, ...]] = {
    Tab.OVERDUE: BY_RISK,
    Tab.WEEK: BY_RISK,
    Tab.LATER: BY_RISK,
    Tab.BOOKED: (Key("booked_for", read=read_day), Key("id", read=int)),
    Tab.COLLECTED: (Key("collected_on", read=read_day), Key("id", read=int)),
}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a person wants to see of the list; empty means all."""

    site: int | None = None
    disease: str = ""
    kind: str = ""
    mine: bool = False

    def apply(self, tests: QuerySet[ScheduledTest], user: User) -> QuerySet[ScheduledTest]:
        """The tests that fit."""
        if self.site is not None:
            tests = tests.filter(patient__site=self.site)
        if self.disease:
            tests = tests.filter(
                Q(plan__diagnosis__disease=self.disease)
                | Q(plan=None, patient__in=Diagnosis.objects.filter(disease=self.disease).values("patient"))
            )
        if self.kind:
            tests = tests.filter(kind=self.kind)
        return tests.filter(patient__care_team__nurse=user) if self.mine else tests


@dataclass(slots=True)
class Row:
    """One test of the list, with what a nurse needs to act on it."""

    test: ScheduledTest
    today: date
    suggested_for: date
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
    def diagnosis(self) -> Diagnosis | None:
        """The disease the test is for; the patient's first where the test belongs to no plan."""
        if self.test.plan is not None:
            return self.test.plan.diagnosis
        return next(iter(self.patient.diagnoses.all()), None)

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


def worklist_counts(*, user: User, now: datetime, narrowing: Narrowing = Narrowing()) -> dict[Tab, int]:
    """How many tests each part of the list holds: the same conditions as the list itself. One query."""
    tests = _reachable(narrowing.apply(waiting_tests(user=user, now=now), user), now)
    found = tests.aggregate(**{tab.value: Count("pk", filter=condition) for tab, condition in TABS.items()})
    return {tab: found[tab.value] for tab in Tab}


def worklist(
    *,
    user: User,
    now: datetime,
    tab: Tab,
    narrowing: Narrowing = Narrowing(),
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Page[Row]:
    """A page of one part of the list: by risk, then by how late; booked ones by their day."""
    tests = _reachable(narrowing.apply(waiting_tests(user=user, now=now), user), now).filter(TABS[tab])
    page = page_of(_with_people(tests), ORDERS[tab], size=size, after=after, before=before)
    return Page(_rows(page.rows), next_cursor=page.next_cursor, previous_cursor=page.previous_cursor)


def waiting_row(*, user: User, now: datetime, test_id: int) -> Row:
    """One waiting test this person may see, else ScheduledTest.DoesNotExist."""
    (row,) = _rows([_with_people(waiting_tests(user=user, now=now)).get(pk=test_id)])
    return row


def sites_of(user: User) -> list[Site]:
    """The sites a person may narrow the list to."""
    return list(user.sites.order_by("name"))


def _reachable(tests: QuerySet[ScheduledTest], now: datetime) -> QuerySet[ScheduledTest]:
    """Leave out, by one range of an index, what no clock on earth could show yet."""
    latest = now.date() + timedelta(days=2)
    return tests.filter(Q(opens_on__lte=latest) | Q(booked_for__isnull=False))


def _with_people(tests: QuerySet[ScheduledTest]) -> QuerySet[ScheduledTest]:
    return tests.select_related("patient__site", "plan__diagnosis", "plan__protocol").prefetch_related(
        "patient__identifiers", "patient__diagnoses"
    )


def _rows(tests: Sequence[ScheduledTest]) -> list[Row]:
    if not tests:
        return []
    working = working_days_of_sites({test.patient.site_id for test in tests})
    rows = [Row(test, test.today, _suggested_for(test, working)) for test in tests]  # type: ignore[attr-defined]
    _add_progress(rows)
    _add_last_results(rows)
    return rows


def _suggested_for(test: ScheduledTest, working: dict[int, WorkingDays]) -> date:
    """The day offered for its booking, on the calendar of the patient's site."""
    return suggested_day(
        due_on=test.due_on,
        opens_on=test.opens_on,
        late_from=test.late_from,
        today=test.today,  # type: ignore[attr-defined]
        working=working[test.patient.site_id],
    )


def _add_progress(rows: list[Row]) -> None:
    """Say what has come of each panel and what is missing, and when hand-recorded kinds were last done."""
    whole = ScheduledTest.objects.filter(
        patient__in={row.test.patient_id for row in rows}, kind__in={row.test.kind for row in rows}
    )
    by_test = {row.test.pk: row for row in rows}
    last: dict[tuple[int, str], date] = {}
    for test, outcome in outcomes_of(list(whole)):
        if test.collected_on is not None:
            key = test.patient_id, test.kind
            last[key] = max(last.get(key, test.collected_on), test.collected_on)
        if (row := by_test.get(test.pk)) is not None:
            row.missing, row.partly_done = outcome.missing, outcome.found
    for row in rows:
        row.last_on = last.get((row.test.patient_id, row.test.kind))


def _add_last_results(rows: list[Row]) -> None:
    """Say when each patient last had a result of the panel."""
    wanted = {row.test.patient_id: frozenset[str]() for row in rows}
    for row in rows:
        wanted[row.test.patient_id] |= needed_analytes(row.kind)
    found = (
        Result.objects.filter(
            patient__in=wanted, analyte__in=frozenset().union(*wanted.values()), is_current=True, status__in=USABLE
        )
        .values_list("patient_id", "analyte")
        .annotate(last=Max("collected_on"))
    )
    latest = {(patient, analyte): last for patient, analyte, last in found}
    for row in rows:
        days = [latest.get((row.test.patient_id, analyte)) for analyte in needed_analytes(row.kind)]
        row.last_on = max((day for day in (*days, row.last_on) if day is not None), default=None)


def needed_analytes(kind: TestKind) -> frozenset[str]:
    """The analytes that count towards closing a panel."""
    return frozenset().union(*(need.any_of for need in kind.needs))
