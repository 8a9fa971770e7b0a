"""Recording the course: each page saves, comes back with what was typed, and refuses whom it must."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from labs.models import Evaluation, Flag
from patients.models import CareTeam, Diagnosis, Patient, SymptomReport, TreatmentEvent, TreatmentLine, User
from tests.factories import (
    make_diagnosis,
    make_flag,
    make_line,
    make_nurse,
    make_patient,
    make_physician,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db


@dataclass
class Entry:
    """A page, what saves, and what is refused at which field."""

    page: str
    good: dict[str, Any]
    bad: dict[str, Any]
    field: str
    model: type


ENTRIES = [
    Entry(
        "record_symptoms",
        {"reported_on": "2025-06-01", "symptoms": ["bone_pain", "confusion"], "note": "since May"},
        {"reported_on": "2999-06-01", "symptoms": ["bone_pain"], "note": "since May"},
        "reported_on",
        SymptomReport,
    ),
    Entry(
        "record_event",
        {"kind": "g_csf", "started_on": "2025-06-01", "detail": "since May"},
        {"kind": "g_csf", "started_on": "2025-06-01", "ended_on": "2025-05-01", "detail": "since May"},
        "ended_on",
        TreatmentEvent,
    ),
    Entry(
        "record_line",
        {"number": "2", "phase": "salvage", "regimen": "since May", "started_on": "2025-06-01"},
        {"number": "2", "phase": "salvage", "regimen": "since May", "started_on": "2999-06-01"},
        "started_on",
        TreatmentLine,
    ),
    Entry(
        "record_diagnosis",
        {"disease": "AML", "subtype": "since May", "risk_group": "adverse", "remission_on": "2025-01-01"},
        {"disease": "AML", "subtype": "since May", "risk_group": "adverse", "heavy_chain": "IgG"},
        "heavy_chain",
        Diagnosis,
    ),
]


@pytest.fixture
def patient() -> Patient:
    patient = make_patient()
    make_line(make_diagnosis(patient))
    return patient


@pytest.fixture
def nurse(patient: Patient, client: Client) -> User:
    nurse = make_nurse(patient.site)
    client.force_login(nurse)
    return nurse


def send(client: Client, entry: Entry, patient: Patient, body: dict[str, Any]) -> Any:
    if entry.page == "record_line":
        body = body | {"diagnosis": str(patient.diagnoses.order_by("pk")[0].pk)}
    return client.post(reverse(entry.page, args=[patient.pk]), body)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.page)
def test_it_saves_and_asks_the_rules(client: Client, nurse: User, patient: Patient, entry: Entry) -> None:
    before = entry.model.objects.count()
    answer = send(client, entry, patient, entry.good)
    assert answer.status_code == 302, answer.context["form"].errors
    assert entry.model.objects.count() == before + 1
    assert Evaluation.objects.filter(patient=patient, pending=False).exists()
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.page)
def test_what_is_refused_comes_back_as_typed(client: Client, nurse: User, patient: Patient, entry: Entry) -> None:
    before = entry.model.objects.count()
    answer = send(client, entry, patient, entry.bad)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [entry.field]
    assert "since May" in answer.content.decode()
    assert entry.model.objects.count() == before


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.page)
def test_an_auditor_and_a_foreign_nurse_are_kept_out(client: Client, patient: Patient, entry: Entry) -> None:
    client.force_login(make_user("auditor", sites=[patient.site]))
    assert client.get(reverse(entry.page, args=[patient.pk])).status_code == 403
    client.force_login(make_nurse(make_site()))
    assert send(client, entry, patient, entry.good).status_code == 404


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.page)
def test_the_patient_stays_in_sight(client: Client, nurse: User, patient: Patient, entry: Entry) -> None:
    page = client.get(reverse(entry.page, args=[patient.pk])).content.decode()
    assert str(patient) in page


def test_urgent_symptoms_of_the_own_disease_come_first(client: Client, nurse: User, patient: Patient) -> None:
    choices = client.get(reverse("record_symptoms", args=[patient.pk])).context["form"].fields["symptoms"].choices
    labels = [label for _code, label in choices]
    urgent = [label.endswith("(urgent)") for label in labels]
    assert urgent == sorted(urgent, reverse=True)
    assert "gum_swelling" not in dict(choices)


@pytest.mark.parametrize(
    ("body", "field"), [({}, "symptoms"), ({"symptoms": ["bone_pain"], "none_told": "on"}, "none_told")]
)
def test_an_empty_form_is_not_an_answer_and_a_contradiction_neither(
    client: Client, nurse: User, patient: Patient, body: dict[str, Any], field: str
) -> None:
    answer = client.post(reverse("record_symptoms", args=[patient.pk]), {"reported_on": "2025-06-01"} | body)
    assert list(answer.context["form"].errors) == [field]


def test_none_told_is_an_answer(client: Client, nurse: User, patient: Patient) -> None:
    client.post(reverse("record_symptoms", args=[patient.pk]), {"reported_on": "2025-06-01", "none_told": "on"})
    assert SymptomReport.objects.get().symptoms == []


def test_a_line_needs_a_diagnosis_first(client: Client) -> None:
    patient = make_patient()
    client.force_login(make_nurse(patient.site))
    answer = client.get(reverse("record_line", args=[patient.pk]))
    assert answer["Location"] == reverse("record_diagnosis", args=[patient.pk])


def test_the_next_line_has_the_next_number(client: Client, nurse: User, patient: Patient) -> None:
    assert client.get(reverse("record_line", args=[patient.pk])).context["form"]["number"].value() == 2


def test_the_diagnosis_on_record_fills_the_form(client: Client, nurse: User, patient: Patient) -> None:
    form = client.get(reverse("record_diagnosis", args=[patient.pk])).context["form"]
    assert (form["disease"].value(), form["light_chain"].value()) == ("MM", "kappa")


def test_the_care_team_is_chosen_among_those_who_work_here(client: Client, nurse: User, patient: Patient) -> None:
    here, elsewhere = make_physician(patient.site), make_physician(make_site())
    flag = make_flag(patient)
    address = reverse("assign_care_team", args=[patient.pk])
    assert client.post(address, {"physician": here.pk, "nurse": nurse.pk}).status_code == 302
    assert (CareTeam.objects.get().physician, Flag.objects.get(pk=flag.pk).owner) == (here, here)
    refused = client.post(address, {"physician": elsewhere.pk})
    assert list(refused.context["form"].errors) == ["physician"]


NEW = {
    "mrn": "0012",
    "family_name": "Okafor",
    "given_name": "Ines",
    "birth_date": "1958-03-14",
    "sex": "female",
}


def register(client: Client, user: User, **changes: str) -> Any:
    return client.post(reverse("register_patient"), NEW | {"site": str(user.sites.get().pk)} | changes)


@pytest.fixture
def registrar(client: Client) -> User:
    nurse = make_nurse(make_site())
    client.force_login(nurse)
    return nurse


def test_a_patient_is_registered_and_the_diagnosis_comes_next(client: Client, registrar: User) -> None:
    answer = register(client, registrar)
    patient = Patient.objects.get()
    assert answer["Location"] == reverse("record_diagnosis", args=[patient.pk])
    assert patient.identifiers.get().value == "0012"


def test_somebody_like_it_is_asked_back(client: Client, registrar: User) -> None:
    make_patient(site=registrar.sites.get(), given_name="Inês", mrn="0099")
    answer = register(client, registrar)
    assert answer.status_code == 422
    assert "0099" in answer.content.decode()
    assert 'type="checkbox" name="another_person"' in answer.content.decode()
    assert register(client, registrar, another_person="on").status_code == 302


def test_a_number_in_use_comes_back_with_what_was_typed(client: Client, registrar: User) -> None:
    make_patient(mrn="0012", family_name="Lund")
    answer = register(client, registrar)
    assert answer.status_code == 422
    assert "already belongs" in answer.content.decode()
    assert 'value="Okafor"' in answer.content.decode()


def test_a_site_of_others_is_no_choice(client: Client, registrar: User) -> None:
    answer = register(client, registrar, site=str(make_site().pk))
    assert list(answer.context["form"].errors) == ["site"]


def test_an_auditor_registers_nobody(client: Client) -> None:
    client.force_login(make_user("auditor", sites=[make_site()]))
    assert client.get(reverse("register_patient")).status_code == 403
