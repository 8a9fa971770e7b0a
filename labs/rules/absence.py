"""What every rule must know of tests that did not come: an old result says no "no" while a newer one is overdue."""

from __future__ import annotations

from labs.rules.arrays import Bools, Ints
from labs.rules.cohort import NO_LIMIT, Cohort
from labs.vocabulary.test_kinds import TEST_KINDS, TestKind

ABSENCE = "overdue"


def is_late(days: Ints, allowed: Ints) -> Bools:
    """Planned tests late by more than is let pass."""
    late: Bools = (days >= allowed) & (allowed != NO_LIMIT)
    return late


def overdue_tests(cohort: Cohort) -> list[tuple[int, int, TestKind]]:
    """(patient, day, kind) of every planned test that is late by more than is let pass; every rule asks for them."""
    return cohort.worked_out(_overdue_tests)


def _overdue_tests(cohort: Cohort) -> list[tuple[int, int, TestKind]]:
    if not cohort.has(ABSENCE):
        return []
    out = []
    first, end = cohort.assessments.bounds(cohort.codes[ABSENCE])
    rows, columns = cohort.assessments.rows[first:end], cohort.columns
    for at in rows[is_late(columns.amount[rows], columns.upper[rows])].tolist():
        kind = TEST_KINDS.get(cohort.groups[int(columns.group[at])][0])
        if kind is not None:
            out.append((int(columns.patient[at]), int(columns.day[at]), kind))
    return out
