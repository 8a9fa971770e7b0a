"""The type of a request that has passed the sign-in (LoginRequiredMiddleware lets no other through to a page)."""

from __future__ import annotations

from django.http import HttpRequest

from patients.models import User


class SignedInRequest(HttpRequest):
    """A request whose user is a person of ours. Only for type hints: nothing makes one."""

    user: User
