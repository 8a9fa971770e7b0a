"""Sign-in: accounts are made by administrators, and failures are counted by axes."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.views import LoginView
from axes.decorators import axes_dispatch, axes_form_invalid
from django.http import HttpRequest
from django.utils.decorators import method_decorator


class NoSignUpAdapter(DefaultAccountAdapter):
    """Nobody opens an account for themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


@method_decorator(axes_dispatch, name="dispatch")
@method_decorator(axes_form_invalid, name="form_invalid")
class SignInView(LoginView):
    """allauth's sign-in, closed for a while after too many failures."""
