"""Addresses, settings and messages over HTTP: same rules as the pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from labs.models import NotificationAddress, NotificationSettings
from patients.models import Site, User
from tests.factories import make_administrator, make_physician, make_site
from tests.factories.notifications import make_address, make_notification
from tests.labs.api.test_cover import ask

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def site() -> Site:
    return make_site(code="north", time_zone="UTC")


@pytest.fixture
def doctor(site: Site) -> User:
    return make_physician(site)


@pytest.fixture
def admin(site: Site) -> User:
    return make_administrator(site)


def results(user: User, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(user, "get", path).json()["results"]
    return found


def test_an_address_is_made_changed_and_taken_back(doctor: User) -> None:
    made = ask(doctor, "post", "notification-addresses", {"way": "sms", "address": "+44 7700 900123", "digest": False})
    assert made.status_code == 201, made.json()
    assert (made.json()["urgent"], made.json()["digest"]) == (True, False)
    path = f"notification-addresses/{made.json()['id']}"
    assert ask(doctor, "patch", path, {"digest": True}).json()["digest"] is True
    assert ask(doctor, "post", f"{path}/withdraw", {}).status_code == 200
    assert results(doctor, "notification-addresses") == []
    assert ask(doctor, "post", f"{path}/withdraw", {}).status_code == 404


def test_a_refusal_names_the_field(doctor: User) -> None:
    answer = ask(doctor, "post", "notification-addresses", {"way": "email", "address": "nobody"})
    assert (answer.status_code, answer.json()["problems"][0]["where"]) == (400, "address")
    answer = ask(doctor, "post", "notification-addresses", {"way": "webhook", "address": "https://a.example/"})
    assert (answer.status_code, answer.json()["problems"][0]["where"]) == (400, "way")
    assert not NotificationAddress.objects.exists()


def test_addresses_of_colleagues_are_not_there(doctor: User, site: Site) -> None:
    row = make_address(make_physician(site), "other@unit.example", NOON)
    assert results(doctor, "notification-addresses") == []
    assert ask(doctor, "patch", f"notification-addresses/{row.pk}", {"urgent": False}).status_code == 404


def test_an_administrator_decides_for_the_own_site_and_nobody_else(admin: User, doctor: User, site: Site) -> None:
    path = f"notification-settings/{site.pk}"
    assert ask(admin, "get", path).json() == {
        "id": site.pk,
        "site": "north",
        "names_patients": False,
        "quiet_from": "20:00:00",
        "quiet_until": "07:00:00",
        "digest_at": "07:30:00",
        "webhook_url": "",
    }
    assert ask(admin, "patch", path, {"quiet_from": "21:00"}).status_code == 200
    assert ask(admin, "patch", path, {"digest_at": "06:00"}).status_code == 400
    assert ask(admin, "patch", path, {"webhook_url": "x"}).json()["problems"][0]["where"] == "webhook_url"
    assert ask(doctor, "get", path).status_code == 403
    assert ask(doctor, "patch", path, {"names_patients": True}).status_code == 403
    assert ask(make_administrator(make_site()), "patch", path, {"names_patients": True}).status_code == 404
    assert NotificationSettings.objects.get().names_patients is False


def test_one_sees_what_one_was_sent_and_an_administrator_what_the_site_sent(
    admin: User, doctor: User, site: Site
) -> None:
    mine = make_notification(site, doctor, body="Okafor")
    other = make_notification(site, make_physician(site), state="failed")
    make_notification(make_site(), None)
    assert [row["id"] for row in results(doctor, "notifications")] == [mine.pk]
    assert [row["id"] for row in results(admin, "notifications")] == [other.pk, mine.pk]
    assert "Okafor" not in str(ask(admin, "get", f"notifications/{mine.pk}").json())
    assert ask(doctor, "get", f"notifications/{other.pk}").status_code == 404


def test_a_failed_one_is_sent_again_by_an_administrator(admin: User, doctor: User, site: Site) -> None:
    row = make_notification(site, doctor, state="failed")
    assert ask(doctor, "post", f"notifications/{row.pk}/send-again", {}).status_code == 403
    assert ask(admin, "post", f"notifications/{row.pk}/send-again", {}).json()["state"] == "waiting"
    assert ask(admin, "post", f"notifications/{row.pk}/send-again", {}).status_code == 400
