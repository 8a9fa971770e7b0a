"""Private addresses at which a person's calendar program reads the visits of a site: made, taken back, read."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from labs.models import CalendarFeed
from patients import access
from patients.actions import audit
from patients.actions.issue_api_token import digest_of
from patients.models import Site, User

PAUSE = timedelta(seconds=10)
"""Between two readings of one feed: programs ask every few minutes, so that only a loop is ever stopped."""


class FeedRefused(ValueError):
    """This feed cannot be taken back; the message says why."""


@transaction.atomic
def make_calendar_feed(*, site: Site, by: User, now: datetime) -> str:
    """A new token for the person's calendar of a site. It is returned here and never again."""
    access.check_can_follow_calendar(by, site)
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(site=site, user=by, token_digest=digest_of(token), made_at=now)
    audit.record(by=by, verb="calendar_feed.make", target=feed, detail={"site": site.code})
    return token


@transaction.atomic
def revoke_calendar_feed(*, feed: CalendarFeed, by: User, now: datetime) -> None:
    """Stop a feed of one's own: its address is unknown from this moment on."""
    if feed.user_id != by.pk:
        raise FeedRefused(_("Only the person a calendar was made for takes it back."))
    if not CalendarFeed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=now):
        raise FeedRefused(_("This calendar was taken back already."))
    audit.record(by=by, verb="calendar_feed.revoke", target=feed, detail={"site": feed.site.code})


def note_feed_read(*, feed: CalendarFeed, now: datetime) -> bool:
    """Note that a feed is read; False when it was read a moment ago, and should not be again yet."""
    rested = Q(last_read_at=None) | Q(last_read_at__lte=now - PAUSE) | Q(last_read_at__gt=now)
    return CalendarFeed.objects.filter(rested, pk=feed.pk).update(last_read_at=now) > 0
