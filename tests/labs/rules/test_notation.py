"""The notation of examples: every part of an item lands in its own field."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from labs.rules.cohort import Bridge, Event, Note, PatientFacts, Rebaseline, Row
from labs.rules.notation import cohort_of, read, today_of

DAY = date(2026, 1, 5)


def rows(given: str, analyte: str = "serum_m") -> list[Row]:
    return read(given, analyte=analyte, disease="MM", key="p")[1]


def facts(given: str) -> PatientFacts:
    return read(given, analyte="serum_m", disease="MM", key="p")[0]


def test_a_result_with_everything_beside_it() -> None:
    (row,) = rows("2026-01-05T15:30 mrd_flow <2 10*-5 @North/NGF/marrow #A7 [1..3] cells:500 limit:4 target:NPM1")
    assert row == Row(
        "p", "mrd_flow", DAY, 2 * 10**6, "<", "marrow", "NGF NPM1", "North", datetime(2026, 1, 5, 15, 30, tzinfo=UTC),
        "A7", 0, lower=10**6, upper=3 * 10**6, note=Note("", 4 * 10**6, 500, "NPM1"),
    )  # fmt: skip


def test_a_result_with_nothing_beside_it() -> None:
    first, second = rows("2026-01-05 0.80 g/dL | 2026-02-05 0.9")
    assert first == Row("p", "serum_m", DAY, 800_000, accession="2026-01-05/0000", result=0, note=Note())
    assert (second.amount, second.accession, second.result) == (900_000, "2026-02-05/0001", 1)


def test_analyte_and_unit_are_kept_until_another_is_named() -> None:
    given = rows(
        "2026-01-05 8 g/L | 2026-01-06 9 | 2026-01-07 calcium 2.5 mmol/L | 2026-01-08 2.5 | 2026-01-09 serum_m 1"
    )
    assert [row.analyte for row in given] == ["serum_m", "serum_m", "calcium", "calcium", "serum_m"]
    assert [row.amount for row in given][:2] == [800_000, 900_000]
    assert given[2].amount == given[3].amount
    assert given[4].amount == 1_000_000


def test_a_unit_that_cannot_be_used_gives_no_amount() -> None:
    assert [row.amount for row in rows("2026-01-05 0.8 ? | 2026-01-06 0.8 g/dL")] == [None, 800_000]


def test_words_are_places_on_a_scale() -> None:
    (row,) = rows("2026-01-05 ife_serum positive:_IgG-kappa @/x")
    assert (row.comparator, row.method, row.note.coded) == ("", "x", "positive: IgG-kappa")
    assert row.amount == 2


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        ("line 2026-01-05 | line 2026-02-05", "line_starts", (DAY, date(2026, 2, 5))),
        ("relapse 2026-01-05 | relapse 2026-02-05", "relapses", (DAY, date(2026, 2, 5))),
        ("remission 2026-01-05 | remission 2026-02-05", "remission_on", DAY),
        ("remission 2026-01-05 | remission 2026-02-05", "remissions", (DAY, date(2026, 2, 5))),
        ("diagnosed 2026-01-05", "diagnosed_on", DAY),
        ("therapy_ended 2026-01-05", "therapy_ended_on", DAY),
        ("born 2026-01-05", "birth_date", DAY),
        ("sex female", "sex", "female"),
        ("heavy_chain IgG", "heavy_chain", "IgG"),
        ("light_chain kappa", "light_chain", "kappa"),
        ("disease_type intact", "disease_type", "intact"),
        ("disease AML", "disease", "AML"),
        ("response CR", "response", "CR"),
        ("measurable serum_m;flc", "measurable", frozenset({"serum_m", "flc"})),
        ("rebaseline serum_m 2026-01-05", "rebaselines", (Rebaseline("serum_m", DAY),)),
        ("event infection 2026-01-05", "events", (Event("infection", DAY),)),
        ("event infection 2026-01-05..2026-01-09", "events", (Event("infection", DAY, date(2026, 1, 9)),)),
        (
            "bridge serum_m A/SPEP B/ITA/serum 2026-01-05",
            "bridges",
            (Bridge("serum_m", ("serum", "ITA", "B"), ("", "SPEP", "A"), DAY),),
        ),
    ],
)
def test_each_fact_has_its_field(given: str, field: str, value: object) -> None:
    found = facts(given)
    assert getattr(found, field) == value
    assert found.key == "p"


def test_the_day_of_asking_is_that_of_the_cohort() -> None:
    given = "2026-01-05 1 g/dL | today 2026-10-01"
    cohort = cohort_of(given, analyte="serum_m", disease="MM")
    assert today_of(given) == cohort.today == date(2026, 10, 1)
    assert today_of("2026-01-05 1 g/dL") is None
    assert [one.key for one in cohort.patients] == ["example"]
