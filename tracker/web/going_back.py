"""Where a person came from, so that a step on a form leads back there."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from tracker.web.signed_in import SignedInRequest


def next_of(request: SignedInRequest, otherwise: str = "") -> str:
    """The page named by `next` when it is one of ours; else `otherwise`, and without one the worklist."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else otherwise or reverse("worklist")


def back(request: SignedInRequest, otherwise: str = "") -> HttpResponse:
    """Send the person back there."""
    return redirect(next_of(request, otherwise))
