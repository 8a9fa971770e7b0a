"""The course page says when a first relapse of ALL came."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from patients.models import Diagnosis, Disease
from tests.factories import make_course_event, make_diagnosis, make_nurse, make_patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def diagnosis() -> Diagnosis:
    return make_diagnosis(
        make_patient(), disease=Disease.ALL, diagnosed_on=date(2021, 1, 10), therapy_ended_on=date(2023, 3, 10)
    )


def course_page(client: Client, diagnosis: Diagnosis) -> str:
    client.force_login(make_nurse(diagnosis.patient.site))
    return client.get(reverse("patient", args=[diagnosis.patient_id])).content.decode()


@pytest.mark.parametrize(
    ("on", "sites", "labels"),
    [
        (date(2023, 8, 1), ["marrow"], "early (BFM), early (COG) first relapse"),
        (date(2024, 2, 10), ["marrow", "cns"], "late (BFM), late (COG) first relapse"),
        (date(2023, 8, 1), ["testis"], "early (BFM), late (COG) first relapse"),
        (date(2023, 8, 1), [], "early (BFM) first relapse"),
    ],
)
def test_it_names_the_time_by_both_schemes(
    client: Client, diagnosis: Diagnosis, on: date, sites: list[str], labels: str
) -> None:
    make_course_event(diagnosis, "relapse", on=on, sites=sites)
    assert labels in course_page(client, diagnosis)


def test_a_second_relapse_has_none(client: Client, diagnosis: Diagnosis) -> None:
    make_course_event(diagnosis, "relapse", on=date(2023, 8, 1), sites=["marrow"])
    make_course_event(diagnosis, "relapse", on=date(2024, 8, 1), sites=["marrow"])
    assert course_page(client, diagnosis).count("first relapse") == 1


def test_another_disease_has_none(client: Client) -> None:
    other = make_diagnosis(make_patient(), disease=Disease.AML, diagnosed_on=date(2021, 1, 10))
    make_course_event(other, "relapse", on=date(2023, 8, 1), sites=["marrow"])
    assert "first relapse" not in course_page(client, other)
