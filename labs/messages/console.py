"""For development: messages are written to standard output and leave the machine by no way. Refused in production."""

from __future__ import annotations

import sys

from labs.messages.backend import Message


class Console:
    """Shows what would be sent."""

    def deliver(self, message: Message) -> None:
        """Write the message out."""
        sys.stdout.write(f"\n--- {message.channel} to {message.recipient}\n{message.subject}\n\n{message.body}\n---\n")
        sys.stdout.flush()
