"""Times of a first relapse of ALL: both sides of every bar, and what is open stays open."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from labs.rules.acute_lymphoblastic.relapse_time import add_months, labels, relapse_time, time_of
from labs.rules.facts import PatientFacts
from labs.rules.sites import Site

DIAGNOSED, ENDED = date(2021, 1, 10), date(2023, 3, 10)


@pytest.mark.parametrize(
    ("relapse", "site", "bfm", "cog", "since_diagnosis", "since_therapy"),
    [
        ("2023-08-01", "marrow", "early", "early", "30.7", "4.7"),
        ("2024-02-10", "marrow", "late", "late", "37.0", "11.1"),
        ("2022-05-01", "marrow", "very early", "early", "15.6", "-10.3"),
        ("2022-07-09", "isolated", "very early", "early", "17.9", "-8.0"),
        ("2022-07-10", "isolated", "early", "late", "17.9", "-8.0"),
        ("2023-09-09", "marrow", "early", "early", "31.9", "6.0"),
        ("2023-09-10", "marrow", "late", "early", "32.0", "6.0"),
        ("2024-01-09", "marrow", "late", "early", "35.9", "10.0"),
        ("2024-01-10", "marrow", "late", "late", "36.0", "10.1"),
        ("2024-01-10", "", "late", "", "36.0", "10.1"),
    ],
)
def test_both_sides_of_every_bar(
    relapse: str, site: Site, bfm: str, cog: str, since_diagnosis: str, since_therapy: str
) -> None:
    found = relapse_time(date.fromisoformat(relapse), diagnosed_on=DIAGNOSED, therapy_ended_on=ENDED, site=site)
    assert (found.bfm, found.cog) == (bfm, cog)
    assert (found.since_diagnosis, found.since_therapy) == (Decimal(since_diagnosis), Decimal(since_therapy))


def test_without_the_day_of_diagnosis_nothing_is_said() -> None:
    found = relapse_time(date(2024, 1, 10), diagnosed_on=None, therapy_ended_on=ENDED, site="marrow")
    assert (found.bfm, found.cog) == ("", "")
    assert labels(found) == []


def test_without_the_end_of_therapy_only_very_early_can_be_told_by_bfm() -> None:
    late = relapse_time(date(2024, 1, 10), diagnosed_on=DIAGNOSED, therapy_ended_on=None, site="marrow")
    soon = relapse_time(date(2022, 1, 10), diagnosed_on=DIAGNOSED, therapy_ended_on=None, site="marrow")
    assert (late.bfm, late.cog, soon.bfm) == ("", "late", "very early")


def test_a_relapse_before_the_diagnosis_is_none() -> None:
    assert relapse_time(date(2020, 1, 1), diagnosed_on=DIAGNOSED, therapy_ended_on=None, site="marrow").cog == ""


def test_months_end_with_the_month() -> None:
    assert add_months(date(2021, 8, 31), 6) == date(2022, 2, 28)
    assert add_months(date(2022, 8, 31), 18) == date(2024, 2, 29)
    assert add_months(date(2021, 1, 10), 36) == date(2024, 1, 10)


def test_the_label_names_its_scheme_and_the_months() -> None:
    [label] = labels(relapse_time(date(2023, 8, 1), diagnosed_on=DIAGNOSED, therapy_ended_on=ENDED, site="marrow"))
    assert label.found == "early (BFM); early (COG); ≈30.7 months after diagnosis, ≈4.7 after the end of therapy"
    assert (label.needed, label.met) == ("", True)


def test_an_end_of_therapy_after_the_relapse_may_be_that_of_another_therapy() -> None:
    facts = PatientFacts("p", diagnosed_on=DIAGNOSED, therapy_ended_on=date(2026, 1, 1))
    found = time_of(facts, date(2023, 8, 1), "marrow")
    assert found is not None
    assert (found.bfm, found.cog) == ("", "early")


def test_a_second_relapse_gets_no_label_of_a_first() -> None:
    facts = PatientFacts("p", diagnosed_on=DIAGNOSED, relapses=(date(2023, 8, 1),))
    assert time_of(facts, date(2023, 8, 1), "marrow") is not None
    assert time_of(facts, date(2023, 8, 2), "marrow") is None
