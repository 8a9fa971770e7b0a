"""Pages that only some roles have."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from patients.access import CLINICIANS
from patients.models import Role
from tracker.web.signed_in import SignedInRequest

View = Callable[..., HttpResponseBase]


def for_roles(roles: frozenset[Role], reason: str | Promise) -> Callable[[View], View]:
    """Refuse everybody whose role is not one of these, and say why."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.role not in roles:
                raise PermissionDenied(reason)
            return view(request, *args, **kwargs)

        return checked

    return decorate


for_clinicians = for_roles(CLINICIANS, _("Only nurses and physicians plan tests."))
for_schedulers = for_roles(
    CLINICIANS | {Role.ADMINISTRATOR}, _("Only nurses, physicians and administrators see the calendar of a site.")
)
for_administrators = for_roles(frozenset({Role.ADMINISTRATOR}), _("Only administrators take reports out."))
