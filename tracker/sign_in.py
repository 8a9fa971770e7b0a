"""Sign-in: accounts are made by administrators, and failures are counted by axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.views import LoginView
from axes.decorators import axes_dispatch, axes_form_invalid
from django.db.models import Q
from django.http import HttpRequest
from django.utils.decorators import method_decorator

from patients.models import Role, User

LONGEST_NAME = 255


class PeopleBackend(AuthenticationBackend):
    """Signs people in. Service accounts act by their keys, whatever password they may have."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The person with these credentials; None for a program, as for a wrong password."""
        user: User | None = super().authenticate(request, **credentials)
        return None if user is not None and user.role == Role.SERVICE else user


class NoSignUpAdapter(DefaultAccountAdapter):
    """Nobody opens an account for themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def account_tried(request: HttpRequest | None, credentials: Mapping[str, str] | None = None) -> str:
    """The name under which a failed sign-in is counted: one account has one, whichever of its names was typed."""
    given = (request.POST.get("login") if request is not None else None) or next(
        (value for key, value in (credentials or {}).items() if key in {"username", "email"}), ""
    )
    typed = given.strip().lower()[:LONGEST_NAME]
    known = User.objects.filter(Q(username__iexact=typed) | Q(email__iexact=typed)).order_by("pk").first()
    return known.username if known and typed else typed


@method_decorator(axes_dispatch, name="dispatch")
@method_decorator(axes_form_invalid, name="form_invalid")
class SignInView(LoginView):
    """allauth's sign-in, closed for a while after too many failures."""
