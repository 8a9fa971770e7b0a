"""Pages of clinicians' findings: each saves, comes back with what was typed, and refuses whom it must."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from labs.models import ClinicalFinding, Evaluation
from labs.vocabulary.findings import FINDING_KINDS
from patients.models import AccessEvent, Patient, Role, User
from tests.factories import make_nurse, make_patient, make_physician, make_site, make_user
from tests.factories.findings import make_finding
from tracker.web.record_finding import OFFERED

pytestmark = pytest.mark.django_db

STUDY_ONLY = {"lesion_new", "lesion_diameter", "lesion_short_axis", "lesion_spd", "imaging_disease"}


@pytest.fixture
def patient() -> Patient:
    return make_patient()


@pytest.fixture
def physician(patient: Patient) -> User:
    return make_physician(patient.site)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def study(*lesions: dict[str, str], **head: str) -> dict[str, str]:
    """The form of a study as a browser sends it."""
    sent = {"observed_on": "2026-02-01", "method": "mri", "unit": "mm", "imaging_disease": "", "note": ""} | head
    sent |= {"form-TOTAL_FORMS": str(len(lesions)), "form-INITIAL_FORMS": "0"}
    for place, lesion in enumerate(lesions):
        empty = {"lesion": "", "new": "", "longest": "", "short": ""}
        sent |= {f"form-{place}-{name}": value for name, value in (empty | lesion).items()}
    return sent


ILIAC = {"lesion": "left iliac bone", "longest": "31", "short": "20"}
RIB = {"lesion": "rib 7", "new": "yes", "longest": "15", "short": "10"}


def record(patient: Patient, by: User, sent: dict[str, str]) -> Any:
    return signed_in(by).post(reverse("record_study", args=[patient.pk]), sent, follow=True)


def test_every_kind_of_finding_has_a_form() -> None:
    assert set(OFFERED) | STUDY_ONLY == set(FINDING_KINDS)
    assert not set(OFFERED) & STUDY_ONLY


def test_a_study_of_two_lesions_is_saved_summed_and_shown(patient: Patient, physician: User) -> None:
    page = record(patient, physician, study(ILIAC, RIB, {}, imaging_disease="positive", note="with contrast"))
    text = page.content.decode()
    assert "6 findings are recorded and evaluated." in text
    assert "Sum of products of left iliac bone + rib 7: 770 mm²." in text
    kept = {(one.kind, one.site_label): one for one in ClinicalFinding.objects.filter(patient=patient)}
    assert kept["lesion_spd", "left iliac bone + rib 7"].value == Decimal(770)
    assert kept["lesion_new", "rib 7"].coded == "yes"
    assert kept["imaging_disease", ""].note == "with contrast"
    assert len(kept) == 7
    assert Evaluation.objects.filter(patient=patient).exists()


def test_centimetres_are_converted(patient: Patient, physician: User) -> None:
    record(patient, physician, study({"lesion": "rib 7", "longest": "1.5"}, unit="cm"))
    assert ClinicalFinding.objects.get().value == 15


def test_lesions_known_so_far_stand_in_the_form(patient: Patient, physician: User) -> None:
    make_finding(patient, "lesion_diameter", "24", observed_on=date(2026, 1, 5), recorded_by=physician)
    make_finding(patient, "lesion_diameter", "22", observed_on=date(2025, 10, 5), recorded_by=physician)
    text = signed_in(physician).get(reverse("record_study", args=[patient.pk])).content.decode()
    assert 'value="left iliac bone"' in text
    assert "24 mm" in text
    assert "22 mm" not in text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (study(ILIAC, method=""), "This field is required"),
        (study(), "Nothing was stated."),
        (study({"lesion": "rib 7"}), "Nothing is said of this lesion."),
        (study({"longest": "12"}), "It is not said where."),
        (study({"lesion": "rib 7", "longest": "501"}), "beyond what is possible"),
        (study({"lesion": "rib 7", "longest": "large"}), "Enter a number."),
        (study({"lesion": "rib 7", "longest": "12", "short": "13"}), "would be longer than its longest diameter"),
        (study(ILIAC, observed_on="2999-01-01"), "lies in the future"),
        (study(ILIAC, method="radiograph"), "Radiograph does not go with this finding."),
        (study(ILIAC, ILIAC), "This is recorded already"),
    ],
)
def test_a_refused_study_comes_back_as_it_was_typed(
    patient: Patient, physician: User, sent: dict[str, str], said: str
) -> None:
    page = record(patient, physician, sent)
    text = page.content.decode()
    assert page.status_code == 422
    assert said in text
    assert all(f'value="{value}"' in text for name, value in sent.items() if name.startswith("form-0-l") and value)
    assert not ClinicalFinding.objects.exists()


def test_a_number_that_may_be_in_another_unit_is_asked_about_and_saved_when_ticked(
    patient: Patient, physician: User
) -> None:
    make_finding(patient, "lesion_diameter", "31", site_label="rib 7", method="mri", recorded_by=physician)
    sent = study({"lesion": "rib 7", "longest": "3.1"})
    page = record(patient, physician, sent)
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {"confirmed"}
    assert 'type="checkbox" name="confirmed"' in page.content.decode()
    assert record(patient, physician, sent | {"confirmed": "on"}).status_code == 200
    assert ClinicalFinding.objects.count() == 2


GOOD = {
    "biopsy": {"coded": "disease", "site": "left orbit", "method": "biopsy"},
    "extramedullary": {"coded": "proven", "site": "skin", "method": "biopsy"},
    "testis": {"coded": "enlarged", "site": "left", "method": "ultrasound"},
    "cns_signs": {"coded": "present", "site": "left facial palsy", "method": "examination"},
    "hyperviscosity": {"coded": "present", "method": "examination"},
    "marrow_clonality": {"coded": "clonal", "method": "flow"},
    "hematogones": {"coded": "yes", "method": "flow"},
}


@pytest.mark.parametrize("kind", OFFERED)
def test_a_single_finding_is_saved(patient: Patient, physician: User, kind: str) -> None:
    address = reverse("record_one_finding", args=[patient.pk, kind])
    page = signed_in(physician).post(address, GOOD[kind] | {"observed_on": "2026-02-01", "note": "seen twice"})
    assert page.status_code == 302
    found = ClinicalFinding.objects.get()
    assert (found.kind, found.coded, found.note) == (kind, GOOD[kind]["coded"], "seen twice")


@pytest.mark.parametrize("kind", OFFERED)
def test_a_refused_finding_comes_back_as_it_was_typed(patient: Patient, physician: User, kind: str) -> None:
    address = reverse("record_one_finding", args=[patient.pk, kind])
    page = signed_in(physician).post(address, GOOD[kind] | {"observed_on": "2999-02-01", "note": "seen twice"})
    assert page.status_code == 422
    assert "lies in the future" in page.content.decode()
    assert "seen twice" in page.content.decode()
    assert page.context["form"].errors.keys() == {"observed_on"}
    assert not ClinicalFinding.objects.exists()


def test_the_same_again_is_refused_beside_its_field(patient: Patient, physician: User) -> None:
    address = reverse("record_one_finding", args=[patient.pk, "testis"])
    sent = GOOD["testis"] | {"observed_on": "2026-02-01"}
    signed_in(physician).post(address, sent)
    page = signed_in(physician).post(address, sent | {"coded": "infiltrated"})
    assert page.context["form"].errors.keys() == {"site"}


@pytest.mark.parametrize("kind", ["lesion_spd", "calcium", "x"])
def test_there_is_no_form_of_another_kind(patient: Patient, physician: User, kind: str) -> None:
    assert signed_in(physician).get(reverse("record_one_finding", args=[patient.pk, kind])).status_code == 404


def test_nurses_see_and_open_what_they_may_state(patient: Patient) -> None:
    nurse = signed_in(make_nurse(patient.site))
    text = nurse.get(reverse("record_finding", args=[patient.pk])).content.decode()
    assert "Testis" in text
    assert "Hyperviscosity" not in text
    assert "stated by physicians only" in text
    assert nurse.get(reverse("record_one_finding", args=[patient.pk, "testis"])).status_code == 200
    assert nurse.get(reverse("record_one_finding", args=[patient.pk, "hyperviscosity"])).status_code == 403


def addresses(patient: Patient, finding: ClinicalFinding) -> list[str]:
    return [
        reverse("record_finding", args=[patient.pk]),
        reverse("record_study", args=[patient.pk]),
        reverse("record_one_finding", args=[patient.pk, "testis"]),
        reverse("finding", args=[patient.pk, finding.pk]),
        reverse("correct_finding", args=[patient.pk, finding.pk]),
        reverse("withdraw_finding", args=[patient.pk, finding.pk]),
    ]


@pytest.mark.parametrize("place", range(6))
def test_each_page_opens_notes_who_looked_and_refuses_strangers(patient: Patient, physician: User, place: int) -> None:
    address = addresses(patient, make_finding(patient, "testis", site_label="left"))[place]
    assert signed_in(physician).get(address).status_code == 200
    assert AccessEvent.objects.filter(patient=patient, by=physician).count() == 1
    assert signed_in(make_physician(make_site())).get(address).status_code == 404


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
@pytest.mark.parametrize("place", [0, 1, 2, 4, 5])
def test_whoever_may_not_record_is_refused(patient: Patient, role: Role, place: int) -> None:
    address = addresses(patient, make_finding(patient, "testis", site_label="left"))[place]
    assert signed_in(make_user(role, sites=[patient.site])).get(address).status_code == 403


def test_a_finding_of_another_patient_is_not_found(patient: Patient, physician: User) -> None:
    other = make_finding(make_patient(site=patient.site))
    for name in ("finding", "correct_finding", "withdraw_finding"):
        assert signed_in(physician).get(reverse(name, args=[patient.pk, other.pk])).status_code == 404


def test_a_correction_makes_a_version_and_shows_both(patient: Patient, physician: User) -> None:
    finding = make_finding(patient, "lesion_diameter", "24", method="mri")
    address = reverse("correct_finding", args=[patient.pk, finding.pk])
    form = signed_in(physician).get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"value": "2.8", "unit": "cm"}
    refused = signed_in(physician).post(address, sent)
    assert refused.context["form"].errors.keys() == {"reason"}
    text = signed_in(physician).post(address, sent | {"reason": "measured again"}, follow=True).content.decode()
    assert "28\N{NO-BREAK SPACE}mm" in text
    assert "24\N{NO-BREAK SPACE}mm" in text
    assert "measured again" in text


def test_an_unchanged_correction_is_refused_above_the_form(patient: Patient, physician: User) -> None:
    finding = make_finding(patient, "lesion_diameter", "24", method="mri")
    address = reverse("correct_finding", args=[patient.pk, finding.pk])
    form = signed_in(physician).get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"reason": "x"}
    assert "Nothing differs" in signed_in(physician).post(address, sent).content.decode()


def test_what_is_taken_back_is_struck_and_offers_no_change(patient: Patient, physician: User) -> None:
    finding = make_finding(patient, "testis", "enlarged", site_label="left")
    address = reverse("withdraw_finding", args=[patient.pk, finding.pk])
    assert signed_in(physician).post(address, {"reason": ""}).status_code == 422
    text = signed_in(physician).post(address, {"reason": "wrong patient"}, follow=True).content.decode()
    assert "This finding was taken back." in text
    assert "wrong patient" in text
    newest = ClinicalFinding.objects.get(is_current=True)
    assert reverse("correct_finding", args=[patient.pk, newest.pk]) not in text
    results = signed_in(physician).get(reverse("patient_results", args=[patient.pk])).content.decode()
    assert "taken back" in results
    old = signed_in(physician).get(reverse("finding", args=[patient.pk, finding.pk])).content.decode()
    assert "A newer version is there." in old


def test_a_sum_that_was_worked_out_is_not_changed_by_hand(patient: Patient, physician: User) -> None:
    record(patient, physician, study(ILIAC))
    total = ClinicalFinding.objects.get(computed=True)
    page = signed_in(physician).get(reverse("finding", args=[patient.pk, total.pk]))
    assert page.context["changeable"] is False
    assert "Correct those, and the sum follows." in page.content.decode()
