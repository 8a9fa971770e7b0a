"""How much one person answers for: before a list is handed over, and after an account was closed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from labs.models import Flag
from labs.selectors.near_misses import UNANSWERED
from patients.access import can_hand_over, patients_visible_to
from patients.models import CareTeam, User

POSTS = ("physician", "cover", "nurse")


@dataclass(frozen=True, slots=True)
class Held:
    """On how many care teams a person is, and how many unanswered signals of those patients they own."""

    user: User
    patients: int
    signals: int


def held(leaving: User) -> Q:
    """The condition "this person has a post", for patients."""
    posts = Q()
    for post in POSTS:
        posts |= Q(**{f"care_team__{post}": leaving})
    return posts


def held_by(leaving: User, *, by: User) -> Held:
    """What `leaving` answers for among the patients `by` may see."""
    patients = patients_visible_to(by).filter(held(leaving))
    signals = Flag.objects.filter(UNANSWERED, owner=leaving, patient__in=patients.values("pk"))
    return Held(leaving, patients.count(), signals.count())


def left_behind(*, by: User) -> list[Held]:
    """Closed accounts that still hold posts of patients `by` may see and hand over."""
    seen = CareTeam.objects.filter(patient__in=patients_visible_to(by).values("pk"))
    posts = Q()
    for post in POSTS:
        posts |= Q(Exists(seen.filter(**{post: OuterRef("pk")})))
    gone = User.objects.filter(posts, is_active=False).order_by("last_name", "first_name", "username")
    return [held_by(person, by=by) for person in gone if can_hand_over(by, person)]
