"""Signals with the steps of their history, as actions write them, and addresses of people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from labs.models import Flag, FlagEvent, Notification, NotificationAddress
from patients.actions.system_account import system_account
from patients.models import Patient, Site, User
from tests.factories.flags import make_flag


def step(flag: Flag, kind: FlagEvent.Kind | str, at: datetime, by: User | None = None, **fields: Any) -> FlagEvent:
    """A step of a signal that left it as these fields say; they are set on the signal, too."""
    for name, value in fields.items():
        setattr(flag, name, value)
    flag.save()
    kept = {name: getattr(flag, name) for name in ("signal", "review", "level", "owner_id", "owner_as", "finding")}
    return FlagEvent.objects.create(flag=flag, at=at, by=by or system_account(), kind=kind, **kept)


def make_raised(patient: Patient, owner: User, at: datetime, rule: str = "MM-PD-SERUM-M", **fields: Any) -> Flag:
    """A signal with the step that raised it."""
    flag = make_flag(patient, rule, owner=owner, raised_at=at, **fields)
    step(flag, FlagEvent.Kind.RAISED, at)
    return flag


def make_address(user: User, address: str, at: datetime, way: str = "email", **fields: Any) -> NotificationAddress:
    """Where somebody is told."""
    return NotificationAddress.objects.create(
        user=user, way=way, address=address, recorded_by=user, recorded_at=at, **fields
    )


def make_notification(site: Site, recipient: User | None, **fields: Any) -> Notification:
    """A message that waits to be sent: a trial by e-mail."""
    made = datetime(2026, 3, 2, 12, tzinfo=UTC)
    defaults = {
        "kind": "trial",
        "way": "email",
        "address": "doctor@unit.example",
        "subject": "A trial",
        "body": "A trial.",
    }
    return Notification.objects.create(
        site=site, recipient=recipient, **defaults | {"made_at": made, "not_before": made} | fields
    )
