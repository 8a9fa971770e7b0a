"""What all statements of clinicians have in common: a reason, and being taken back once."""

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


def take_back(row: Withdrawable, *, because: str, by: User, now: datetime) -> None:
    """Write that the statement no longer counts. Raises when somebody was first. Call it with the row held."""
    if not row.stands:
        raise problem(
            "",
            _("%(who)s has taken this back already.") % {"who": row.withdrawn_by},
            _("Nothing is left to do: look at the page again."),
        )
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_because = now, by, because
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
