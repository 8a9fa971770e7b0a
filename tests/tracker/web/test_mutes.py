"""Muting a rule from a signal's page, the list of mutes, and ending one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from labs.models import Flag, Level, Mute
from patients.models import Patient, User
from tests.counting import statements_of
from tests.factories import make_flag, make_mute, make_patient, make_physician, make_site, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient() -> Patient:
    return make_patient(family_name="Okonjo", given_name="Ada")


@pytest.fixture
def doctor(patient: Patient) -> User:
    return make_physician(patient.site)


@pytest.fixture
def flag(patient: Patient) -> Flag:
    return make_flag(patient, level=Level.REVIEW)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def as_doctor(doctor: User) -> Client:
    return signed_in(doctor)


def words(page: Any) -> str:
    return " ".join(page.content.decode().split())


def filled(**given: Any) -> dict[str, Any]:
    until = timezone.now().date() + timedelta(days=10)
    return {"reason": "antibody", "note": "since the infusion", "until_on": until.isoformat()} | given


def test_a_rule_is_muted_from_its_signal_and_stays_in_sight(as_doctor: Client, flag: Flag) -> None:
    assert "Mute this rule for this patient" in words(as_doctor.get(reverse("flag", args=[flag.pk])))
    form = words(as_doctor.get(reverse("mute", args=[flag.pk])))
    assert "a stronger one is asked about at once" in form
    assert "urgent_too" not in form
    answer = as_doctor.post(reverse("mute", args=[flag.pk]), filled())
    assert answer.headers["Location"] == reverse("flag", args=[flag.pk])
    mute = Mute.objects.get()
    page = words(as_doctor.get(reverse("flag", args=[flag.pk])))
    assert "since the infusion" in page
    assert reverse("end_mute", args=[mute.pk]) in page
    signals = words(as_doctor.get(reverse("patient_signals", args=[flag.patient_id])))
    assert "Muted: 1 signal held back" in signals
    assert "No open signal" in signals
    assert "1 more is muted" in words(as_doctor.get(reverse("patient", args=[flag.patient_id])))
    assert flag.explanation[:20] not in words(as_doctor.get(reverse("inbox") + "?scope=site&info=on"))
    listed = words(as_doctor.get(reverse("mutes")))
    assert "1 holds" in listed
    assert "1 signal" in listed
    assert "Okonjo" in listed


def test_an_urgent_signal_asks_whether_it_is_meant(as_doctor: Client, patient: Patient) -> None:
    flag = make_flag(patient)
    assert "urgent_too" in words(as_doctor.get(reverse("mute", args=[flag.pk])))
    refused = as_doctor.post(reverse("mute", args=[flag.pk]), filled())
    assert refused.status_code == 422
    assert "This signal is urgent." in words(refused)
    assert "since the infusion" in words(refused)
    as_doctor.post(reverse("mute", args=[flag.pk]), filled(urgent_too="on"))
    assert Mute.objects.get().level == Level.URGENT


@pytest.mark.parametrize("given", [{"reason": ""}, {"until_on": "2020-01-01"}, {"reason": "other", "note": ""}])
def test_a_refusal_brings_the_form_back(as_doctor: Client, flag: Flag, given: dict[str, str]) -> None:
    assert as_doctor.post(reverse("mute", args=[flag.pk]), filled(**given)).status_code == 422
    assert not Mute.objects.exists()


def test_ended_it_stands_below_with_the_reason(as_doctor: Client, patient: Patient, flag: Flag) -> None:
    as_doctor.post(reverse("mute", args=[flag.pk]), filled())
    end = reverse("end_mute", args=[Mute.objects.get().pk])
    assert as_doctor.post(end, {"reason": ""}).status_code == 422
    assert as_doctor.post(end, {"reason": "washed out"}).headers["Location"] == reverse(
        "patient_signals", args=[patient.pk]
    )
    flag.refresh_from_db()
    assert flag.muted_by is None
    page = words(as_doctor.get(reverse("mutes")))
    assert "Nothing is muted" in page
    assert "washed out" in page
    assert as_doctor.post(end, {"reason": "again"}).status_code == 422


@pytest.mark.parametrize("role", ["nurse", "administrator", "auditor"])
def test_others_read_it_and_change_nothing(patient: Patient, flag: Flag, role: str) -> None:
    client, mute = signed_in(make_user(role, sites=[patient.site])), make_mute(patient, until_on=next_year())
    page = words(client.get(reverse("mutes")))
    assert "Okonjo" in page
    assert "Only physicians end it." in page
    assert client.post(reverse("mute", args=[flag.pk]), filled()).status_code == 403
    assert client.post(reverse("end_mute", args=[mute.pk]), {"reason": "no"}).status_code == 403
    assert client.get(reverse("end_mute", args=[mute.pk])).status_code == 403


def next_year() -> Any:
    return timezone.now().date() + timedelta(days=100)


def test_another_site_sees_nothing(patient: Patient, flag: Flag) -> None:
    mute, stranger = make_mute(patient, until_on=next_year()), signed_in(make_physician(make_site()))
    assert "Okonjo" not in words(stranger.get(reverse("mutes")))
    assert stranger.get(reverse("end_mute", args=[mute.pk])).status_code == 404
    assert stranger.get(reverse("mute", args=[flag.pk])).status_code == 404


def test_missing_rows_and_wrong_methods(as_doctor: Client) -> None:
    assert as_doctor.get(reverse("mute", args=[999_999])).status_code == 404
    assert as_doctor.get(reverse("end_mute", args=[999_999])).status_code == 404
    assert as_doctor.post(reverse("mutes")).status_code == 405
    assert as_doctor.get(reverse("mutes"), {"after": "damaged"}).status_code == 400


def test_the_list_takes_as_many_statements_for_many_as_for_one(as_doctor: Client, patient: Patient) -> None:
    make_mute(patient, until_on=next_year())
    few = len(statements_of(as_doctor, reverse("mutes")))
    for _ in range(12):
        other = make_patient(site=patient.site)
        flag = make_flag(other)
        Flag.objects.filter(pk=flag.pk).update(muted_by=make_mute(other, until_on=next_year()))
        make_mute(other, until_on=timezone.now().date() - timedelta(days=3))
    make_mute(patient, until_on=timezone.now().date() - timedelta(days=9))
    assert len(statements_of(as_doctor, reverse("mutes"))) == few


def test_the_api_mutes_lists_and_ends(as_doctor: Client, flag: Flag) -> None:
    until = (timezone.now().date() + timedelta(days=10)).isoformat()
    asked = {"flag": flag.pk, "reason": "transfusion", "until_on": until}
    made = as_doctor.post("/api/v1/mutes/", asked, content_type="application/json")
    assert (made.status_code, made.json()["held_back"], made.json()["level"]) == (201, 1, "REVIEW")
    number = made.json()["id"]
    assert as_doctor.post("/api/v1/mutes/", asked, content_type="application/json").status_code == 400
    assert as_doctor.get("/api/v1/flags/?muted=true").json()["results"][0]["muted_by"] == number
    assert as_doctor.get("/api/v1/flags/?muted=false").json()["results"] == []
    assert [one["id"] for one in as_doctor.get("/api/v1/mutes/?holds=true").json()["results"]] == [number]
    assert as_doctor.get("/api/v1/mutes/?holds=false").json()["results"] == []
    ended = as_doctor.post(f"/api/v1/mutes/{number}/withdraw/", {"reason": "over"}, content_type="application/json")
    assert (ended.status_code, ended.json()["held_back"], ended.json()["withdrawn_because"]) == (200, 0, "over")
    stranger = signed_in(make_physician(make_site()))
    assert stranger.get(f"/api/v1/mutes/{number}/").status_code == 404
    assert stranger.post("/api/v1/mutes/", asked, content_type="application/json").status_code == 400
