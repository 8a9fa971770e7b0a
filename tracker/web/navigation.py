"""The main navigation by role, and what every page knows: a context processor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from patients.access import CLINICIANS as CLINICAL
from patients.access import DECIDERS, ECONOMISTS, READERS
from patients.models import Role


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the main navigation, the letter that follows `g` ("": none), and who has it."""

    url_name: str
    label: str | Promise
    key: str
    roles: frozenset[Role]


PLACES = (
    Place("inbox", _("Inbox"), "i", frozenset({Role.PHYSICIAN})),
    Place("worklist", _("Worklist"), "w", CLINICAL),
    Place("calendar", _("Calendar"), "c", CLINICAL | {Role.ADMINISTRATOR}),
    Place("patients", _("Patients"), "p", CLINICAL | {Role.ADMINISTRATOR, Role.AUDITOR}),
    Place("letters", _("Letters"), "l", CLINICAL | {Role.ADMINISTRATOR}),
    Place("quarantine", _("Quarantine"), "q", CLINICAL | {Role.ADMINISTRATOR}),
    Place("measures", _("Measures"), "m", CLINICAL),
    Place("reports", _("Reports"), "r", frozenset({Role.ADMINISTRATOR})),
)
EVERYBODY = frozenset(Role)
MENU = (
    Place("opinions", _("Second opinions"), "", frozenset({Role.PHYSICIAN})),
    Place("rules", _("What the rules check"), "", EVERYBODY),
    Place("criteria", _("Criteria of my sites"), "", EVERYBODY),
    Place("protocols", _("Protocols"), "", EVERYBODY),
    Place("sites", _("Days off and follow-up"), "", EVERYBODY),
    Place("absences", _("Absences and cover"), "", DECIDERS),
    Place("review_settings", _("Answer times and duty"), "", DECIDERS),
    Place("mutes", _("Mutes"), "", READERS),
    Place("alert_economy", _("Alert economy"), "", ECONOMISTS),
    Place("hand_over", _("Hand over a list"), "", CLINICAL | DECIDERS),
    Place("notifications", _("My notifications"), "", READERS),
    Place("notification_settings", _("How sites tell their people"), "", frozenset({Role.ADMINISTRATOR})),
)
"""The menu at a person's name."""

HOME = {Role.PHYSICIAN: "inbox", Role.NURSE: "worklist", Role.ADMINISTRATOR: "reports"}


def home_of(role: str) -> str:
    """The URL name of a role's first page."""
    return HOME.get(Role(role), "patients")


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Places this person may go to, the present one marked, and how long a session lasts."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    items, menu = (
        [_item(place, request.path) for place in places if user.role in place.roles] for places in (PLACES, MENU)
    )
    return {"navigation": items, "menu": menu, "session_seconds": settings.SESSION_COOKIE_AGE}


def _item(place: Place, path: str) -> dict[str, Any]:
    url = reverse(place.url_name)
    return {"label": place.label, "key": place.key, "url": url, "current": path.startswith(url)}
