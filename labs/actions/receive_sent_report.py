"""A report that a program sends: kept as it came, then taken in."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from django.db import transaction

from labs.actions.receive_report import Received, receive_report
from labs.actions.store_message import store_message
from labs.intake.incoming import IncomingReport
from labs.models import Message
from patients.models import User


def receive_sent_report(*, report: IncomingReport, raw: bytes, by: User, now: datetime) -> Received:
    """What became of each result. The message is on the disk and on record before anything is done with it."""
    message = store_message(
        stream=BytesIO(raw), name=report.accession, source=by.username[:80], format=report.source_format, by=by
    )
    with transaction.atomic():
        received = receive_report(report=report, by=by, now=now, message=message)
        if message.state != Message.State.STORED and not (received.patient_ids or received.settled):
            return received  # the same again, and nothing new in it: its story stands
        counts = received.count()
        message.state = Message.State.PARTLY if counts["aside"] else Message.State.TAKEN
        message.summary = dict(counts)
        message.save(update_fields=["state", "summary"])
    return received
