"""Sending notifications: by real servers on this machine, once, again when it failed, and never in silence."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from labs.actions.deliver_notification import LEASE, deliver_notification
from labs.actions.flag_steps import tell_of
from labs.actions.notify import LEFT_AFTER, notify, send_what_was_left
from labs.actions.send_message import MOST_ATTEMPTS, NotYetDelivered
from labs.actions.set_up_notifications import send_again
from labs.jobs import send_notification, tell_people
from labs.messages.backend import Message, NotDelivered
from labs.models import Flag, FlagDecision, FlagEvent, Notification, NotificationSettings
from labs.models.letter_states import UNDERWAY
from labs.selectors.notifications import TIME_TO_TELL, failed_lately, longest_wait_seconds, not_told
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import AuditEvent, Patient, Site, User
from tests.factories import make_administrator, make_patient, make_physician, make_site
from tests.factories.notifications import make_address, make_notification, make_raised, step
from tests.servers import Hook, MailServer, running
from tests.tracker.test_jobs import rows, work
from tracker import logs

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Scripted:
    """A way of sending that fails as often as the test wants, and keeps what it sent."""

    sent: list[Message] = []
    fails: list[Exception] = []

    def deliver(self, message: Message) -> None:
        if Scripted.fails:
            raise Scripted.fails.pop(0)
        Scripted.sent.append(message)


@pytest.fixture(autouse=True)
def backends(settings: Any) -> None:
    settings.MESSAGE_BACKENDS = dict.fromkeys(("email", "sms", "webhook"), f"{__name__}.Scripted")
    Scripted.sent, Scripted.fails = [], []


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    with running(MailServer()) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.MESSAGE_BACKENDS = {"email": "smtp", "webhook": "webhook"}
        yield server


@pytest.fixture
def site() -> Site:
    return make_site(code="north", time_zone="Europe/London")


@pytest.fixture
def doctor(site: Site) -> User:
    doctor = make_physician(site, username="doctor")
    doctor.email = "doctor@unit.example"
    doctor.save()
    return doctor


@pytest.fixture
def patient(site: Site) -> Patient:
    return make_patient(site=site, family_name="Okafor", mrn="0000042")


@pytest.fixture
def flag(patient: Patient, doctor: User) -> Flag:
    return make_raised(patient, doctor, NOON)


@pytest.fixture
def fresh(patient: Patient, doctor: User) -> Flag:
    """A signal of this very moment, for tests in which jobs read the clock: not late, and in no daily message."""
    now = timezone.now()
    return make_raised(patient, doctor, now, answer_by=now + timedelta(days=1))


def told(now: datetime = NOON) -> Notification:
    notify(by=system_account(), now=now)
    return Notification.objects.latest("pk")


def deliver(row: Notification, now: datetime = NOON) -> bool:
    try:
        return deliver_notification(notification_id=row.pk, by=system_account(), now=now)
    finally:
        row.refresh_from_db()


def busy(times: int = 1) -> list[Exception]:
    return [NotDelivered("The line is busy.") for _ in range(times)]


def for_good() -> list[Exception]:
    return [NotDelivered("No such mailbox.", final=True)]


# Real servers


def test_a_mail_server_gets_it_once_with_a_number_of_its_own(flag: Flag, mail_server: MailServer) -> None:
    row = told()
    assert [deliver(row), deliver(row)] == [True, False]
    ((to, mail),) = mail_server.got
    assert to == ["doctor@unit.example"]
    assert f"Message-ID: <vigil-notification-{row.pk}@localhost>" in mail
    assert "Subject: An urgent signal waits for you in Vigil" in mail
    assert f"Reference: S-{flag.pk}" in mail
    assert not [word for word in ("Okafor", "0000042", "M-protein") if word in mail]
    assert (row.state, row.sent_at, row.attempts, row.failure) == ("sent", NOON, 1, "")
    assert AuditEvent.objects.filter(verb="notification.sent", target_id=row.pk).exists()


def test_a_mail_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not(
    flag: Flag, mail_server: MailServer
) -> None:
    row, mail_server.busy = told(), 1
    with pytest.raises(NotYetDelivered):
        deliver(row)
    assert deliver(row)
    mail_server.refused = {"doctor@unit.example": 550}
    step(flag, FlagEvent.Kind.UNANSWERED, NOON)
    row = told()
    assert not deliver(row)
    assert (row.state, len(mail_server.got)) == ("failed", 1)


def test_the_webhook_of_the_site_gets_it_too(flag: Flag, site: Site, mail_server: MailServer) -> None:
    with running(Hook()) as hook:
        NotificationSettings.objects.create(site=site, webhook_url=hook.url)
        notify(by=system_account(), now=NOON)
        assert all(deliver(row) for row in Notification.objects.all())
        ((_path, headers, body),) = hook.got
    row = Notification.objects.get(way="webhook")
    assert headers["Idempotency-Key"] == f"notification-{row.pk}"
    assert body.decode() == row.body
    assert len(mail_server.got) == 1


@pytest.mark.django_db(transaction=True)
def test_from_the_step_to_the_mailbox_by_the_worker_with_a_failure_between(
    fresh: Flag, mail_server: MailServer
) -> None:
    mail_server.busy = 1
    tell_of([fresh.events.get()])
    assert rows("todo") == [("labs.notify", 0)]
    work()
    assert rows("todo") == [("labs.send_notification", 1)]
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set scheduled_at = null where status = 'todo'")
    work()
    row = Notification.objects.get()
    assert (row.state, row.attempts, len(mail_server.got)) == ("sent", 2, 1)


# What failed


def test_attempts_are_counted_and_after_the_last_it_has_failed(flag: Flag) -> None:
    row, Scripted.fails = told(), busy(MOST_ATTEMPTS)
    for _ in range(MOST_ATTEMPTS - 1):
        with pytest.raises(NotYetDelivered):
            deliver(row)
    assert not deliver(row)
    assert (row.state, row.attempts, row.failure) == ("failed", MOST_ATTEMPTS, "The line is busy.")


def test_an_urgent_one_that_failed_goes_to_the_next_address_and_no_further_than_the_last(
    flag: Flag, doctor: User
) -> None:
    make_address(doctor, "first@unit.example", NOON)
    make_address(doctor, "+44 7700 900123", NOON, "sms", urgent=False)
    tried = []
    notify(by=system_account(), now=NOON)
    Scripted.fails = for_good() * 3
    for _ in range(3):
        row = Notification.objects.latest("pk")
        tried.append(row.address)
        deliver(row)
    assert tried == ["first@unit.example", "doctor@unit.example", "+44 7700 900123"]
    assert set(Notification.objects.values_list("state", flat=True)) == {"failed"}


def test_it_goes_no_further_while_another_message_arrived_or_is_on_its_way(flag: Flag, doctor: User) -> None:
    make_address(doctor, "one@unit.example", NOON)
    make_address(doctor, "two@unit.example", NOON)
    notify(by=system_account(), now=NOON)
    Scripted.fails = for_good()
    deliver(Notification.objects.get(address="one@unit.example"))
    assert Notification.objects.count() == 2


def test_a_daily_message_that_failed_goes_nowhere_else(site: Site, doctor: User) -> None:
    make_address(doctor, "one@unit.example", NOON)
    make_raised(make_patient(site=site), doctor, NOON, level="REVIEW")
    row, Scripted.fails = make_notification(site, doctor, kind="digest"), for_good()
    deliver(row)
    assert Notification.objects.count() == 1


def test_a_failure_is_counted_until_a_message_arrives(flag: Flag, site: Site, doctor: User) -> None:
    late = NOON + TIME_TO_TELL
    row, Scripted.fails = told(), for_good()
    deliver(row)
    assert list(not_told(now=late - MINUTE)) == []
    assert list(not_told(now=late)) == [flag]
    assert failed_lately(now=late) == 1
    send_again(notification=row, by=make_administrator(site), now=late)
    assert deliver(row, late)
    assert list(not_told(now=late)) == []
    assert failed_lately(now=late) == 0


def test_a_signal_of_which_nobody_was_told_at_all_is_counted_and_one_taken_on_is_not(flag: Flag, doctor: User) -> None:
    late = NOON + TIME_TO_TELL
    assert list(not_told(now=late)) == [flag]
    step(
        flag, FlagEvent.Kind.ACKNOWLEDGED, NOON, by=doctor, review="acknowledged", reviewed_by=doctor, reviewed_at=NOON
    )
    assert list(not_told(now=late)) == []


def test_a_later_asking_that_did_not_arrive_is_counted_though_an_earlier_one_did(flag: Flag) -> None:
    deliver(told())
    step(flag, FlagEvent.Kind.UNANSWERED, NOON + MINUTE)
    row, Scripted.fails = told(NOON + MINUTE), for_good()
    deliver(row, NOON + MINUTE)
    assert list(not_told(now=NOON + MINUTE + TIME_TO_TELL)) == [flag]


def test_who_is_no_administrator_of_the_site_sends_nothing_again(site: Site, doctor: User) -> None:
    row = make_notification(site, doctor, state="failed")
    for other in (doctor, make_administrator(make_site())):
        with pytest.raises(AccessRefused):
            send_again(notification=row, by=other, now=NOON)


# What changed in between


def answered(flag: Flag, doctor: User) -> None:
    step(
        flag, FlagEvent.Kind.ACKNOWLEDGED, NOON, by=doctor, review="acknowledged", reviewed_by=doctor, reviewed_at=NOON
    )


def withdrawn(flag: Flag, doctor: User) -> None:
    step(flag, FlagEvent.Kind.WITHDRAWN, NOON, signal="withdrawn")


def passed_on(flag: Flag, doctor: User) -> None:
    step(flag, FlagEvent.Kind.ESCALATED, NOON, owner=make_physician(flag.patient.site))


def weaker(flag: Flag, doctor: User) -> None:
    step(flag, FlagEvent.Kind.CHANGED, NOON, level="REVIEW")


def account_closed(flag: Flag, doctor: User) -> None:
    User.objects.filter(pk=doctor.pk).update(is_active=False)


@pytest.mark.parametrize("change", [answered, withdrawn, passed_on, weaker, account_closed])
def test_what_is_no_longer_so_is_dropped(flag: Flag, doctor: User, change: Any) -> None:
    row = told()
    change(flag, doctor)
    assert not deliver(row)
    assert (row.state, Scripted.sent) == ("dropped", [])


def test_who_decided_again_meanwhile_is_not_told_of_the_former_evidence(flag: Flag, doctor: User) -> None:
    row = make_notification(flag.patient.site, doctor, kind="taken_back")
    row.told.create(flag=flag, event=flag.events.get())
    FlagDecision.objects.create(
        flag=flag, at=row.made_at + MINUTE, by=doctor, decision="no_relapse", review_before="open"
    )
    assert not deliver(row)
    assert row.state == "dropped"


def test_before_its_time_it_is_not_sent(site: Site, doctor: User) -> None:
    row = make_notification(site, doctor, not_before=NOON + MINUTE)
    assert not deliver(row)
    assert row.state == "waiting"
    assert deliver(row, NOON + MINUTE)


# Workers that die, and two at once


def dead(row: Notification) -> Notification:
    Notification.objects.filter(pk=row.pk).update(failure=UNDERWAY, attempts=1, attempted_at=NOON)
    return row


def test_an_attempt_under_way_is_left_alone_by_a_second_worker(flag: Flag) -> None:
    row = dead(told())
    with pytest.raises(NotYetDelivered):
        deliver(row, NOON + LEASE - MINUTE)
    assert Scripted.sent == []


def test_an_urgent_one_whose_worker_died_is_sent_again_under_the_same_key(flag: Flag) -> None:
    row = dead(told())
    assert deliver(row, NOON + LEASE)
    assert [message.key for message in Scripted.sent] == [f"notification-{row.pk}"]
    assert row.attempts == 2


def test_any_other_whose_worker_died_is_left_to_a_person(site: Site, doctor: User) -> None:
    row = dead(make_notification(site, doctor))
    assert not deliver(row, NOON + LEASE)
    assert row.state == "failed"
    assert "may have been sent" in row.failure


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_once(site: Site, doctor: User) -> None:
    row = make_notification(site, doctor)

    def send(_number: int) -> bool:
        try:
            return deliver_notification(notification_id=row.pk, by=system_account(), now=NOON)
        except NotYetDelivered:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(send, range(4))) == 1
    assert len(Scripted.sent) == 1


def test_a_message_whose_job_was_lost_is_handed_over_again_once(site: Site, doctor: User) -> None:
    make_notification(site, doctor)
    late = NOON + LEFT_AFTER
    assert longest_wait_seconds(now=late) == LEFT_AFTER.total_seconds()
    assert [send_what_was_left(now=late - MINUTE), send_what_was_left(now=late), send_what_was_left(now=late)] == [
        0,
        1,
        0,
    ]
    assert rows("todo") == [("labs.send_notification", 0)]


def test_one_that_is_being_sent_is_not_handed_over_again(site: Site, doctor: User) -> None:
    make_notification(site, doctor)
    send_what_was_left(now=NOON + LEFT_AFTER)
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set status = 'doing'")
    assert send_what_was_left(now=NOON + LEFT_AFTER) == 0


def test_nothing_of_a_patient_or_an_address_reaches_a_log(
    flag: Flag, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    NotificationSettings.objects.create(site=site, names_patients=True)
    row, Scripted.fails = told(), [ValueError("Okafor at doctor@unit.example")]
    assert "Okafor" in row.body
    with caplog.at_level(logging.DEBUG), pytest.raises(NotYetDelivered):
        deliver(row)
    written = "".join(logs.formatter(as_json=True).format(record) for record in caplog.records)
    assert "message not delivered" in written
    assert not [word for word in ("Okafor", "0000042", "unit.example", "M-protein") if word in written]


def test_the_jobs_do_what_they_say(fresh: Flag) -> None:
    tell_people(0)
    row = Notification.objects.latest("pk")
    assert row.made_at <= timezone.now()
    send_notification(row.pk)
    assert [message.number for message in Scripted.sent] == [row.pk]
