"""Whether a letter that was made may still go out: what changed since would make it wrong, or reach the wrong place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from labs.letters.composing import CannotWrite
from labs.letters.languages import language_for
from labs.models import FollowUpSettings, Letter, LetterKind, LetterState, ScheduledTest
from labs.selectors.due import ON_SOMEBODYS_LIST, OPEN, with_status
from labs.selectors.letter_drafts import WANTED, About, recipient_of, why_not_this_way, words_for
from labs.selectors.message_limits import Said, said_to, why_no_more
from labs.selectors.site_calendar import settings_of
from labs.selectors.stability import LastRound, last_rounds
from labs.selectors.wordings import Wordings, wordings_of
from patients.models import ContactDetails

ASKED_FOR = frozenset().union(*WANTED.values())
"""States of a test in which a letter may still ask for it: not done, skipped, lapsed or on hold."""


@dataclass(frozen=True, slots=True)
class _Now:
    """What holds now, for the letters that are asked about."""

    at: datetime
    details: Mapping[int, ContactDetails]
    settings: Mapping[int, FollowUpSettings]
    wordings: Wordings
    rounds: Mapping[int, LastRound]
    waiting: Mapping[int, ScheduledTest]
    said: Mapping[int, Sequence[Said]]


def why_not_now(letters: Sequence[Letter], *, now: datetime) -> dict[int, str]:
    """Why letters may not go out today, by their number; those that may are left out."""
    ground = _ground(letters, now)
    reasons = {letter.pk: _why_not(letter, ground) for letter in letters}
    return {number: reason for number, reason in reasons.items() if reason}


def _ground(letters: Sequence[Letter], now: datetime) -> _Now:
    people = {letter.patient_id: letter.patient for letter in letters}
    sites = {one.site_id: one.site for one in people.values()}
    stable = {letter.patient_id for letter in letters if letter.kind == LetterKind.STABLE}
    asked = {number for letter in letters for number in letter.tests}
    waiting = ScheduledTest.objects.filter(OPEN, ON_SOMEBODYS_LIST, pk__in=asked, collected_on=None)
    return _Now(
        at=now,
        details={one.patient_id: one for one in ContactDetails.objects.filter(patient__in=people)},
        settings={number: settings_of(site) for number, site in sites.items()},
        wordings=wordings_of(list(sites)),
        rounds=last_rounds(patient_ids=stable, now=now) if stable else {},
        waiting={test.pk: test for test in with_status(waiting, now=now) if test.status in ASKED_FOR},  # type: ignore[attr-defined]
        said=said_to(list(people.values())),
    )


def _why_not(letter: Letter, ground: _Now) -> str:
    patient, settings = letter.patient, ground.settings[letter.patient.site_id]
    details = ground.details.get(patient.pk)
    if reason := why_not_this_way(patient, details, settings, letter.channel):
        return reason
    if recipient_of(patient, details, letter.channel) != letter.recipient:
        return _("The name or address was changed since the letter was made. Cancel it and make it anew.")
    if letter.state == LetterState.FAILED:  # it did not count meanwhile, and others may have gone out
        today = ground.at.astimezone(patient.site.zone).date()
        if reason := why_no_more(ground.said.get(patient.pk, ()), settings, kind=letter.kind, today=today):
            return reason
    return _why_not_these_words(letter, ground, settings)


def _why_not_these_words(letter: Letter, ground: _Now, settings: FollowUpSettings) -> str:
    """Why the letter would say something that no longer holds; "" when it would be written in the same words today."""
    if letter.kind == LetterKind.STABLE:
        found = ground.rounds[letter.patient_id]
        if found.why_not:
            return _("The results may no longer be called stable. %(why)s") % {"why": found.why_not}
        about = About(letter.patient, found.next_tests, found.results_on)
    else:
        about = About(letter.patient, [ground.waiting[one] for one in letter.tests if one in ground.waiting])
        if not about.tests:
            return _("The tests it asks for were done, skipped or put on hold meanwhile.")
    language = language_for(letter.language)
    wording = ground.wordings.of(letter.patient.site_id, letter.kind, letter.channel, language)
    try:
        written = words_for(about, wording, language, settings, kind=letter.kind, channel=letter.channel)
    except CannotWrite as reason:
        return str(reason)
    if (written.subject, written.body) != (letter.subject, letter.body):
        return _("What it says no longer holds: a date, a test or the wording changed. Cancel it and make it anew.")
    return ""
