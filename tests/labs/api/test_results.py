from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from labs.models import Flag, Message, Quarantine, Result
from patients.models import AccessEvent, Patient, User
from tests.factories import (
    make_diagnosis,
    make_line,
    make_nurse,
    make_patient,
    make_result,
    make_series,
    make_service_account,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/results/"
REPORTS = "/api/v1/reports/"
DAY = "2025-06-01"


@pytest.fixture
def nurse() -> User:
    return make_nurse(make_site())


@pytest.fixture
def patient(nurse: User) -> Patient:
    return make_patient(site=nurse.sites.get(), mrn="0012")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    settings.VIGIL_HOME = tmp_path
    return tmp_path


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def enter(user: User, patient: Patient, **changes: Any) -> Any:
    body = {"patient": patient.pk, "analyte": "haemoglobin", "value": "11.2", "unit": "g/dL", "collected_on": DAY}
    return signed_in(user).post(URL, body | changes, content_type="application/json")


def send(user: User, *results: dict[str, Any], **changes: Any) -> Any:
    given = {"code": "718-7", "value": "11.2", "unit": "g/dL", "collected_at": DAY, "status": "final"}
    body = {
        "identifiers": [{"system": "mrn", "value": "0012"}],
        "accession": "L1",
        "laboratory": "Central",
        "results": [given | result for result in results or ({},)],
    }
    return signed_in(user).post(REPORTS, body | changes, content_type="application/json")


def kinds(answer: Any) -> list[str]:
    assert answer.status_code == 201, answer.json()
    return [result["kind"] for result in answer.json()["results"]]


def wheres(answer: Any) -> list[str]:
    assert answer.status_code == 400, answer.json()
    return [problem["where"] for problem in answer.json()["problems"]]


def test_visible_results_newest_sample_first(nurse: User, patient: Patient) -> None:
    make_series(patient, "haemoglobin", {date(2025, 1, 1): "12.0", date(2025, 3, 1): "11.0"})
    make_result()
    rows = signed_in(nurse).get(URL).json()["results"]
    assert [(row["value"], row["unit"], row["value_printed"]) for row in rows] == [
        ("11.000000000", "g/dL", "11.0"),
        ("12.000000000", "g/dL", "12.0"),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"analyte": "haemoglobin"}, 1),
        ({"analyte": ["serum_m", "haemoglobin"]}, 1),
        ({"analyte": "serum_m"}, 0),
        ({"current": "false"}, 0),
        ({"status": "corrected"}, 0),
        ({"collected_since": "2025-06-01"}, 1),
        ({"collected_since": "2025-06-02"}, 0),
        ({"collected_until": "2025-06-01"}, 1),
    ],
)
def test_filters(nurse: User, patient: Patient, query: dict[str, Any], found: int) -> None:
    make_result(patient)
    assert len(signed_in(nurse).get(URL, query).json()["results"]) == found


def test_pages_of_one_day_do_not_repeat(nurse: User, patient: Patient) -> None:
    for _ in range(5):
        make_result(patient)
    client, address, seen = signed_in(nurse), f"{URL}?page_size=2", []
    while address:
        page = client.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert seen == sorted(Result.objects.values_list("pk", flat=True), reverse=True)


def test_queries_do_not_grow_with_the_rows(
    nurse: User, patient: Patient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        make_result(patient)
    client = signed_in(nurse)
    with django_assert_max_num_queries(8):
        assert len(client.get(URL).json()["results"]) == 10
    with django_assert_max_num_queries(8):
        assert len(client.get(REPORTS).json()["results"]) == 10


def test_a_look_at_one_patients_results_is_recorded(nurse: User, patient: Patient) -> None:
    make_result(patient)
    signed_in(nurse).get(URL, {"patient": patient.pk})
    assert AccessEvent.objects.get().view == "api:results"


@pytest.mark.parametrize(
    "way", ["", "?patient={}.0", "?patient=%2B{}", "?patient=%20{}", "?collected_since=2020-01-01"]
)
def test_no_way_of_asking_leaves_a_look_unrecorded(nurse: User, patient: Patient, way: str) -> None:
    make_result(patient)
    assert len(signed_in(nurse).get(URL + way.format(patient.pk)).json()["results"]) == 1
    assert AccessEvent.objects.get().patient == patient


def test_a_list_of_many_patients_is_a_look_into_each_record(nurse: User, patient: Patient) -> None:
    other = make_patient(site=patient.site)
    for one in (patient, patient, other):
        make_result(one)
    assert len(signed_in(nurse).get(URL).json()["results"]) == 3
    assert set(AccessEvent.objects.values_list("patient", flat=True)) == {patient.pk, other.pk}
    assert AccessEvent.objects.count() == 2


def test_a_value_is_entered(nurse: User, patient: Patient) -> None:
    answer = enter(nurse, patient, value="112", unit="g/L", collected_time="08:30")
    assert (answer.status_code, answer.json()["kind"]) == (201, "stored")
    assert Result.objects.get().value == Decimal("11.2")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"unit": "furlongs"}, "values.0.unit"),
        ({"value": "112"}, "values.0.value"),
        ({"value": "4.2"}, "confirmed"),
        ({"analyte": "mood"}, "analyte"),
        ({"collected_on": "2999-01-01"}, "collected_on"),
    ],
)
def test_what_cannot_be_used_is_refused(nurse: User, patient: Patient, changes: dict[str, Any], where: str) -> None:
    assert wheres(enter(nurse, patient, **changes)) == [where]
    assert not Result.objects.exists()


def test_an_administrator_enters_nothing(patient: Patient) -> None:
    assert enter(make_user("administrator", sites=[patient.site]), patient).status_code == 403


def test_a_foreign_patient_cannot_be_named(nurse: User) -> None:
    assert wheres(enter(nurse, make_patient())) == ["patient"]


def test_a_report_is_kept_raw_and_taken_in(patient: Patient, home: Path) -> None:
    account = make_service_account(patient.site)
    assert kinds(send(account, {}, {"code": "777-3", "value": "201", "unit": "10*9/L"})) == ["stored", "stored"]
    message = Message.objects.get()
    assert (message.state, message.summary, message.received_by) == ("taken", {"stored": 2}, account)
    assert "718-7" in (home / message.path).read_text()
    assert {result.message for result in Result.objects.all()} == {message}


def test_the_same_report_again_changes_nothing(patient: Patient) -> None:
    account = make_service_account(patient.site)
    send(account)
    assert kinds(send(account)) == ["known"]
    assert (Result.objects.count(), Message.objects.count()) == (1, 1)
    assert Message.objects.get().summary == {"stored": 1}


def test_what_cannot_be_used_is_kept_aside_and_the_rest_is_taken(patient: Patient) -> None:
    answer = send(
        make_service_account(patient.site), {"unit": "furlongs"}, {"code": "777-3", "value": "201", "unit": "10*9/L"}
    )
    assert kinds(answer) == ["aside", "stored"]
    assert answer.json()["results"][0]["remedy"]
    assert Quarantine.objects.get().raw["unit"] == "furlongs"
    assert Message.objects.get().state == "partly"


def test_a_report_of_an_unknown_patient_waits(patient: Patient) -> None:
    answer = send(make_service_account(patient.site), identifiers=[{"system": "mrn", "value": "12"}])
    assert kinds(answer) == ["aside"]
    assert Quarantine.objects.get().patient is None


def test_a_patient_of_another_site_is_unknown_to_the_sender(patient: Patient) -> None:
    assert kinds(send(make_service_account(make_site()))) == ["aside"]


def test_a_person_who_does_not_fit_the_number_is_not_believed(patient: Patient) -> None:
    assert kinds(send(make_service_account(patient.site), birth_date="1999-01-01")) == ["aside"]


def test_an_instant_without_offset_is_the_sites_time(patient: Patient) -> None:
    send(make_service_account(patient.site), {"collected_at": "2025-06-01T00:30:00"})
    result = Result.objects.get()
    assert result.collected_on == date(2025, 6, 1)
    assert result.collected_at is not None
    assert result.collected_at.isoformat() == "2025-05-31T22:30:00+00:00"


@pytest.mark.parametrize(
    ("result", "where"),
    [
        ({"collected_at": "01/06/2025"}, "results.0.collected_at"),
        ({"collected_at": "2999-06-01"}, "results.0.collected_at"),
        ({"status": "nonsense"}, "results.0.status"),
        ({"code": ""}, "results.0.code"),
    ],
)
def test_a_report_that_cannot_be_read_is_refused(patient: Patient, result: dict[str, Any], where: str) -> None:
    assert wheres(send(make_service_account(patient.site), result)) == [where]
    assert not Message.objects.exists()


def test_a_sample_of_today_is_taken(patient: Patient) -> None:
    today = timezone.now().astimezone(patient.site.zone).date()
    account = make_service_account(patient.site)
    assert kinds(send(account, {"collected_at": today.isoformat()})) == ["stored"]
    assert wheres(send(account, {"collected_at": (today + timedelta(days=2)).isoformat()})) == [
        "results.0.collected_at"
    ]


def test_a_nurse_sends_no_reports(nurse: User, patient: Patient) -> None:
    assert send(nurse).status_code == 403


def test_a_rising_marker_raises_a_flag_in_the_same_request(nurse: User, patient: Patient) -> None:
    make_line(make_diagnosis(patient))
    make_series(patient, "serum_m", {date(2024, 3, 1): "0.3", date(2024, 4, 1): "0.3"})
    enter(nurse, patient, analyte="serum_m", value="0.9")
    assert Flag.objects.get(rule="MM-PD-SERUM-M").signal == "provisional"


def test_the_first_day_of_the_calendar_is_before_every_birth(patient: Patient) -> None:
    answer = send(make_service_account(patient.site), {"collected_at": "0001-01-01T00:00:00+14:00"})
    assert kinds(answer) == ["aside"]
    assert answer.json()["results"][0]["reason"] == "collected_before_birth"


MRD = {"value": "0.05", "unit": "%", "specimen": "bone_marrow", "method": "RT-qPCR"}
BESIDE = {"detection_limit": "0.001", "cells_counted": 500_000, "target": "AML1-ETO"}


def test_limit_cells_and_target_are_entered_and_shown(nurse: User, patient: Patient) -> None:
    answer = enter(nurse, patient, analyte="mrd_molecular", **MRD, **BESIDE)
    assert answer.status_code == 201, answer.json()
    shown = signed_in(nurse).get(URL).json()["results"][0]
    assert Decimal(shown["detection_limit"]) == Decimal("0.001")
    assert (shown["cells_counted"], shown["target"]) == (500_000, "RUNX1::RUNX1T1")


def test_limit_cells_and_target_come_with_a_report(patient: Patient) -> None:
    program = make_service_account(patient.site)
    assert kinds(send(program, {"code": "mrd_molecular", "code_system": "urn:vigil:analyte"} | MRD | BESIDE)) == [
        "stored"
    ]
    result = Result.objects.get()
    assert (result.detection_limit, result.cells_counted) == (Decimal("0.001"), 500_000)
    assert kinds(send(program, {"code": "mrd_molecular", "code_system": "urn:vigil:analyte"} | MRD | BESIDE)) == [
        "known"
    ]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"detection_limit": "0"}, "detection_limit"),
        ({"detection_limit": "0.1"}, "values.0.detection_limit"),
        ({"cells_counted": 0}, "cells_counted"),
        ({"target": "ASXL1"}, "values.0.target"),
    ],
)
def test_details_that_cannot_be_used_are_refused(
    nurse: User, patient: Patient, changes: dict[str, Any], where: str
) -> None:
    answer = enter(nurse, patient, analyte="mrd_molecular", **MRD | changes)
    assert answer.status_code == 400
    assert where in [problem["where"] for problem in answer.json()["problems"]]
