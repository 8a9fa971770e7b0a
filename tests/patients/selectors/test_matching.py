"""Whose number it is: what agrees, what does not, and what nobody can know."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from patients.actions.system_account import system_account
from patients.models import MRN
from patients.selectors.matching import Claim, Known, NoMatch, disagreement, match_claims, namesakes, plain_name
from tests.factories import make_identifier, make_patient, make_service_account, make_site

INES = Known(1, 1, "García-Löw", "Inés María", date(1958, 3, 14), "female")


def claim(**said: Any) -> Claim:
    return Claim(identifiers=((MRN, "007"),), **said)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"family_name": "Garcia Low"},
        {"family_name": "GARCÍA-LÖW", "given_name": "Ines"},
        {"given_name": "Inés María Luz"},
        {"birth_date": date(1958, 3, 14)},
        {"birth_date_text": "1958"},
        {"birth_date_text": "1958-03"},
        {"sex": "female"},
        {"sex": "unknown"},
        {"sex": "other"},
    ],
)
def test_these_are_the_same_person(said: dict[str, Any]) -> None:
    assert disagreement(claim(**said), INES) == ""


@pytest.mark.parametrize(
    ("said", "differing"),
    [
        ({"family_name": "García"}, "family name"),
        ({"given_name": "María"}, "given name"),
        ({"birth_date": date(1958, 4, 13)}, "birth date"),
        ({"birth_date_text": "1958-04"}, "birth date"),
        ({"sex": "male"}, "sex"),
        ({"family_name": "Low", "sex": "male"}, "sex, family name"),
    ],
)
def test_these_are_not(said: dict[str, Any], differing: str) -> None:
    assert disagreement(claim(**said), INES) == differing


@pytest.mark.parametrize(
    ("one", "other"), [("Øst", "øst"), ("O’Brien", "O'Brien"), ("Straße", "STRASSE"), ("李", "李")]
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert plain_name(one) == plain_name(other)


def test_names_in_scripts_without_letters_of_ours_stay_different() -> None:
    assert plain_name("李") != plain_name("王")


@pytest.mark.django_db
class TestInTheDatabase:
    def test_one_number_is_enough(self) -> None:
        patient = make_patient(mrn="007")
        match = match_claims([claim()], by=system_account())[claim()]
        assert isinstance(match, Known)
        assert match.id == patient.pk

    def test_leading_zeros_and_systems_count(self) -> None:
        make_patient(mrn="7")
        make_identifier(make_patient(), system="http://elsewhere", value="007")
        match = match_claims([claim()], by=system_account())[claim()]
        assert isinstance(match, NoMatch)
        assert match.reason == "unknown_number"

    def test_patients_of_other_sites_are_not_found(self) -> None:
        make_patient(mrn="007")
        assert isinstance(match_claims([claim()], by=make_service_account(make_site()))[claim()], NoMatch)

    def test_many_claims_take_one_query_a_system(self, django_assert_num_queries: Any) -> None:
        by = system_account()
        claims = [Claim(identifiers=((MRN, f"{make_patient().pk}"),)) for _ in range(20)]
        with django_assert_num_queries(1):
            match_claims(claims, by=by)

    def test_namesakes_share_both_names_and_the_birth_date(self) -> None:
        patient = make_patient(family_name="Müller", given_name="Ann")
        found = namesakes([claim(birth_date=patient.birth_date)])
        assert found == {("muller", "ann", patient.birth_date): patient.pk}
        assert not namesakes([claim(birth_date=date(1999, 1, 1))])
