"""The course of a patient over HTTP."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from patients.models import AccessEvent, Disease
from tests.factories import (
    make_course_event,
    make_diagnosis,
    make_flag,
    make_line,
    make_patient,
    make_physician,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_it_tells_stages_steps_and_leads_and_notes_the_look(client: Client) -> None:
    patient = make_patient(deceased_on=date(2025, 1, 1))
    diagnosis = make_diagnosis(patient, disease=Disease.ALL, diagnosed_on=date(2023, 1, 10))
    make_line(diagnosis)
    relapse = make_course_event(diagnosis, "relapse", on=date(2024, 8, 14), sites=["marrow", "testis"])
    flag = make_flag(patient, "ALL-MRD", diagnosis=diagnosis, onset_on=date(2024, 4, 15))
    client.force_login(make_physician(patient.site))
    answer = client.get(f"/api/v1/patients/{patient.pk}/course-timeline/")
    assert answer.status_code == 200
    (course,) = answer.json()
    assert [(one["kind"], one["number"], one["months"], one["ended"]) for one in course["stages"]] == [
        ("disease", 1, 12, True),
        ("remission", 1, 7, True),
        ("relapse", 1, 4, False),
    ]
    assert [one["kind"] for one in course["steps"]] == [
        "diagnosis",
        "therapy",
        "remission",
        "signal",
        "relapse",
        "death",
    ]
    told = course["steps"][4]
    assert (told["sites"], told["extent"], told["timing_cog"]) == (["marrow", "testis"], "combined", "early")
    (lead,) = course["leads"]
    assert (lead["relapse"], lead["flag"], lead["by_sample"]) == (relapse.pk, flag.pk, 121)
    assert lead["by_notice"] < 0
    assert AccessEvent.objects.get().view == "api:course-timeline"


def test_a_relapse_without_a_signal_and_a_day_not_recorded_are_null(client: Client) -> None:
    diagnosis = make_diagnosis(diagnosed_on=None, remission_on=None)
    make_course_event(diagnosis, "relapse", on=date(2024, 8, 14))
    client.force_login(make_physician(diagnosis.patient.site))
    (course,) = client.get(f"/api/v1/patients/{diagnosis.patient_id}/course-timeline/").json()
    assert course["steps"][0]["on"] is None
    assert course["leads"][0]["flag"] is None


def test_strangers_missing_patients_and_other_methods_are_refused(client: Client) -> None:
    diagnosis = make_diagnosis()
    address = f"/api/v1/patients/{diagnosis.patient_id}/course-timeline/"
    assert client.get(address).status_code == 401
    client.force_login(make_user("nurse", sites=[make_site()]))
    assert client.get(address).status_code == 404
    client.force_login(make_physician(diagnosis.patient.site))
    assert client.get("/api/v1/patients/999999/course-timeline/").status_code == 404
    assert client.post(address).status_code == 405
    assert AccessEvent.objects.count() == 0
