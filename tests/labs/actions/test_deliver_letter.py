"""Sending: once and never twice, each attempt on the row, a failure with its reason, and no mail leaves the machine."""

from __future__ import annotations

import logging
import smtplib
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from procrastinate.contrib.django import app

from labs.actions.deliver_letter import deliver_letter
from labs.actions.letter_steps import cancel_letters, post_letters, queue_letters
from labs.actions.prepare_letters import LettersRefused
from labs.actions.send_message import MOST_ATTEMPTS, NotYetDelivered
from labs.messages.backend import Message, NotDelivered, backend_for, is_set_up
from labs.models import ContactAttempt, Letter, ScheduledTest
from labs.models.letter_states import UNDERWAY
from patients.access import AccessRefused
from patients.models import AuditEvent, ContactDetails, Patient
from tests.factories import make_administrator, make_flag, make_nurse
from tests.factories.letter_ground import DAY, NOW, TODAY, Ground, due, made, make_stable, open_ground, overdue
from tests.tracker.test_jobs import rows, work
from tracker import logs

pytestmark = pytest.mark.django_db


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
    settings.MESSAGE_BACKENDS = {"email": "smtp", "sms": f"{__name__}.Scripted"}
    Scripted.sent, Scripted.fails = [], []


@pytest.fixture
def ground() -> Ground:
    ground = open_ground()
    due(ground.patient)
    return ground


def queued(ground: Ground, channel: str = "sms", **more: Any) -> Letter:
    letter = made(ground, channel, **more)
    queue_letters(letters=[letter.pk], by=ground.nurse, now=NOW)
    return letter


def deliver(letter: Letter, ground: Ground) -> bool:
    try:
        return deliver_letter(letter_id=letter.pk, by=ground.nurse, now=NOW)
    finally:
        letter.refresh_from_db()


def test_an_e_mail_goes_out_with_the_frozen_words_to_the_frozen_address(ground: Ground) -> None:
    letter = queued(ground, "email")
    assert deliver(letter, ground)
    (message,) = mail.outbox
    assert (message.to, message.subject, message.body) == (["ines@mail.example"], letter.subject, letter.body)
    assert (letter.state, letter.sent_at, letter.attempts, letter.failure) == ("sent", NOW, 1, "")


def test_an_e_mail_holds_no_patient_data(ground: Ground) -> None:
    deliver(queued(ground, "email"), ground)
    written = mail.outbox[0].message().as_string().lower()
    assert not [word for word in ("okafor", "ines ", "blood", "north unit", "mill lane", "0000001") if word in written]


def test_what_was_sent_is_noted_as_a_contact_and_its_test_rests(ground: Ground) -> None:
    letter = queued(ground)
    deliver(letter, ground)
    attempt = ContactAttempt.objects.get(patient=ground.patient)
    assert (attempt.channel, attempt.outcome, attempt.by, attempt.at) == ("sms", "sent", ground.nurse, NOW)
    assert (attempt.tests, attempt.again_on) == (letter.tests, TODAY + 14 * DAY)
    assert ScheduledTest.objects.get().snoozed_until == TODAY + 14 * DAY


def test_a_booked_test_does_not_rest() -> None:
    ground = open_ground()
    due(ground.patient, booked_for=TODAY + DAY)
    deliver(queued(ground), ground)
    assert ScheduledTest.objects.get().snoozed_until is None


def test_running_the_job_twice_sends_once(ground: Ground) -> None:
    letter = queued(ground)
    assert deliver(letter, ground)
    assert not deliver(letter, ground)
    assert len(Scripted.sent) == 1
    assert ContactAttempt.objects.count() == 1


def test_queueing_twice_is_refused(ground: Ground) -> None:
    letter = queued(ground)
    with pytest.raises(LettersRefused):
        queue_letters(letters=[letter.pk], by=ground.nurse, now=NOW)


def test_what_was_cancelled_while_it_waited_is_not_sent(ground: Ground) -> None:
    letter = queued(ground)
    cancel_letters(letters=[letter.pk], by=ground.nurse, now=NOW)
    assert not deliver(letter, ground)
    assert (letter.state, Scripted.sent) == ("cancelled", [])


def test_a_failed_attempt_is_written_down_and_tried_again(ground: Ground) -> None:
    Scripted.fails = [NotDelivered("The line is busy.")]
    letter = queued(ground)
    with pytest.raises(NotYetDelivered):
        deliver(letter, ground)
    assert (letter.state, letter.attempts, letter.failure) == ("waiting", 1, "The line is busy.")
    assert AuditEvent.objects.filter(verb="letter.attempt", target_id=letter.pk).exists()
    assert deliver(letter, ground)
    assert (letter.state, letter.attempts, letter.failure) == ("sent", 2, "")


def test_after_the_last_attempt_it_has_failed_and_can_be_queued_again(ground: Ground) -> None:
    Scripted.fails = [NotDelivered("The line is busy.") for _ in range(MOST_ATTEMPTS)]
    letter = queued(ground)
    for _ in range(MOST_ATTEMPTS - 1):
        with pytest.raises(NotYetDelivered):
            deliver(letter, ground)
    assert not deliver(letter, ground)
    assert (letter.state, letter.attempts, letter.failure) == ("failed", MOST_ATTEMPTS, "The line is busy.")
    assert not ContactAttempt.objects.exists()
    queue_letters(letters=[letter.pk], by=ground.nurse, now=NOW)
    assert deliver(letter, ground)


def test_a_failure_for_good_is_not_tried_again(ground: Ground) -> None:
    Scripted.fails = [NotDelivered("No such number.", final=True)]
    letter = queued(ground)
    assert not deliver(letter, ground)
    assert (letter.state, letter.failure) == ("failed", "No such number.")


def test_whatever_a_class_of_the_unit_raises_is_a_failed_attempt_named_without_its_words(ground: Ground) -> None:
    Scripted.fails = [ValueError("+44 7700 900123 is odd")]
    letter = queued(ground)
    with pytest.raises(NotYetDelivered):
        deliver(letter, ground)
    assert letter.failure == "The way of sending failed (ValueError)."


def test_an_attempt_without_an_outcome_is_never_repeated_by_itself(ground: Ground) -> None:
    """The worker died after it began: nobody knows whether the message went out."""
    letter = queued(ground)
    Letter.objects.filter(pk=letter.pk).update(failure=UNDERWAY, attempts=1)
    assert not deliver(letter, ground)
    assert letter.state == "failed"
    assert "may have been sent" in letter.failure
    assert Scripted.sent == []


# What changed between approving and sending


def consent_withdrawn(ground: Ground) -> None:
    ContactDetails.objects.update(allows_sms=False)


def address_changed(ground: Ground) -> None:
    ContactDetails.objects.update(mobile="+44 7700 900999")


def died(ground: Ground) -> None:
    Patient.objects.update(deceased_on=TODAY)


def booked_meanwhile(ground: Ground) -> None:
    ScheduledTest.objects.update(booked_for=TODAY + 2 * DAY)


def done_meanwhile(ground: Ground) -> None:
    ScheduledTest.objects.update(collected_on=TODAY)


def lapsed_meanwhile(ground: Ground) -> None:
    ScheduledTest.objects.update(due_on=TODAY - DAY, lapses_on=TODAY)


def signal_opened(ground: Ground) -> None:
    make_flag(ground.patient)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (consent_withdrawn, "not agreed"),
        (address_changed, "changed since the letter was made"),
        (died, "died"),
        (booked_meanwhile, "no longer holds"),
        (done_meanwhile, "done, skipped or put on hold"),
        (lapsed_meanwhile, "done, skipped or put on hold"),
    ],
)
def test_what_would_be_wrong_by_now_is_not_sent(ground: Ground, change: Any, reason: str) -> None:
    letter = queued(ground)
    change(ground)
    assert not deliver(letter, ground)
    assert letter.state == "failed"
    assert reason in letter.failure
    assert Scripted.sent == []


def test_a_stable_message_is_not_sent_once_a_signal_is_open() -> None:
    ground = open_ground()
    make_stable(ground.patient)
    letter = queued(ground, kind="stable")
    signal_opened(ground)
    assert not deliver(letter, ground)
    assert "no longer be called stable. A signal is open." in letter.failure


def test_a_stable_message_asks_for_nothing_and_no_test_rests() -> None:
    ground = open_ground()
    make_stable(ground.patient)
    deliver(queued(ground, kind="stable"), ground)
    assert ContactAttempt.objects.get().tests == []
    assert not ScheduledTest.objects.filter(snoozed_until__isnull=False).exists()


def test_a_failed_one_is_not_queued_past_the_limit(ground: Ground) -> None:
    Scripted.fails = [NotDelivered("No such number.", final=True)]
    failed = queued(ground)
    deliver(failed, ground)
    made(ground, "post")
    with pytest.raises(LettersRefused, match="waits already"):
        queue_letters(letters=[failed.pk], by=ground.nurse, now=NOW)


def test_all_or_none_are_queued(ground: Ground) -> None:
    other = open_ground()
    overdue(other.patient)
    good, bad = made(ground, "sms"), made(other, "sms", kind="missed")
    nurse = make_nurse(ground.site, other.site)
    ContactDetails.objects.filter(patient=other.patient).update(allows_sms=False)
    with pytest.raises(LettersRefused):
        queue_letters(letters=[good.pk, bad.pk], by=nurse, now=NOW)
    assert set(Letter.objects.values_list("state", flat=True)) == {"prepared"}
    assert rows("todo") == []


def test_only_clinicians_of_the_patient(ground: Ground) -> None:
    letter = made(ground, "sms")
    assert queue_letters(letters=[letter.pk], by=make_nurse(), now=NOW) == []
    with pytest.raises(AccessRefused):
        queue_letters(letters=[letter.pk], by=make_administrator(ground.site), now=NOW)
    letter.refresh_from_db()
    assert letter.state == "prepared"


# Post


def test_a_letter_by_post_is_posted_and_not_queued(ground: Ground) -> None:
    letter = made(ground)
    with pytest.raises(LettersRefused, match="is printed"):
        queue_letters(letters=[letter.pk], by=ground.nurse, now=NOW)
    post_letters(letters=[letter.pk], by=ground.nurse, now=NOW)
    letter.refresh_from_db()
    assert (letter.state, letter.sent_at) == ("sent", NOW)
    assert ContactAttempt.objects.get().channel == "post"


def test_a_message_is_not_posted(ground: Ground) -> None:
    letter = made(ground, "sms")
    with pytest.raises(LettersRefused, match="Only letters by post"):
        post_letters(letters=[letter.pk], by=ground.nurse, now=NOW)


# The job, and ways of sending


@pytest.mark.django_db(transaction=True)
def test_the_job_goes_with_the_transaction_and_a_failed_one_is_tried_again() -> None:
    ground = open_ground()
    due(ground.patient)
    letter = made(ground, "sms")

    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction.atomic():
        queue_letters(letters=[letter.pk], by=ground.nurse, now=NOW)
        raise Stop
    assert rows("todo") == []
    Scripted.fails = [NotDelivered("The line is busy.")]
    with transaction.atomic():
        queue_letters(letters=[letter.pk], by=ground.nurse, now=NOW)
    work()
    assert ("labs.deliver_letter", 1) in rows("todo")
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set scheduled_at = null where status = 'todo'")
    work()
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == ("sent", 2)
    assert len(Scripted.sent) == 1


def test_a_job_is_given_numbers_only() -> None:
    assert "labs.deliver_letter" in app.tasks


def test_a_mail_server_that_refuses_the_address_refuses_it_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    message = Message(1, "email", "ines@mail.example", "Hello", "Please call us.")

    def raising(error: Exception) -> NotDelivered:
        def send(self: Any, *arguments: Any) -> None:
            raise error

        monkeypatch.setattr("django.core.mail.EmailMessage.send", send)
        with pytest.raises(NotDelivered) as refused:
            backend_for("email").deliver(message)
        assert "ines@" not in refused.value.reason
        return refused.value

    assert raising(smtplib.SMTPRecipientsRefused({"ines@mail.example": (550, b"no such user")})).final
    assert not raising(smtplib.SMTPRecipientsRefused({"ines@mail.example": (450, b"try later")})).final
    assert not raising(smtplib.SMTPServerDisconnected("gone")).final
    assert not raising(TimeoutError()).final


def test_without_a_mail_server_nothing_is_called_sent(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    with pytest.raises(NotDelivered, match="EMAIL_URL"):
        backend_for("email").deliver(Message(1, "email", "ines@mail.example", "Hello", "x"))


def test_the_console_shows_what_would_be_sent(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.MESSAGE_BACKENDS = {"sms": "console"}
    backend_for("sms").deliver(Message(1, "sms", "+44 7700 900123", "", "Please call us."))
    assert "Please call us." in capsys.readouterr().out


def test_a_class_that_is_not_there_is_said_with_how_to_mend_it(settings: Any) -> None:
    settings.MESSAGE_BACKENDS = {"sms": "nowhere.Provider"}
    assert not is_set_up("email")
    with pytest.raises(ImproperlyConfigured, match=r"nowhere\.Provider.*dotted path"):
        backend_for("sms")


def test_neither_address_nor_words_reach_a_log(ground: Ground, caplog: pytest.LogCaptureFixture) -> None:
    Scripted.fails = [ValueError("+44 7700 900123")]
    letter = queued(ground)
    with caplog.at_level(logging.DEBUG), pytest.raises(NotYetDelivered):
        deliver(letter, ground)
    written = "".join(logs.formatter(as_json=True).format(record) for record in caplog.records)
    assert "message not delivered" in written
    assert not [word for word in ("7700", "Please call", "Okafor") if word in written]
