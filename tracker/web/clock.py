"""The one place of the pages where the time is read."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from patients.models import Site


def now() -> datetime:
    """The present instant."""
    return timezone.now()


def today_at(site: Site) -> date:
    """The present day on a site's clock."""
    return now().astimezone(site.zone).date()


def today() -> date:
    """The present day on the server's clock, for lists that span sites."""
    return timezone.localdate()
