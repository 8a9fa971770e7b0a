"""E-mail by the mail server of Django's settings (EMAIL_URL)."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage

from labs.messages.backend import Message, NotDelivered

NO_SERVER = "django.core.mail.backends.dummy.EmailBackend"
FIRST_LASTING = 500
"""Answers of a mail server from 500 on will not change (RFC 5321, 4.2.1)."""


class Smtp:
    """One e-mail a message, plain text, to one recipient."""

    def deliver(self, message: Message) -> None:
        """Hand the e-mail to the server."""
        if settings.EMAIL_BACKEND == NO_SERVER:
            raise NotDelivered("No mail server is named: set EMAIL_URL.", final=True)
        mail = EmailMessage(
            message.subject,
            message.body,
            to=[message.recipient],
            headers={"Auto-Submitted": "auto-generated", "Message-ID": _message_id(message)},
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            code = max((code for code, _text in error.recipients.values()), default=0)
            raise NotDelivered(f"The mail server refuses this address ({code}).", final=code >= FIRST_LASTING) from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotDelivered(f"The mail server could not be reached or did not take it ({_named(error)}).") from None


def _message_id(message: Message) -> str:
    """The same for every attempt, so that a mailbox shows one message even when a server took it twice."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    return f"<vigil-{message.key}@{domain}>"


def _named(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
