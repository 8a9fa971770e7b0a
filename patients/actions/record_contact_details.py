"""How a patient can be reached, in which language, and by which ways they agreed to be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from patients.access import check_can_describe
from patients.actions.audit import record
from patients.models import ContactDetails, Patient, User
from patients.problems import Problem, refusal

MOST_LINES = 6
LONGEST_LINE = 45
"""What the window of an envelope shows."""
NUMBER = re.compile(r"\+?[0-9(][0-9 ()./-]*")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{2,4})?")
DIGITS = range(6, 16)
"""A telephone number has at most 15 digits (ITU-T E.164); fewer than 6 reach nobody from outside."""


class Reach(TypedDict, total=False):
    """What is recorded; name only what changes."""

    address: str
    phone: str
    mobile: str
    email: str
    language: str
    allows_post: bool
    allows_email: bool
    allows_sms: bool


@transaction.atomic
def record_contact_details(*, patient: Patient, by: User, now: datetime, **reach: Unpack[Reach]) -> ContactDetails:
    """The patient's contact details with these changes; the former ones stay in the history.

    Nothing new writes nothing. The audit row names the fields that changed and never their content.
    """
    check_can_describe(by, patient)
    Patient.objects.select_for_update(of=("self",), no_key=True).get(pk=patient.pk)
    row = ContactDetails.objects.filter(patient=patient).first() or ContactDetails(patient=patient)
    before = {name: getattr(row, name) for name in reach}
    for name, value in reach.items():
        setattr(row, name, _tidy(value) if isinstance(value, str) else value)
    changed = sorted(name for name in reach if getattr(row, name) != before[name])
    if row.pk is not None and not changed:
        return row
    if problems := list(_problems(row)):
        raise refusal(problems)
    row.recorded_by, row.recorded_at = by, now
    row.save()
    record(by=by, verb="contact_details.record", target=row, patient=patient, detail={"changed": changed})
    return row


def _tidy(text: str) -> str:
    """Without spaces at the ends of lines, and without empty lines."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _problems(row: ContactDetails) -> Iterator[Problem]:
    yield from _address_problems(row.address)
    yield from _number_problems("phone", row.phone)
    yield from _number_problems("mobile", row.mobile)
    if row.mobile and not row.mobile.startswith("+"):
        yield Problem(
            "mobile", _("This number has no country code."), _("Begin with + and the code, such as +33 6 12 34 56 78.")
        )
    yield from _email_problems(row.email)
    if row.language and not LANGUAGE.fullmatch(row.language):
        yield Problem("language", _("This is not a code of a language."), _("Write it as de or fr."))
    if row.allows_email and not row.email:
        yield Problem("allows_email", _("There is no e-mail address."), _("Enter it, or take the consent away."))
    if row.allows_sms and not row.mobile:
        yield Problem("allows_sms", _("There is no mobile number."), _("Enter it, or take the consent away."))


def _address_problems(address: str) -> Iterator[Problem]:
    lines = address.splitlines()
    if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
        what = _("The address does not fit into the window of an envelope.")
        mend = _("Use at most %(lines)s lines of %(length)s characters, without the name.")
        yield Problem("address", what, mend % {"lines": MOST_LINES, "length": LONGEST_LINE})


def _number_problems(where: str, number: str) -> Iterator[Problem]:
    if number and (not NUMBER.fullmatch(number) or sum(one.isdigit() for one in number) not in DIGITS):
        what = _("This is not a telephone number.")
        yield Problem(where, what, _("Use 6 to 15 digits, with spaces, and + before a country code."))


def _email_problems(email: str) -> Iterator[Problem]:
    try:
        if email:
            validate_email(email)
    except ValidationError:
        yield Problem("email", _("This is not an e-mail address."), _("Write it as name@example.org, one only."))
