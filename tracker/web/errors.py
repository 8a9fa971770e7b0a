"""Pages for what went wrong. What a person typed is given back to them wherever it can be."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

SECRET = ("password", "csrfmiddlewaretoken", "code", "credential", "login")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is no longer valid (mostly: signed out meanwhile). Shows what was typed, to be copied."""
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if not any(secret in name for secret in SECRET)
        for value in values
        if value
    ]
    return render(request, "403_csrf.html", {"typed": typed}, status=403)
