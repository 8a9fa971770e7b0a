"""Deciding how a site tells its people, and sending again what could not be sent."""

from __future__ import annotations

from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.make_notification import enqueue, send_to
from labs.actions.word_notification import Words, payload, trial_words
from labs.messages.webhook import why_not
from labs.models import Notification, NotificationKind, NotificationSettings, NotificationState, NotificationWay
from labs.selectors.notifications import Place, places_for, quiet_hours_of
from patients.access import check_can_set_up_notifications
from patients.actions.audit import record
from patients.actions.changes import change
from patients.models import Site, User
from patients.problems import problem


@transaction.atomic
def set_up_notifications(
    *,
    site: Site,
    names_patients: bool,
    quiet_from: time,
    quiet_until: time,
    digest_at: time,
    webhook_url: str,
    by: User,
) -> NotificationSettings:
    """The site's settings with these values. Messages written already keep the time they have."""
    check_can_set_up_notifications(by, site)
    webhook_url = webhook_url.strip()
    if webhook_url and (reason := why_not(webhook_url)):
        raise problem("webhook_url", reason, _("Write it as https://hooks.hospital.example/vigil, or leave it empty."))
    settings, _made = NotificationSettings.objects.select_for_update(of=("self",)).get_or_create(site=site)
    hours = NotificationSettings(site=site, quiet_from=quiet_from, quiet_until=quiet_until)
    if quiet_hours_of(hours).covers(digest_at):
        raise problem(
            "digest_at",
            _("At %(time)s it is quiet.") % {"time": f"{digest_at:%H:%M}"},
            _("Choose a time from %(time)s on, or other quiet hours.") % {"time": f"{quiet_until:%H:%M}"},
        )
    changed = change(
        settings,
        {
            "names_patients": names_patients,
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "digest_at": digest_at,
            "webhook_url": webhook_url,
        },
    )
    if changed:
        detail = {"site": site.code, "changed": {name: [str(one) for one in both] for name, both in changed.items()}}
        record(by=by, verb="notifications.set_up", target=settings, detail=detail)
    return settings


@transaction.atomic
def try_webhook(*, site: Site, by: User, now: datetime) -> Notification:
    """Send a trial to the webhook of the site."""
    check_can_set_up_notifications(by, site)
    url = NotificationSettings.of(site).webhook_url
    if not url:
        raise problem("webhook_url", _("The site has no webhook."), _("Enter its address first."))
    words, kind = trial_words(site), NotificationKind.TRIAL
    body = payload(kind, site, [], words=words, named=False, now=now)
    place = Place(NotificationWay.WEBHOOK, url)
    row = send_to(place, kind, Words(words.subject, body), site=site, to=None, at_once=True, now=now)
    record(by=by, verb="notification.try", target=row, detail={"way": row.way})
    return row


@transaction.atomic
def send_again(*, notification: Notification, by: User, now: datetime) -> Notification:
    """Try a message anew that could not be sent; whether it is still needed is looked at when it leaves."""
    check_can_set_up_notifications(by, notification.site)
    rows = Notification.objects.select_related("site", "recipient")
    row = rows.select_for_update(of=("self",), no_key=True).get(pk=notification.pk)
    if row.state != NotificationState.FAILED:
        state = {"state": row.get_state_display()}
        raise problem("", _("This message is “%(state)s”.") % state, _("Only one that failed is sent again."))
    if not row.address and row.recipient is not None:
        for place in places_for(row.recipient, row.kind)[:1]:
            row.way, row.address = place.way, place.address
    if not row.address:
        raise problem(
            "",
            _("No address of this person is known."),
            _("They enter one on the page “My notifications”; then send it again."),
        )
    row.state, row.failure, row.attempts, row.not_before = NotificationState.WAITING, "", 0, now
    row.save(update_fields=["state", "failure", "attempts", "not_before", "way", "address"])
    enqueue(row, now=now)
    record(by=by, verb="notification.again", target=row)
    return row
