"""The first page after signing in: each role's own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from tracker.web.navigation import home_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send a person to the page that answers their first question."""
    return redirect(home_of(request.user.role))
