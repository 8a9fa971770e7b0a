"""The response of a line read from the database, on the page and through the API."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from labs.rules.myeloma.response import Category
from labs.selectors.responses import PROGRESSION, response_of_diagnosis
from patients.models import AccessEvent, Diagnosis
from tests.factories import make_diagnosis, make_line, make_nurse, make_patient, make_result, make_series, make_site

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
START = TODAY - timedelta(days=200)


def in_response(value: str = "0.3", **facts: object) -> Diagnosis:
    patient = make_patient(site=make_site())
    diagnosis = make_diagnosis(patient, disease="MM", measurable=["serum_m"], **facts)
    make_line(diagnosis, started_on=START)
    days = {START: "4.0", START + timedelta(days=60): value, START + timedelta(days=90): value}
    make_series(patient, "serum_m", days)
    return diagnosis


def test_the_record_gives_the_category_with_the_values_it_rests_on() -> None:
    reached = response_of_diagnosis(in_response(), as_of=TODAY)
    assert reached is not None
    assert reached.response.now.category is Category.VGPR
    assert reached.response.now.since == START + timedelta(days=60)
    assert reached.response.now.confirmed
    assert any("from 4.0 g/dL" in words for words in reached.response.rests_on)


def test_progression_found_by_any_rule_of_progression_is_the_category() -> None:
    diagnosis = in_response()
    make_result(diagnosis.patient, "serum_m", "0.9", collected_on=START + timedelta(days=120))
    make_result(diagnosis.patient, "serum_m", Decimal("1.0"), collected_on=START + timedelta(days=150))
    reached = response_of_diagnosis(diagnosis, as_of=TODAY)
    assert reached is not None
    assert reached.response.now.category is Category.PD
    assert {"MM-PD-SERUM-M", "MM-PD-FLC", "MM-LESION-NEW"} <= {rule.code for rule in PROGRESSION}


def test_what_came_later_does_not_count_on_an_earlier_day() -> None:
    reached = response_of_diagnosis(in_response(), as_of=START + timedelta(days=70))
    assert reached is not None
    assert not reached.response.now.confirmed


def test_another_disease_has_no_response_category() -> None:
    assert response_of_diagnosis(make_diagnosis(make_patient(), disease="AML"), as_of=TODAY) is None


def test_a_person_with_two_diseases_is_read_for_the_myeloma_alone() -> None:
    diagnosis = in_response()
    make_diagnosis(diagnosis.patient, disease="AML")
    reached = response_of_diagnosis(diagnosis, as_of=TODAY)
    assert reached is not None
    assert reached.response.now.category is Category.VGPR


def signed_in(diagnosis: Diagnosis) -> Client:
    client = Client()
    client.force_login(make_nurse(diagnosis.patient.site))
    return client


def test_the_course_page_shows_the_category_since_when_and_what_is_missing() -> None:
    diagnosis = in_response()
    page = signed_in(diagnosis).get(f"/patients/{diagnosis.patient.pk}/").content.decode()
    assert "Response in this line" in page
    assert "VGPR" in page
    assert "confirmed by a second assessment" in page
    assert "Missing for CR" in page
    assert "immunofixation of urine: not done in this line" in page.replace("\xa0", " ")


def test_the_course_page_says_when_it_cannot_be_told() -> None:
    diagnosis = make_diagnosis(make_patient(site=make_site()), disease="MM")
    page = signed_in(diagnosis).get(f"/patients/{diagnosis.patient.pk}/").content.decode()
    assert "Not evaluable" in page
    assert "the start of the line of therapy" in page


def test_the_api_gives_it_and_the_look_is_recorded() -> None:
    diagnosis = in_response()
    body = signed_in(diagnosis).get(f"/api/v1/diagnoses/{diagnosis.pk}/response/").json()
    assert body["now"] == {
        "category": "VGPR",
        "since": (START + timedelta(days=60)).isoformat(),
        "confirmed": True,
    }
    assert body["next"] == "CR"
    assert body["missing"]
    assert AccessEvent.objects.filter(patient=diagnosis.patient, view="api:diagnoses").exists()


def test_the_api_knows_no_response_of_another_disease_nor_of_strangers() -> None:
    leukaemia = make_diagnosis(make_patient(site=make_site()), disease="AML")
    assert signed_in(leukaemia).get(f"/api/v1/diagnoses/{leukaemia.pk}/response/").status_code == 404
    stranger = in_response()
    assert signed_in(leukaemia).get(f"/api/v1/diagnoses/{stranger.pk}/response/").status_code == 404
    assert isinstance(stranger.patient.birth_date, date)
