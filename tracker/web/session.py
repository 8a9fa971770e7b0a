"""Keeping a signed-in person signed in while they work, and bringing a signed-out one back without loss."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def session(request: HttpRequest) -> JsonResponse:
    """A fresh form token and the seconds left; asking renews the session. 401 when signed out."""
    if not request.user.is_authenticated:
        return JsonResponse({"signed_in": False}, status=401)
    return JsonResponse({"signed_in": True, "seconds": settings.SESSION_COOKIE_AGE, "csrf": get_token(request)})


@require_safe
def signed_in(request: HttpRequest) -> HttpResponse:
    """The end of signing in again in a second tab."""
    return render(request, "account/signed_in.html")
