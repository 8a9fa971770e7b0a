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

from labs.models import OwnerAs, ReviewSettings
from patients.actions.system_account import system_account
from patients.models import Absence, CareTeam, Patient, Role, Site, User
from patients.models.withdrawal import STANDING


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers, and why it is they."""

    user: int
    how: OwnerAs


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


def owner_in(
    staffing: Staffing, *, responsible: int | None, cover: int | None, nobody: int, asked: Sequence[int] = ()
) -> Owner:
    """The first of the chain who can answer and was not `asked` in vain; where all were, the one asked last."""
    people = _who_can(staffing, responsible, cover)
    fresh = [owner for user, owner in people.items() if user not in asked]
    if fresh:
        return fresh[0]
    again = [people[user] for user in reversed(asked) if user in people]
    return again[0] if again else Owner(nobody, OwnerAs.NOBODY)


def _who_can(staffing: Staffing, responsible: int | None, cover: int | None) -> dict[int, Owner]:
    """Everybody of the chain who can answer, in its order, each as the first they are in it."""
    can = frozenset(staffing.physicians) | (staffing.present & {responsible, cover}) | set(staffing.administrators)
    found: dict[int, Owner] = {}
    for user, how in _chain(staffing, responsible, cover):
        if user in can:
            found.setdefault(user, Owner(user, how))
    return found


def _chain(staffing: Staffing, responsible: int | None, cover: int | None) -> Iterator[tuple[int, OwnerAs]]:
    posts = ((responsible, OwnerAs.RESPONSIBLE), (cover, OwnerAs.COVER), (staffing.duty, OwnerAs.DUTY))
    for post, how in posts:
        if post is not None:
            yield post, how
            yield from ((deputy, OwnerAs.DEPUTY) for deputy in _deputies(staffing, post))
    yield from ((user, OwnerAs.PHYSICIAN) for user in staffing.physicians)
    yield from ((user, OwnerAs.ADMINISTRATOR) for user in staffing.administrators)


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
    """Who answers for some patients: ask `owner` for each, naming who was asked in vain."""

    patients: Mapping[int, Patient]
    teams: Mapping[int, CareTeam]
    staffing: Mapping[int, Staffing]
    nobody: int

    def owner(self, patient_id: int, *, asked: Sequence[int] = ()) -> Owner:
        """Who answers for this patient."""
        team = self.teams.get(patient_id)
        return owner_in(
            self.staffing[self.patients[patient_id].site_id],
            responsible=team.physician_id if team else None,
            cover=team.cover_id if team else None,
            nobody=self.nobody,
            asked=asked,
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
