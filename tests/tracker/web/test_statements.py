"""What physicians state about results, comparisons, assays and the course: pages that save, refuse, list and undo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

from labs.actions.evaluate import evaluate_patients
from labs.models import AssayBridge, Flag, Rebaseline, Result, SpuriousMark
from patients.actions.system_account import system_account
from patients.models import CourseEvent, Patient, User
from tests.factories import (
    make_administrator,
    make_bridge,
    make_care_team,
    make_course_event,
    make_diagnosis,
    make_mark,
    make_nurse,
    make_patient,
    make_physician,
    make_rebaseline,
    make_result,
    make_series,
    make_site,
    make_user,
)
from tracker.reports.report import Filters
from tracker.reports.results import RESULTS

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 7, 1, tzinfo=UTC)


@dataclass
class Entry:
    """A page, what saves, what is refused at which field, and what it makes."""

    page: str
    good: dict[str, Any]
    bad: dict[str, Any]
    field: str
    model: type[models.Model]


ENTRIES = [
    Entry("mark_result", {"reason": "clotted sample"}, {"reason": " "}, "reason", SpuriousMark),
    Entry(
        "start_anew",
        {"analyte": "serum_m", "starts_on": "2025-06-01", "reason": "new assay"},
        {"analyte": "serum_m", "starts_on": "2999-06-01", "reason": "new assay"},
        "starts_on",
        Rebaseline,
    ),
    Entry(
        "record_remission",
        {"on": "2025-06-01", "response": "CR", "note": "second one"},
        {"on": "2999-06-01", "response": "CR", "note": "second one"},
        "on",
        CourseEvent,
    ),
    Entry(
        "record_relapse",
        {"on": "2025-06-01", "sites": ["marrow", "cns"], "note": "combined"},
        {"on": "2025-06-01", "sites": ["liver"], "note": "combined"},
        "sites",
        CourseEvent,
    ),
]
each = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.page)


@pytest.fixture
def patient() -> Patient:
    patient = make_patient()
    make_diagnosis(patient)
    make_result(patient, "serum_m", "0.4")
    return patient


@pytest.fixture
def physician(patient: Patient, client: Client) -> User:
    physician = make_physician(patient.site)
    client.force_login(physician)
    return physician


def address(entry: Entry, patient: Patient) -> str:
    more = [patient.results.get().pk] if entry.page == "mark_result" else []
    return reverse(entry.page, args=[patient.pk, *more])


def send(client: Client, entry: Entry, patient: Patient, body: dict[str, Any]) -> Any:
    if entry.model is CourseEvent:
        body = body | {"diagnosis": str(patient.diagnoses.get().pk)}
    return client.post(address(entry, patient), body)


@each
def test_it_saves_and_is_listed_with_who_and_why(
    client: Client, physician: User, patient: Patient, entry: Entry
) -> None:
    before = entry.model._default_manager.count()
    answer = send(client, entry, patient, entry.good)
    assert answer.status_code == 302, answer.context["form"].errors
    assert entry.model._default_manager.count() == before + 1
    course = client.get(reverse("patient", args=[patient.pk])).content.decode()
    assert entry.good.get("reason", entry.good.get("note")) in course
    assert str(physician) in course


@each
def test_what_is_refused_comes_back_as_typed(client: Client, physician: User, patient: Patient, entry: Entry) -> None:
    before = entry.model._default_manager.count()
    answer = send(client, entry, patient, entry.bad)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [entry.field]
    assert entry.bad.get("note", "") in answer.content.decode()
    assert entry.model._default_manager.count() == before


@each
def test_only_physicians_of_the_patient_get_there(client: Client, patient: Patient, entry: Entry) -> None:
    for person in (make_nurse(patient.site), make_user("auditor", sites=[patient.site])):
        client.force_login(person)
        assert client.get(address(entry, patient)).status_code == 403
    client.force_login(make_physician(make_site()))
    assert send(client, entry, patient, entry.good).status_code == 404


def undone(client: Client, page: str, patient: Patient, row: models.Model) -> Any:
    return client.post(reverse(page, args=[patient.pk, row.pk]), {"reason": "it was a slip"})


def test_everything_can_be_taken_back_and_stays_in_sight(client: Client, physician: User, patient: Patient) -> None:
    rows = {
        "unmark_result": make_mark(patient.results.get()),
        "withdraw_start": make_rebaseline(patient),
        "withdraw_course": make_course_event(patient.diagnoses.get(), "relapse", on=date(2025, 1, 1)),
    }
    for page, row in rows.items():
        assert undone(client, page, patient, row).status_code == 302
        row.refresh_from_db()
        assert (row.withdrawn_by, row.withdrawn_because) == (physician, "it was a slip")
        again = undone(client, page, patient, row)
        assert again.status_code == 422
        assert "back already" in again.content.decode()
        foreign = reverse(page, args=[make_patient(site=patient.site).pk, row.pk])
        assert client.post(foreign, {"reason": "x"}).status_code == 404
    shown = len(rows) + 1  # the relapse on the timeline, too
    assert client.get(reverse("patient", args=[patient.pk])).content.decode().count("it was a slip") == shown


def test_a_correction_takes_the_place_of_what_was_wrong(client: Client, physician: User, patient: Patient) -> None:
    wrong = CourseEvent.objects.get()
    address = reverse("correct_course", args=[patient.pk, wrong.pk])
    assert client.get(address).context["form"].initial["response"] == "VGPR"
    body = {"on": "2024-02-01", "response": "VGPR", "reason": "day of the letter"}
    assert client.post(address, body).status_code == 302
    assert patient.diagnoses.get().remission_on == date(2024, 2, 1)


def test_the_result_is_struck_counted_and_found(client: Client, physician: User, patient: Patient) -> None:
    result = patient.results.get()
    assert "spurious" not in client.get(reverse("patient_results", args=[patient.pk])).content.decode()
    make_mark(result, reason="clotted sample")
    pages = {
        name: client.get(reverse(name, args=[patient.pk])).content.decode()
        for name in ("patient", "patient_results", "patient_signals")
    }
    assert all("1 result marked spurious" in page for page in pages.values())
    assert reverse("result", args=[patient.pk, result.pk]) in pages["patient_results"]
    assert "marked as spurious, left out by the rules" in pages["patient"]
    page = client.get(reverse("result", args=[patient.pk, result.pk])).content.decode()
    assert "clotted sample" in page
    assert "Take the mark back" in page


def test_a_spurious_value_is_neither_graded_nor_computed_with(
    client: Client, physician: User, patient: Patient
) -> None:
    wrong = make_result(patient, "creatinine", "8.8")
    assert "CTCAE" in client.get(reverse("patient", args=[patient.pk])).content.decode()
    make_mark(wrong)
    page = client.get(reverse("patient", args=[patient.pk])).content.decode()
    assert "CTCAE" not in page
    assert "eGFR" not in page


def test_an_export_says_which_results_are_marked(patient: Patient) -> None:
    make_mark(patient.results.get())
    chosen = RESULTS.select(Filters(), system_account(), NOW)
    [row] = RESULTS.rows(chosen)
    assert row[[column.name for column in RESULTS.columns].index("marked_spurious")] == "yes"


def test_a_foreign_result_is_not_there(client: Client, physician: User, patient: Patient) -> None:
    foreign = make_result(make_patient(site=patient.site))
    assert client.get(reverse("result", args=[patient.pk, foreign.pk])).status_code == 404


def test_a_signal_says_what_was_left_out(client: Client, physician: User, patient: Patient) -> None:
    days = {date(2024, 2, 1): "0.3", date(2024, 5, 1): "0.3", date(2024, 8, 1): "0.2", date(2025, 6, 20): "0.9"}
    make_series(patient, "serum_m", days)
    make_mark(Result.objects.get(collected_on=date(2024, 8, 1)), reason="diluted")
    evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=NOW)
    page = client.get(reverse("flag", args=[Flag.objects.get(rule="MM-PD-SERUM-M").pk])).content.decode()
    assert "marked as spurious by" in page
    assert "diluted" in page


class TestAssayBridges:
    @pytest.fixture
    def flag(self, patient: Patient) -> Flag:
        make_series(patient, "serum_m", {date(2025, 1, 5): "0.4"}, laboratory="North", method_family="spep")
        make_series(patient, "serum_m", {date(2025, 6, 5): "0.5"}, laboratory="South", method_family="spep")
        evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=NOW)
        return Flag.objects.filter(rule="ASSAY-CHANGED").order_by("-onset_on")[0]

    def test_from_the_signal_to_the_declaration_and_its_confirmation(
        self, client: Client, physician: User, patient: Patient, flag: Flag
    ) -> None:
        declare = f"{reverse('declare_bridge')}?signal={flag.pk}"
        assert declare in client.get(reverse("flag", args=[flag.pk])).content.decode()
        form = client.get(declare).context["form"]
        given = {name: form[name].value() for name in ("old", "new")}
        assert form["since"].value() == date(2025, 6, 5)
        body = given | {"since": "2025-06-05", "reason": "merged", "source": "letter of May 2025"}
        assert client.post(declare, body).status_code == 302
        bridge = AssayBridge.objects.get()
        assert {bridge.old_laboratory, bridge.new_laboratory} >= {"South"}
        page = client.get(reverse("assay_bridges")).content.decode()
        assert "ask a second person" in page
        client.force_login(make_administrator(patient.site))
        assert client.post(reverse("confirm_bridge", args=[bridge.pk])).status_code == 302
        bridge.refresh_from_db()
        assert bridge.counts

    def test_without_the_reason_nothing_is_declared_and_all_comes_back(
        self, client: Client, physician: User, patient: Patient, flag: Flag
    ) -> None:
        declare = f"{reverse('declare_bridge')}?signal={flag.pk}"
        form = client.get(declare).context["form"]
        body = {name: form[name].value() for name in ("old", "new")}
        body |= {"since": "2025-06-05", "reason": "", "source": "letter of May 2025"}
        answer = client.post(declare, body)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["reason"])
        assert "letter of May 2025" in answer.content.decode()

    def test_an_assay_that_arrives_meanwhile_does_not_change_what_was_chosen(
        self, client: Client, physician: User, patient: Patient, flag: Flag
    ) -> None:
        declare = f"{reverse('declare_bridge')}?signal={flag.pk}"
        form = client.get(declare).context["form"]
        chosen = {name: form[name].value() for name in ("old", "new")}
        make_series(patient, "serum_m", {date(2025, 6, 20): "0.5"}, laboratory="Alpha", method_family="spep")
        body = chosen | {"since": "2025-06-05", "reason": "merged", "source": "letter of May 2025"}
        assert client.post(declare, body).status_code == 302
        assert AssayBridge.objects.get().new_laboratory == "South"

    def test_assays_of_a_site_one_does_not_work_for_are_not_shown(
        self, client: Client, patient: Patient, flag: Flag
    ) -> None:
        visiting = make_physician(make_site())
        make_care_team(patient, physician=visiting)
        client.force_login(visiting)
        assert client.get(reverse("flag", args=[flag.pk])).status_code == 200
        assert client.get(f"{reverse('declare_bridge')}?signal={flag.pk}").status_code == 403

    def test_a_marker_and_a_site_lead_there_as_well(self, client: Client, patient: Patient, flag: Flag) -> None:
        client.force_login(make_administrator(patient.site))
        asked = {"site": patient.site_id, "analyte": "serum_m"}
        assert client.get(reverse("declare_bridge"), asked).status_code == 200
        wrong = client.get(reverse("declare_bridge"), {"site": make_site().pk, "analyte": "serum_m"})
        assert wrong.status_code == 422

    def test_taking_back_asks_for_the_reason(self, client: Client, physician: User, patient: Patient) -> None:
        bridge = make_bridge(patient.site)
        address = reverse("withdraw_bridge", args=[bridge.pk])
        assert client.post(address, {"reason": ""}).status_code == 422
        assert client.post(address, {"reason": "wrong method"}).status_code == 302
        assert "wrong method" in client.get(reverse("assay_bridges")).content.decode()

    def test_other_sites_and_nurses_are_kept_out(self, client: Client, patient: Patient) -> None:
        bridge = make_bridge(patient.site)
        client.force_login(make_physician(make_site()))
        assert client.post(reverse("confirm_bridge", args=[bridge.pk])).status_code == 404
        assert bridge.reason not in client.get(reverse("assay_bridges")).content.decode()
        client.force_login(make_nurse(patient.site))
        assert client.get(reverse("assay_bridges")).status_code == 403
