"""Changing who answers for patients, and with it who owns the signals that still wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.assign_flags import assign_flags
from labs.selectors.held_posts import held
from patients import access
from patients.actions.assign_care_team import Posts, assign_care_team
from patients.models import CareTeam, Patient, User
from patients.problems import problem


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How many patients changed hands, and how many signals with them."""

    patients: int
    signals: int


@transaction.atomic
def hand_over(*, patient: Patient, by: User, now: datetime, **posts: Unpack[Posts]) -> CareTeam:
    """The care team with these posts filled; every signal not yet resolved goes to whoever answers now."""
    team = assign_care_team(patient=patient, by=by, **posts)
    assign_flags(by=by, now=now, patients=Patient.objects.filter(pk=patient.pk))
    return team


@transaction.atomic
def hand_over_list(*, leaving: User, to: User, by: User, now: datetime) -> HandedOver:
    """Give every post that one person holds to another: all patients of whom `by` may change the care team.

    Where the other one is the cover of a patient already, the post of the cover becomes vacant. Whose account is closed
    can be named as `leaving`, never as `to`.
    """
    access.check_can_hand_over(by, leaving)
    if to == leaving:
        raise problem("to", _("The list is with %(name)s already.") % {"name": to}, _("Choose somebody else."))
    patients = list(access.patients_visible_to(by).filter(held(leaving)).select_related("care_team").order_by("pk"))
    for patient in patients:
        assign_care_team(patient=patient, by=by, **_posts(patient.care_team, leaving, to))
    moved = assign_flags(by=by, now=now, patients=Patient.objects.filter(pk__in=[patient.pk for patient in patients]))
    return HandedOver(len(patients), moved)


def _posts(team: CareTeam, leaving: User, to: User) -> Posts:
    posts: Posts = {}
    if team.nurse_id == leaving.pk:
        posts["nurse"] = to
    if team.physician_id == leaving.pk:
        posts["physician"] = to
        if team.cover_id == to.pk:
            posts["cover"] = None
    elif team.cover_id == leaving.pk:
        posts["cover"] = None if team.physician_id == to.pk else to
    return posts
