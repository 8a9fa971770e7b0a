"""The letters that could be made for patients: the words of each as they would go out, or why there is none."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from labs.letters.composing import Asked, CannotWrite, Facts, Written, write
from labs.letters.languages import Language, language_for
from labs.letters.wording import Wording
from labs.messages.backend import is_set_up
from labs.models import FollowUpSettings, Letter, LetterKind, LetterState, ScheduledTest
from labs.models.contact import Channel
from labs.selectors.due import ON_SOMEBODYS_LIST, OPEN, Status, waiting_tests, with_status
from labs.selectors.message_limits import Said, said_to, why_no_more
from labs.selectors.site_calendar import settings_of
from labs.selectors.stability import LastRound, last_rounds
from labs.selectors.wordings import Wordings, wordings_of
from patients.access import patients_visible_to
from patients.models import ContactDetails, Patient, User

WANTED = {LetterKind.DUE: {Status.DUE, Status.BOOKED}, LetterKind.MISSED: {Status.OVERDUE}}
"""What must be true of a test that a letter of this kind asks for."""


@dataclass(slots=True)
class Draft:
    """One letter that could be made; `refused` says why it cannot, "" when it can."""

    patient: Patient
    language: Language
    recipient: str = ""
    tests: tuple[ScheduledTest, ...] = ()
    results_on: date | None = None
    subject: str = ""
    body: str = ""
    refused: str = ""

    @property
    def seen(self) -> str:
        """A digest of address and words: what a person approves is what they saw."""
        return hashlib.sha256("\0".join((self.recipient, self.subject, self.body)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class About:
    """Whom a letter is to, and what it is about; the tests carry their status."""

    patient: Patient
    tests: Sequence[ScheduledTest]
    results_on: date | None = None


@dataclass(slots=True)
class _Ground:
    """What drafts of some patients rest on."""

    kind: str
    channel: str
    now: datetime
    settings: dict[int, FollowUpSettings]
    wordings: Wordings
    said: Mapping[int, Sequence[Said]]
    details: Mapping[int, ContactDetails]
    tests: Mapping[int, list[ScheduledTest]] = field(default_factory=dict)
    rounds: Mapping[int, LastRound] = field(default_factory=dict)
    told: Mapping[int, date] = field(default_factory=dict)


def drafts(
    *,
    user: User,
    now: datetime,
    kind: str,
    channel: str,
    tests: Collection[int] = (),
    patients: Collection[int] = (),
) -> list[Draft]:
    """Drafts for the patients with these numbers and for those of these tests, by name. Foreign ones are left out.

    A patient named by number is written to about every test the kind asks for. Stable letters are about the last
    results; `tests` only says who.
    """
    of_tests = ScheduledTest.objects.filter(pk__in=tests).values("patient")
    people = patients_visible_to(user).filter(Q(pk__in=patients) | Q(pk__in=of_tests))
    found = list(people.select_related("site").order_by("family_name", "given_name", "pk"))
    ground = _ground(found, kind, channel, now, tests=set(tests), patients=set(patients))
    return [_draft(patient, ground) for patient in found]


def likely_kind(
    *, user: User, now: datetime, tests: Collection[int] = (), patients: Collection[int] = ()
) -> LetterKind:
    """What letters about these tests, or to these patients, are probably about: missed tests when one is overdue."""
    asked = waiting_tests(user=user, now=now).filter(Q(pk__in=tests) | Q(patient__in=patients))
    return LetterKind.MISSED if asked.filter(Q(status=Status.OVERDUE)).exists() else LetterKind.DUE


def _ground(
    people: Sequence[Patient], kind: str, channel: str, now: datetime, *, tests: set[int], patients: set[int]
) -> _Ground:
    numbers = [one.pk for one in people]
    sites = {one.site_id: one.site for one in people}
    ground = _Ground(
        kind=kind,
        channel=channel,
        now=now,
        settings={number: settings_of(site) for number, site in sites.items()},
        wordings=wordings_of(list(sites)),
        said=said_to(people),
        details={one.patient_id: one for one in ContactDetails.objects.filter(patient__in=numbers)},
    )
    if kind == LetterKind.STABLE:
        ground.rounds = last_rounds(patient_ids=numbers, now=now)
        ground.told = _told_stable(people)
        return ground
    chosen: dict[int, list[ScheduledTest]] = defaultdict(list)
    waiting = ScheduledTest.objects.filter(OPEN, ON_SOMEBODYS_LIST, patient__in=numbers)
    for test in with_status(waiting, now=now).order_by("due_on", "id"):
        if test.pk in tests or test.patient_id in patients:
            chosen[test.patient_id].append(test)
    ground.tests = chosen
    return ground


def _told_stable(people: Sequence[Patient]) -> dict[int, date]:
    """The day each was last told that the results are stable."""
    zones = {one.pk: one.site.zone for one in people}
    letters = Letter.objects.filter(patient__in=zones, kind=LetterKind.STABLE)
    gone = letters.exclude(state__in=[LetterState.CANCELLED, LetterState.FAILED]).order_by("made_at")
    return {number: made.astimezone(zones[number]).date() for number, made in gone.values_list("patient_id", "made_at")}


def _draft(patient: Patient, ground: _Ground) -> Draft:
    settings, details = ground.settings[patient.site_id], ground.details.get(patient.pk)
    draft = Draft(patient, language_for(details.language if details else "", settings.language))
    draft.recipient = recipient_of(patient, details, ground.channel)
    draft.refused = (
        why_not_this_way(patient, details, settings, ground.channel)
        or _choose(draft, ground)
        or why_no_more(ground.said.get(patient.pk, ()), settings, kind=ground.kind, today=_today(patient, ground))
    )
    if not draft.refused:
        _word(draft, ground, settings)
    return draft


def _word(draft: Draft, ground: _Ground, settings: FollowUpSettings) -> None:
    about = About(draft.patient, draft.tests, draft.results_on)
    wording = ground.wordings.of(draft.patient.site_id, ground.kind, ground.channel, draft.language)
    try:
        written = words_for(about, wording, draft.language, settings, kind=ground.kind, channel=ground.channel)
    except CannotWrite as reason:
        draft.refused = str(reason)
    else:
        draft.subject, draft.body = written.subject, written.body


def recipient_of(patient: Patient, details: ContactDetails | None, channel: str) -> str:
    """The address of a channel as it stands today; "" when there is none."""
    if details is None:
        return ""
    if channel == Channel.POST:
        return f"{patient.given_name} {patient.family_name}\n{details.address}" if details.address else ""
    return details.email if channel == Channel.EMAIL else details.mobile


def why_not_this_way(patient: Patient, details: ContactDetails | None, settings: FollowUpSettings, channel: str) -> str:
    """Why nothing may be sent to a patient by this channel; "" when it may."""
    allowed = {
        Channel.POST: (True, details and details.allows_post),
        Channel.EMAIL: (settings.sends_email, details and details.allows_email),
        Channel.SMS: (settings.sends_sms, details and details.allows_sms),
    }
    sends, agreed = allowed[Channel(channel)]
    against = (
        (patient.deceased_on is not None, _("This patient has died.")),
        (not sends, _("The site does not send this way: see its follow-up settings.")),
        (
            channel != Channel.POST and not is_set_up(channel),
            _("No way of sending is set up (VIGIL_MESSAGE_BACKENDS)."),
        ),
        (details is None, _("No contact details are recorded.")),
        (not agreed, _("The patient has not agreed to be reached this way.")),
        (not recipient_of(patient, details, channel), _("There is no address for this way.")),
    )
    return next((reason for stands, reason in against if stands), "")


def _choose(draft: Draft, ground: _Ground) -> str:
    """Put into the draft what it is about; why there is nothing to write about, or ""."""
    if ground.kind == LetterKind.STABLE:
        found = ground.rounds[draft.patient.pk]
        draft.tests, draft.results_on = found.next_tests, found.results_on
        told = ground.told.get(draft.patient.pk)
        if not found.why_not and told and found.results_on and told >= found.results_on:
            return _("The patient was told of these results already.")
        return found.why_not
    today = _today(draft.patient, ground)
    wanted = WANTED[LetterKind(ground.kind)]
    fitting = [test for test in ground.tests.get(draft.patient.pk, []) if test.status in wanted]  # type: ignore[attr-defined]
    draft.tests = tuple(test for test in fitting if test.snoozed_until is None or test.snoozed_until <= today)
    if draft.tests:
        return ""
    if fitting:
        return _("Already contacted about these tests, and the day to contact again has not come.")
    if ground.kind == LetterKind.DUE:
        return _("None of these tests is due or booked.")
    return _("None of these tests is overdue.")


def words_for(
    about: About, wording: Wording, language: Language, settings: FollowUpSettings, *, kind: str, channel: str
) -> Written:
    """The words of a letter as they would be today. Raises `CannotWrite`."""
    facts = Facts(
        given_name=about.patient.given_name,
        family_name=about.patient.family_name,
        site=about.patient.site.name,
        contact=settings.contact_line,
        tests=[_asked(test) for test in about.tests],
        results_on=about.results_on,
    )
    return write(wording, language, facts, kind=kind, channel=channel)


def _asked(test: ScheduledTest) -> Asked:
    if test.status != Status.BOOKED:  # type: ignore[attr-defined]
        return Asked(test.kind, test.due_on)
    return Asked(test.kind, test.due_on, test.booked_for, test.booked_time, test.booked_at_place)


def _today(patient: Patient, ground: _Ground) -> date:
    return ground.now.astimezone(patient.site.zone).date()
