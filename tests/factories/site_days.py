"""Days off of a site, what it decided about follow-up, and the calendars read from outside."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from labs.models import CalendarFeed, Closure, FollowUpSettings
from patients.actions.system_account import system_account
from patients.models import Site, User
from tests.factories.counter import next_number

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


def make_closure(site: Site, first_on: date, last_on: date | None = None, *, name: str = "Holiday") -> Closure:
    """Days off; one day unless told otherwise."""
    return Closure.objects.create(
        site=site,
        first_on=first_on,
        last_on=last_on or first_on,
        name=name,
        recorded_by=system_account(),
        recorded_at=NOON,
    )


def make_settings(site: Site, **fields: Any) -> FollowUpSettings:
    """What a site decided. `works_weekends=True` keeps tests that run on any day of the week from meeting a closed one."""
    return FollowUpSettings.objects.create(site=site, **fields)


def make_feed(site: Site, user: User, *, token_digest: str = "", **fields: Any) -> CalendarFeed:
    """A calendar feed of a person."""
    defaults: dict[str, Any] = {"made_at": NOON}
    return CalendarFeed.objects.create(
        site=site, user=user, token_digest=token_digest or f"{next_number():064x}", **defaults | fields
    )
