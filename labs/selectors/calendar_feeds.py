"""The private calendars of a person, and the one behind a token."""

from __future__ import annotations

import secrets

from django.db.models import QuerySet

from labs.models import CalendarFeed
from patients.access import can_follow_calendar
from patients.models import User


def feeds_of(user: User) -> QuerySet[CalendarFeed]:
    """The feeds of a person that are not taken back, the newest first."""
    return CalendarFeed.objects.filter(user=user, revoked_at=None).select_related("site").order_by("-made_at", "-id")


def feed_with(digest: str) -> CalendarFeed | None:
    """The feed whose token has this digest; None when there is none, it was taken back, or its owner may not read it.

    Tokens are 256 random bits: how long it takes to find a digest, or not to, tells nothing about them. It is compared
    in constant time all the same.
    """
    feed = CalendarFeed.objects.filter(token_digest=digest, revoked_at=None).select_related("site", "user").first()
    if feed is None or not secrets.compare_digest(feed.token_digest, digest):
        return None
    return feed if can_follow_calendar(feed.user, feed.site) else None
