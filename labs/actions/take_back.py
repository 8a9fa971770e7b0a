"""Taking a statement back once: of two people who do, the second is told who was first."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from patients.actions.withdraw import withdraw
from patients.models import User
from patients.models.withdrawal import Withdrawable
from patients.problems import problem


def take_back(row: Withdrawable, *, because: str, by: User, now: datetime) -> None:
    """Write that the statement no longer counts. Raises when somebody was first. Call it with the row held."""
    if not row.stands:
        raise problem(
            "",
            _("%(who)s has taken this back already.") % {"who": row.withdrawn_by},
            _("Nothing is left to do: look at the page again."),
        )
    withdraw(row, because=because, by=by, now=now)
