"""The two units of the demonstration and the people who work there."""

from __future__ import annotations

from dataclasses import dataclass

from labs.models import ReviewSettings
from patients.actions.open_site import open_account, open_site
from patients.models import Site, User
from tracker.demo.logins import LOGINS, PASSWORD, TEAMS, Login
from tracker.demo.sites import SITES


@dataclass(frozen=True, slots=True)
class Unit:
    """A site with those who answer for its patients."""

    site: Site
    physician: User
    cover: User
    nurse: User


def open_units(*, by: User) -> dict[str, Unit]:
    """The units by code; sites, accounts and who is on duty are set up where they are missing, and left alone else."""
    sites = {site.code: _site(site.code, site.name, site.time_zone, by) for site in SITES}
    people = {login.username: _account(login, sites, by) for login in LOGINS}
    units = {}
    for code, site in sites.items():
        physician, cover, nurse = (people[username] for username in TEAMS[code])
        ReviewSettings.objects.get_or_create(site=site, defaults={"duty_physician": cover})
        units[code] = Unit(site=site, physician=physician, cover=cover, nurse=nurse)
    return units


def _site(code: str, name: str, time_zone: str, by: User) -> Site:
    return Site.objects.filter(code=code).first() or open_site(code=code, name=name, time_zone=time_zone, by=by)


def _account(login: Login, sites: dict[str, Site], by: User) -> User:
    return User.objects.filter(username=login.username).first() or open_account(
        username=login.username,
        role=login.role,
        sites=[sites[code] for code in login.sites],
        password=PASSWORD,
        first_name=login.first_name,
        last_name=login.last_name,
        email=f"{login.username}@demo.example",  # a name that leads nowhere (RFC 2606)
        by=by,
    )
