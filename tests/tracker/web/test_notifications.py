"""Where people are told, how their sites tell them, and the log of what was sent."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from labs.models import Notification, NotificationAddress, NotificationSettings
from patients.models import AuditEvent, Site, User
from tests.counting import statements_of
from tests.factories import make_administrator, make_flag, make_patient, make_physician, make_site, make_user
from tests.factories.notifications import make_address, make_notification

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def site() -> Site:
    return make_site(code="north", name="North", time_zone="UTC")


@pytest.fixture
def doctor(site: Site) -> User:
    return make_physician(site)


@pytest.fixture
def as_doctor(client: Client, doctor: User) -> Client:
    client.force_login(doctor)
    return client


@pytest.fixture
def as_admin(client: Client, site: Site) -> Client:
    client.force_login(make_administrator(site))
    return client


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def filled(**changes: str) -> dict[str, str]:
    return {"way": "email", "address": "me@unit.example", "urgent": "on", "digest": "on"} | changes


# My notifications


def test_without_an_address_one_is_warned_and_with_one_not(as_doctor: Client, doctor: User) -> None:
    assert "No address of yours is known" in text(as_doctor.get(reverse("notifications")))
    User.objects.filter(pk=doctor.pk).update(email="me@account.example")
    page = text(as_doctor.get(reverse("notifications")))
    assert "No address of yours is known" not in page
    assert "me@account.example" in page


def test_an_address_is_added_changed_and_taken_back(as_doctor: Client, doctor: User) -> None:
    assert as_doctor.post(reverse("add_notification_address"), filled()).status_code == 302
    row = NotificationAddress.objects.get()
    assert (row.user, row.way, row.address, row.urgent, row.digest) == (doctor, "email", "me@unit.example", True, True)
    address = reverse("change_notification_address", args=[row.pk])
    as_doctor.post(address, {"urgent": "on"})
    row.refresh_from_db()
    assert (row.urgent, row.digest) == (True, False)
    as_doctor.post(address, {"drop": "1"})
    row.refresh_from_db()
    assert not row.stands
    assert as_doctor.post(address, {"drop": "1"}).status_code == 404
    assert not [one for one in AuditEvent.objects.all() if "me@unit.example" in str(one.detail)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"address": "me@"}, "This is not an e-mail address."),
        ({"address": ""}, "Enter an address."),
        ({"way": "sms", "address": "0612345678"}, "Begin with + and the code"),
        ({"way": "sms", "address": "+12"}, "Begin with + and the code"),
        ({"way": "webhook", "address": "https://hooks.example.org/"}, "Select a valid choice"),
        ({"address": "TAKEN@unit.example"}, "You are told at this address already."),
    ],
)
def test_a_refusal_says_what_is_wrong_and_keeps_what_was_typed(
    as_doctor: Client, doctor: User, changes: dict[str, str], reason: str
) -> None:
    make_address(doctor, "taken@unit.example", NOON)
    answer = as_doctor.post(reverse("add_notification_address"), filled(**changes))
    assert answer.status_code == 422
    assert reason in text(answer)
    if address := changes.get("address"):
        assert f'value="{address}"' in text(answer)
    assert NotificationAddress.objects.count() == 1


def test_five_addresses_are_enough(as_doctor: Client, doctor: User) -> None:
    for number in range(4):
        make_address(doctor, f"{number}@unit.example", NOON)
    assert as_doctor.post(reverse("add_notification_address"), filled()).status_code == 302
    assert as_doctor.post(reverse("add_notification_address"), filled(address="x@unit.example")).status_code == 422


def test_the_address_of_a_colleague_is_not_there(as_doctor: Client, site: Site) -> None:
    row = make_address(make_physician(site), "other@unit.example", NOON)
    assert as_doctor.post(reverse("change_notification_address", args=[row.pk]), {"drop": "1"}).status_code == 404
    assert "other@unit.example" not in text(as_doctor.get(reverse("notifications")))
    as_doctor.post(reverse("try_notification"), {"way": "email", "address": "other@unit.example"})
    assert not Notification.objects.exists()


def test_a_trial_goes_to_an_address_of_ones_own_and_is_listed(as_doctor: Client, doctor: User) -> None:
    make_address(doctor, "me@unit.example", NOON)
    answer = as_doctor.post(reverse("try_notification"), {"way": "email", "address": "me@unit.example"}, follow=True)
    row = Notification.objects.get()
    assert (row.kind, row.recipient, row.state) == ("trial", doctor, "waiting")
    assert "A trial, to see that it arrives" in text(answer)


def test_one_sees_what_one_was_sent_and_nothing_of_colleagues(as_doctor: Client, doctor: User, site: Site) -> None:
    make_notification(site, doctor, address="mine@unit.example")
    make_notification(site, make_physician(site), address="other@unit.example")
    page = text(as_doctor.get(reverse("notifications")))
    assert "mine@unit.example" in page
    assert "other@unit.example" not in page


@pytest.mark.parametrize(("role", "status"), [("nurse", 200), ("auditor", 200), ("service", 403)])
def test_everybody_but_a_machine_has_the_page(client: Client, site: Site, role: str, status: int) -> None:
    client.force_login(make_user(role, sites=[site]))
    assert client.get(reverse("notifications")).status_code == status


# How sites tell


def decided(**changes: str) -> dict[str, str]:
    return {"quiet_from": "20:00", "quiet_until": "07:00", "digest_at": "07:30", "webhook_url": ""} | changes


def change(client: Client, **changes: str) -> Any:
    return client.post(reverse("change_notifications", args=["north"]), decided(**changes))


def test_an_administrator_decides_for_the_site(as_admin: Client) -> None:
    given = {
        "quiet_from": "19:00",
        "digest_at": "08:00",
        "webhook_url": "https://hooks.example.org/x",
        "names_patients": "on",
    }
    assert change(as_admin, **given).status_code == 302
    row = NotificationSettings.objects.get()
    assert (row.quiet_from, row.digest_at, row.names_patients) == (time(19), time(8), True)
    page = text(as_admin.get(reverse("notification_settings")))
    assert "19:00 – 07:00" in page
    assert "https://hooks.example.org/x" in page
    assert AuditEvent.objects.filter(verb="notifications.set_up").count() == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"webhook_url": "hooks.example.org"}, "begins with https://"),
        ({"webhook_url": "https://a:b@hooks.example.org/"}, "holds no password"),
        ({"digest_at": "06:59"}, "At 06:59 it is quiet. Choose a time from 07:00 on"),
        ({"digest_at": "20:00"}, "At 20:00 it is quiet."),
        ({"quiet_from": "late"}, "Enter a valid time."),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(as_admin: Client, changes: dict[str, str], reason: str) -> None:
    answer = change(as_admin, **changes)
    assert answer.status_code == 422
    assert reason in text(answer)
    assert not NotificationSettings.objects.exists()


@pytest.mark.parametrize("digest_at", ["07:00", "19:59"])
def test_the_daily_message_may_come_at_the_ends_of_the_day(as_admin: Client, digest_at: str) -> None:
    assert change(as_admin, digest_at=digest_at).status_code == 302


def test_the_page_warns_of_what_naming_patients_means(as_admin: Client) -> None:
    assert "Leave it off unless your data protection officer" in text(
        as_admin.get(reverse("change_notifications", args=["north"]))
    )


@pytest.mark.parametrize("role", ["physician", "nurse", "auditor"])
@pytest.mark.parametrize("page", ["notification_settings", "notification_log"])
def test_only_administrators_have_these_pages(client: Client, site: Site, role: str, page: str) -> None:
    client.force_login(make_user(role, sites=[site]))
    assert client.get(reverse(page)).status_code == 403
    assert change(client).status_code == 403


def test_another_site_is_not_found(client: Client, site: Site) -> None:
    client.force_login(make_administrator(make_site()))
    assert change(client).status_code == 404
    assert client.post(reverse("try_webhook", args=["north"])).status_code == 404


def test_a_trial_of_the_webhook_is_sent_where_there_is_one(as_admin: Client, site: Site) -> None:
    as_admin.post(reverse("try_webhook", args=["north"]))
    assert not Notification.objects.exists()
    NotificationSettings.objects.create(site=site, webhook_url="https://hooks.example.org/")
    as_admin.post(reverse("try_webhook", args=["north"]))
    assert Notification.objects.get().way == "webhook"


# The log


def test_what_failed_is_found_and_sent_again(as_admin: Client, site: Site, doctor: User) -> None:
    row = make_notification(site, doctor, state="failed", failure="No such mailbox.", attempts=5)
    make_notification(site, doctor, subject="fine")
    make_notification(make_site(), doctor, state="failed", failure="Elsewhere.")
    answer = as_admin.get(reverse("notification_log"), {"state": "failed"})
    assert [one.pk for one in answer.context["page"].rows] == [row.pk]
    assert "No such mailbox." in text(answer)
    as_admin.post(reverse("send_notification_again", args=[row.pk]))
    row.refresh_from_db()
    assert (row.state, row.failure, row.attempts) == ("waiting", "", 0)
    page = text(as_admin.post(reverse("send_notification_again", args=[row.pk]), follow=True))
    assert "Only one that failed is sent again." in page


def test_who_had_no_address_is_told_once_they_have_one(as_admin: Client, site: Site, doctor: User) -> None:
    row = make_notification(site, doctor, state="failed", address="")
    page = text(as_admin.post(reverse("send_notification_again", args=[row.pk]), follow=True))
    assert "No address of this person is known." in page
    make_address(doctor, "+44 7700 900123", NOON, "sms")
    as_admin.post(reverse("send_notification_again", args=[row.pk]))
    row.refresh_from_db()
    assert (row.state, row.way, row.address) == ("waiting", "sms", "+44 7700 900123")


def test_a_message_of_another_site_is_not_sent_again(as_admin: Client, doctor: User) -> None:
    row = make_notification(make_site(), doctor, state="failed")
    assert as_admin.post(reverse("send_notification_again", args=[row.pk])).status_code == 404


def test_the_log_says_what_was_sent_and_not_its_words(as_admin: Client, site: Site, doctor: User) -> None:
    make_notification(site, doctor, body="Okafor")
    assert "Okafor" not in text(as_admin.get(reverse("notification_log")))


def test_urgent_signals_that_nobody_was_told_of_are_a_gap(as_admin: Client, site: Site, doctor: User) -> None:
    flag = make_flag(make_patient(site=site), owner=doctor)
    make_flag(make_patient(site=site), owner=doctor, level="REVIEW")
    answer = as_admin.get(reverse("gap", args=["not-told"]))
    assert [one.pk for one in answer.context["page"].rows] == [flag.pk]
    assert "and call" in text(answer)


def test_they_are_counted_in_the_metrics(client: Client, site: Site, doctor: User) -> None:
    make_flag(make_patient(site=site), owner=doctor)
    make_notification(site, doctor)
    found = client.get("/metrics").content.decode()
    assert "vigil_urgent_not_told 1.0" in found
    assert "vigil_notifications_failed 0.0" in found
    assert "vigil_notification_wait_seconds 0.0" not in found


def test_the_number_of_queries_does_not_grow(as_admin: Client, site: Site, doctor: User) -> None:
    make_notification(site, doctor)
    one = len(statements_of(as_admin, reverse("notification_log")))
    for _ in range(20):
        make_notification(site, make_physician(site))
    assert len(statements_of(as_admin, reverse("notification_log"))) == one
