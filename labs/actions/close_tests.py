"""Closing scheduled tests with the results that have come, and reopening them when their results are taken back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from labs.models import ScheduledTest
from labs.protocols.closing import Outcome
from labs.selectors.outcomes import outcomes_of
from labs.vocabulary.test_kinds import TEST_KINDS
from patients.models import AuditEvent, User

BATCH = 2_000
"""Patients worked on at once; bounds the memory a large import takes."""

CLOSED, REOPENED = "close_test", "reopen_test"

# The change and its audit rows in one statement: this runs for every result that arrives.
WRITE = f"""
    with new as (
        select * from unnest(
            %(ids)s::bigint[], %(reports)s::bigint[], %(days)s::date[], %(late)s::date[], %(verbs)s::text[]
        ) as new(id, closed_by_id, collected_on, late_from, verb)
    ), changed as (
        update {ScheduledTest._meta.db_table} as test
        set closed_by_id = new.closed_by_id, collected_on = new.collected_on, late_from = new.late_from
        from new where test.id = new.id
        returning test.id, test.patient_id, test.kind, test.due_on, test.collected_on, test.closed_by_id, new.verb
    )
    insert into {AuditEvent._meta.db_table} (at, by_id, verb, target_type, target_id, patient_id, detail)
    select %(now)s, %(by)s, verb, '{ScheduledTest._meta.label_lower}', id, patient_id,
           jsonb_build_object('kind', kind, 'due_on', due_on, 'collected_on', collected_on, 'report', closed_by_id)
    from changed where verb <> ''
"""  # noqa: S608 (table names of our own models)


@dataclass(frozen=True, slots=True)
class Closed:
    """How many tests were closed (or closed by another report than before), and how many opened again."""

    closed: int = 0
    reopened: int = 0

    def __add__(self, other: Closed) -> Closed:
        return Closed(self.closed + other.closed, self.reopened + other.reopened)


@dataclass(frozen=True, slots=True)
class Change:
    """The new state of one test; `verb` is empty when nothing changed but since when it counts as late."""

    test: int
    closed_by: int | None
    collected_on: date | None
    late_from: date
    verb: str


def close_for(*, patient_ids: Collection[int], by: User, now: datetime) -> Closed:
    """Bring the scheduled tests of these patients in line with the results as they now stand.

    Call it after results were stored, corrected or taken back, in the same transaction. Each patient is worked out anew
    from all that is stored, so calling it twice changes nothing. Two statements when nothing changes, three when
    something does, for every `BATCH` patients.
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
    changes = [change for test, outcome in outcomes_of(tests) if (change := _change(test, outcome)) is not None]
    if changes:
        _write(changes, by=by, now=now)
    verbs = [change.verb for change in changes]
    return Closed(closed=verbs.count(CLOSED), reopened=verbs.count(REOPENED))


def _change(test: ScheduledTest, outcome: Outcome) -> Change | None:
    """What must be written for this test; None when it already stands as it should."""
    collected_on, verb = test.collected_on, ""
    if outcome.closed_on is not None:
        collected_on = outcome.closed_on
        verb = "" if (test.closed_by_id, test.collected_on) == (outcome.report, collected_on) else CLOSED
    elif test.closed_by_id is not None:
        collected_on, verb = None, REOPENED
    if not verb and test.late_from == outcome.late_from:
        return None
    return Change(test.pk, outcome.report, collected_on, outcome.late_from, verb)


def _write(changes: list[Change], *, by: User, now: datetime) -> None:
    parameters: dict[str, Any] = {
        "ids": [change.test for change in changes],
        "reports": [change.closed_by for change in changes],
        "days": [change.collected_on for change in changes],
        "late": [change.late_from for change in changes],
        "verbs": [change.verb for change in changes],
        "now": now,
        "by": by.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, parameters)
