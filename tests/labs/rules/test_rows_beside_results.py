"""What is no result but read like one: reports of symptoms, planned tests; and new starts of comparisons."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from labs.rules.base import NOT_EVALUABLE, NOT_RAISED, RAISED
from labs.rules.cohort import Cohort, Columns, Note, PatientFacts, Rebaseline, Row
from labs.rules.notation import cohort_of
from labs.rules.registry import BY_CODE, evaluate
from labs.rules.surveillance.overdue import row_of_plan
from labs.rules.symptoms.told import rows_of_report
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.symptoms import SYMPTOMS

DAY = date(2026, 3, 1)
ONE_DAY = 10 ** ANALYTES["overdue"].places
FIRST, SECOND = list(SYMPTOMS)[:2]


def test_a_report_is_a_row_a_symptom_once_each() -> None:
    rows = list(rows_of_report("p", DAY, [SECOND, FIRST, SECOND, "unheard of"], "symptoms-7"))
    assert rows == [
        Row("p", "symptom", DAY, 1, specimen=code, accession="symptoms-7", note=Note(coded=SYMPTOMS[code].label))
        for code in (SECOND, FIRST)
    ]


@pytest.mark.parametrize("codes", [[], ["unheard of"]])
def test_a_report_without_any_says_that_nothing_was_told(codes: list[str]) -> None:
    assert list(rows_of_report("p", DAY, codes, "symptoms-7")) == [Row("p", "symptom", DAY, 0, accession="symptoms-7")]


@pytest.mark.parametrize(("interval", "allowed"), [(10, 5), (11, 6), (1, 1)])
def test_a_planned_test_is_a_row_on_the_day_it_is_late_enough_or_today(interval: int, allowed: int) -> None:
    kind = "paraprotein"
    for late in (-3, 0, 1, allowed - 1, allowed, allowed + 40):
        row = row_of_plan("p", kind, DAY, interval, DAY + timedelta(days=late), "plan-3")
        told = min(late, allowed)
        assert row == Row(
            "p", "overdue", DAY + timedelta(days=told), max(told, 0) * ONE_DAY, specimen=kind, accession="plan-3",
            upper=allowed * ONE_DAY,
        )  # fmt: skip


def test_columns_are_given_again_as_they_are() -> None:
    one = np.array([3, 4])
    columns = Columns.complete(patient=one, analyte=one, day=one.astype(np.int32), amount=one)
    again = Columns.complete(**columns.as_given())
    for name in Columns.__slots__:
        assert getattr(again, name).tolist() == getattr(columns, name).tolist()


def test_answers_are_counted() -> None:
    low = "2026-01-05 haemoglobin 6 g/dL"
    (silent, raised) = (cohort_of(given, analyte="calcium", disease="MM") for given in (low, "2026-01-05 20 mg/dL"))
    rule = BY_CODE["MM-CALCIUM"]
    for cohort, answer in ((silent, NOT_EVALUABLE), (raised, RAISED)):
        answers = evaluate(cohort, [rule]).answers[rule.code]
        assert {one: answers.count(one) for one in (RAISED, NOT_RAISED, NOT_EVALUABLE)} == {
            one: int(one is answer) for one in (RAISED, NOT_RAISED, NOT_EVALUABLE)
        }


def test_comparisons_begin_anew_by_analyte_and_by_day() -> None:
    new_starts = (Rebaseline("serum_m", DAY), Rebaseline("", DAY + timedelta(days=10)), Rebaseline("serum_m", DAY))
    cohort = Cohort.build([PatientFacts("a"), PatientFacts("b", rebaselines=new_starts)], [])
    start = (DAY - date(1970, 1, 1)).days
    patient, day = np.array([0, 1, 1, 1, 1]), np.array([start + 99, start - 1, start, start + 9, start + 10])
    assert cohort.comparisons_begun("serum_m", patient, day).tolist() == [0, 0, 2, 2, 3]
    assert cohort.comparisons_begun("urine_m", patient, day).tolist() == [0, 0, 0, 0, 1]
    assert cohort.rebaselined == [(1, cohort.patients[1])]
