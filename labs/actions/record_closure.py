"""Days on which a site sees no patients: recorded one by one or as a list, and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.criteria_steps import lock_site
from labs.intake.days_off import DayOff, why_not
from labs.models import Closure
from labs.protocols.dates import add_months
from patients.access import check_can_set_days_off
from patients.actions import audit
from patients.actions.withdraw import stated, withdraw
from patients.models import AuditEvent, Site, User
from patients.models.withdrawal import STANDING
from patients.problems import Problem, problem, refusal

MONTHS_BACK, MONTHS_AHEAD = 24, 72
"""How far from today days off may lie: beyond that the year is a slip of the finger."""


@dataclass(slots=True)
class Recorded:
    """What was recorded, and what of the list was there already."""

    added: list[Closure] = field(default_factory=list)
    known: int = 0


@transaction.atomic
def record_closures(*, site: Site, days: Sequence[DayOff], by: User, now: datetime) -> Recorded:
    """Record a list of days off; those that stand already are left as they are. All, or none on a refusal."""
    check_can_set_days_off(by, site)
    site = lock_site(site.pk)
    today = now.astimezone(site.zone).date()
    problems = [found for day in days if (found := _problem(day, today, named=len(days) > 1)) is not None]
    if problems:
        raise refusal(problems)
    standing = set(Closure.objects.filter(STANDING, site=site).values_list("first_on", "last_on", "name"))
    done = Recorded()
    for day in days:
        name = day.name.strip()
        if (day.first_on, day.last_on, name) in standing:
            done.known += 1
            continue
        if any((first, other) == (day.first_on, name) for first, _last, other in standing):
            raise problem(
                "last_on",
                _("%(name)s from %(day)s on is recorded with another last day.")
                % {"name": name, "day": day.first_on.isoformat()},
                _("Take that one back first."),
            )
        standing.add((day.first_on, day.last_on, name))
        done.added.append(
            Closure(
                site=site,
                first_on=day.first_on,
                last_on=day.last_on,
                name=name,
                recorded_by=by,
                recorded_at=now,
            )
        )
    Closure.objects.bulk_create(done.added)
    AuditEvent.objects.bulk_create(
        [audit.event(by=by, verb="record_closure", target=one, detail=_detail(one)) for one in done.added]
    )
    return done


def record_closure(*, site: Site, first_on: date, last_on: date | None, name: str, by: User, now: datetime) -> Closure:
    """Record days off, both days inclusive; `last_on` None for one day. Raises `ValidationError` by field."""
    day = DayOff(first_on, last_on or first_on, name, 1)
    done = record_closures(site=site, days=[day], by=by, now=now)
    if not done.added:
        raise problem("name", _("These days are recorded already."), _("Leave them as they are."))
    return done.added[0]


@transaction.atomic
def withdraw_closure(*, closure: Closure, reason: str, by: User, now: datetime) -> Closure:
    """The site is open on these days after all. The row stays on record with the reason."""
    check_can_set_days_off(by, closure.site)
    because = stated(reason)
    held = Closure.objects.select_for_update(of=("self",), no_key=True).select_related("site").get(pk=closure.pk)
    if not held.stands:
        raise problem(
            "reason",
            _("%(who)s took it back already.") % {"who": held.withdrawn_by},
            _("Read the page again."),
        )
    withdraw(held, because=because, by=by, now=now)
    audit.record(by=by, verb="withdraw_closure", target=held, detail=_detail(held))
    return held


def _problem(day: DayOff, today: date, *, named: bool) -> Problem | None:
    """What is wrong with a day; `named`: which of a list it is, is said."""
    reason = why_not(day.first_on, day.last_on, day.name)
    where = "name" if reason.startswith("the name") else "last_on"
    if not reason and not add_months(today, -MONTHS_BACK) <= day.first_on <= add_months(today, MONTHS_AHEAD):
        reason, where = _("%(day)s is years away") % {"day": day.first_on.isoformat()}, "first_on"
    if not reason:
        return None
    text = f"{reason[0].upper()}{reason[1:]}."
    return Problem(where, _("Line %(n)d: %(what)s") % {"n": day.line, "what": text} if named else text, _("Check it."))


def _detail(closure: Closure) -> dict[str, str]:
    days = {"first_on": closure.first_on.isoformat(), "last_on": closure.last_on.isoformat()}
    return {"site": closure.site.code, "name": closure.name, **days}
