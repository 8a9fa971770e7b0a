"""A patient's follow-up over time: the planned tests of each kind with how they came out, and the results that came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from labs.models import Plan, PlanPause, ScheduledTest
from labs.protocols.adherence import Adherence, AskedTest, adherence
from labs.protocols.closing import SLACK
from labs.protocols.dates import add_months
from labs.selectors.due import Status, status_of
from labs.selectors.measures.judged import asked_test
from labs.selectors.outcomes import EVIDENCE
from labs.vocabulary.statuses import USABLE
from labs.vocabulary.test_kinds import TEST_KINDS, TestKind, label_of
from patients.models import Patient
from patients.models.withdrawal import STANDING

DONE_ON_TIME, DONE_LATE = "on_time", "late"
"""The two states a done test is shown in; other tests are shown in their status."""
ALL_ANALYTES = sorted(frozenset().union(*(kind.analytes for kind in TEST_KINDS.values())))


@dataclass(frozen=True, slots=True)
class ShownTest:
    """A test, its state in words of `Status` (or done on time, done late), and the day its mark stands on."""

    test: ScheduledTest
    asked: AskedTest
    state: str
    on: date


@dataclass(frozen=True, slots=True)
class ResultDay:
    """Results of one kind that came on one day. `report` is None for a visit. `unplanned`: they belong to no test."""

    on: date
    report: int | None
    unplanned: bool
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind of test."""

    kind: str
    tests: list[ShownTest]
    results: list[ResultDay]
    last_year: Adherence
    since_start: Adherence

    @property
    def label(self) -> str:
        """The name of the kind for people."""
        return label_of(self.kind)


@dataclass(frozen=True, slots=True)
class ScheduleOf:
    """Everything of follow-up that has a day. `elsewhere`: results that belong to no kind that is planned.

    year_from, start_from  the first due day counted in "the last 12 months" and "since the plan began"
    """

    plans: list[Plan]
    pauses: list[PlanPause]
    lanes: list[Lane]
    elsewhere: list[ResultDay]
    last_year: Adherence
    since_start: Adherence
    year_from: date
    start_from: date | None


def schedule_of(*, patient: Patient, today: date) -> ScheduleOf:
    """The lanes of a patient, markers of the disease first. Four queries."""
    plans = list(Plan.objects.filter(patient=patient).select_related("protocol", "diagnosis").order_by("started_on"))
    pauses = list(PlanPause.objects.filter(STANDING, plan__patient=patient).order_by("starts_on", "id"))
    year_from, start_from = add_months(today, -12), _began(plans)
    lanes = {kind: _shown(tests, plans, patient, today) for kind, tests in _tests_by_kind(patient).items()}
    evidence = _evidence(patient, since=plans[0].started_on if plans else None)
    shown = [
        Lane(
            kind=kind,
            tests=tests,
            results=_results(kind, tests, evidence),
            last_year=_counted(tests, today, year_from),
            since_start=_counted(tests, today, start_from),
        )
        for kind, tests in sorted(lanes.items(), key=lambda item: _place(item[0]))
    ]
    return ScheduleOf(
        plans=plans,
        pauses=pauses,
        lanes=shown,
        elsewhere=_elsewhere(evidence, {lane.kind for lane in shown}),
        last_year=sum((lane.last_year for lane in shown), Adherence()),
        since_start=sum((lane.since_start for lane in shown), Adherence()),
        year_from=year_from,
        start_from=start_from,
    )


def _began(plans: Sequence[Plan]) -> date | None:
    """When the plan that runs began; the last one when none runs."""
    running = [plan.started_on for plan in plans if plan.ended_on is None]
    return min(running) if running else max((plan.started_on for plan in plans), default=None)


def _place(kind: str) -> tuple[bool, int]:
    """Markers of the disease first, then in the order of the vocabulary."""
    known = TEST_KINDS.get(kind)
    return (known is None or not known.disease_marker, list(TEST_KINDS).index(kind) if known else len(TEST_KINDS))


def _tests_by_kind(patient: Patient) -> dict[str, list[ScheduledTest]]:
    found: dict[str, list[ScheduledTest]] = {}
    tests = ScheduledTest.objects.filter(patient=patient).select_related("closed_by", "skipped_by")
    for test in tests.order_by("due_on", "id"):
        found.setdefault(test.kind, []).append(test)
    return found


def _shown(tests: Sequence[ScheduledTest], plans: Sequence[Plan], patient: Patient, today: date) -> list[ShownTest]:
    ended = {plan.pk: plan.ended_on for plan in plans}
    found = []
    for test in tests:
        asked = asked_test(test, ended_on=ended.get(test.plan_id or 0), deceased_on=patient.deceased_on)
        state, on = _state(test, asked, today)
        found.append(ShownTest(test, asked, state, on))
    return found


def _state(test: ScheduledTest, asked: AskedTest, today: date) -> tuple[str, date]:
    status = status_of(test, today)
    if status is Status.RESULTED and asked.done_on is not None:
        return (DONE_ON_TIME if asked.done_on <= asked.window_ends_on else DONE_LATE), asked.done_on
    if status is Status.COLLECTED and test.collected_on is not None:
        return status.value, test.collected_on
    if status is Status.BOOKED and test.booked_for is not None:
        return status.value, test.booked_for
    return status.value, test.due_on


def _counted(tests: Sequence[ShownTest], today: date, since: date | None) -> Adherence:
    return adherence((one.asked for one in tests), today=today, since=since)


@dataclass(frozen=True, slots=True)
class _Came:
    """What one report brought on one day. `planned_by_then`: a plan had begun."""

    on: date
    report: int | None
    analytes: frozenset[str]
    planned_by_then: bool


def _evidence(patient: Patient, *, since: date | None) -> list[_Came]:
    parameters: dict[str, Any] = {
        "patients": [patient.pk],
        "analytes": ALL_ANALYTES,
        "since": date.min,
        "usable": sorted(USABLE),
    }
    with connection.cursor() as cursor:
        cursor.execute(EVIDENCE, parameters)
        rows = cursor.fetchall()
    return [
        _Came(day, report, frozenset(seen), since is not None and day >= since)
        for _patient, day, report, seen in sorted(rows, key=lambda row: (row[1], row[2] or 0))
    ]


def _wanted(kind: TestKind) -> frozenset[str]:
    """The analytes that make a report one of this kind; what only comes along with others does not."""
    return frozenset().union(*(need.any_of for need in kind.needs)) or frozenset({kind.code})


def _results(kind: str, tests: Sequence[ShownTest], evidence: Sequence[_Came]) -> list[ResultDay]:
    known = TEST_KINDS.get(kind)
    if known is None:
        return []
    wanted = _wanted(known)
    return [
        ResultDay(came.on, came.report, came.planned_by_then and not any(_belongs(came, one) for one in tests))
        for came in evidence
        if not wanted.isdisjoint(came.analytes)
    ]


def _belongs(came: _Came, one: ShownTest) -> bool:
    """Whether it closed the test, or is a part of what the test still asked for on that day."""
    if came.report is not None and one.test.closed_by_id == came.report:
        return True
    if one.test.opens_on - SLACK > came.on or one.test.skipped_because:
        return False
    if one.asked.done_on is not None:
        return came.on <= one.asked.done_on
    return one.test.lapses_on is None or came.on < one.test.lapses_on


def _elsewhere(evidence: Sequence[_Came], planned: set[str]) -> list[ResultDay]:
    """Days since the plan began with reports of which no part belongs to a kind that is planned."""
    covered = frozenset().union(*(_wanted(TEST_KINDS[kind]) for kind in planned if kind in TEST_KINDS))
    by_day: dict[date, set[str]] = {}
    for came in evidence:
        if came.planned_by_then and covered.isdisjoint(came.analytes):
            by_day.setdefault(came.on, set()).update(came.analytes)
    kinds_of = {
        day: tuple(code for code, kind in TEST_KINDS.items() if not _wanted(kind).isdisjoint(analytes))
        for day, analytes in sorted(by_day.items())
    }
    return [ResultDay(day, None, unplanned=True, kinds=kinds) for day, kinds in kinds_of.items() if kinds]
