"""Where people are told: the addresses somebody enters, changes and takes back for themselves, and trials of them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.make_notification import send_to
from labs.actions.word_notification import trial_words
from labs.models import Notification, NotificationAddress, NotificationKind, NotificationWay
from labs.selectors.notifications import Place, addresses_of
from patients.access import check_can_be_told
from patients.actions.audit import record
from patients.actions.changes import change
from patients.actions.record_contact_details import DIGITS, NUMBER
from patients.actions.withdraw import withdraw
from patients.models import Site, User
from patients.problems import problem

OWN_WAYS: Final = (NotificationWay.EMAIL, NotificationWay.SMS)
"""What a person enters; a webhook belongs to the site."""

MOST_ADDRESSES: Final = 5
"""How many addresses one person may have (project default)."""


@transaction.atomic
def add_address(*, way: str, address: str, urgent: bool, digest: bool, by: User, now: datetime) -> NotificationAddress:
    """An address at which `by` is told. The audit row does not repeat it."""
    check_can_be_told(by)
    address = address.strip()
    _check(way, address)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    known = list(addresses_of(by))
    if any((one.way, one.address.lower()) == (way, address.lower()) for one in known):
        raise problem("address", _("You are told at this address already."), _("Change what it is told of instead."))
    if len(known) >= MOST_ADDRESSES:
        raise problem(
            "address", _("You have %(n)d addresses already.") % {"n": len(known)}, _("Take one of them back first.")
        )
    row = NotificationAddress.objects.create(
        user=by, way=way, address=address, urgent=urgent, digest=digest, recorded_by=by, recorded_at=now
    )
    record(by=by, verb="notification_address.add", target=row, detail={"way": way, "urgent": urgent, "digest": digest})
    return row


@transaction.atomic
def change_address(*, row: NotificationAddress, urgent: bool, digest: bool, by: User) -> NotificationAddress:
    """What an address of one's own is told of."""
    row = _own(row, by)
    changed = change(row, {"urgent": urgent, "digest": digest})
    if changed:
        record(by=by, verb="notification_address.change", target=row, detail={"changed": changed})
    return row


@transaction.atomic
def drop_address(*, row: NotificationAddress, by: User, now: datetime) -> NotificationAddress:
    """Be told no longer at an address of one's own."""
    row = _own(row, by)
    withdraw(row, because=_("Taken back by its owner."), by=by, now=now)
    record(by=by, verb="notification_address.drop", target=row, detail={"way": row.way})
    return row


@transaction.atomic
def try_address(*, way: str, address: str, site: Site, by: User, now: datetime) -> Notification:
    """Send a trial to one of the own addresses, or to the e-mail address of the account; it goes out at once."""
    check_can_be_told(by)
    place = Place(way, address)
    known = {Place(one.way, one.address) for one in addresses_of(by)} | {Place(NotificationWay.EMAIL, by.email)}
    if not address or place not in known:
        raise problem("address", _("This is not an address of yours."), _("Choose one from the list."))
    row = send_to(place, NotificationKind.TRIAL, trial_words(site), site=site, to=by, at_once=True, now=now)
    record(by=by, verb="notification.try", target=row, detail={"way": way})
    return row


def _own(row: NotificationAddress, by: User) -> NotificationAddress:
    check_can_be_told(by)
    row = NotificationAddress.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    if row.user_id != by.pk or not row.stands:
        raise problem("", _("This is no address of yours, or no longer."), _("Look at the list of your addresses."))
    return row


def _check(way: str, address: str) -> None:
    if way not in OWN_WAYS:
        raise problem(
            "way",
            _("You can be told by e-mail or text message."),
            _("A webhook belongs to the site: an administrator sets it."),
        )
    if way == NotificationWay.EMAIL:
        try:
            validate_email(address)
        except ValidationError:
            raise problem(
                "address", _("This is not an e-mail address."), _("Write it as name@hospital.example.")
            ) from None
    elif not (
        address.startswith("+") and NUMBER.fullmatch(address) and sum(one.isdigit() for one in address) in DIGITS
    ):
        raise problem(
            "address",
            _("This is not a telephone number with its country code."),
            _("Begin with + and the code, such as +33 6 12 34 56 78."),
        )
