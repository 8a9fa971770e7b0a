"""Planned tests that follow the disease and did not come, as the rules read them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Final

from labs.rules.columns import Row
from labs.rules.surveillance.overdue import row_of_plan
from labs.selectors.questions import Question, Rows, answer_to
from labs.vocabulary.test_kinds import DONE_BY_HAND, TEST_KINDS

MARKERS: Final = sorted(code for code, kind in TEST_KINDS.items() if kind.disease_marker)

_FIRST_NOT_DONE: Final = """
    select distinct on (t.patient_id, t.kind) t.id, t.patient_id, t.kind, t.due_on,
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
    where t.sequence > coalesce(t.last_done, -1)
    order by t.patient_id, t.kind, t.due_on, t.id
"""


def tests_not_done(patient_ids: Collection[int] | None) -> Question:
    """Of each kind of test that follows the disease the first one neither done nor skipped; None: of everybody."""
    patients = None if patient_ids is None else list(patient_ids)
    return Question(_FIRST_NOT_DONE, {"kinds": MARKERS, "by_hand": sorted(DONE_BY_HAND), "patients": patients})


def overdue_rows(read: Rows, today: date) -> Iterator[Row]:
    """How late each of the tests is, from the answer to `tests_not_done`."""
    for pk, patient, kind, due_on, interval in read:
        yield row_of_plan(patient, kind, due_on, interval, today, f"plan-{pk}")


def overdue_patients(today: date) -> set[int]:
    """Everybody who has such a test that is late by more than is let pass."""
    rows = overdue_rows(answer_to(tests_not_done(None)), today)
    return {int(row.patient) for row in rows if row.amount == row.upper}
