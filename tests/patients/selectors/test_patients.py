"""Finding patients: what a search means, whom a person finds, and pages that neither lose nor repeat anybody."""

from __future__ import annotations

from datetime import date

import pytest

from patients.models import Patient
from patients.selectors.keyset import UnreadableCursor
from patients.selectors.patients import age_on, banner_of, find_patients, months_between, visible_patient
from tests.factories import (
    make_care_team,
    make_diagnosis,
    make_line,
    make_nurse,
    make_patient,
    make_physician,
    make_service_account,
    make_site,
)

pytestmark = pytest.mark.django_db
TODAY = date(2025, 7, 1)


def names(**search: object) -> list[str]:
    return [str(patient) for patient in find_patients(**search).rows]  # type: ignore[arg-type]


class TestWhomASearchFinds:
    @pytest.fixture
    def nurse(self):
        site = make_site()
        make_patient(site=site, family_name="Okafor", given_name="Ines", mrn="0004711", birth_date=date(1958, 3, 14))
        make_patient(site=site, family_name="Okoro", given_name="Ben", mrn="77", birth_date=date(1958, 1, 7))
        make_patient(site=site, family_name="van der Berg", given_name="Anna Maria", birth_date=date(1958, 7, 1))
        return make_nurse(site)

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("oka", ["Okafor, Ines"]),
            ("OK", ["Okafor, Ines", "Okoro, Ben"]),
            ("ines", ["Okafor, Ines"]),
            ("okafor, ines", ["Okafor, Ines"]),
            ("Ines Oka", ["Okafor, Ines"]),
            ("van der berg", ["van der Berg, Anna Maria"]),
            ("anna maria van", ["van der Berg, Anna Maria"]),
            ("0004711", ["Okafor, Ines"]),
            ("00047", ["Okafor, Ines"]),
            ("4711", []),
            ("1958-03-14", ["Okafor, Ines"]),
            ("14 Mar 1958", ["Okafor, Ines"]),
            ("14.03.1958", ["Okafor, Ines"]),
            ("07/01/1958", ["Okoro, Ben", "van der Berg, Anna Maria"]),
            ("07.01.1958", ["Okoro, Ben"]),
            ("1958-02-30", []),
            ("%", []),
            ("zzz", []),
            ("", ["Okafor, Ines", "Okoro, Ben", "van der Berg, Anna Maria"]),
            ("   ", ["Okafor, Ines", "Okoro, Ben", "van der Berg, Anna Maria"]),
        ],
    )
    def test_it_finds(self, nurse, text, found):
        assert names(user=nurse, text=text) == found


def test_nobody_finds_patients_of_other_sites() -> None:
    make_patient()
    assert names(user=make_nurse(make_site())) == []


def test_the_care_team_finds_its_patient_of_another_site() -> None:
    patient, cover = make_patient(), make_physician()
    make_care_team(patient, cover=cover)
    assert names(user=cover) == [str(patient)]


def test_who_may_not_see_a_patient_does_not_learn_that_they_exist() -> None:
    patient = make_patient()
    assert visible_patient(user=make_nurse(patient.site), patient_id=patient.pk) == patient
    with pytest.raises(Patient.DoesNotExist):
        visible_patient(user=make_nurse(make_site()), patient_id=patient.pk)


class TestPages:
    @pytest.fixture
    def nurse(self):
        site = make_site()
        for family, given in [("a", "x"), ("A", "y"), ("b", "x"), ("b", "x"), ("C", "z")]:
            make_patient(site=site, family_name=family, given_name=given)
        return make_nurse(site)

    def test_forward_and_back_show_everybody_once(self, nurse):
        first = find_patients(user=nurse, size=2)
        second = find_patients(user=nurse, size=2, after=first.next_cursor or "")
        third = find_patients(user=nurse, size=2, after=second.next_cursor or "")
        assert [len(page.rows) for page in (first, second, third)] == [2, 2, 1]
        assert len({patient.pk for page in (first, second, third) for patient in page.rows}) == 5
        assert first.previous_cursor is None
        assert third.next_cursor is None
        back = find_patients(user=nurse, size=2, before=third.previous_cursor or "")
        assert back.rows == second.rows
        assert back.next_cursor is not None
        assert find_patients(user=nurse, size=2, before=back.previous_cursor or "").rows == first.rows

    def test_a_row_added_before_the_cursor_moves_nobody(self, nurse):
        first = find_patients(user=nurse, size=2)
        make_patient(site=nurse.sites.get(), family_name="0")
        assert [str(one) for one in find_patients(user=nurse, size=2, after=first.next_cursor or "").rows] == [
            "b, x",
            "b, x",
        ]

    @pytest.mark.parametrize("cursor", ["x", "!!!", "WzFd", "bnVsbA", "WyJhXHUwMDAwIiwgImIiLCAiMSJd"])
    def test_a_damaged_cursor_is_refused(self, nurse, cursor):
        with pytest.raises(UnreadableCursor):
            find_patients(user=nurse, after=cursor)


def test_the_queries_do_not_grow_with_the_rows(django_assert_num_queries) -> None:
    site = make_site()
    nurse = make_nurse(site)
    for _ in range(5):
        make_diagnosis(make_patient(site=site))
    with django_assert_num_queries(3):
        page = find_patients(user=nurse)
        [(list(one.identifiers.all()), list(one.diagnoses.all()), one.site.name) for one in page.rows]


def test_the_banner_names_who_it_is_and_who_answers() -> None:
    patient = make_patient(birth_date=date(1958, 7, 2), mrn="0004711")
    diagnosis = make_diagnosis(patient)
    make_line(diagnosis, started_on=date(2023, 1, 1), ended_on=date(2023, 6, 1))
    running = make_line(diagnosis, number=2, started_on=date(2024, 1, 1), regimen="lenalidomide")
    gone, cover = make_physician(is_active=False), make_physician()
    make_care_team(patient, physician=gone, cover=cover)
    banner = banner_of(visible_patient(user=make_nurse(patient.site), patient_id=patient.pk), today=TODAY)
    assert (banner.age, banner.mrn, banner.diagnosis, banner.line) == (66, "0004711", diagnosis, running)
    assert banner.physician == cover


def test_a_patient_without_diagnosis_and_team_has_a_banner_all_the_same() -> None:
    patient = make_patient()
    banner = banner_of(visible_patient(user=make_nurse(patient.site), patient_id=patient.pk), today=TODAY)
    assert (banner.diagnosis, banner.line, banner.physician) == (None, None, None)


def test_service_accounts_see_only_their_sites() -> None:
    make_patient()
    assert names(user=make_service_account(make_site())) == []


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(1958, 7, 1), date(2025, 7, 1), 67),
        (date(1958, 7, 2), date(2025, 7, 1), 66),
        (date(2000, 2, 29), date(2025, 2, 28), 24),
        (date(2000, 2, 29), date(2025, 3, 1), 25),
    ],
)
def test_age_is_counted_in_full_years(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age


@pytest.mark.parametrize(("later", "months"), [(date(2024, 2, 9), 0), (date(2024, 2, 10), 1), (date(2026, 8, 11), 31)])
def test_months_are_full_months(later: date, months: int) -> None:
    assert months_between(date(2024, 1, 10), later) == months
