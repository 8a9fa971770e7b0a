"""Changing who answers for patients, and with it who owns the signals that still wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from django.db import transaction
from django.db.models import Q

from labs.actions.assign_flags import assign_flags
from patients import access
from patients.actions.assign_care_team import Posts, assign_care_team
from patients.models import CareTeam, Patient, User


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How many patients changed hands, and how many signals with them."""

    patients: int
    signals: int


@transaction.atomic
def hand_over(*, patient: Patient, by: User, now: datetime, **posts: Unpack[Posts]) -> CareTeam:
    """The care team with these posts filled; every signal not yet resolved goes to whoever answers now."""
    team = assign_care_team(patient=patient, by=by, **posts)
    assign_flags(by=by, now=now, patient_ids=[patient.pk])
    return team


@transaction.atomic
def hand_over_list(*, leaving: User, to: User, by: User, now: datetime) -> HandedOver:
    """Give every post that one person holds to another: all patients of whom `by` may change the care team.

    Where the other one is the cover of a patient already, the post of the cover becomes vacant.
    """
    held = Q(care_team__physician=leaving) | Q(care_team__nurse=leaving) | Q(care_team__cover=leaving)
    patients = list(access.patients_visible_to(by).filter(held).select_related("care_team", "site").order_by("pk"))
    for patient in patients:
        assign_care_team(patient=patient, by=by, **_posts(patient.care_team, leaving, to))
    moved = assign_flags(by=by, now=now, patient_ids=[patient.pk for patient in patients])
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
