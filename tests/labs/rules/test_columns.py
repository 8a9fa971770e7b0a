"""Results as columns: what is not given is unknown, and what is unreadable is left out and remembered."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from labs.rules.assessments import assess
from labs.rules.cohort import NO_LIMIT, TIME_UNKNOWN, Cohort, Columns, Note, PatientFacts, Row
from labs.rules.columns import joined

DAY = date(1970, 1, 3)
P = PatientFacts("p", disease="MM")


def test_what_is_not_given_is_unknown() -> None:
    one = np.array([0, 0])
    columns = Columns.complete(patient=one, analyte=one, day=one.astype(np.int32), amount=one)
    told = {name: getattr(columns, name).tolist() for name in Columns.__slots__}
    assert told == {name: [0, 0] for name in Columns.__slots__} | {
        "instant": [TIME_UNKNOWN] * 2, "lower": [NO_LIMIT] * 2, "upper": [NO_LIMIT] * 2, "result": [0, 1],
    }  # fmt: skip


def test_each_field_of_a_row_has_its_column() -> None:
    rows = [
        Row("q", "calcium", DAY, 7, ">=", "serum", "X", "North", datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), "B", 41,
            lower=5, upper=6, note=Note("", 3)),
        Row("p", "serum_m", DAY, 8, "<", accession="A", result=42),
    ]  # fmt: skip
    cohort = Cohort.build([P, PatientFacts("q")], rows)
    c = cohort.columns
    assert [cohort.analytes[at] for at in c.analyte.tolist()] == ["calcium", "serum_m"]
    assert [cohort.groups[at] for at in c.group.tolist()] == [("serum", "X", "North"), ("", "", "")]
    assert [cohort.notes[at] for at in c.note.tolist()] == [Note("", 3), Note()]
    assert (c.patient.tolist(), c.day.tolist(), c.amount.tolist(), c.result.tolist()) == (
        [1, 0],
        [2, 2],
        [7, 8],
        [41, 42],
    )
    assert (c.comparator.tolist(), c.rank.tolist()) == ([4, 1], [1, 0])
    assert c.instant.tolist() == [1_000_000, TIME_UNKNOWN]
    assert (c.lower.tolist(), c.upper.tolist()) == ([5, NO_LIMIT], [6, NO_LIMIT])


def test_columns_take_no_more_memory_than_they_need() -> None:
    c = Cohort.build([P], [Row("p", "serum_m", DAY, 8)]).columns
    small = {
        "patient": "int32",
        "analyte": "int16",
        "day": "int32",
        "comparator": "int8",
        "group": "int32",
        "rank": "int32",
        "note": "int32",
    }
    assert {name: str(getattr(c, name).dtype) for name in Columns.__slots__} == dict.fromkeys(
        Columns.__slots__, "int64"
    ) | small


def test_rows_that_cannot_be_used_are_left_out_and_those_without_an_amount_remembered() -> None:
    rows = [
        Row("p", "serum_m", DAY, None),
        Row("p", "serum_m", DAY, 1, status="cancelled"),
        Row("stranger", "serum_m", DAY, 1),
    ]
    cohort = Cohort.build([P], rows, today=DAY)
    assert cohort.unreadable == [(0, "serum_m", 2)]
    assert cohort.columns.patient.size == 0
    assert cohort.groups == (("", "", ""),)
    assert cohort.today == DAY


def test_columns_joined_are_one_after_the_other() -> None:
    (first, second) = (Cohort.build([P], [Row("p", "serum_m", DAY, amount)]).columns for amount in (1, 2))
    assert joined(first, second).amount.tolist() == [1, 2]
    assert joined(first, second).day.dtype == first.day.dtype


def test_of_a_day_the_latest_instant_counts_then_the_accession_then_the_value() -> None:
    hour = datetime(1970, 1, 3, 8, tzinfo=UTC)
    days = (
        [Row("p", "serum_m", DAY, 9, accession="Z"), Row("p", "serum_m", DAY, 1, collected_at=hour, accession="A")],
        [Row("p", "serum_m", DAY, 9, accession="A"), Row("p", "serum_m", DAY, 1, accession="B")],
        [Row("p", "serum_m", DAY, 2, accession="A"), Row("p", "serum_m", DAY, 1, accession="A")],
        [Row("p", "serum_m", DAY, 2, "<", accession="A"), Row("p", "serum_m", DAY, 2, ">", accession="A")],
    )
    for rows, counted in zip(days, (1, 1, 2, 2), strict=True):
        for order in (rows, rows[::-1]):
            cohort = Cohort.build([P], order)
            found = assess(cohort.columns)
            assert cohort.columns.amount[found.rows].tolist() == [counted]
            assert found.contradictory.tolist() == [True]
            assert sorted(found.rows_of_day(0).tolist()) == [0, 1]
            assert found.are_alone(np.array([0])).tolist() == [False]
    assert cohort.columns.comparator[found.rows].tolist() == [3]


def test_the_same_value_twice_on_a_day_is_no_contradiction() -> None:
    same = [Row("p", "serum_m", DAY, 2, accession=text) for text in "AB"]
    found = assess(Cohort.build([P], [*same, same[0]._replace(collected_on=date(1970, 1, 9))]).columns)
    assert found.contradictory.tolist() == [False, False]
    assert found.are_alone(np.array([0, 1])).tolist() == [False, True]


def test_without_rows_there_are_no_assessments() -> None:
    found = assess(Cohort.build([P], []).columns)
    assert [part.tolist() for part in (found.order, found.starts, found.rows, found.keys, found.contradictory)] == [
        []
    ] * 5
    assert found.bounds(0) == (0, 0)


def test_a_cohort_too_large_for_one_key_is_refused() -> None:
    wide = np.array([0, (1 << 31) - 1])
    columns = Columns.complete(patient=wide, analyte=wide, day=wide.astype(np.int32), amount=wide, group=wide)
    with pytest.raises(OverflowError, match=r"^the cohort is too large for one packed key; evaluate it in parts$"):
        assess(columns)
