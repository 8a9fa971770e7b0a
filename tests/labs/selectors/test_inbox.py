"""The physician's inbox: who is on it, in which order, and what a card says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from labs.models import Decision, Level, Review, Signal
from labs.selectors.inbox import SITE, Counts, Wanted, inbox, inbox_counts, marker_of
from patients.models import Disease
from tests.factories import (
    make_diagnosis,
    make_flag,
    make_nurse,
    make_patient,
    make_physician,
    make_result,
    make_scheduled_test,
    make_series,
    make_site,
)

pytestmark = pytest.mark.django_db
TODAY = date(2025, 7, 1)
NOW = datetime(2025, 7, 1, 12, tzinfo=UTC)
EVIDENCE = {"evidence": [{"analyte": "serum_m", "collected_on": "2025-06-01", "role": "confirming"}]}


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def doctor(site):
    return make_physician(site)


@pytest.fixture
def patient(site):
    return make_diagnosis(make_patient(site=site)).patient


def cards(user, **wanted):
    return inbox(user=user, wanted=Wanted(**wanted), today=TODAY).rows


class TestWhatIsNotOnIt:
    def test_resolved_signals(self, doctor, patient):
        answered = {"reviewed_by": doctor, "reviewed_at": NOW}
        make_flag(patient, owner=doctor, review=Review.RESOLVED, decision=Decision.WATCH, **answered)
        assert cards(doctor) == []

    @pytest.mark.parametrize("signal", [Signal.NOT_CONFIRMED, Signal.WITHDRAWN])
    def test_signals_that_ask_for_no_answer(self, doctor, patient, signal):
        make_flag(patient, owner=doctor, signal=signal)
        assert cards(doctor) == []

    def test_information_unless_it_is_asked_for(self, doctor, patient):
        make_flag(patient, owner=doctor, level=Level.INFO, answer_by=None)
        assert cards(doctor) == []
        assert len(cards(doctor, with_info=True)) == 1

    def test_signals_of_patients_one_may_not_see(self, doctor):
        make_flag(make_patient(), owner=doctor)
        assert cards(doctor, scope=SITE) == []

    def test_a_colleagues_signals_unless_the_whole_site_is_asked_for(self, site, doctor, patient):
        make_flag(patient, owner=make_physician(site))
        assert cards(doctor) == []
        assert len(cards(doctor, scope=SITE)) == 1

    def test_other_diseases_when_one_is_asked_for(self, doctor, site):
        leukaemia = make_diagnosis(make_patient(site=site), Disease.AML)
        make_flag(leukaemia.patient, diagnosis=leukaemia, owner=doctor)
        assert cards(doctor, disease="MM") == []
        assert len(cards(doctor, disease="AML")) == 1

    def test_older_signals_when_new_ones_are_asked_for(self, doctor, patient):
        make_flag(patient, owner=doctor, raised_at=NOW - timedelta(days=2))
        assert cards(doctor, raised_since=NOW - timedelta(days=1)) == []
        assert len(cards(doctor, raised_since=NOW - timedelta(days=3))) == 1


def test_one_patient_is_one_card_with_the_most_pressing_signal_first(doctor, patient) -> None:
    provisional = make_flag(patient, "A", owner=doctor, signal=Signal.PROVISIONAL)
    review = make_flag(patient, "B", owner=doctor, level=Level.REVIEW)
    confirmed = make_flag(patient, "C", owner=doctor)
    (card,) = cards(doctor)
    assert card.flags == [confirmed, provisional, review]
    assert card.to_acknowledge == card.flags


def test_of_equal_signals_that_of_the_disease_comes_before_its_consequences(doctor, patient) -> None:
    anaemia = make_flag(patient, "CBC-HB-FALL", owner=doctor, answer_by=NOW)
    paraprotein = make_flag(patient, "MM-PD-SERUM-M", owner=doctor, answer_by=NOW + timedelta(hours=1))
    (card,) = cards(doctor)
    assert card.flags == [paraprotein, anaemia]


def test_cards_are_ordered_by_level_then_by_the_time_an_answer_is_due(doctor, site) -> None:
    def waiting(level: Level, hours: int) -> int:
        patient = make_patient(site=site)
        make_flag(patient, owner=doctor, level=level, answer_by=NOW + timedelta(hours=hours))
        return patient.pk

    late_urgent, review, soon_urgent = waiting(Level.URGENT, 9), waiting(Level.REVIEW, 1), waiting(Level.URGENT, 2)
    assert [card.patient.pk for card in cards(doctor)] == [soon_urgent, late_urgent, review]


def test_pages_show_every_card_once(doctor, site) -> None:
    for hours in range(5):
        make_flag(make_patient(site=site), owner=doctor, answer_by=NOW + timedelta(hours=hours % 2))
    first = inbox(user=doctor, wanted=Wanted(), today=TODAY, size=3)
    second = inbox(user=doctor, wanted=Wanted(), today=TODAY, size=3, after=first.next_cursor or "")
    seen = [card.patient.pk for card in first.rows + second.rows]
    assert len(seen) == len(set(seen)) == 5
    assert second.next_cursor is None
    back = inbox(user=doctor, wanted=Wanted(), today=TODAY, size=3, before=second.previous_cursor or "")
    assert [card.patient.pk for card in back.rows] == seen[:3]


def test_counts_are_of_patients_by_their_most_pressing_signal(doctor, site, patient) -> None:
    make_flag(patient, "A", owner=doctor)
    make_flag(patient, "B", owner=doctor, level=Level.REVIEW)
    make_flag(make_patient(site=site), owner=doctor, level=Level.REVIEW)
    assert inbox_counts(user=doctor, wanted=Wanted()) == Counts(urgent=1, review=1, new=2)


def test_the_small_picture_is_of_the_headlines_marker_and_of_values_that_count(doctor, patient) -> None:
    make_flag(patient, owner=doctor, finding=EVIDENCE)
    make_series(patient, "serum_m", {date(2025, 1, 1): "0.3", date(2025, 6, 1): "<0.1"})
    make_result(patient, "serum_m", "9", collected_on=date(2025, 6, 2), status="entered-in-error")
    make_result(patient, "serum_m", "9", collected_on=date(2025, 6, 3), is_current=False)
    make_result(patient, "haemoglobin", "12")
    (card,) = cards(doctor)
    assert [(result.collected_on.month, result.comparator) for result in card.spark] == [(1, ""), (6, "<")]


def test_overdue_tests_are_on_the_card_and_booked_ones_are_not(doctor, patient) -> None:
    make_flag(patient, owner=doctor)
    late = make_scheduled_test(patient, "flc", due_on=date(2025, 5, 1))
    make_scheduled_test(patient, "cbc", due_on=date(2025, 5, 1), booked_for=date(2025, 7, 5))
    make_scheduled_test(patient, "mri", due_on=date(2025, 7, 5))
    (card,) = cards(doctor)
    assert card.overdue == [late]


def test_the_queries_do_not_grow_with_the_cards(doctor, site, django_assert_max_num_queries) -> None:
    for _ in range(6):
        diagnosis = make_diagnosis(make_patient(site=site))
        make_flag(diagnosis.patient, diagnosis=diagnosis, owner=doctor, finding=EVIDENCE)
        make_series(diagnosis.patient, "serum_m", {date(2025, 1, 1): "0.3", date(2025, 6, 1): "1.0"})
    with django_assert_max_num_queries(9):
        found = cards(doctor)
        inbox_counts(user=doctor, wanted=Wanted())
        assert len([(card.diagnosis, card.line, card.spark, card.overdue) for card in found]) == 6


@pytest.mark.parametrize(
    ("evidence", "marker"),
    [
        ([], ""),
        ([{"analyte": "serum_m", "collected_on": "2025-01-01", "role": "reference"}], "serum_m"),
        (
            [
                {"analyte": "haemoglobin", "collected_on": "2025-05-01", "role": "reference"},
                {"analyte": "serum_m", "collected_on": "2025-04-01", "role": "onset"},
            ],
            "serum_m",
        ),
    ],
)
def test_a_signal_is_about_its_own_newest_evidence(patient, evidence, marker) -> None:
    assert marker_of(make_flag(patient, finding={"evidence": evidence})) == marker


def test_a_nurse_sees_waiting_signals_of_the_site_too(site, patient) -> None:
    make_flag(patient)
    assert len(cards(make_nurse(site), scope=SITE)) == 1
