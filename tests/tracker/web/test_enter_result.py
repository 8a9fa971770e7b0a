"""Typing in results: nothing typed is lost, nothing unusable is saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from labs.models import Result
from patients.models import AccessEvent, Patient, User
from tests.factories import make_diagnosis, make_nurse, make_patient, make_site, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient() -> Patient:
    patient = make_patient(family_name="Lindqvist", given_name="Maja")
    make_diagnosis(patient)
    return patient


@pytest.fixture
def nurse(patient: Patient, client: Client) -> User:
    nurse = make_nurse(patient.site)
    client.force_login(nurse)
    return nurse


def url(patient: Patient) -> str:
    return reverse("enter_result", args=[patient.pk]) + "?kind=cbc"


def typed(*values: dict[str, str], **sample: str) -> dict[str, str]:
    """What a browser sends for these rows."""
    sent = {"collected_on": "2025-06-01", "collected_time": "", "laboratory": "Central", "accession": ""} | sample
    sent |= {
        "confirmed": sent.get("confirmed", "False"),
        "form-INITIAL_FORMS": "0",
        "form-TOTAL_FORMS": str(len(values)),
    }
    for index, value in enumerate(values):
        sent |= {f"form-{index}-{name}": text for name, text in value.items()}
    return sent


HB = {"analyte": "haemoglobin", "value": "11.2", "unit": "g/dL"}


def test_the_page_keeps_the_patient_in_sight(client: Client, nurse: User, patient: Patient) -> None:
    page = client.get(url(patient)).content.decode()
    assert "Lindqvist, Maja" in page
    assert 'aria-label="Haemoglobin: Value as printed"' in page
    assert AccessEvent.objects.get().view == "enter_result"


def test_the_rows_are_those_of_the_test_and_some_free_ones(client: Client, nurse: User, patient: Patient) -> None:
    context = client.get(url(patient)).context
    presets = [row.initial["analyte"] for row in context["rows"] if row.known]
    assert presets[:3] == ["haemoglobin", "wbc", "platelets"]
    assert sum(row.known is None for row in context["rows"]) == 3


def test_myeloma_begins_with_its_proteins_and_an_unknown_kind_falls_back(
    client: Client, nurse: User, patient: Patient
) -> None:
    for query in ("", "?kind=nonsense"):
        assert client.get(reverse("enter_result", args=[patient.pk]) + query).context["kind"].code == "spep_flc"


def test_values_are_saved_and_empty_rows_are_not(client: Client, nurse: User, patient: Patient) -> None:
    answer = client.post(url(patient), typed(HB, {"analyte": "wbc", "value": "", "unit": "10*3/uL"}))
    assert answer.status_code == 302, answer.context["rows"].errors
    result = Result.objects.get()
    assert (result.analyte, result.laboratory, result.patient) == ("haemoglobin", "Central", patient)
    page = client.get(answer["Location"]).content.decode()
    assert "1 value is saved and evaluated." in page


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (HB | {"unit": "furlongs"}, "unit"),
        (HB | {"value": "112"}, "value"),
        (HB | {"analyte": ""}, "analyte"),
        (HB | {"analyte": "mrd_flow", "unit": "%"}, "specimen"),
    ],
)
def test_what_cannot_be_used_comes_back_with_what_was_typed(
    client: Client, nurse: User, patient: Patient, row: dict[str, str], field: str
) -> None:
    good = {"analyte": "platelets", "value": "201", "unit": "10*9/L", "method": "impedance"}
    answer = client.post(url(patient), typed({"value": ""}, row, good, accession="L-77", confirmed="on"))
    assert answer.status_code == 422
    rows = answer.context["rows"].forms
    assert list(rows[1].errors) == [field]
    assert not rows[2].errors
    page = answer.content.decode()
    assert 'value="impedance"' in page
    assert 'value="L-77"' in page
    assert not Result.objects.exists()


def test_an_unusual_value_is_asked_back_once(client: Client, nurse: User, patient: Patient) -> None:
    low = HB | {"value": "4.2"}
    first = client.post(url(patient), typed(low))
    assert first.status_code == 422
    assert 'type="checkbox" name="confirmed"' in first.content.decode()
    assert client.post(url(patient), typed(low, confirmed="on")).status_code == 302


@pytest.mark.parametrize("sample", [{"collected_on": ""}, {"collected_on": "2999-01-01"}, {"collected_time": "25:00"}])
def test_a_bad_sample_is_named(client: Client, nurse: User, patient: Patient, sample: dict[str, str]) -> None:
    answer = client.post(url(patient), typed(HB, **sample))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(sample)


def test_nothing_typed_is_said(client: Client, nurse: User, patient: Patient) -> None:
    assert "No value was entered" in client.post(url(patient), typed()).content.decode()


def test_another_value_of_the_same_sample_is_warned_of(client: Client, nurse: User, patient: Patient) -> None:
    client.post(url(patient), typed(HB))
    page = client.post(url(patient), typed(HB | {"value": "12.1"}), follow=True).content.decode()
    assert "v-message--warning" in page


def test_a_correction_replaces(client: Client, nurse: User, patient: Patient) -> None:
    client.post(url(patient), typed(HB))
    client.post(url(patient), typed(HB | {"value": "12.1", "corrects": "on"}))
    assert Result.objects.get(is_current=True).value_printed == "12.1"


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_others_enter_no_results(client: Client, patient: Patient, role: str) -> None:
    client.force_login(make_user(role, sites=[patient.site]))
    assert client.get(url(patient)).status_code == 403


def test_a_foreign_patient_is_not_there(client: Client, patient: Patient) -> None:
    client.force_login(make_nurse(make_site()))
    assert client.get(url(patient)).status_code == 404


@pytest.mark.parametrize("method", ["put", "delete"])
def test_other_methods_are_refused(client: Client, nurse: User, patient: Patient, method: str) -> None:
    answer: Any = getattr(client, method)(url(patient))
    assert answer.status_code == 405


MRD = {"analyte": "mrd_molecular", "value": "<0.01", "unit": "%", "specimen": "bone_marrow", "method": "RT-qPCR"}
BESIDE = {"target": "npm1", "detection_limit": "0.001", "cells_counted": "500000"}


def test_target_limit_and_cells_can_be_typed_beside_residual_disease(
    client: Client, nurse: User, patient: Patient
) -> None:
    page = reverse("enter_result", args=[patient.pk]) + "?kind=mrd"
    assert "Limit of detection" in client.get(page).content.decode()
    answer = client.post(page, typed(MRD | BESIDE))
    assert answer.status_code == 302, answer.content.decode()
    result = Result.objects.get()
    assert (str(result.detection_limit), result.cells_counted, result.target) == ("0.001000000", 500_000, "NPM1")
    shown = client.get(reverse("patient_results", args=[patient.pk])).content.decode()
    assert "NPM1, detects 0.001 %, 500,000 copies" in shown


def test_a_blood_count_is_not_asked_for_them(client: Client, nurse: User, patient: Patient) -> None:
    assert "Limit of detection" not in client.get(url(patient)).content.decode()


@pytest.mark.parametrize(
    ("beside", "field"),
    [
        ({"detection_limit": "0.1"}, "detection_limit"),
        ({"detection_limit": "0"}, "detection_limit"),
        ({"cells_counted": "0"}, "cells_counted"),
        ({"target": "TET2"}, "target"),
    ],
)
def test_what_contradicts_the_value_is_refused_beside_its_field(
    client: Client, nurse: User, patient: Patient, beside: dict[str, str], field: str
) -> None:
    answer = client.post(reverse("enter_result", args=[patient.pk]) + "?kind=mrd", typed(MRD | beside))
    assert answer.status_code == 422
    assert list(answer.context["rows"][0].errors) == [field]
    assert not Result.objects.exists()
