"""The two units of the demonstration and the people who work there."""

from __future__ import annotations

from dataclasses import dataclass

from patients.actions.open_site import open_account, open_site
from patients.models import Role, Site, User
from tracker.demo.sites import SITES

PASSWORD = "remission-watch-demo"  # noqa: S105 known to everybody, see below
"""Of every demo account. It is printed for everybody to see: `load_demo` refuses to run in production."""


@dataclass(frozen=True, slots=True)
class Account:
    """One demo account; `sites` are codes of `tracker/demo/sites.py`."""

    username: str
    role: Role
    first_name: str
    last_name: str
    sites: tuple[str, ...]


BOTH = ("northern", "harbour")
ACCOUNTS = (
    Account("physician.northern", Role.PHYSICIAN, "Willow", "Larch", ("northern",)),
    Account("cover.northern", Role.PHYSICIAN, "Hazel", "Spruce", ("northern",)),
    Account("nurse.northern", Role.NURSE, "Juniper", "Ash", ("northern",)),
    Account("physician.harbour", Role.PHYSICIAN, "Rowan", "Cypress", ("harbour",)),
    Account("cover.harbour", Role.PHYSICIAN, "Linden", "Elm", ("harbour",)),
    Account("nurse.harbour", Role.NURSE, "Aspen", "Birch", ("harbour",)),
    Account("administrator", Role.ADMINISTRATOR, "Sequoia", "Oak", BOTH),
    Account("auditor", Role.AUDITOR, "Laurel", "Yew", BOTH),
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A site with those who answer for its patients."""

    site: Site
    physician: User
    cover: User
    nurse: User


def open_units(*, by: User) -> dict[str, Unit]:
    """The units by code; sites and accounts are opened where they are missing, and left alone where they are there."""
    sites = {site.code: _site(site.code, site.name, site.time_zone, by) for site in SITES}
    people = {account.username: _account(account, sites, by) for account in ACCOUNTS}
    return {
        code: Unit(
            site=site,
            physician=people[f"physician.{code}"],
            cover=people[f"cover.{code}"],
            nurse=people[f"nurse.{code}"],
        )
        for code, site in sites.items()
    }


def _site(code: str, name: str, time_zone: str, by: User) -> Site:
    return Site.objects.filter(code=code).first() or open_site(code=code, name=name, time_zone=time_zone, by=by)


def _account(account: Account, sites: dict[str, Site], by: User) -> User:
    return User.objects.filter(username=account.username).first() or open_account(
        username=account.username,
        role=account.role,
        sites=[sites[code] for code in account.sites],
        password=PASSWORD,
        first_name=account.first_name,
        last_name=account.last_name,
        by=by,
    )
