"""Absences, lists handed over and the times of a site, over HTTP: same rules as the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from labs.models import Flag, ReviewSettings
from patients.models import Absence, AuditEvent, Site, User
from tests.factories import (
    make_absence,
    make_care_team,
    make_flag,
    make_nurse,
    make_patient,
    make_physician,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site(code="north", time_zone="UTC")


@pytest.fixture
def doctor(site: Site) -> User:
    return make_physician(site)


@pytest.fixture
def flag(site: Site, doctor: User) -> Flag:
    patient = make_patient(site=site)
    make_care_team(patient, physician=doctor, cover=make_physician(site))
    return make_flag(patient, owner=doctor)


def path_of(site: Site) -> str:
    return f"review-settings/{site.pk}"


def ask(user: User, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    client = Client()
    client.force_login(user)
    address = f"/api/v1/{path}/"
    return client.get(address) if method == "get" else getattr(client, method)(address, body, "application/json")


def today() -> str:
    return timezone.now().date().isoformat()


def test_an_absence_is_made_listed_and_taken_back_once(site: Site, doctor: User, flag: Flag) -> None:
    deputy = make_physician(site)
    body = {"user": doctor.username, "deputy": deputy.username, "starts_on": today(), "until_on": today()}
    made = ask(doctor, "post", "absences", body)
    assert made.status_code == 201, made.json()
    assert Flag.objects.get().owner == deputy
    assert [row["id"] for row in ask(deputy, "get", "absences").json()["results"]] == [made.json()["id"]]
    path = f"absences/{made.json()['id']}/withdraw"
    assert ask(doctor, "post", path, {"reason": "stays"}).status_code == 200
    assert ask(doctor, "post", path, {"reason": "stays"}).status_code == 400
    assert Flag.objects.get().owner == doctor


def test_absences_of_another_site_are_not_there(doctor: User) -> None:
    stranger = make_physician(make_site())
    row = make_absence(stranger)
    assert ask(doctor, "get", "absences").json()["results"] == []
    assert ask(doctor, "get", f"absences/{row.pk}").status_code == 404
    assert ask(doctor, "post", f"absences/{row.pk}/withdraw", {"reason": "x"}).status_code == 404


def test_a_nurse_says_nothing_of_a_colleague(site: Site, doctor: User) -> None:
    body = {"user": doctor.username, "starts_on": today(), "until_on": today()}
    assert ask(make_nurse(site), "post", "absences", body).status_code == 403
    assert not Absence.objects.exists()


def test_a_refusal_names_the_field(doctor: User) -> None:
    body = {"user": doctor.username, "deputy": doctor.username, "starts_on": today(), "until_on": today()}
    answer = ask(doctor, "post", "absences", body)
    assert (answer.status_code, answer.json()["problems"][0]["where"]) == (400, "deputy")


def test_a_list_is_handed_over(site: Site, doctor: User, flag: Flag) -> None:
    new = make_physician(site)
    answer = ask(doctor, "post", "hand-overs", {"leaving": doctor.username, "to": new.username})
    assert (answer.status_code, answer.json()) == (201, {"patients": 1, "signals": 1})
    assert Flag.objects.get().owner == new


def test_closed_accounts_that_hold_posts_are_named(site: Site, doctor: User) -> None:
    gone = make_user("nurse", sites=[site], is_active=False)
    make_care_team(make_patient(site=site), nurse=gone)
    expected = [{"user": gone.username, "patients": 1, "signals": 0}]
    assert ask(doctor, "get", "hand-overs").json() == expected
    assert ask(make_nurse(site), "get", "hand-overs").json() == []


def test_nobody_hands_over_the_list_of_a_stranger_or_to_a_closed_account(site: Site, doctor: User) -> None:
    stranger, gone = make_physician(make_site()), make_user("physician", sites=[site], is_active=False)
    assert ask(doctor, "post", "hand-overs", {"leaving": stranger.username, "to": doctor.username}).status_code == 403
    assert ask(doctor, "post", "hand-overs", {"leaving": doctor.username, "to": gone.username}).status_code == 400
    assert ask(doctor, "post", "hand-overs", {"leaving": doctor.username, "to": doctor.username}).status_code == 400


def test_the_defaults_are_shown_until_a_site_decides(site: Site, doctor: User) -> None:
    assert ask(doctor, "get", path_of(site)).json() == {
        "id": site.pk,
        "site": "north",
        "urgent_hours": 4,
        "review_days": 7,
        "duty_physician": None,
    }
    assert ask(doctor, "patch", path_of(site), {"duty_physician": doctor.username}).status_code == 200
    assert ask(doctor, "patch", path_of(site), {"urgent_hours": 2}).status_code == 200
    settings = ReviewSettings.objects.get()
    assert (settings.urgent_hours, settings.review_days, settings.duty_physician) == (2, 7, doctor)
    assert AuditEvent.objects.filter(verb="review.set_up").count() == 2
    assert len(ask(doctor, "get", "review-settings").json()["results"]) == 1


def test_only_who_may_decides_and_only_of_the_own_site(site: Site, doctor: User) -> None:
    south = make_site(code="south")
    assert ask(make_nurse(site), "patch", path_of(site), {"urgent_hours": 2}).status_code == 403
    assert ask(doctor, "patch", path_of(south), {"urgent_hours": 2}).status_code == 404
    assert ask(doctor, "patch", path_of(site), {"urgent_hours": 0}).status_code == 400
    assert not ReviewSettings.objects.exists()


def test_a_flag_tells_whose_it_is_and_why(doctor: User, flag: Flag) -> None:
    Flag.objects.update(unanswered_by=[1, 2], owner_as="duty")
    row = ask(doctor, "get", f"flags/{flag.pk}").json()
    assert (row["owner"], row["owner_as"], row["passed_on"]) == (doctor.username, "duty", 2)
