"""Telling people what they do not know yet. Run it when something happened, and every minute as a net.

What is to be told is derived from the signals, under a lock: run twice, or by two workers at once, it tells once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from procrastinate.contrib.django.models import ProcrastinateJob

from labs.actions.make_notification import Told, enqueue, job_of, send_to, tell
from labs.actions.word_notification import (
    corrected_words,
    digest_words,
    opinion_given_words,
    opinion_words,
    payload,
    urgent_words,
)
from labs.models import (
    Flag,
    Level,
    Notification,
    NotificationKind,
    NotificationSettings,
    NotificationState,
    NotificationWay,
    Review,
    SecondOpinion,
)
from labs.models.flag_states import ON_SCREEN
from labs.selectors.notifications import Place, owners_without_digest, quiet_hours_of, waiting_at
from labs.selectors.to_tell import (
    Asking,
    Corrected,
    corrected_to_tell,
    last_steps,
    opinions_given_to_tell,
    opinions_to_tell,
    urgent_to_tell,
)
from patients.access import can_see_patient
from patients.actions.audit import event
from patients.models import AuditEvent, Role, Site, User

MOST_PATIENTS: Final = 5
"""From more patients at once somebody is sent one message of all of them (after an import, a list handed over)."""

DIGEST_WITHIN: Final = timedelta(hours=12)
"""For how long a daily message that a worker missed is caught up with."""

LEFT_AFTER: Final = timedelta(minutes=2)
"""When a message whose time has come and that has not left is handed to the worker again."""

MOST_LEFT: Final = 500


@transaction.atomic
def notify(*, by: User, now: datetime) -> int:
    """Write the messages that are due and hand them to the worker; how many."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('vigil.notify'))")
    with translation.override(settings.LANGUAGE_CODE):
        made = [row for one in corrected_to_tell(now=now) for row in _tell_corrected(one, now=now)]
        made += [row for one in opinions_given_to_tell(now=now) for row in _tell_given(one, now=now)]
        made += _tell_urgent(urgent_to_tell(), now=now)
        made += [row for one in opinions_to_tell(now=now) for row in _tell_asked(one, now=now)]
        for site in Site.objects.select_related("notification_settings"):
            made += _tell_daily(site, now=now)
    AuditEvent.objects.bulk_create(
        event(by=by, verb="notification.make", target=row, detail={"kind": row.kind, "way": row.way}) for row in made
    )
    return len(made)


def send_what_was_left(*, now: datetime) -> int:
    """Hand messages to the worker again whose job was lost; how many had not left in time."""
    left = Notification.objects.filter(state=NotificationState.WAITING, not_before__lte=now - LEFT_AFTER)
    names = {job_of(row): row for row in left.order_by("not_before")[:MOST_LEFT]}
    alive = ProcrastinateJob.objects.filter(lock__in=names, status__in=("todo", "doing")).values_list("lock", flat=True)
    lost = names.keys() - set(alive)
    for name in lost:
        enqueue(names[name], now=now)
    return len(lost)


def _tell_urgent(asking: Sequence[Asking], *, now: datetime) -> list[Notification]:
    by_owner: dict[tuple[User, Site], list[Asking]] = defaultdict(list)
    by_site: dict[Site, list[Asking]] = defaultdict(list)
    for one in asking:
        site = one.flag.patient.site
        if one.owner and one.flag.owner.role != Role.SERVICE:
            by_owner[one.flag.owner, site].append(one)
        if one.webhook:
            by_site[site].append(one)
    made: list[Notification] = []
    for (owner, site), ones in by_owner.items():
        for group in _messages(ones):
            flags = [one.flag for one in group]
            words = urgent_words(flags, named=_may_name(flags, owner), now=now)
            made += tell(owner, NotificationKind.URGENT, words, site=site, told=_told(group), at_once=True, now=now)
    for site, ones in by_site.items():
        made += [_tell_webhook(site, group, now=now) for group in _messages(ones)]
    return made


def _tell_webhook(site: Site, group: Sequence[Asking], *, now: datetime) -> Notification:
    flags, holds = [one.flag for one in group], NotificationSettings.of(site)
    kind, words = NotificationKind.URGENT, urgent_words(flags, named=False, now=now)
    named = holds.names_patients and len({flag.patient_id for flag in flags}) == 1
    body = payload(kind, site, flags, words=words, named=named, now=now)
    words = type(words)(words.subject, body)
    place = Place(NotificationWay.WEBHOOK, holds.webhook_url)
    return send_to(place, kind, words, site=site, to=None, told=_told(group), at_once=True, now=now)


def _messages(ones: Sequence[Asking]) -> list[list[Asking]]:
    """One message a patient; one for all where they are many."""
    by_patient: dict[int, list[Asking]] = defaultdict(list)
    for one in ones:
        by_patient[one.flag.patient_id].append(one)
    return [list(ones)] if len(by_patient) > MOST_PATIENTS else list(by_patient.values())


def _told(group: Sequence[Asking]) -> list[Told]:
    return [Told(one.flag.pk, one.event) for one in group]


def _tell_corrected(one: Corrected, *, now: datetime) -> list[Notification]:
    flag, decider = one.decision.flag, one.decision.by
    waits = flag.review != Review.RESOLVED and flag.signal in ON_SCREEN
    words = corrected_words(flag, waits=waits, named=_may_name([flag], decider), now=now)
    urgent = Level.URGENT in {flag.level, one.event.level}
    told = [Told(flag.pk, one.event.pk)]
    kind = NotificationKind.TAKEN_BACK
    return tell(decider, kind, words, site=flag.patient.site, told=told, at_once=urgent, now=now)


def _tell_asked(one: SecondOpinion, *, now: datetime) -> list[Notification]:
    flag, site, kind = one.flag, one.flag.patient.site, NotificationKind.OPINION
    told, urgent = _about(one), one.flag.level == Level.URGENT
    if not told:
        return []
    if one.colleague is not None:
        words = opinion_words(one, named=_may_name([flag], one.colleague))
        return tell(one.colleague, kind, words, site=site, told=told, at_once=urgent, now=now)
    words = opinion_words(one, named=NotificationSettings.of(site).names_patients)
    place = Place(NotificationWay.EMAIL, one.address)
    return [send_to(place, kind, words, site=site, to=None, told=told, at_once=urgent, now=now)]


def _tell_given(one: SecondOpinion, *, now: datetime) -> list[Notification]:
    """Tell who asked, and the owner if that is somebody else by now."""
    flag, site, kind = one.flag, one.flag.patient.site, NotificationKind.OPINION_GIVEN
    people = {user.pk: user for user in (one.asked_by, flag.owner) if user.role != Role.SERVICE}
    people.pop(one.answered_by_id or 0, None)
    told, urgent = _about(one), flag.level == Level.URGENT
    if not told:
        return []
    made: list[Notification] = []
    for person in people.values():
        words = opinion_given_words(one, named=_may_name([flag], person))
        made += tell(person, kind, words, site=site, told=told, at_once=urgent, now=now)
    return made


def _about(one: SecondOpinion) -> list[Told]:
    """The signal with its last step; none of one without a history, of which it could not be noted who was told."""
    return [Told(flag, event, one.pk) for flag, event in last_steps([one.flag_id]).items()]


def _tell_daily(site: Site, *, now: datetime) -> list[Notification]:
    holds = NotificationSettings.of(site)
    quiet = quiet_hours_of(holds)
    due = quiet.last_after(holds.digest_at, now)
    if quiet.holds_at(now) or now - due > DIGEST_WITHIN:
        return []
    made: list[Notification] = []
    for owner in owners_without_digest(site, due=due):
        words = digest_words(waiting_at(owner, site, now=now), site)
        made += tell(owner, NotificationKind.DIGEST, words, site=site, at_once=False, now=now)
    return made


def _may_name(flags: Sequence[Flag], person: User) -> bool:
    """Whether a message to somebody may name the patient: the site allows it, it is one, and they may see them."""
    patients = {flag.patient for flag in flags}
    if len(patients) > 1 or not NotificationSettings.of(flags[0].patient.site).names_patients:
        return False
    return all(can_see_patient(person, patient) for patient in patients)
