"""Sending one waiting message, as the worker does: never twice, and nothing lost when the worker dies in between.

First the attempt is written down and committed, then the message is handed over, then what came of it is written down.
Where an attempt has no outcome, its worker died: nobody knows whether the message went out, and a person decides.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.note_sent import note_sent
from labs.actions.send_message import MOST_ATTEMPTS, NotYetDelivered, send_message
from labs.messages.backend import Message, NotDelivered
from labs.models import Letter, LetterState
from labs.models.letter_states import LETTER_TRANSITIONS, UNDERWAY
from labs.selectors.letter_checks import why_not_now
from patients.actions.audit import record
from patients.models import User


def deliver_letter(*, letter_id: int, by: User, now: datetime) -> bool:
    """Send a waiting message; whether it went out. Raises `NotYetDelivered` when another attempt may do better.

    What no longer waits (sent, cancelled) is left alone, so the job may run twice.
    """
    letter = _begin(letter_id, by, now)
    if letter is None:
        return False
    message = Message(letter.pk, letter.channel, letter.recipient, letter.subject, letter.body)
    try:
        send_message(message)
    except NotDelivered as error:
        _failed(letter, error.reason, by, final=error.final)
        return False
    _sent(letter, by, now)
    return True


@transaction.atomic
def _begin(letter_id: int, by: User, now: datetime) -> Letter | None:
    """The letter with one attempt more written down; None when it is not to be sent."""
    letter = _locked(letter_id)
    if letter.state != LetterState.WAITING:
        return None
    if letter.failure == UNDERWAY:
        _fail(letter, _("The worker stopped while sending: it may have been sent. Ask before you send it again."), by)
        return None
    if reason := why_not_now([letter], now=now).get(letter.pk):
        _fail(letter, reason, by)
        return None
    letter.attempts, letter.failure = letter.attempts + 1, UNDERWAY
    letter.save(update_fields=["attempts", "failure"])
    return letter


@transaction.atomic
def _sent(letter: Letter, by: User, now: datetime) -> None:
    row = _locked(letter.pk)
    row.state, row.sent_at, row.failure = _step(row, "deliver"), now, ""
    row.save(update_fields=["state", "sent_at", "failure"])
    note_sent(letters=[row], by=by, now=now)
    record(by=by, verb="letter.sent", target=row, patient=row.patient, detail={"attempts": row.attempts})


def _failed(letter: Letter, reason: str, by: User, *, final: bool) -> None:
    """Write down that an attempt failed: for good, or until the next one."""
    with transaction.atomic():
        row = _locked(letter.pk)
        if final or row.attempts >= MOST_ATTEMPTS:
            _fail(row, reason, by)
            return
        row.failure = reason
        row.save(update_fields=["failure"])
        record(by=by, verb="letter.attempt", target=row, patient=row.patient, detail={"attempts": row.attempts})
    raise NotYetDelivered


def _fail(row: Letter, reason: str, by: User) -> None:
    row.state, row.failure = _step(row, "fail"), reason
    row.save(update_fields=["state", "failure"])
    record(by=by, verb="letter.failed", target=row, patient=row.patient, detail={"attempts": row.attempts})


def _step(row: Letter, verb: str) -> LetterState:
    return LETTER_TRANSITIONS[LetterState(row.state)][verb]


def _locked(letter_id: int) -> Letter:
    letters = Letter.objects.select_related("patient__site", "made_by")
    return letters.select_for_update(of=("self",), no_key=True).get(pk=letter_id)
