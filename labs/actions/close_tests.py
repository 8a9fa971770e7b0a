"""Closing scheduled tests with the results that have come, and reopening them when their results are taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from labs.models import ScheduledTest
from labs.models.scheduled_test import ORDERED
from labs.protocols.closing import OpenTest, Outcome
from labs.selectors.outcomes import as_open_test, courses_of, outcomes_of
from labs.vocabulary.test_kinds import TEST_KINDS
from patients.models import AuditEvent, User

BATCH = 2_000
"""Patients worked on at once; bounds the memory a large import takes."""

CLOSED, REOPENED, SHIFTED = "close_test", "reopen_test", "shift_test"

# The change and its audit rows in one statement: this runs for every result that arrives.
WRITE = f"""
    with new as (
        select * from unnest(
            %(ids)s::bigint[], %(reports)s::bigint[], %(days)s::date[], %(late)s::date[], %(opens)s::date[],
            %(dues)s::date[], %(closes)s::date[], %(lapses)s::date[], %(since)s::date[], %(until)s::date[],
            %(verbs)s::text[], %(also)s::jsonb[]
        ) as new(id, closed_by_id, collected_on, late_from, opens_on, due_on, closes_on, lapses_on, held_from,
                 held_until, verb, also)
    ), before as (
        select id, due_on from {ScheduledTest._meta.db_table} where id = any(%(ids)s)
    ), changed as (
        update {ScheduledTest._meta.db_table} as test
        set closed_by_id = new.closed_by_id, collected_on = new.collected_on, late_from = new.late_from,
            opens_on = new.opens_on, due_on = new.due_on, closes_on = new.closes_on, lapses_on = new.lapses_on,
            held_from = new.held_from, held_until = new.held_until
        from new join before using (id) where test.id = new.id
        returning test.id, test.patient_id, test.kind, test.due_on, test.collected_on, test.closed_by_id, new.verb,
                  new.also, before.due_on as was_due
    )
    insert into {AuditEvent._meta.db_table} (at, by_id, verb, target_type, target_id, patient_id, detail)
    select %(now)s, %(by)s, verb, '{ScheduledTest._meta.label_lower}', id, patient_id, detail
    from (
        select 1 as step, id, patient_id, '{SHIFTED}' as verb,
               jsonb_build_object('kind', kind, 'due_on', due_on, 'was_due', was_due) as detail
        from changed where due_on <> was_due
        union all
        select 2, id, patient_id, verb,
               jsonb_build_object('kind', kind, 'due_on', due_on, 'collected_on', collected_on, 'report', closed_by_id)
               || also
        from changed where verb <> ''
    ) happened
    order by id, step
"""  # noqa: S608 (table names of our own models)


@dataclass(frozen=True, slots=True)
class Closed:
    """How many tests were closed (or closed by another report than before), and how many opened again.

    `ordered`: patients of whom a test was closed that a decision on a signal had ordered (`end_waits`).
    """

    closed: int = 0
    reopened: int = 0
    ordered: frozenset[int] = frozenset()

    def __add__(self, other: Closed) -> Closed:
        return Closed(self.closed + other.closed, self.reopened + other.reopened, self.ordered | other.ordered)


@dataclass(frozen=True, slots=True)
class Change:
    """The new state of one test; `verb` is empty when it was neither closed nor opened again.

    `also`: the other tests that the same report closed.
    """

    test: int
    closed_by: int | None
    collected_on: date | None
    late_from: date
    verb: str
    dates: OpenTest
    also: tuple[int, ...] = ()


def close_for(*, patient_ids: Collection[int], by: User, now: datetime) -> Closed:
    """Bring the scheduled tests of these patients in line with the results and the pauses as they now stand.

    Call it after results were stored, corrected or taken back, and after a plan was paused or its tests changed, in the
    same transaction. Each patient is worked out anew from all that is stored, so calling it twice changes nothing: also
    the dates of plans that follow what was done. Three statements when nothing changes, four when something does, for
    every `BATCH` patients.
    """
    total = Closed()
    ordered = sorted(set(patient_ids))
    with transaction.atomic(savepoint=False):
        for start in range(0, len(ordered), BATCH):
            total += _close(ordered[start : start + BATCH], by=by, now=now)
    return total


def _close(patient_ids: list[int], *, by: User, now: datetime) -> Closed:
    # Locked in one order: two imports about the same patients wait for each other instead of losing a report.
    tests = list(
        ScheduledTest.objects.filter(patient_id__in=patient_ids, kind__in=TEST_KINDS)
        .order_by("id")
        .select_for_update(no_key=True)
    )
    found = list(outcomes_of(tests, courses_of(patient_ids, now))) if tests else []
    together: dict[int, list[int]] = defaultdict(list)
    for test, outcome in found:
        if outcome.report is not None:
            together[outcome.report].append(test.pk)
    changes = [
        change
        for test, outcome in found
        if (change := _change(test, outcome, together[outcome.report] if outcome.report else [])) is not None
    ]
    if changes:
        _write(changes, by=by, now=now)
    verbs = [change.verb for change in changes]
    done = {change.test for change in changes if change.verb == CLOSED}
    ordered = frozenset(test.patient_id for test in tests if test.pk in done and test.origin in ORDERED)
    return Closed(verbs.count(CLOSED), verbs.count(REOPENED), ordered)


def _change(test: ScheduledTest, outcome: Outcome, together: list[int]) -> Change | None:
    """What must be written for this test; None when it already stands as it should."""
    collected_on, verb = test.collected_on, ""
    if outcome.closed_on is not None:
        collected_on = outcome.closed_on
        verb = "" if (test.closed_by_id, test.collected_on) == (outcome.report, collected_on) else CLOSED
    elif test.closed_by_id is not None:
        collected_on, verb = None, REOPENED
    dates = outcome.test
    if test.closed_by_id is not None and outcome.closed_on is not None:
        dates = replace(as_open_test(test), hold=outcome.test.hold)  # what is done and stays so is not moved
    late_from = outcome.late_from if dates.hold else min(outcome.late_from, dates.closes_on)
    if not verb and dates == as_open_test(test) and test.late_from == late_from:
        return None
    also = tuple(key for key in together if key != test.pk) if verb == CLOSED else ()
    return Change(test.pk, outcome.report, collected_on, late_from, verb, dates, also)


def _write(changes: list[Change], *, by: User, now: datetime) -> None:
    dates = [change.dates for change in changes]
    parameters: dict[str, Any] = {
        "ids": [change.test for change in changes],
        "reports": [change.closed_by for change in changes],
        "days": [change.collected_on for change in changes],
        "late": [change.late_from for change in changes],
        "opens": [one.opens_on for one in dates],
        "dues": [one.due_on for one in dates],
        "closes": [one.closes_on for one in dates],
        "lapses": [one.lapses_on for one in dates],
        "since": [one.hold and one.hold.since for one in dates],
        "until": [one.hold and one.hold.until for one in dates],
        "verbs": [change.verb for change in changes],
        "also": [Jsonb({"also": change.also} if change.also else {}) for change in changes],
        "now": now,
        "by": by.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, parameters)
