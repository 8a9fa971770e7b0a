"""The course page of an AML shows what its latest marrow comes to."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from patients.models import Diagnosis, Disease
from tests.factories import make_diagnosis, make_nurse, make_patient, make_result

pytestmark = pytest.mark.django_db
DAY = date(2025, 6, 1)


def course_page(client: Client, diagnosis: Diagnosis) -> str:
    client.force_login(make_nurse(diagnosis.patient.site))
    return client.get(reverse("patient", args=[diagnosis.patient_id])).content.decode()


def test_a_complete_remission_is_named_with_what_it_rests_on(client: Client) -> None:
    diagnosis = make_diagnosis(make_patient(), disease=Disease.AML)
    for analyte, value in (
        ("blasts_marrow", "2"),
        ("blasts_blood_percent", "0"),
        ("neutrophils", "1.8"),
        ("platelets", "180"),
    ):
        make_result(diagnosis.patient, analyte, value, collected_on=DAY)
    page = course_page(client, diagnosis)
    assert "<strong>CR</strong>" in page
    assert "marrow of 1 Jun 2025" in page
    assert "extramedullary disease: none is recorded" in page


def test_without_a_marrow_it_says_what_is_missing(client: Client) -> None:
    page = course_page(client, make_diagnosis(make_patient(), disease=Disease.AML))
    assert "Not evaluable" in page
    assert "a marrow with a share of blasts" in page


@pytest.mark.parametrize("disease", [Disease.MM, Disease.ALL])
def test_another_disease_has_none(client: Client, disease: str) -> None:
    assert "Response at the latest marrow" not in course_page(client, make_diagnosis(make_patient(), disease=disease))
