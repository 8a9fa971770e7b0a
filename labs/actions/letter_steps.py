"""Steps of letters that a person takes: into the queue of messages, posted, cancelled. All of them, or none."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from labs.actions.evaluate import lock_patients
from labs.actions.note_sent import note_sent
from labs.actions.prepare_letters import LettersRefused
from labs.models import Letter, LetterState
from labs.models.contact import Channel
from labs.models.letter_states import LETTER_TRANSITIONS, UNDERWAY
from labs.selectors.letter_checks import why_not_now
from labs.selectors.letters import letters_for
from patients.access import check_can_write_to
from patients.actions import audit
from patients.models import AuditEvent, User

JOB = "labs.deliver_letter"


@transaction.atomic
def queue_letters(*, letters: Collection[int], by: User, now: datetime) -> list[Letter]:
    """Hand e-mails and text messages to the worker, in this transaction; failed ones for another try.

    Raises `LettersRefused` when one of them may not go out.
    """
    rows = _take(letters, "queue", by, channels={Channel.EMAIL, Channel.SMS})
    _check_still_right(rows, now)
    for row in rows:
        row.state, row.failure, row.attempts = LetterState.WAITING, "", 0
        app.configure_task(JOB, lock=f"{JOB}/{row.pk}").defer(letter_id=row.pk, by_id=by.pk)
    Letter.objects.bulk_update(rows, ["state", "failure", "attempts"])
    _audit(rows, "letter.queue", by)
    return rows


@transaction.atomic
def post_letters(*, letters: Collection[int], by: User, now: datetime) -> list[Letter]:
    """Say that printed letters went to the post. Raises `LettersRefused` when one of them should not have."""
    rows = _take(letters, "post", by, channels={Channel.POST})
    _check_still_right(rows, now)
    for row in rows:
        row.state, row.sent_at = LetterState.SENT, now
    Letter.objects.bulk_update(rows, ["state", "sent_at"])
    note_sent(letters=rows, by=by, now=now)
    _audit(rows, "letter.post", by)
    return rows


@transaction.atomic
def cancel_letters(*, letters: Collection[int], by: User, now: datetime) -> list[Letter]:
    """Take letters back before they went out. Raises `LettersRefused` when one went out already."""
    rows = _take(letters, "cancel", by, channels=set(Channel))
    for row in rows:
        row.state = LetterState.CANCELLED
    Letter.objects.bulk_update(rows, ["state"])
    _audit(rows, "letter.cancel", by)
    return rows


def _take(numbers: Collection[int], verb: str, by: User, *, channels: Collection[str]) -> list[Letter]:
    """These letters, locked, if each of them may take the step."""
    people = sorted(set(letters_for(by).filter(pk__in=numbers).values_list("patient_id", flat=True)))
    lock_patients(people)
    rows = list(letters_for(by).filter(pk__in=numbers).order_by("pk").select_for_update(of=("self",), no_key=True))
    for row in rows:
        check_can_write_to(by, row.patient)
    reasons = [(row.patient, why) for row in rows if (why := _why_not_this_step(row, verb, channels))]
    if reasons:
        raise LettersRefused(reasons)
    return rows


def _why_not_this_step(row: Letter, verb: str, channels: Collection[str]) -> str:
    if row.channel not in channels:
        if row.channel == Channel.POST:
            return _("A letter by post is printed, and marked as posted.")
        return _("Only letters by post are marked as posted.")
    if row.state == LetterState.WAITING and row.failure == UNDERWAY:
        return _("It is being sent at this moment. Look again in a minute.")
    if verb not in LETTER_TRANSITIONS[LetterState(row.state)]:
        return _("This letter is “%(state)s”: the step is not possible any more.") % {"state": row.get_state_display()}
    return ""


def _check_still_right(rows: list[Letter], now: datetime) -> None:
    reasons = why_not_now(rows, now=now)
    if reasons:
        raise LettersRefused([(row.patient, reasons[row.pk]) for row in rows if row.pk in reasons])


def _audit(rows: list[Letter], verb: str, by: User) -> None:
    AuditEvent.objects.bulk_create(
        [
            audit.event(by=by, verb=verb, target=row, patient_id=row.patient_id, detail={"kind": row.kind})
            for row in rows
        ]
    )
