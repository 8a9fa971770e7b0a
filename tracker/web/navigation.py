"""The main navigation by role, and what every page knows: a context processor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from patients.models import Role

CLINICAL = frozenset({Role.NURSE, Role.PHYSICIAN})


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the main navigation, the letter that follows `g`, and who has it."""

    url_name: str
    label: str | Promise
    key: str
    roles: frozenset[Role]


PLACES = (
    Place("inbox", _("Inbox"), "i", frozenset({Role.PHYSICIAN})),
    Place("worklist", _("Worklist"), "w", CLINICAL),
    Place("calendar", _("Calendar"), "c", CLINICAL | {Role.ADMINISTRATOR}),
    Place("patients", _("Patients"), "p", CLINICAL | {Role.ADMINISTRATOR, Role.AUDITOR}),
    Place("quarantine", _("Quarantine"), "q", CLINICAL | {Role.ADMINISTRATOR}),
    Place("reports", _("Reports"), "r", frozenset({Role.ADMINISTRATOR})),
)
HOME = {Role.PHYSICIAN: "inbox", Role.NURSE: "worklist", Role.ADMINISTRATOR: "reports"}


def home_of(role: str) -> str:
    """The URL name of a role's first page."""
    return HOME.get(Role(role), "patients")


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Places this person may go to, the present one marked, and how long a session lasts."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    items = [_item(place, request.path) for place in PLACES if user.role in place.roles]
    return {"navigation": items, "session_seconds": settings.SESSION_COOKIE_AGE}


def _item(place: Place, path: str) -> dict[str, Any]:
    url = reverse(place.url_name)
    return {"label": place.label, "key": place.key, "url": url, "current": path.startswith(url)}
