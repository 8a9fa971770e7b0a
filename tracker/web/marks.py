"""How levels and states are shown: a style of components.css and the word people read."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NOT_EVALUABLE = "NOT_EVALUABLE"


@dataclass(frozen=True, slots=True)
class Mark:
    """How a code is shown: a style of components.css and the word people read."""

    style: str
    word: str | Promise


LEVELS = {
    "URGENT": Mark("urgent", _("Urgent")),
    "REVIEW": Mark("review", _("Review")),
    "INFO": Mark("info", _("Info")),
    NOT_EVALUABLE: Mark("not-evaluable", _("Not evaluable")),
}
STATES = {
    "confirmed": Mark("strong", _("Confirmed")),
    "provisional": Mark("plain", _("Provisional")),
    "not_confirmed": Mark("plain", _("Not confirmed")),
    "withdrawn": Mark("absent", _("Withdrawn")),
    "not_evaluable": Mark("absent", _("Not evaluable")),
    "raised": Mark("strong", _("Raised")),
    "not_raised": Mark("plain", _("Not raised")),
    "not_applicable": Mark("absent", _("Does not apply")),
    "open": Mark("caution", _("Open")),
    "acknowledged": Mark("plain", _("Acknowledged")),
    "awaiting_test": Mark("plain", _("Awaiting a test")),
    "resolved": Mark("done", _("Resolved")),
    "planned": Mark("plain", _("Planned")),
    "due": Mark("caution", _("Due")),
    "overdue": Mark("alarm", _("Overdue")),
    "missed": Mark("alarm", _("Missed")),
    "held": Mark("plain", _("On hold")),
    "excused": Mark("absent", _("Not asked for")),
    "booked": Mark("strong", _("Booked")),
    "collected": Mark("strong", _("Collected")),
    "resulted": Mark("done", _("Result received")),
    "skipped": Mark("absent", _("Skipped")),
    "proposed": Mark("caution", _("Proposed")),
    "approved": Mark("strong", _("Approved")),
    "rejected": Mark("absent", _("Rejected")),
    "active": Mark("done", _("In force")),
    "prepared": Mark("plain", _("Prepared")),
    "waiting": Mark("caution", _("Waits to be sent")),
    "sent": Mark("done", _("Sent")),
    "failed": Mark("alarm", _("Could not be sent")),
    "dropped": Mark("absent", _("No longer needed")),
    "cancelled": Mark("absent", _("Cancelled")),
    "superseded": Mark("plain", _("Superseded")),
}
