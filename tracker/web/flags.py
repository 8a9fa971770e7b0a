"""One signal: why it was raised, and what a physician does with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from labs.actions.acknowledge_flags import acknowledge_flags
from labs.actions.review_flag import ReviewRefused, reopen_flag, resolve_flag
from labs.models import Decision, Flag
from labs.selectors.signals import all_visible, visible_flag
from patients.access import check_can_review
from patients.actions.record_access import record_access
from tracker.web import clock
from tracker.web.flag_forms import ResolveForm
from tracker.web.flag_page import flag_context
from tracker.web.signed_in import SignedInRequest

FlagView = Callable[..., HttpResponse]


def flag_of(request: SignedInRequest, flag_id: int) -> Flag:
    """The flag with its history, or "not found" where this person may not see its patient."""
    try:
        return visible_flag(user=request.user, flag_id=flag_id)
    except Flag.DoesNotExist:
        raise Http404(_("No such signal, or not one you may see.")) from None


def opens_flag(view_name: str) -> Callable[[FlagView], Callable[..., HttpResponse]]:
    """Hand the view the flag it names, if this person may see its patient, and write down that they looked."""

    def decorate(view: FlagView) -> Callable[..., HttpResponse]:
        @wraps(view)
        def opened(request: SignedInRequest, flag_id: int, **kwargs: Any) -> HttpResponse:
            flag = flag_of(request, flag_id)
            record_access(by=request.user, patient=flag.patient, view=view_name)
            return view(request, flag, **kwargs)

        return opened

    return decorate


@require_safe
@opens_flag("signal")
def flag(request: SignedInRequest, flag: Flag) -> HttpResponse:
    """The whole reasoning of one signal, the chart of its marker, and the decision."""
    form = ResolveForm(flag=flag, today=clock.today_at(flag.patient.site), user=request.user)
    whole = request.GET.get("course") == "whole"
    return render(request, "flags/flag.html", flag_context(request.user, flag, form, whole=whole))


@require_safe
@opens_flag("why")
def why(request: SignedInRequest, flag: Flag) -> HttpResponse:
    """The reasoning alone, to be put into a card; on its own it is the signal's page."""
    if not request.headers.get("HX-Request"):
        return redirect("flag", flag.pk)
    return render(request, "flags/why.html", {"flag": flag, "finding": flag.finding})


@require_POST
def acknowledge(request: SignedInRequest) -> HttpResponse:
    """Take on the signals named `flag=number:version`, all or none."""
    versions = _versions(request.POST.getlist("flag"))
    if not all_visible(user=request.user, flag_ids=versions):
        raise Http404(_("No such signal, or not one you may see."))
    try:
        flags = acknowledge_flags(versions=versions, by=request.user, now=clock.now())
    except ReviewRefused as refused:
        messages.error(request, str(refused))
    else:
        done = ngettext(
            "%d signal acknowledged. It stays in your inbox until you decide.",
            "%d signals acknowledged. They stay in your inbox until you decide.",
            len(flags),
        )
        messages.success(request, done % len(flags))
    return redirect(_back(request, "inbox"))


@require_http_methods(["POST"])
@opens_flag("resolve")
def resolve(request: SignedInRequest, flag: Flag) -> HttpResponse:
    """Close the signal with a coded decision; a refusal brings the form back as it was filled in."""
    check_can_review(request.user, flag.patient)
    form = ResolveForm(request.POST, flag=flag, today=clock.today_at(flag.patient.site), user=request.user)
    if form.is_valid():
        try:
            resolve_flag(flag_id=flag.pk, by=request.user, now=clock.now(), **form.answer())
        except ReviewRefused as refused:
            form.add_error(None, str(refused))
            form.shown_as_now(flag)
        else:
            said = Decision(form.cleaned_data["decision"]).label
            messages.success(request, _("Saved: %(decision)s.") % {"decision": said})
            return redirect("flag", flag.pk)
    return render(request, "flags/flag.html", flag_context(request.user, flag, form), status=422)


@require_POST
@opens_flag("reopen")
def reopen(request: SignedInRequest, flag: Flag) -> HttpResponse:
    """Take back an acknowledgement or a decision; the history keeps it."""
    try:
        reopen_flag(
            flag_id=flag.pk, version=int(request.POST.get("version", "0") or 0), by=request.user, now=clock.now()
        )
    except ReviewRefused as refused:
        messages.error(request, str(refused))
    except ValueError:
        raise BadRequest(_("The version of the signal cannot be read.")) from None
    else:
        messages.success(request, _("Taken back. The signal is open again."))
    return redirect("flag", flag.pk)


def _versions(pairs: list[str]) -> dict[int, int]:
    try:
        versions = {int(number): int(version) for number, _colon, version in (pair.partition(":") for pair in pairs)}
    except ValueError:
        raise BadRequest(_("The signals to acknowledge cannot be read.")) from None
    if not versions:
        raise BadRequest(_("No signal was named."))
    return versions


def _back(request: SignedInRequest, otherwise: str) -> str:
    target = request.POST.get("next", "")
    safe = target.startswith("/") and url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else otherwise
