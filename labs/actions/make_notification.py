"""Writing a message into the log and handing it to the worker, in one transaction with what it tells of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from labs.actions.word_notification import Words
from labs.models import (
    Notification,
    NotificationKind,
    NotificationSettings,
    NotificationState,
    NotificationWay,
    NotifiedFlag,
)
from labs.selectors.notifications import Place, places_for, quiet_hours_of
from patients.models import Site, User

JOB: Final = "labs.send_notification"


@dataclass(frozen=True, slots=True)
class Told:
    """A signal a message tells of, the step that was the reason, and the second opinion it is about."""

    flag: int
    event: int
    opinion: int | None = None


def tell(
    user: User,
    kind: NotificationKind,
    words: Words,
    *,
    site: Site,
    told: Sequence[Told] = (),
    at_once: bool,
    now: datetime,
) -> list[Notification]:
    """Messages to every place where somebody is told of this. Where there is none, one that failed says so."""
    places = places_for(user, kind)
    if places:
        return [
            send_to(place, kind, words, site=site, to=user, told=told, at_once=at_once, now=now) for place in places
        ]
    if kind == NotificationKind.DIGEST:
        return []
    row = _write(Place(NotificationWay.EMAIL, ""), kind, words, site=site, to=user, told=told, not_before=now, now=now)
    row.state = NotificationState.FAILED
    row.failure = _("No address of this person is known. They enter one on the page “My notifications”.")
    row.save(update_fields=["state", "failure"])
    return [row]


def send_to(
    place: Place,
    kind: NotificationKind,
    words: Words,
    *,
    site: Site,
    to: User | None,
    told: Sequence[Told] = (),
    at_once: bool,
    now: datetime,
) -> Notification:
    """One message to one place; unless `at_once` it waits while it is quiet at the site."""
    not_before = now if at_once else quiet_hours_of(NotificationSettings.of(site)).over_at(now)
    row = _write(place, kind, words, site=site, to=to, told=told, not_before=not_before, now=now)
    enqueue(row, now=now)
    return row


def enqueue(row: Notification, *, now: datetime) -> None:
    """Have the worker send it when its time comes; a job that waits for it already will do."""
    when = {"schedule_at": row.not_before} if row.not_before > now else {}
    task = app.configure_task(JOB, lock=job_of(row), queueing_lock=job_of(row), **when)  # type: ignore[arg-type]
    with suppress(AlreadyEnqueued), transaction.atomic():  # a savepoint: a refusal leaves the caller's usable
        task.defer(notification_id=row.pk)


def job_of(row: Notification) -> str:
    """The lock of the job that sends it."""
    return f"{JOB}/{row.pk}"


def told_by(row: Notification) -> list[Told]:
    """What a message tells of."""
    return [Told(one.flag_id, one.event_id, one.opinion_id) for one in row.told.all()]


def _write(
    place: Place,
    kind: NotificationKind,
    words: Words,
    *,
    site: Site,
    to: User | None,
    told: Iterable[Told],
    not_before: datetime,
    now: datetime,
) -> Notification:
    row = Notification.objects.create(
        recipient=to,
        site=site,
        kind=kind,
        way=place.way,
        address=place.address,
        subject=words.subject[:160],
        body=words.body,
        made_at=now,
        not_before=not_before,
    )
    NotifiedFlag.objects.bulk_create(
        NotifiedFlag(notification=row, flag_id=one.flag, event_id=one.event, opinion_id=one.opinion) for one in told
    )
    return row
