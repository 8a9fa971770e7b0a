"""The first page after signing in: each role's own."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from tracker.web.navigation import home_of
from tracker.web.signed_in import SignedInRequest


@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """Send a person to the page that answers their first question."""
    return redirect(home_of(request.user.role))


@login_not_required
@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for this address of their own accord."""
    return redirect(static("vigil/icon.svg"))
