"""How patients are reached, and what a site decided about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from labs.models import FollowUpSettings, Letter
from patients.models import ContactDetails, Patient, Site, User
from tests.factories.people import make_nurse

AT = datetime(2025, 1, 1, 12, tzinfo=UTC)


def make_contact_details(patient: Patient, *, by: User | None = None, **fields: Any) -> ContactDetails:
    """A patient who may be reached by every way."""
    defaults: dict[str, Any] = {
        "address": "12 Mill Lane\nNewtown",
        "mobile": "+44 7700 900123",
        "email": "ines@mail.example",
        "allows_email": True,
        "allows_sms": True,
        "recorded_at": AT,
    }
    return ContactDetails.objects.create(
        patient=patient, recorded_by=by or make_nurse(patient.site), **defaults | fields
    )


def make_settings(site: Site, **fields: Any) -> FollowUpSettings:
    """A site that can be reached and sends every way."""
    defaults = {"contact_line": "+44 20 7946 0000", "letterhead": "North Unit", "sends_email": True, "sends_sms": True}
    return FollowUpSettings.objects.create(site=site, **defaults | fields)


def make_letter(patient: Patient, kind: str = "due", channel: str = "post", **fields: Any) -> Letter:
    """A letter, prepared unless told otherwise."""
    defaults: dict[str, Any] = {
        "language": "en",
        "recipient": "Ines Okafor\n12 Mill Lane\nNewtown",
        "subject": "Your next tests",
        "body": "Please call us.",
        "made_at": AT,
    }
    given = defaults | fields
    if given.get("state") == "sent":
        given.setdefault("sent_at", given["made_at"])
    given.setdefault("made_by", None)
    given["made_by"] = given["made_by"] or make_nurse(patient.site)
    return Letter.objects.create(patient=patient, kind=kind, channel=channel, **given)
