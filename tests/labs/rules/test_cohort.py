"""What a cohort is asked with: whatever comes beside the numbers stays with them, up to the day asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from labs.rules.cohort import Cohort, Note, PatientFacts, Row, day_number
from labs.rules.confounders import confounders
from labs.rules.facts import Event

FIRST, SECOND, THIRD = date(2026, 1, 5), date(2026, 2, 5), date(2026, 3, 5)
TOLD = Note(coded="positive")


def two_results() -> Cohort:
    """One patient, two results with their accessions; a third of March could not be read."""
    rows = [Row("p", "serum_m", day, 10, accession=str(day)) for day in (FIRST, THIRD)]
    cohort = Cohort.build([PatientFacts("p", "MM")], rows, THIRD)
    return replace(cohort, unreadable=[(0, "serum_m", day_number(day)) for day in (SECOND, THIRD)])


def test_up_to_a_day_results_keep_their_accessions() -> None:
    assert two_results().until(THIRD).accessions == [str(FIRST), str(THIRD)]
    assert two_results().until(SECOND).accessions == [str(FIRST)]


def test_what_could_not_be_read_is_known_from_its_own_day_on() -> None:
    known = [two_results().until(day).unreadable for day in (FIRST, SECOND, THIRD)]
    assert [[day for _, _, day in one] for one in known] == [
        [],
        [day_number(SECOND)],
        [day_number(SECOND), day_number(THIRD)],
    ]


def test_the_day_asked_about_is_the_today_of_what_is_known_then() -> None:
    assert two_results().until(SECOND).today == SECOND


def test_results_without_accessions_have_none_at_any_day() -> None:
    assert replace(two_results(), accessions=None).until(THIRD).accessions is None


def test_columns_come_with_all_that_belongs_to_them() -> None:
    unread, day = [(0, "serum_m", day_number(THIRD))], np.array([day_number(FIRST)], np.int32)
    cohort = Cohort.from_columns(
        [PatientFacts("p", "MM")], patient=np.zeros(1, np.int32), analyte=np.zeros(1, np.int32), day=day,
        amount=np.ones(1, np.int64), accessions=["A7"], unreadable=unread, notes=[TOLD], today=THIRD,
    )  # fmt: skip
    kept = (cohort.accessions, cohort.unreadable, cohort.notes, cohort.today)
    assert kept == (["A7"], unread, [TOLD], THIRD)


def test_columns_without_groups_need_none() -> None:
    """Group labels in any order matter only where rows name their group."""
    groups, one = [("serum", "", ""), ("blood", "", "")], np.zeros(1, np.int32)
    day = np.array([day_number(FIRST)], np.int32)
    cohort = Cohort.from_columns(
        [PatientFacts("p", "MM")], groups=groups, patient=one, analyte=one, day=day, amount=np.ones(1, np.int64)
    )
    assert cohort.groups == groups


def test_an_event_nobody_has_a_window_for_hides_none_after_it() -> None:
    facts = PatientFacts("p", "MM", events=(Event("visit", FIRST), Event("g_csf", SECOND)))
    assert [one.kind for one in confounders(facts, ("visit", "g_csf"), SECOND)] == ["g_csf"]
