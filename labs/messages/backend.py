"""What a way of sending is, and finding the one that is set up (VIGIL_MESSAGE_BACKENDS)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

SHIPPED = {
    "console": "labs.messages.console.Console",
    "smtp": "labs.messages.smtp.Smtp",
    "webhook": "labs.messages.webhook.Webhook",
}


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it leaves: the address (of the channel), the subject ("" for a text message), the text.

    `number` is that of the row it comes from, `about` the kind of row: a service that is handed the same `key` twice
    can tell that it is the same message.
    """

    number: int
    channel: str
    recipient: str
    subject: str
    body: str
    about: str = "letter"

    @property
    def key(self) -> str:
        """What names this message among all that Vigil sends."""
        return f"{self.about}-{self.number}"


class NotDelivered(Exception):
    """The message was not sent; the reason is shown to the unit. `final`: another attempt would fail likewise."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final


class NotSetUp(Exception):
    """No way of sending by this channel is set up."""


class Backend(Protocol):
    """One way of sending. Its class is made without arguments."""

    def deliver(self, message: Message) -> None:
        """Send it, or raise `NotDelivered`. Nothing of the message may be logged."""


def is_set_up(channel: str) -> bool:
    """Whether messages of this channel can be sent at all."""
    return channel in settings.MESSAGE_BACKENDS


def backend_for(channel: str) -> Backend:
    """The way of sending that is set up for a channel. Raises `NotSetUp`; ImproperlyConfigured for a class that is not
    there."""
    name = settings.MESSAGE_BACKENDS.get(channel)
    if name is None:
        raise NotSetUp(channel)
    try:
        made: Backend = import_string(SHIPPED.get(name, name))()
    except ImportError as error:
        raise ImproperlyConfigured(
            f"VIGIL_MESSAGE_BACKENDS names {name!r} for {channel}, which cannot be imported. Use console, smtp, "
            "webhook, or the dotted path of a class such as our_unit.sms.Provider."
        ) from error
    return made
