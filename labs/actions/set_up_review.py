"""Deciding how a site answers signals."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.assign_flags import assign_flags
from labs.models import ReviewSettings
from labs.models.review import LONGEST_DAYS, LONGEST_HOURS
from labs.selectors.near_misses import physicians_of
from patients.access import check_can_set_up_review
from patients.actions.audit import record
from patients.actions.changes import change
from patients.models import Patient, Site, User
from patients.problems import problem


@transaction.atomic
def set_up_review(
    *, site: Site, urgent_hours: int, review_days: int, duty_physician: User | None, by: User, now: datetime
) -> ReviewSettings:
    """The site's settings with these values. Signals that wait keep their time; their owners are set right at once."""
    check_can_set_up_review(by, site)
    _check(site, urgent_hours, review_days, duty_physician)
    settings, _made = ReviewSettings.objects.select_for_update(of=("self",)).get_or_create(site=site)
    changed = change(
        settings, {"urgent_hours": urgent_hours, "review_days": review_days, "duty_physician": duty_physician}
    )
    if changed:
        record(by=by, verb="review.set_up", target=settings, detail={"site": site.code, "changed": changed})
        assign_flags(patients=Patient.objects.filter(site=site), by=by, now=now)
    return settings


def _check(site: Site, urgent_hours: int, review_days: int, duty: User | None) -> None:
    for field, value, longest in (
        ("urgent_hours", urgent_hours, LONGEST_HOURS),
        ("review_days", review_days, LONGEST_DAYS),
    ):
        if not 1 <= value <= longest:
            raise _out_of_bounds(field, value, longest)
    if duty is None:
        return
    if not physicians_of(site).filter(pk=duty.pk).exists():
        raise problem(
            "duty_physician",
            _("%(name)s is no active physician of %(site)s.") % {"name": duty, "site": site},
            _("Choose a physician who works there, or nobody."),
        )


def _out_of_bounds(field: str, value: int, longest: int) -> ValidationError:
    return problem(
        field,
        _("%(value)d is not between 1 and %(longest)d.") % {"value": value, "longest": longest},
        _("Give a time within which somebody can answer."),
    )
