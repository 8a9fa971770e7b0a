"""Offering a version of a site's protocol to nobody any more, and taking that back. Plans that rest on it go on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.derive_protocol import ProtocolRefused
from labs.models import Protocol
from patients.access import check_can_write_protocols
from patients.actions import audit
from patients.models import User


@transaction.atomic
def retire_protocol(*, protocol: Protocol, by: User, now: datetime) -> Protocol:
    """No new plan rests on this version from now on. Raises `ProtocolRefused` for one that is not a site's own."""
    held = _take(protocol, by)
    if held.retired_at is not None:
        raise ProtocolRefused(_("%(protocol)s is retired already.") % {"protocol": held})
    return _set(held, now, by=by, verb="retire_protocol")


@transaction.atomic
def restore_protocol(*, protocol: Protocol, by: User) -> Protocol:
    """Offer a retired version again."""
    held = _take(protocol, by)
    if held.retired_at is None:
        raise ProtocolRefused(_("%(protocol)s is in use.") % {"protocol": held})
    return _set(held, None, by=by, verb="restore_protocol")


def _take(protocol: Protocol, by: User) -> Protocol:
    """The protocol as it stands now, locked."""
    held = Protocol.objects.select_for_update(of=("self",), no_key=True).select_related("site").get(pk=protocol.pk)
    if held.site is None:
        raise ProtocolRefused(_("A protocol shipped with Vigil is not retired. Derive one for your site instead."))
    check_can_write_protocols(by, held.site)
    return held


def _set(protocol: Protocol, instant: datetime | None, *, by: User, verb: str) -> Protocol:
    protocol.retired_at = instant
    protocol.save(update_fields=["retired_at"])
    audit.record(by=by, verb=verb, target=protocol, detail={"code": protocol.code, "version": protocol.version})
    return protocol
