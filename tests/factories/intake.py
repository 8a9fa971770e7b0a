"""Messages and quarantined items."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from labs.models import Message, Quarantine
from patients.models import User
from tests.factories.counter import next_number
from tests.factories.people import make_administrator


def make_message(*, name: str = "", by: User | None = None, **fields: Any) -> Message:
    """A message that is on record (no file is written)."""
    name = name or f"results-{next_number()}.csv"
    defaults: dict[str, Any] = {"source": "test", "format": "csv", "size": 0, "path": f"messages/{name}"}
    return Message.objects.create(
        name=name,
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        received_by=by or make_administrator(),
        **defaults | fields,
    )


def make_quarantine(*, reason: str = "unknown_unit", message: Message | None = None, **fields: Any) -> Quarantine:
    """An open quarantined item."""
    defaults: dict[str, Any] = {
        "where": "row 2",
        "explanation": "The unit 'x' is not known for haemoglobin.",
        "remedy": "Correct the unit and submit the value again.",
        "raw": {"code": "718-7", "value": "12", "unit": "x"},
    }
    return Quarantine.objects.create(message=message, reason=reason, fingerprint=uuid.uuid4(), **defaults | fields)
