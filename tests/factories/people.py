"""Sites, users, their absences, and care teams."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from patients.models import Absence, CareTeam, Patient, Role, Site, User
from tests.factories.counter import next_number

PASSWORD = "correct horse battery"


def make_site(*, code: str = "", name: str = "", time_zone: str = "Europe/Paris") -> Site:
    """A site; the same code twice gives the same site."""
    code = code or f"site-{next_number()}"
    site, _ = Site.objects.get_or_create(code=code, defaults={"name": name or code, "time_zone": time_zone})
    return site


def make_user(
    role: Role | str = Role.NURSE,
    *,
    sites: list[Site] | None = None,
    username: str = "",
    first_name: str = "",
    last_name: str = "",
    is_active: bool = True,
    password: str = "",
) -> User:
    """A user of one role. Without `password` nobody can sign in with it except by `client.force_login`."""
    user = User(
        username=username or f"{role}-{next_number()}",
        role=role,
        first_name=first_name,
        last_name=last_name,
        is_active=is_active,
    )
    user.set_password(password or None)
    user.save()
    user.sites.set(sites or [])
    return user


def make_nurse(*sites: Site, **fields: str) -> User:
    """A nurse of these sites."""
    return make_user(Role.NURSE, sites=list(sites), **fields)


def make_physician(*sites: Site, **fields: str) -> User:
    """A physician of these sites."""
    return make_user(Role.PHYSICIAN, sites=list(sites), **fields)


def make_administrator(*sites: Site, **fields: str) -> User:
    """An administrator of these sites."""
    return make_user(Role.ADMINISTRATOR, sites=list(sites), **fields)


def make_service_account(*sites: Site, **fields: str) -> User:
    """A service account of these sites."""
    return make_user(Role.SERVICE, sites=list(sites), **fields)


def make_absence(user: User, deputy: User | None = None, *, first: int = 0, last: int = 3) -> Absence:
    """An absence from `first` to `last` days after today."""
    now = timezone.now()
    return Absence.objects.create(
        user=user,
        deputy=deputy,
        starts_on=now.date() + timedelta(days=first),
        until_on=now.date() + timedelta(days=last),
        recorded_by=user,
        recorded_at=now,
    )


def make_care_team(
    patient: Patient, *, physician: User | None = None, nurse: User | None = None, cover: User | None = None
) -> CareTeam:
    """The care team of a patient, replacing the one there was."""
    team, _ = CareTeam.objects.update_or_create(
        patient=patient, defaults={"physician": physician, "nurse": nurse, "cover": cover}
    )
    return team
