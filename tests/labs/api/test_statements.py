"""Statements of clinicians over HTTP: made, listed, corrected, taken back; refused where they must be."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from labs.models import AssayBridge, Evaluation
from patients.models import AccessEvent, Patient, User
from tests.factories import (
    make_administrator,
    make_bridge,
    make_diagnosis,
    make_mark,
    make_nurse,
    make_patient,
    make_physician,
    make_rebaseline,
    make_result,
    make_site,
)

pytestmark = pytest.mark.django_db
PATHS = ["spurious-marks", "rebaselines", "course-events"]
each = pytest.mark.parametrize("path", PATHS)
BRIDGE = {
    "analyte": "serum_m",
    "old": {"specimen": "serum", "method": "spep", "laboratory": "A"},
    "new": {"specimen": "serum", "method": "spep", "laboratory": "B"},
    "since": "2025-03-01",
    "reason": "merged",
    "source": "letter of B",
}


@pytest.fixture
def physician() -> User:
    return make_physician(make_site())


@pytest.fixture
def patient(physician: User) -> Patient:
    return known(physician.sites.get())


def known(site: Any) -> Patient:
    patient = make_patient(site=site)
    make_diagnosis(patient)
    make_result(patient, "serum_m", "0.4")
    return patient


def post(user: User, path: str, **body: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.post(f"/api/v1/{path}/", body, content_type="application/json")


def get(user: User, path: str, **query: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(f"/api/v1/{path}/", query)


def body_for(path: str, patient: Patient) -> dict[str, Any]:
    return {
        "spurious-marks": {"result": patient.results.get().pk, "reason": "clotted"},
        "rebaselines": {"patient": patient.pk, "analyte": "serum_m", "starts_on": "2025-01-01", "reason": "new"},
        "course-events": {
            "diagnosis": patient.diagnoses.get().pk,
            "kind": "relapse",
            "on": "2025-01-01",
            "sites": ["marrow"],
        },
    }[path]


@each
def test_it_is_made_by_a_physician_and_taken_back_once(physician: User, patient: Patient, path: str) -> None:
    made = post(physician, path, **body_for(path, patient))
    assert made.status_code == 201, made.json()
    assert Evaluation.objects.filter(patient=patient, pending=False).exists()
    row = made.json()
    assert row.get("marked_by", row.get("recorded_by")) == physician.username
    back = post(physician, f"{path}/{row['id']}/withdraw", reason="a slip")
    assert (back.status_code, back.json()["withdrawn_by"]) == (200, physician.username)
    assert post(physician, f"{path}/{row['id']}/withdraw", reason="a slip").status_code == 400
    [listed] = get(physician, path, patient=patient.pk, stands="false").json()["results"]
    assert listed["withdrawn_because"] == "a slip"


@each
def test_nobody_else_makes_it(patient: Patient, path: str) -> None:
    assert post(make_nurse(patient.site), path, **body_for(path, patient)).status_code == 403
    stranger = post(make_physician(make_site()), path, **body_for(path, patient))
    assert stranger.status_code == 400
    assert stranger.json()["problems"][0]["where"] in {"result", "patient", "diagnosis"}


@each
def test_only_visible_rows_are_listed_and_the_look_is_recorded(physician: User, patient: Patient, path: str) -> None:
    for one in (patient, known(make_site())):
        make_mark(one.results.get())
        make_rebaseline(one)
    assert len(get(physician, path).json()["results"]) == 1
    assert {event.patient for event in AccessEvent.objects.all()} == {patient}


@each
@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_needed_to_take_back(physician: User, patient: Patient, path: str, reason: str) -> None:
    row = post(physician, path, **body_for(path, patient)).json()
    answer = post(physician, f"{path}/{row['id']}/withdraw", reason=reason)
    assert (answer.status_code, answer.json()["problems"][0]["where"]) == (400, "reason")


@each
def test_queries_do_not_grow_with_the_rows(
    physician: User, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(6):
        one = known(physician.sites.get())
        make_mark(one.results.get())
        make_rebaseline(one)
    client = Client()
    client.force_login(physician)
    with django_assert_max_num_queries(8):
        assert len(client.get(f"/api/v1/{path}/").json()["results"]) == 6


def test_a_remission_is_corrected_by_a_new_row(physician: User, patient: Patient) -> None:
    [first] = get(physician, "course-events", kind="remission").json()["results"]
    answer = post(physician, f"course-events/{first['id']}/correct", on="2024-02-01", reason="day of the marrow")
    assert (answer.status_code, answer.json()["supersedes"]) == (200, first["id"])
    assert str(patient.diagnoses.get().remission_on) == "2024-02-01"
    wrong = post(physician, f"course-events/{answer.json()['id']}/correct", sites=["cns"], reason="x")
    assert (wrong.status_code, wrong.json()["problems"][0]["where"]) == (400, "sites")


def test_a_relapse_has_no_response(physician: User, patient: Patient) -> None:
    answer = post(physician, "course-events", **body_for("course-events", patient) | {"response": "CR"})
    assert (answer.status_code, answer.json()["problems"][0]["where"]) == (400, "response")


def test_a_result_says_whether_it_is_marked(physician: User, patient: Patient) -> None:
    make_mark(patient.results.get())
    unmarked = make_result(patient, "serum_m", "0.5")
    rows = {row["id"]: row["marked_spurious"] for row in get(physician, "results").json()["results"]}
    assert rows == {patient.results.exclude(pk=unmarked.pk).get().pk: True, unmarked.pk: False}


class TestAssayBridges:
    def test_two_people_make_one_and_either_takes_it_back(self, physician: User) -> None:
        site = physician.sites.get()
        administrator = make_administrator(site)
        row = post(administrator, "assay-bridges", site=site.code, **BRIDGE).json()
        assert (row["old"], row["new"], row["confirmed_by"]) == (BRIDGE["old"], BRIDGE["new"], None)
        own = post(administrator, f"assay-bridges/{row['id']}/confirm")
        assert own.status_code == 400
        confirmed = post(physician, f"assay-bridges/{row['id']}/confirm").json()
        assert confirmed["confirmed_by"] == physician.username
        assert get(physician, "assay-bridges", waiting="true").json()["results"] == []
        back = post(administrator, f"assay-bridges/{row['id']}/withdraw", reason="wrong method")
        assert back.json()["withdrawn_because"] == "wrong method"

    def test_another_site_is_not_to_be_named_nor_seen(self, physician: User) -> None:
        elsewhere = make_site()
        bridge = make_bridge(elsewhere)
        assert post(physician, "assay-bridges", site=elsewhere.code, **BRIDGE).status_code == 400
        assert get(physician, "assay-bridges").json()["results"] == []
        assert post(physician, f"assay-bridges/{bridge.pk}/confirm").status_code == 404

    @pytest.mark.parametrize("changes", [{"new": BRIDGE["old"]}, {"source": ""}, {"analyte": "gold"}])
    def test_what_is_wrong_is_named(self, physician: User, changes: dict[str, Any]) -> None:
        answer = post(physician, "assay-bridges", **BRIDGE | {"site": physician.sites.get().code} | changes)
        assert (answer.status_code, answer.json()["problems"][0]["where"]) == (400, next(iter(changes)))
        assert not AssayBridge.objects.exists()
