from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from labs.models import Evaluation, Flag
from patients.models import AccessEvent, AuditEvent, Patient, User
from tests.factories import (
    make_diagnosis,
    make_event,
    make_flag,
    make_line,
    make_nurse,
    make_patient,
    make_physician,
    make_site,
    make_symptom_report,
    make_user,
)

pytestmark = pytest.mark.django_db
PATHS = ["diagnoses", "treatment-lines", "treatment-events", "symptom-reports"]


@pytest.fixture
def nurse() -> User:
    return make_nurse(make_site())


@pytest.fixture
def patient(nurse: User) -> Patient:
    return make_patient(site=nurse.sites.get())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(user: User, path: str, **body: Any) -> Any:
    return signed_in(user).post(f"/api/v1/{path}/", body, content_type="application/json")


def fill(patient: Patient) -> None:
    diagnosis = make_diagnosis(patient)
    make_line(diagnosis)
    make_event(patient)
    make_symptom_report(patient, "bone_pain")


def body_for(path: str, patient: Patient) -> dict[str, Any]:
    return {
        "diagnoses": {"patient": patient.pk, "disease": "AML", "remission_on": "2024-01-01"},
        "treatment-lines": {
            "diagnosis": patient.diagnoses.get().pk if patient.diagnoses.exists() else 0,
            "number": 2,
            "phase": "salvage",
            "regimen": "DPd",
            "started_on": "2025-01-01",
        },
        "treatment-events": {"patient": patient.pk, "kind": "g_csf", "started_on": "2025-01-01"},
        "symptom-reports": {"patient": patient.pk, "reported_on": "2025-01-01", "symptoms": ["bone_pain"]},
    }[path]


@pytest.mark.parametrize("path", PATHS)
def test_only_visible_rows_are_listed(nurse: User, patient: Patient, path: str) -> None:
    fill(patient)
    fill(make_patient())
    rows = signed_in(nurse).get(f"/api/v1/{path}/").json()["results"]
    assert len(rows) == 1
    assert AccessEvent.objects.get().patient == patient


@pytest.mark.parametrize("path", PATHS)
def test_a_list_of_one_patient_is_a_look_into_the_record(nurse: User, patient: Patient, path: str) -> None:
    fill(patient)
    other = make_patient(site=patient.site)
    fill(other)
    rows = signed_in(nurse).get(f"/api/v1/{path}/", {"patient": patient.pk}).json()["results"]
    assert len(rows) == 1
    assert AccessEvent.objects.get().patient == patient


@pytest.mark.parametrize("path", PATHS)
def test_one_row_is_opened_and_a_foreign_one_is_not_there(nurse: User, patient: Patient, path: str) -> None:
    fill(patient)
    client = signed_in(nurse)
    [row] = client.get(f"/api/v1/{path}/").json()["results"]
    assert client.get(f"/api/v1/{path}/{row['id']}/").json() == row
    assert signed_in(make_nurse(make_site())).get(f"/api/v1/{path}/{row['id']}/").status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_it_records_with_audit_and_asks_the_rules(nurse: User, patient: Patient, path: str) -> None:
    make_diagnosis(patient)
    answer = post(nurse, path, **body_for(path, patient))
    assert answer.status_code == 201, answer.json()
    assert AuditEvent.objects.get(patient=patient).by == nurse
    assert Evaluation.objects.filter(patient=patient, pending=False).exists()


@pytest.mark.parametrize("path", PATHS)
def test_a_foreign_patient_is_not_to_be_named(nurse: User, path: str) -> None:
    stranger = make_patient()
    make_diagnosis(stranger)
    answer = post(nurse, path, **body_for(path, stranger))
    where = "diagnosis" if path == "treatment-lines" else "patient"
    assert (answer.status_code, answer.json()["problems"][0]["where"]) == (400, where)


@pytest.mark.parametrize("path", PATHS)
def test_an_auditor_records_nothing(patient: Patient, path: str) -> None:
    make_diagnosis(patient)
    assert post(make_user("auditor", sites=[patient.site]), path, **body_for(path, patient)).status_code == 403


def test_a_second_statement_of_a_diagnosis_changes_the_first(nurse: User, patient: Patient) -> None:
    first = post(nurse, "diagnoses", patient=patient.pk, disease="MM", heavy_chain="IgG").json()
    second = post(nurse, "diagnoses", patient=patient.pk, disease="MM", light_chain="kappa").json()
    assert second == first | {"light_chain": "kappa"}


@pytest.mark.parametrize(
    ("path", "changes", "where"),
    [
        ("symptom-reports", {"symptoms": ["gloom"]}, "symptoms.0"),
        ("symptom-reports", {"reported_on": "2999-01-01"}, "reported_on"),
        ("treatment-events", {"kind": "antibody"}, "detail"),
        ("treatment-events", {"ended_on": "2024-01-01"}, "ended_on"),
        ("treatment-lines", {"number": 0}, "number"),
        ("diagnoses", {"heavy_chain": "IgG"}, "heavy_chain"),
    ],
)
def test_what_is_wrong_is_named(nurse: User, patient: Patient, path: str, changes: dict[str, Any], where: str) -> None:
    make_diagnosis(patient)
    answer = post(nurse, path, **body_for(path, patient) | changes)
    assert answer.status_code == 400
    assert where in [problem["where"] for problem in answer.json()["problems"]]


@pytest.mark.parametrize("path", ["treatment-lines", "treatment-events"])
def test_treatment_ends(nurse: User, patient: Patient, path: str) -> None:
    fill(patient)
    [row] = signed_in(nurse).get(f"/api/v1/{path}/").json()["results"]
    ended = post(nurse, f"{path}/{row['id']}/end", ended_on="2025-05-01")
    assert (ended.status_code, ended.json()["ended_on"]) == (200, "2025-05-01")
    assert post(nurse, f"{path}/{row['id']}/end", ended_on="1999-05-01").status_code == 400


@pytest.mark.parametrize("path", PATHS)
def test_queries_do_not_grow_with_the_rows(
    nurse: User, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(8):
        fill(make_patient(site=nurse.sites.get()))
    client = signed_in(nurse)
    with django_assert_max_num_queries(8):
        assert len(client.get(f"/api/v1/{path}/").json()["results"]) == 8


def test_the_care_team_takes_its_signals_along(nurse: User, patient: Patient) -> None:
    physician = make_physician(patient.site)
    make_flag(patient)
    client = signed_in(nurse)
    address = f"/api/v1/care-teams/{patient.pk}/"
    answer = client.patch(address, {"physician": physician.username}, content_type="application/json")
    assert answer.json() == {"physician": physician.username, "nurse": None, "cover": None}
    assert Flag.objects.get().owner == physician
    wrong = client.patch(address, {"cover": nurse.username}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["problems"][0]["where"]) == (400, "cover")


def test_a_diagnosis_answered_without_a_change_is_a_look_into_the_record(nurse: User, patient: Patient) -> None:
    make_diagnosis(patient, subtype="t(4;14)")
    assert post(nurse, "diagnoses", patient=patient.pk, disease="MM").json()["subtype"] == "t(4;14)"
    assert AccessEvent.objects.get().patient == patient
    assert not AuditEvent.objects.exists()
