"""Opening a unit, and giving people an account for it."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from patients.access import AccessRefused, is_system
from patients.actions.audit import record
from patients.models import Role, Site, User
from patients.problems import problem


@transaction.atomic
def open_site(*, code: str, name: str, time_zone: str, by: User) -> Site:
    """The new site. Only Vigil's own account, so somebody with the command line, opens one."""
    _check_system(by)
    site = Site(code=code, name=name, time_zone=time_zone)
    site.full_clean()
    site.save()
    record(by=by, verb="site.open", target=site, detail={"code": code, "time_zone": time_zone})
    return site


@transaction.atomic
def open_account(
    *,
    username: str,
    role: str,
    sites: Sequence[Site],
    by: User,
    password: str = "",
    first_name: str = "",
    last_name: str = "",
    email: str = "",
) -> User:
    """The new account. Without a password nobody can sign in with it until one is set."""
    _check_system(by)
    if role not in Role.values:
        raise problem("role", _("%(role)s is not a role.") % {"role": role}, _("Choose one of the roles."))
    user = User(username=username, role=role, first_name=first_name, last_name=last_name, email=email)
    user.password = make_password(password or None)
    user.full_clean()
    user.save()
    user.sites.set(sites)
    record(by=by, verb="account.open", target=user, detail={"role": role, "sites": [site.code for site in sites]})
    return user


def _check_system(by: User) -> None:
    if not is_system(by):
        raise AccessRefused(_("Sites and accounts are opened from the command line."))
