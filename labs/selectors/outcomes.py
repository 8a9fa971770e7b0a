"""What the stored results make of scheduled tests: which they close, and what is still missing of a panel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from labs.models import Keeping, Plan, PlanPause, Result, ScheduledTest
from labs.protocols.closing import SLACK, AsStored, Evidence, OpenTest, Outcome, Placing, close_chain
from labs.protocols.holding import Hold, hold_of, merged
from labs.protocols.reading import steps_of
from labs.protocols.schedule import Step
from labs.protocols.shifting import ActualDates, Numbered
from labs.vocabulary.statuses import USABLE
from labs.vocabulary.test_kinds import DONE_BY_HAND, TEST_KINDS, VISIT, TestKind
from patients.models import SymptomReport
from patients.models.withdrawal import STANDING

EVIDENCE = f"""
    select patient_id, collected_on, report_id, array_agg(distinct analyte)
    from {Result._meta.db_table}
    where patient_id = any(%(patients)s) and analyte = any(%(analytes)s) and collected_on >= %(since)s
      and is_current and status = any(%(usable)s)
      and (amount is not null or coded <> '' or value_printed <> '')
    group by patient_id, collected_on, report_id
    union all
    select patient_id, reported_on, null, array['{VISIT}'::varchar]
    from {SymptomReport._meta.db_table}
    where patient_id = any(%(patients)s) and reported_on >= %(since)s
"""  # noqa: S608 (table names of our own models and a constant)


@dataclass(frozen=True, slots=True)
class Course:
    """What the dates of a plan's tests depend on beside results.

    steps   of the protocol, where the plan's dates follow what was done; empty where they keep to the calendar
    pauses  as `holding.merged` gives them
    today   the day at the patient's site
    """

    anchor_on: date
    steps: tuple[Step, ...]
    pauses: tuple[Hold, ...]
    today: date


def courses_of(patient_ids: Collection[int], now: datetime) -> dict[int, Course]:
    """The course of each plan of these patients that was paused or whose dates follow what was done. One query."""
    standing = PlanPause.objects.filter(STANDING, plan=OuterRef("pk"))
    pauses = standing.order_by().values("plan").annotate(days=ArrayAgg(JSONObject(since="starts_on", until="until_on")))
    found = {}
    plans = Plan.objects.filter(patient__in=patient_ids).annotate(days=Subquery(pauses.values("days")))
    plans = plans.filter(Q(keeps=Keeping.ACTUAL) | Q(days__isnull=False))
    for plan in plans.select_related("protocol", "patient__site"):
        moves = plan.keeps == Keeping.ACTUAL
        found[plan.pk] = Course(
            plan.anchor_on,
            steps_of(plan.protocol.definition) if moves else (),
            merged([_hold(days) for days in plan.days or ()]),
            now.astimezone(plan.patient.site.zone).date(),
        )
    return found


def _hold(days: dict[str, str]) -> Hold:
    return Hold(date.fromisoformat(days["since"]), date.fromisoformat(days["until"]))


def outcomes_of(
    tests: Sequence[ScheduledTest], courses: Mapping[int, Course] | None = None
) -> Iterator[tuple[ScheduledTest, Outcome]]:
    """Each test with what the results as they now stand make of it. One query.

    The tests must be whole chains: all tests of a kind in a plan, not some of them. With `courses` their dates and
    pauses are worked out anew, too; without, they are taken as stored.
    """
    evidence = _evidence_for(tests)
    chains: dict[tuple[int | None, str, int], list[ScheduledTest]] = defaultdict(list)
    for test in tests:
        chains[_chain_of(test)].append(test)
    for chain in chains.values():
        kind = TEST_KINDS[chain[0].kind]
        by_key = {test.pk: test for test in chain}
        found = _of_kind(kind, evidence[chain[0].patient_id])
        placing, opens = _placing(chain, courses)
        for outcome in close_chain(kind, opens, found, placing):
            yield by_key[outcome.key], outcome


def _placing(chain: list[ScheduledTest], courses: Mapping[int, Course] | None) -> tuple[Placing | None, list[OpenTest]]:
    """What says when the tests of a chain are due (None: as stored), and the tests in its order."""
    if courses is None:
        return None, [as_open_test(test) for test in chain]
    course = courses.get(chain[0].plan_id or 0)
    if course is None:
        return None, [replace(as_open_test(test), hold=None) for test in chain]
    if not course.steps:
        return Paused(course, AsStored()), sorted(map(as_open_test, chain), key=lambda test: (test.opens_on, test.key))
    dates = actual_dates(chain, course)
    return Paused(course, dates), dates.tests


def actual_dates(chain: Sequence[ScheduledTest], course: Course) -> ActualDates:
    """The dates of one kind of test in a plan whose dates follow what was done."""
    steps = [step for step in course.steps if step.kind == chain[0].kind]
    return ActualDates(steps, course.anchor_on, [_numbered(test) for test in chain])


class Paused:
    """Adds to the dates of a chain the pauses of its plan."""

    def __init__(self, course: Course, dates: Placing) -> None:
        self._course, self._dates = course, dates

    def place(self, test: OpenTest) -> OpenTest:
        """The test with its dates and the pause that concerns it."""
        placed = self._dates.place(test)
        hold = hold_of(placed.opens_on, placed.lapses_on, self._course.pauses, self._course.today)
        return replace(placed, hold=hold)

    def done(self, test: OpenTest, day: date | None) -> None:
        """Pass on that it was done."""
        self._dates.done(test, day)


def _chain_of(test: ScheduledTest) -> tuple[int | None, str, int]:
    """Tests of one kind in one plan follow one another; a test outside a plan stands alone."""
    return (test.plan_id, test.kind, 0) if test.plan_id else (None, test.kind, test.pk)


def as_open_test(test: ScheduledTest) -> OpenTest:
    """A stored test, as the arithmetic of protocols knows it."""
    by_hand = test.kind in DONE_BY_HAND and test.collected_on is not None
    held = test.held_from is not None and test.held_until is not None
    return OpenTest(
        key=test.pk,
        opens_on=test.opens_on,
        due_on=test.due_on,
        closes_on=test.closes_on,
        lapses_on=test.lapses_on,
        settled=bool(test.skipped_because) or by_hand,
        settled_on=test.collected_on if by_hand else None,
        hold=Hold(test.held_from, test.held_until) if held else None,  # type: ignore[arg-type]
        # a day that a person chose: what was done before it is often why it was asked for
        slack=SLACK if test.origin == ScheduledTest.Origin.PLANNED else timedelta(0),
    )


def _numbered(test: ScheduledTest) -> Numbered:
    """Booked, skipped, sampled or given a day by a person: its dates stay."""
    closed = test.closed_by_id is not None
    stays = bool(test.pinned or test.skipped_because or test.booked_for or (test.collected_on and not closed))
    done = closed or test.kind in DONE_BY_HAND
    return Numbered(as_open_test(test), test.step, test.sequence, stays, test.collected_on if done else None)


def _of_kind(kind: TestKind, evidence: list[Evidence]) -> list[Evidence]:
    wanted = kind.analytes or {kind.code}
    return [
        Evidence(item.day, item.report, item.analytes & wanted)
        for item in evidence
        if not wanted.isdisjoint(item.analytes)
    ]


def _evidence_for(tests: Sequence[ScheduledTest]) -> dict[int, list[Evidence]]:
    found: dict[int, list[Evidence]] = defaultdict(list)
    if not tests:
        return found
    analytes = frozenset().union(*(TEST_KINDS[code].analytes for code in {test.kind for test in tests}))
    parameters: dict[str, Any] = {
        "patients": list({test.patient_id for test in tests}),
        "analytes": sorted(analytes),
        "since": min(test.opens_on for test in tests) - SLACK,
        "usable": sorted(USABLE),
    }
    with connection.cursor() as cursor:
        cursor.execute(EVIDENCE, parameters)
        for patient, day, report, seen in cursor.fetchall():
            found[patient].append(Evidence(day, report, frozenset(seen)))
    return found
