"""Protocols: the list, one version, its file, taking one in from a file, and retiring one of a site's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from labs.actions.derive_protocol import ProtocolRefused
from labs.actions.retire_protocol import restore_protocol, retire_protocol
from labs.models import Protocol
from labs.protocols.writing import written
from labs.selectors.protocols import by_disease, protocol_lines, visible_protocol
from patients.models import Disease, Site
from tracker.web import clock
from tracker.web.charts.protocol_timeline import TICKS
from tracker.web.protocol_page import protocol_context, writable_sites
from tracker.web.protocol_words import ANCHORS
from tracker.web.signed_in import SignedInRequest

ProtocolView = Callable[..., HttpResponse]


def opens_protocol(view: ProtocolView) -> ProtocolView:
    """Hand the view the protocol version it names, if this person may see it."""

    @wraps(view)
    def opened(request: SignedInRequest, code: str, version: int) -> HttpResponse:
        try:
            protocol = visible_protocol(user=request.user, code=code, version=version)
        except Protocol.DoesNotExist:
            raise Http404(_("No such protocol, or not one of your sites.")) from None
        return view(request, protocol)

    return opened


@require_safe
def protocols(request: SignedInRequest) -> HttpResponse:
    """What patients may be followed by: shipped and of one's own sites, with how many are on each."""
    lines = by_disease(protocol_lines(request.user))
    groups = [
        (
            Disease(disease).label,
            [line for line in found if not line.is_retired],
            [line for line in found if line.is_retired],
        )
        for disease, found in sorted(lines.items(), key=lambda item: Disease.values.index(item[0]))
    ]
    context = {"groups": groups, "anchors": ANCHORS, "may_write": bool(writable_sites(request.user))}
    return render(request, "protocols/list.html", context)


@require_safe
@opens_protocol
def protocol(request: SignedInRequest, protocol: Protocol) -> HttpResponse:
    """One version: its steps, its sources, its picture, and what changed."""
    asked_for = request.GET.get("months", "")
    months = int(asked_for) if asked_for in {str(reach) for reach in TICKS} else min(TICKS)
    return render(request, "protocols/show.html", protocol_context(request.user, protocol, months=months))


@require_safe
@opens_protocol
def download(request: SignedInRequest, protocol: Protocol) -> HttpResponse:
    """The version as a YAML file."""
    answer = HttpResponse(written(protocol.definition), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{protocol.code}-v{protocol.version}.yaml"'
    return answer


@require_POST
@opens_protocol
def retire(request: SignedInRequest, protocol: Protocol) -> HttpResponse:
    """Offer this version to nobody any more."""
    try:
        retire_protocol(protocol=protocol, by=request.user, now=clock.now())
    except ProtocolRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Retired: no new plan rests on it. Plans that run go on."))
    return redirect("protocol", protocol.code, protocol.version)


@require_POST
@opens_protocol
def restore(request: SignedInRequest, protocol: Protocol) -> HttpResponse:
    """Offer a retired version again."""
    try:
        restore_protocol(protocol=protocol, by=request.user)
    except ProtocolRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("In use again."))
    return redirect("protocol", protocol.code, protocol.version)


def chosen_site(request: SignedInRequest, sites: list[Site]) -> Site | None:
    """The site the address names among these; the only one where it names none."""
    code = request.GET.get("site", "")
    if not code and len(sites) == 1:
        return sites[0]
    return next((site for site in sites if site.code == code), None)
