"""Who answers for the signals of a patient on a day: one person, always.

The chain, first who can: the responsible physician; the deputy of one who is away (and theirs); the cover of the
patient; the physician on duty of the site; any physician of the site; any administrator of the site; the account of
Vigil itself, which nobody reads: such a signal is on the page of near misses until somebody is found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from labs.models.review import ReviewSettings
from patients.actions.system_account import system_account
from patients.models import Absence, CareTeam, Patient, Role, Site, User
from patients.models.withdrawal import STANDING

RESPONSIBLE, DEPUTY, COVER, DUTY, PHYSICIAN, ADMINISTRATOR, NOBODY = (
    "responsible",
    "deputy",
    "cover",
    "duty",
    "physician",
    "administrator",
    "nobody",
)
HOW: Mapping[str, str | Promise] = {
    RESPONSIBLE: _("responsible physician"),
    DEPUTY: _("deputy of an absent physician"),
    COVER: _("cover"),
    DUTY: _("physician on duty of the site"),
    PHYSICIAN: _("a physician of the site, as nobody else can"),
    ADMINISTRATOR: _("an administrator of the site, as no physician can"),
    NOBODY: _("nobody at all"),
}
NEAR_MISSES = frozenset({PHYSICIAN, ADMINISTRATOR, NOBODY})
"""Owners who were found only because somebody had to be."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers, and why it is they."""

    user: int
    how: str


@dataclass(frozen=True, slots=True)
class Staffing:
    """Who can answer at a site on a day.

    present         active physicians who are not away, of any site: they can answer for patients of whose care team
                    they are
    physicians      those of them who work at this site, in the order they are asked; administrators likewise
    deputies        people away -> whom they named, None: nobody
    duty            the physician on duty of the site
    """

    present: frozenset[int]
    physicians: Sequence[int] = ()
    administrators: Sequence[int] = ()
    deputies: Mapping[int, int | None] = field(default_factory=dict)
    duty: int | None = None


def owner_in(staffing: Staffing, *, responsible: int | None, cover: int | None, nobody: int, steps: int = 0) -> Owner:
    """The first of the chain who can answer; after `steps` escalations the one so much further along, or the last."""
    can = frozenset(staffing.physicians) | (staffing.present & {responsible, cover})
    found: dict[int, str] = {}
    for user, how in _chain(staffing, responsible, cover):
        if user in can or how == ADMINISTRATOR:
            found.setdefault(user, how)
    people = [Owner(user, how) for user, how in found.items()]
    return people[min(steps, len(people) - 1)] if people else Owner(nobody, NOBODY)


def _chain(staffing: Staffing, responsible: int | None, cover: int | None) -> Iterator[tuple[int, str]]:
    for post, how in ((responsible, RESPONSIBLE), (cover, COVER), (staffing.duty, DUTY)):
        if post is not None:
            yield post, how
            yield from ((deputy, DEPUTY) for deputy in _deputies(staffing, post))
    yield from ((user, PHYSICIAN) for user in staffing.physicians)
    yield from ((user, ADMINISTRATOR) for user in staffing.administrators)


def _deputies(staffing: Staffing, user: int) -> Iterator[int]:
    """The deputy of somebody away, the deputy's deputy if away too, and so on; each once."""
    seen = {user}
    current = staffing.deputies.get(user)
    while current is not None and current not in seen:
        yield current
        seen.add(current)
        current = staffing.deputies.get(current)


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers for some patients: ask `owner` for each, after how many escalations."""

    patients: Mapping[int, Patient]
    teams: Mapping[int, CareTeam]
    staffing: Mapping[int, Staffing]
    nobody: int

    def owner(self, patient_id: int, *, steps: int = 0) -> Owner:
        """Who answers for this patient."""
        team = self.teams.get(patient_id)
        return owner_in(
            self.staffing[self.patients[patient_id].site_id],
            responsible=team.physician_id if team else None,
            cover=team.cover_id if team else None,
            nobody=self.nobody,
            steps=steps,
        )


def answering_for(patient_ids: Collection[int], *, now: datetime) -> Answering:
    """Who answers for these patients now. Seven queries, however many they are."""
    patients = Patient.objects.select_related("site").in_bulk(list(patient_ids))
    teams = CareTeam.objects.filter(patient__in=list(patients))
    return Answering(
        patients=patients,
        teams={team.patient_id: team for team in teams},
        staffing=staffing_of({patient.site for patient in patients.values()}, now=now) if patients else {},
        nobody=system_account().pk,
    )


def staffing_of(sites: Collection[Site], *, now: datetime) -> dict[int, Staffing]:
    """Who can answer at each of these sites today, on the site's own clock. Four queries."""
    days = {site.pk: now.astimezone(site.zone).date() for site in sites}
    people = list(User.objects.filter(is_active=True, role__in=[Role.PHYSICIAN, Role.ADMINISTRATOR]).order_by("pk"))
    at_site: dict[int, set[int]] = defaultdict(set)
    for user, site in User.sites.through.objects.filter(site__in=days).values_list("user_id", "site_id"):
        at_site[site].add(user)
    away = list(Absence.objects.filter(STANDING, until_on__gte=min(days.values())))
    duty = dict(ReviewSettings.objects.filter(site__in=days).values_list("site_id", "duty_physician_id"))
    return {site: _staffing(people, at_site[site], _away_on(away, day), duty.get(site)) for site, day in days.items()}


def _away_on(absences: Collection[Absence], day: date) -> dict[int, int | None]:
    return {one.user_id: one.deputy_id for one in absences if one.starts_on <= day <= one.until_on}


def _staffing(people: Sequence[User], here: set[int], away: Mapping[int, int | None], duty: int | None) -> Staffing:
    present = [person for person in people if person.pk not in away]
    physicians = [person.pk for person in present if person.role == Role.PHYSICIAN]
    return Staffing(
        present=frozenset(physicians),
        physicians=[pk for pk in physicians if pk in here],
        administrators=[one.pk for one in present if one.role == Role.ADMINISTRATOR and one.pk in here],
        deputies=away,
        duty=duty,
    )
