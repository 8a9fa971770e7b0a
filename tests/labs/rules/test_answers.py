"""The answer of a rule for a patient where something stands beside the results: unread ones, late ones, no diagnosis."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from labs.rules.answers import UNREADABLE
from labs.rules.base import NOT_APPLICABLE, NOT_EVALUABLE, NOT_RAISED, Answer
from labs.rules.cohort import Cohort, day_number
from labs.rules.notation import cohort_of, read
from labs.rules.registry import BY_CODE, evaluate
from labs.rules.surveillance.overdue import row_of_plan
from labs.vocabulary.test_kinds import TEST_KINDS

SERUM = BY_CODE["MM-PD-SERUM-M"]
STEADY = "line 2026-01-01 | 2026-01-05 1.0 g/dL | 2026-02-05 1.0 | 2026-03-05 1.0"
LATEST = date(2026, 3, 5)


def answer(cohort: Cohort) -> tuple[Answer, tuple[str, ...]]:
    found = evaluate(cohort, [SERUM]).answer("example", SERUM.code)
    return found.answer, tuple(found.reasons)


def steady() -> Cohort:
    return cohort_of(STEADY, analyte="serum_m", disease="MM")


@pytest.mark.parametrize(("days", "said"), [(-1, (NOT_RAISED, ())), (0, (NOT_EVALUABLE, (UNREADABLE,)))])
def test_a_result_that_cannot_be_read_opens_the_answer_from_the_day_of_the_latest_on(
    days: int, said: tuple[Answer, tuple[str, ...]]
) -> None:
    unread = [(0, "serum_m", day_number(LATEST + timedelta(days=days)))]
    assert answer(replace(steady(), unreadable=unread)) == said


@pytest.mark.parametrize(("days", "said"), [(0, NOT_RAISED), (1, NOT_EVALUABLE)])
def test_a_late_test_opens_the_answer_unless_a_result_came_that_day(days: int, said: Answer) -> None:
    facts, rows = read(STEADY, analyte="serum_m", disease="MM", key="example")
    kind = next(code for code, one in TEST_KINDS.items() if one.analytes.issuperset(SERUM.judged_analytes))
    day = LATEST + timedelta(days=days)
    late = row_of_plan("example", kind, due_on=day - timedelta(days=15), interval=30, today=day, accession="plan-1")
    assert answer(Cohort.build([facts], [*rows, late], day))[0] == said


def test_a_rule_switched_off_says_so_of_a_patient_without_a_diagnosis_too() -> None:
    off = {SERUM.code: "switched off at this site: another department does that"}
    cohort = steady()
    for disease, reason in (("", off[SERUM.code]), ("MM", off[SERUM.code]), ("AML", "a rule for MM")):
        facts = replace(cohort.patients[0], disease=disease, switched_off=off)
        assert answer(replace(cohort, patients=[facts])) == (NOT_APPLICABLE, (reason,))
