"""Asking a colleague, or somebody outside, what they think of a signal. Its owner stays its owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from labs.actions.take_flag import ReviewRefused, end_of, today_of
from labs.models import Flag, Review, SecondOpinion
from patients.access import can_see_patient
from patients.actions.audit import record
from patients.models import Role, User

LONGEST_DAYS: Final = 28
"""How long an answer may be waited for. This project's own, as long as for a repeat test."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, of a colleague or at an address outside, and by when an answer is wanted."""

    question: str
    due_on: date
    colleague: User | None = None
    address: str = ""


def ask_opinion(flag: Flag, asked: Asked, *, by: User, now: datetime) -> SecondOpinion:
    """The question; the flag's answer is due the day after, or earlier where it waits for a test as well."""
    _check_who(flag, asked, by)
    _check_question(asked, today_of(flag, now))
    row = SecondOpinion.objects.create(
        flag=flag,
        asked_by=by,
        asked_at=now,
        colleague=asked.colleague,
        address=asked.address.strip(),
        question=asked.question.strip(),
        due_on=asked.due_on,
    )
    detail = {"flag": flag.pk, "colleague": asked.colleague and asked.colleague.pk, "due_on": row.due_on.isoformat()}
    record(by=by, verb="opinion.ask", target=row, patient=flag.patient, detail=detail)
    if flag.answer_by is not None:
        day_after = end_of(asked.due_on + timedelta(days=1), flag)
        flag.answer_by = min(flag.answer_by, day_after) if flag.review == Review.AWAITING_TEST else day_after
    return row


def _check_who(flag: Flag, asked: Asked, by: User) -> None:
    colleague, address = asked.colleague, asked.address.strip()
    if (colleague is None) == (not address):
        raise ReviewRefused(_("Name a colleague, or an address outside: one of the two."))
    if address:
        try:
            validate_email(address)
        except ValidationError as error:
            raise ReviewRefused(_("%(address)s is not an e-mail address.") % {"address": address}) from error
    if colleague is None:
        return
    if colleague.pk == by.pk:
        raise ReviewRefused(_("You cannot ask yourself. Choose a colleague."))
    if not colleague.is_active:
        raise ReviewRefused(_("The account of %(name)s is closed. Choose another colleague.") % {"name": colleague})
    if colleague.role != Role.PHYSICIAN:
        raise ReviewRefused(_("%(name)s is no physician. Only physicians review signals.") % {"name": colleague})
    if not can_see_patient(colleague, flag.patient):
        raise ReviewRefused(
            _("%(name)s may not see this patient. Ask an administrator for access, or write to an address outside.")
            % {"name": colleague}
        )


def _check_question(asked: Asked, today: date) -> None:
    if not asked.question.strip():
        raise ReviewRefused(_("Say what you want to know."))
    if not today <= asked.due_on <= today + timedelta(days=LONGEST_DAYS):
        raise ReviewRefused(
            _("Give a day for the answer from today on, within %(most)s days.") % {"most": LONGEST_DAYS}
        )
