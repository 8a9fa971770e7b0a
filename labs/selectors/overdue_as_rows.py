"""Planned tests that follow the disease and did not come, as the rules read them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Final

from django.db import connection

from labs.rules.columns import Row
from labs.rules.surveillance.overdue import row_of_plan
from labs.vocabulary.test_kinds import DONE_BY_HAND, TEST_KINDS

MARKERS: Final = sorted(code for code, kind in TEST_KINDS.items() if kind.disease_marker)

_EXCUSED: Final = """coalesce(
    t.lapses_on <= %(today)s and t.held_from <= t.closes_on and t.lapses_on <= t.held_until + 1, false)"""
# What a pause holds is due when it is over; what was late when it began is late again then.
_DUE: Final = """case when t.held_from <= t.closes_on or %(today)s between t.held_from and t.held_until
    then greatest(t.due_on, t.held_until + 1) else t.due_on end"""
_FIRST_NOT_DONE: Final = f"""
    select distinct on (t.patient_id, t.kind) t.id, t.patient_id, t.kind, {_DUE},
           coalesce(t.next_due - t.due_on, t.due_on - t.due_before, t.closes_on - t.opens_on) as interval
    from (
        select s.*, lead(s.due_on) over steps as next_due, lag(s.due_on) over steps as due_before,
               max(s.sequence) filter (
                   where s.closed_by_id is not null or s.skipped_because <> ''
                   or (s.collected_on is not null and s.kind = any(%(by_hand)s))
               ) over (partition by s.plan_id, s.step) as last_done
        from labs_scheduledtest s join labs_plan l on l.id = s.plan_id join patients_patient p on p.id = s.patient_id
        where s.kind = any(%(kinds)s) and l.ended_on is null and p.deceased_on is null
          and (%(patients)s::bigint[] is null or s.patient_id = any(%(patients)s))
        window steps as (partition by s.plan_id, s.step order by s.sequence)
    ) t
    where t.sequence > coalesce(t.last_done, -1) and not {_EXCUSED}
    order by t.patient_id, t.kind, t.due_on, t.id
"""  # noqa: S608 (pieces written above)


def overdue_rows(patient_ids: Collection[int], today: date) -> Iterator[Row]:
    """Of each kind of test that follows the disease the first one neither done nor skipped nor excused by a pause: how
    late it is, from the end of a pause that held it on."""
    for pk, patient, kind, due_on, interval in _first_not_done(list(patient_ids), today):
        yield row_of_plan(patient, kind, due_on, interval, today, f"plan-{pk}")


def overdue_patients(today: date) -> set[int]:
    """Everybody who has such a test that is late by more than is let pass."""
    rows = (
        row_of_plan(patient, kind, due, days, today, "") for _, patient, kind, due, days in _first_not_done(None, today)
    )
    return {int(row.patient) for row in rows if row.amount == row.upper}


def _first_not_done(patients: list[int] | None, today: date) -> Iterator[tuple[int, int, str, date, int]]:
    given = {"kinds": MARKERS, "by_hand": sorted(DONE_BY_HAND), "patients": patients, "today": today}
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_NOT_DONE, given)
        yield from cursor.fetchall()
