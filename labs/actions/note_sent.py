"""What follows from a letter that went out: a contact attempt, and its tests rest until an answer can be expected."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from labs.models import ContactAttempt, ContactOutcome, Letter, LetterKind, ScheduledTest
from labs.selectors.due import OPEN
from labs.selectors.site_calendar import settings_of
from patients.models import User


def note_sent(*, letters: Collection[Letter], by: User, now: datetime) -> None:
    """Note each letter as a contact. What it asks for is not called about again for `message_gap_days` of the site.

    Call it in the transaction that sends. Booked tests do not rest: they wait for their day. A stable letter asks for
    nothing.
    """
    attempts = []
    for letter in letters:
        asked = [] if letter.kind == LetterKind.STABLE else letter.tests
        again = _again_on(letter, now) if asked else None
        waiting = ScheduledTest.objects.filter(OPEN, pk__in=asked, patient=letter.patient_id, collected_on=None)
        today = now.astimezone(letter.patient.site.zone).date()
        waiting.exclude(booked_for__gte=today).update(snoozed_until=again)
        attempts.append(
            ContactAttempt(
                patient_id=letter.patient_id,
                at=now,
                by=by,
                channel=letter.channel,
                outcome=ContactOutcome.SENT,
                again_on=again,
                tests=asked,
            )
        )
    ContactAttempt.objects.bulk_create(attempts)


def _again_on(letter: Letter, now: datetime) -> date:
    site = letter.patient.site
    return now.astimezone(site.zone).date() + timedelta(days=settings_of(site).message_gap_days)
