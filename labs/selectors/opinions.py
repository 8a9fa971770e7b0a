"""Second opinions: what a person is asked, what they asked, and who may answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from labs.models import Flag, SecondOpinion
from patients.access import visible_to
from patients.models import Patient, Role, User
from patients.models.withdrawal import STANDING

ANSWERED_FOR: Final = timedelta(days=28)
"""How long an answered question stays in the list."""


@dataclass(frozen=True, slots=True)
class Opinions:
    """Questions by what is left to do: to be answered by this person, asked by them and waiting, and answered."""

    of_me: list[SecondOpinion]
    by_me: list[SecondOpinion]
    answered: list[SecondOpinion]


def opinions_of(*, user: User, now: datetime) -> Opinions:
    """What this person is asked, asked or answers for, of patients they may see; the most pressing first."""
    rows = list(
        SecondOpinion.objects.filter(STANDING, visible_to(user, "flag__patient__"))
        .filter(Q(colleague=user) | Q(asked_by=user) | Q(flag__owner=user))
        .filter(Q(answered_at__isnull=True) | Q(answered_at__gte=now - ANSWERED_FOR))
        .select_related("flag__patient__site", "flag__owner", "asked_by", "colleague", "answered_by")
        .defer("flag__finding")
        .order_by("due_on", "id")
    )
    waiting = [row for row in rows if row.answered_at is None]
    return Opinions(
        of_me=[row for row in waiting if row.colleague_id == user.pk],
        by_me=[row for row in waiting if row.colleague_id != user.pk],
        answered=[row for row in reversed(rows) if row.answered_at is not None],
    )


def opinions_on(flag: Flag) -> QuerySet[SecondOpinion]:
    """Every question about a signal, the newest first; those taken back too."""
    rows = SecondOpinion.objects.filter(flag=flag).select_related("asked_by", "colleague", "answered_by")
    return rows.order_by("-id")


def colleagues_for(patient: Patient, *, but: User) -> QuerySet[User]:
    """Whom somebody may ask: other active physicians who may see the patient."""
    team = Q(responsible_for__patient=patient) | Q(nurse_of__patient=patient) | Q(cover_for__patient=patient)
    people = User.objects.filter(Q(sites=patient.site_id) | team, is_active=True, role=Role.PHYSICIAN)
    return people.exclude(pk=but.pk).distinct().order_by("last_name", "first_name", "username")


def why_not_answer(opinion: SecondOpinion, user: User) -> str:
    """Why this physician cannot answer the question, in words; "" when they can."""
    if not opinion.stands:
        return _("The question was taken back. Nothing is left to answer.")
    if opinion.answered_at is not None:
        return _("%(who)s has answered already.") % {"who": opinion.answered_by}
    if opinion.colleague_id is not None:
        if opinion.colleague_id == user.pk:
            return ""
        return _("This was asked of %(who)s. Only they answer.") % {"who": opinion.colleague}
    flag = opinion.flag
    if user.pk == flag.owner_id or user.sites.filter(pk=flag.patient.site_id).exists():
        return ""
    return _("What came from outside is written down by the owner of the signal or a physician of its site.")
