"""Handing one message to whatever sends it: what letters to patients and notifications of staff have in common."""

from __future__ import annotations

import structlog
from django.utils.translation import gettext as _

from labs.messages.backend import Message, NotDelivered, NotSetUp, backend_for

log = structlog.get_logger("vigil.messages")

MOST_ATTEMPTS = 5


class NotYetDelivered(Exception):
    """The message could not be sent now; the job should try again later."""


def send_message(message: Message) -> None:
    """Send it, or raise `NotDelivered`.

    Whatever else a class of the unit's own raises is a failed attempt, named without its words.
    """
    try:
        backend_for(message.channel).deliver(message)
    except NotDelivered:
        raise
    except NotSetUp:
        raise NotDelivered(_("No way of sending is set up (VIGIL_MESSAGE_BACKENDS)."), final=True) from None
    except Exception as error:
        log.error("message not delivered", exc_info=error)
        raise NotDelivered(_("The way of sending failed (%(error)s).") % {"error": type(error).__name__}) from error
