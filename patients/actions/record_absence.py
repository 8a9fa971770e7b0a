"""Noting when somebody is away and who answers meanwhile, and taking that back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from patients.access import check_can_record_absence
from patients.actions.audit import record
from patients.actions.withdraw import stated, withdraw
from patients.models import Absence, Role, User
from patients.models.withdrawal import STANDING
from patients.problems import problem
from patients.selectors.absences import first_day_of

LONGEST = timedelta(days=366)


@transaction.atomic
def record_absence(
    *, user: User, starts_on: date, until_on: date, by: User, now: datetime, deputy: User | None = None, note: str = ""
) -> Absence:
    """A stretch of days on which `user` does not answer. A `Problem` says which day or person does not fit."""
    check_can_record_absence(by, user)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two absences at once must not overlap
    _check_days(user, starts_on, until_on, today=first_day_of(user, now=now))
    _check_deputy(user, deputy)
    absence = Absence.objects.create(
        user=user,
        deputy=deputy,
        starts_on=starts_on,
        until_on=until_on,
        note=note.strip(),
        recorded_by=by,
        recorded_at=now,
    )
    record(by=by, verb="absence.record", target=absence, detail={"user": user.pk, "until": until_on.isoformat()})
    return absence


@transaction.atomic
def withdraw_absence(*, absence: Absence, reason: str, by: User, now: datetime) -> Absence:
    """Take an absence back: who was away answers again. It stays on record."""
    check_can_record_absence(by, absence.user)
    reason = stated(reason)
    held = Absence.objects.select_for_update(of=("self",)).select_related("user").get(pk=absence.pk)
    if not held.stands:
        raise problem("", _("This absence was taken back already."), _("Look at the list again."))
    withdraw(held, because=reason, by=by, now=now)
    record(by=by, verb="absence.withdraw", target=held, detail={"user": held.user_id, "because": reason})
    return held


def _check_days(user: User, starts_on: date, until_on: date, *, today: date) -> None:
    if until_on < starts_on:
        raise problem("until_on", _("The absence ends before it begins."), _("Give the last day away."))
    if until_on < today:
        raise problem("until_on", _("The absence is over already."), _("Give a last day that is still to come."))
    if until_on - starts_on > LONGEST:
        raise problem(
            "until_on", _("That is more than a year."), _("For somebody who leaves, hand their patients over.")
        )
    other = Absence.objects.filter(STANDING, user=user, starts_on__lte=until_on, until_on__gte=starts_on).first()
    if other is not None:
        raise problem(
            "starts_on",
            _("%(name)s is away from %(first)s to %(last)s already.")
            % {"name": user, "first": date_format(other.starts_on), "last": date_format(other.until_on)},
            _("Take that absence back first, or choose other days."),
        )


def _check_deputy(user: User, deputy: User | None) -> None:
    if deputy is None:
        return
    if deputy == user:
        raise problem("deputy", _("Nobody deputises for themselves."), _("Name a colleague, or nobody."))
    if not deputy.is_active or deputy.role != Role.PHYSICIAN:
        raise problem(
            "deputy", _("%(name)s is no active physician.") % {"name": deputy}, _("Name a physician who works here.")
        )
    if not deputy.sites.filter(pk__in=user.sites.values("pk")).exists():
        raise problem(
            "deputy",
            _("%(name)s works at none of the same sites, and could not see the patients.") % {"name": deputy},
            _("Name a physician of one of these sites."),
        )
