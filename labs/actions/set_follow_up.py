"""What a site decides about follow-up: working days, alarms, messages, the language of its letters."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.criteria_steps import lock_site
from labs.models import FollowUpSettings
from labs.selectors.site_calendar import settings_of
from patients.access import check_can_set_follow_up
from patients.actions import audit
from patients.actions.changes import change
from patients.models import Site, User
from patients.problems import Problem, refusal

SETTABLE = (
    "works_weekends",
    "day_capacity",
    "result_within_days",
    "feed_quiet_days",
    "lost_after_days",
    "message_gap_days",
    "message_limit",
    "message_limit_days",
    "sends_email",
    "sends_sms",
    "language",
    "letterhead",
    "contact_line",
    "feed_names",
)

BOUNDS = {
    "day_capacity": (1, 2_000),
    "result_within_days": (1, 90),
    "feed_quiet_days": (1, 60),
    "lost_after_days": (14, 730),
    "message_gap_days": (1, 365),
    "message_limit": (0, 50),
    "message_limit_days": (1, 730),
}
"""Least and most of each number: outside, an alarm would ring always or never."""


@transaction.atomic
def set_follow_up(*, site: Site, by: User, **fields: Any) -> FollowUpSettings:
    """Set the fields named (of `SETTABLE`); the others stay. Raises `ValidationError` by field."""
    check_can_set_follow_up(by, site)
    unknown = set(fields) - set(SETTABLE)
    if unknown:
        raise TypeError(f"not to be set here: {', '.join(sorted(unknown))}")
    problems = [Problem(name, *found) for name in fields if (found := _out_of_bounds(name, fields[name])) is not None]
    if problems:
        raise refusal(problems)
    site = lock_site(site.pk)
    settings = settings_of(site)
    if settings._state.adding:
        settings.site = site
        settings.save(force_insert=True)
    changed = change(settings, fields)
    if changed:
        audit.record(by=by, verb="set_follow_up", target=settings, detail={"site": site.code, **changed})
    return settings


def _out_of_bounds(name: str, value: Any) -> tuple[str, str] | None:
    """What is wrong with a number, and how to mend it; None when nothing is."""
    if name not in BOUNDS or (value is None and name == "day_capacity"):
        return None
    least, most = BOUNDS[name]
    if isinstance(value, int) and least <= value <= most:
        return None
    mend = _("Give a whole number from %(least)d to %(most)d.") % {"least": least, "most": most}
    return _("This number cannot be used."), mend
