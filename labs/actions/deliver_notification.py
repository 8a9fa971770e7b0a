"""Sending one notification, as the worker does: never twice at once, and nothing lost when the worker dies in between.

As with letters the attempt is written down and committed before the message is handed over. Where the attempt has no
outcome its worker died. An urgent message is then sent again under the same key, since one too many does less harm than
one too few; any other is left to a person.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.make_notification import send_to, told_by
from labs.actions.send_message import MOST_ATTEMPTS, NotYetDelivered, send_message
from labs.actions.word_notification import Words
from labs.messages.backend import Message, NotDelivered
from labs.models import Notification, NotificationKind, NotificationState
from labs.models.letter_states import UNDERWAY
from labs.selectors.notifications import is_still_needed, next_places
from patients.actions.audit import record
from patients.models import User

LEASE: Final = timedelta(minutes=5)
"""How long an attempt may be under way; every way of sending that is shipped gives up within a minute."""


def deliver_notification(*, notification_id: int, by: User, now: datetime) -> bool:
    """Send a waiting message; whether it went out. Raises `NotYetDelivered` when another attempt may do better."""
    row = _begin(notification_id, by, now)
    if row is None:
        return False
    try:
        send_message(Message(row.pk, row.way, row.address, row.subject, row.body, about="notification"))
    except NotDelivered as error:
        _failed(row.pk, error, by, now)
        return False
    _sent(row.pk, by, now)
    return True


@transaction.atomic
def _begin(notification_id: int, by: User, now: datetime) -> Notification | None:
    """The message with one attempt more written down; None when it is not to be sent."""
    row = _locked(notification_id)
    if row.state != NotificationState.WAITING or row.not_before > now:
        return None
    if row.failure == UNDERWAY:
        if row.attempted_at is not None and row.attempted_at > now - LEASE:
            raise NotYetDelivered
        if row.kind != NotificationKind.URGENT or row.attempts >= MOST_ATTEMPTS:
            _fail(row, _("The worker stopped while sending: it may have been sent."), by, now)
            return None
    if not is_still_needed(row):
        _turn(row, NotificationState.DROPPED, by)
        return None
    row.attempts, row.attempted_at, row.failure = row.attempts + 1, now, UNDERWAY
    row.save(update_fields=["attempts", "attempted_at", "failure"])
    return row


@transaction.atomic
def _sent(notification_id: int, by: User, now: datetime) -> None:
    row = _locked(notification_id)
    row.sent_at = now
    _turn(row, NotificationState.SENT, by)


def _failed(notification_id: int, error: NotDelivered, by: User, now: datetime) -> None:
    """Write down that an attempt failed: for good, or until the next one."""
    with transaction.atomic():
        row = _locked(notification_id)
        if error.final or row.attempts >= MOST_ATTEMPTS:
            _fail(row, error.reason, by, now)
            return
        row.failure = error.reason
        row.save(update_fields=["failure"])
        record(by=by, verb="notification.attempt", target=row, detail={"attempts": row.attempts})
    raise NotYetDelivered


def _fail(row: Notification, reason: str, by: User, now: datetime) -> None:
    """It failed for good. What must reach somebody goes to their next address, with the same words."""
    _turn(row, NotificationState.FAILED, by, reason)
    words, kind = Words(row.subject, row.body), NotificationKind(row.kind)
    for place in next_places(row):
        send_to(place, kind, words, site=row.site, to=row.recipient, told=told_by(row), at_once=True, now=now)


def _turn(row: Notification, state: NotificationState, by: User, failure: str = "") -> None:
    row.state, row.failure = state, failure
    row.save(update_fields=["state", "failure", "sent_at"])
    record(by=by, verb=f"notification.{state.value}", target=row, detail={"attempts": row.attempts})


def _locked(notification_id: int) -> Notification:
    rows = Notification.objects.select_related("site__notification_settings", "recipient")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=notification_id)
