"""What all statements that can be taken back have in common: a reason, and who took them back when."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from patients.models import User
from patients.models.withdrawal import Withdrawable
from patients.problems import problem


def stated(reason: str, field: str = "reason") -> str:
    """The reason without spaces around it. Raises when there is none."""
    if not reason.strip():
        raise problem(field, _("The reason is missing."), _("Say why: others will read it."))
    return reason.strip()


def withdraw(row: Withdrawable, *, because: str, by: User, now: datetime) -> None:
    """Take a row back; it stays on record."""
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_because = now, by, because
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
