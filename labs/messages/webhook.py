"""A message as JSON by POST to an address of the site's own, signed. What it holds: docs/how-to/notifications.md.

No redirect is followed and no proxy asked. The machine that answers is looked at before a word is sent, so that a name
that resolves to an address inside cannot make Vigil speak to it.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from labs.messages.backend import Message, NotDelivered

TIMEOUT: Final = 10
"""Seconds for each step: to connect, to send, to be answered."""

TRY_AGAIN: Final = frozenset({408, 425, 429})
FIRST_SERVER_ERROR: Final = 500


class Webhook:
    """One POST a message."""

    def deliver(self, message: Message) -> None:
        """Send it; an answer from 200 to 299 says that it was taken."""
        if reason := why_not(message.recipient):
            raise NotDelivered(reason, final=True)
        if settings.PRODUCTION and not settings.WEBHOOK_SECRET:
            raise NotDelivered(_("Messages to webhooks are signed: set VIGIL_WEBHOOK_SECRET."), final=True)
        try:
            status = _post(urlsplit(message.recipient), message)
        except (OSError, http.client.HTTPException) as error:
            words = _("The webhook could not be reached or did not answer (%(error)s).")
            raise NotDelivered(words % {"error": type(error).__name__}) from None
        if not 200 <= status < 300:
            final = status < FIRST_SERVER_ERROR and status not in TRY_AGAIN
            raise NotDelivered(_("The webhook answered %(status)d.") % {"status": status}, final=final)


def why_not(url: str) -> str:
    """Why nothing is sent to this address; "" where nothing speaks against it."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return _("This is not an address of a webhook.")
    if parts.scheme not in {"http", "https"} or not host:
        return _("The address of a webhook begins with https:// and names a host.")
    if parts.scheme == "http" and settings.PRODUCTION:
        return _("The address of a webhook begins with https://, so that nobody on the way reads it.")
    if parts.username or parts.password:
        return _("The address of a webhook holds no password: messages are signed instead.")
    return ""


def signature(body: bytes) -> str:
    """What X-Vigil-Signature holds: HMAC-SHA256 of the body with VIGIL_WEBHOOK_SECRET, in hexadecimal."""
    return "sha256=" + hmac.new(settings.WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()


def _post(url: SplitResult, message: Message) -> int:
    host, body = url.hostname or "", message.body.encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Vigil",
        "Idempotency-Key": message.key,
        "Connection": "close",
    }
    if settings.WEBHOOK_SECRET:
        headers["X-Vigil-Signature"] = signature(body)
    port = url.port or (443 if url.scheme == "https" else 80)
    sending = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    sending.sock = _connected(host, port, secure=url.scheme == "https")
    try:
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        sending.request("POST", path, body, headers)
        return sending.getresponse().status
    finally:
        sending.close()


def _connected(host: str, port: int, *, secure: bool) -> socket.socket:
    """A connection to that host, if it is one that Vigil may speak to."""
    found = socket.create_connection((host, port), timeout=TIMEOUT)
    try:
        if not settings.WEBHOOK_PRIVATE and not _is_outside(found.getpeername()[0]):
            words = _("The webhook lies inside this network. If it should, set VIGIL_WEBHOOK_PRIVATE=1.")
            raise NotDelivered(words, final=True)
        if secure:
            return ssl.create_default_context().wrap_socket(found, server_hostname=host)
    except BaseException:
        found.close()
        raise
    return found


def _is_outside(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    return (getattr(found, "ipv4_mapped", None) or found).is_global
