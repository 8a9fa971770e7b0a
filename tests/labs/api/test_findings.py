"""Findings over HTTP: the same checks, audit and versions as on the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from labs.models import ClinicalFinding, Evaluation
from patients.models import AccessEvent, AuditEvent, Patient, User
from tests.factories import make_nurse, make_patient, make_physician, make_service_account, make_site, make_user
from tests.factories.findings import make_finding

pytestmark = pytest.mark.django_db
LESION = [
    {"kind": "lesion_diameter", "site": "rib 7", "method": "mri", "value": "3.1", "unit": "cm"},
    {"kind": "lesion_short_axis", "site": "rib 7", "method": "mri", "value": "20"},
]


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


def post(user: User, path: str, **body: Any) -> Any:
    return signed_in(user).post(f"/api/v1/findings/{path}", body, content_type="application/json")


def tell(user: User, patient: Patient, *findings: dict[str, str]) -> Any:
    return post(user, "", patient=patient.pk, observed_on="2026-02-01", findings=list(findings or LESION))


def test_findings_are_recorded_with_their_sum_and_audit(patient: Patient, physician: User) -> None:
    answer = tell(physician, patient)
    assert answer.status_code == 201
    longest, short, total = answer.json()["findings"]
    assert (float(longest["value"]), longest["unit"]) == (31.0, "mm")
    assert (short["version"], short["status"], short["recorded_by"]) == (1, "final", physician.username)
    assert (float(total["value"]), total["unit"], total["computed"], total["site"]) == (620.0, "mm2", True, "rib 7")
    assert AuditEvent.objects.filter(patient=patient, verb="finding.record").count() == 3
    assert Evaluation.objects.filter(patient=patient, pending=False).exists()
    assert AccessEvent.objects.get().patient == patient


def test_corrections_and_withdrawals_are_versions(patient: Patient, physician: User) -> None:
    first = tell(physician, patient).json()["findings"][0]
    new = post(
        physician,
        f"{first['id']}/correct/",
        observed_on="2026-02-01",
        site="rib 7",
        method="mri",
        value="40",
        reason="measured again",
    ).json()
    assert (new["version"], new["supersedes"], new["status"], float(new["value"])) == (2, first["id"], "corrected", 40)
    gone = post(physician, f"{new['id']}/withdraw/", reason="another patient").json()
    assert (gone["version"], gone["status"], gone["reason"]) == (3, "entered-in-error", "another patient")
    current = signed_in(physician).get("/api/v1/findings/", {"patient": patient.pk, "is_current": "true"}).json()
    assert {(row["kind"], row["status"]) for row in current["results"]} == {
        ("lesion_diameter", "entered-in-error"),
        ("lesion_short_axis", "final"),
        ("lesion_spd", "entered-in-error"),
    }


def test_a_change_shows_the_record_and_is_recorded_as_a_look(patient: Patient, physician: User) -> None:
    finding = make_finding(patient)
    assert post(physician, f"{finding.pk}/withdraw/", reason="another patient").status_code == 200
    assert AccessEvent.objects.get(by=physician).patient == patient


def test_a_request_has_no_end_of_findings(patient: Patient, physician: User) -> None:
    answer = tell(physician, patient, *[{"kind": "hyperviscosity", "coded": "absent"}] * 201)
    assert answer.status_code == 400
    assert not ClinicalFinding.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"kind": "calcium"}, "findings.1.kind"),
        ({"value": "501"}, "findings.1.value"),
        ({"unit": "inch"}, "findings.1.unit"),
        ({"method": "flow"}, "findings.1.method"),
        ({"site": ""}, "findings.1.site"),
        ({"value": "32"}, "findings.1.value"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    patient: Patient, physician: User, wrong: dict[str, str], where: str
) -> None:
    answer = tell(physician, patient, LESION[0], LESION[1] | wrong)
    assert answer.status_code == 400
    assert where in [problem["where"] for problem in answer.json()["problems"]]
    assert not ClinicalFinding.objects.exists()


def test_the_same_again_is_refused(patient: Patient, physician: User) -> None:
    tell(physician, patient)
    assert tell(physician, patient).status_code == 400
    assert ClinicalFinding.objects.count() == 3


def test_a_key_and_a_nurse_state_measurements_and_no_judgement(patient: Patient) -> None:
    for user in (make_nurse(patient.site), make_service_account(patient.site)):
        assert tell(user, patient, {"kind": "hyperviscosity", "coded": "present"}).status_code == 403
    assert tell(make_service_account(patient.site), patient).status_code == 201


def test_an_auditor_records_nothing(patient: Patient) -> None:
    assert tell(make_user("auditor", sites=[patient.site]), patient).status_code == 403


def test_strangers_find_nothing_and_name_nobody(patient: Patient, physician: User) -> None:
    finding = make_finding(patient)
    stranger = make_physician(make_site())
    assert signed_in(stranger).get("/api/v1/findings/").json()["results"] == []
    assert signed_in(stranger).get(f"/api/v1/findings/{finding.pk}/").status_code == 404
    assert post(stranger, f"{finding.pk}/withdraw/", reason="x").status_code == 404
    answer = tell(stranger, patient)
    assert (answer.status_code, answer.json()["problems"][0]["where"]) == (400, "patient")


def test_a_refused_change_names_its_field(patient: Patient, physician: User) -> None:
    finding = make_finding(patient, method="mri")
    assert post(physician, f"{finding.pk}/withdraw/", reason="").json()["problems"][0]["where"] == "reason"
    changed = post(
        physician, f"{finding.pk}/correct/", observed_on="2999-01-01", site="x", method="mri", value="1", reason="x"
    )
    assert changed.json()["problems"][0]["where"] == "observed_on"


def test_queries_do_not_grow_with_the_rows(
    patient: Patient, physician: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(8):
        make_finding(patient, site_label=f"rib {number}", recorded_by=physician)
    client = signed_in(physician)
    with django_assert_max_num_queries(8):
        assert len(client.get("/api/v1/findings/").json()["results"]) == 8
