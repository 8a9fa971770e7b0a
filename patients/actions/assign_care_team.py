"""Saying who answers for a patient."""

from __future__ import annotations

from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from patients.access import check_can_describe
from patients.actions.audit import record
from patients.actions.changes import change
from patients.models import CareTeam, Patient, Role, User
from patients.problems import problem

POSTS = {"physician": Role.PHYSICIAN, "nurse": Role.NURSE, "cover": Role.PHYSICIAN}


class Posts(TypedDict, total=False):
    """Who takes which post; None leaves it vacant, a post not named stays as it is."""

    physician: User | None
    nurse: User | None
    cover: User | None


@transaction.atomic
def assign_care_team(*, patient: Patient, by: User, **posts: Unpack[Posts]) -> CareTeam:
    """The patient's care team with these posts filled."""
    check_can_describe(by, patient)
    for post, person in posts.items():
        _check_fits(post, person)  # type: ignore[arg-type]
    team, _made = CareTeam.objects.select_for_update(of=("self",)).get_or_create(patient=patient)
    physician, cover = posts.get("physician", team.physician), posts.get("cover", team.cover)
    if cover is not None and cover == physician:
        raise problem(
            "cover", _("The cover is the responsible physician."), _("Name another physician, who answers in absence.")
        )
    changed = change(team, dict(posts))
    if changed:
        record(by=by, verb="care_team.assign", target=team, patient=patient, detail={"changed": changed})
    return team


def _check_fits(post: str, person: User | None) -> None:
    if person is None:
        return
    if not person.is_active:
        raise problem(
            post, _("The account of %(name)s is not active.") % {"name": person}, _("Choose somebody who works here.")
        )
    if person.role != POSTS[post]:
        raise problem(
            post,
            _("%(name)s is not a %(role)s.") % {"name": person, "role": POSTS[post].label.lower()},
            _("Choose somebody of that role."),
        )
