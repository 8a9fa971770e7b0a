"""The physician's inbox: whose disease may be coming back, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from labs.models import Flag
from labs.selectors.inbox import Counts, inbox, inbox_counts, neighbour
from labs.selectors.signals import visible_flag
from labs.selectors.taken_back import taken_back
from patients.access import can_have_inbox, check_can_have_inbox
from patients.selectors.absences import stands_in_for
from tracker.middleware import leaves_session
from tracker.web import clock
from tracker.web.inbox_cards import shown
from tracker.web.inbox_filter import InboxFilter, filters_of, remember_filter, remembered_filter
from tracker.web.paging import cursors, refuses_bad_cursors
from tracker.web.signed_in import SignedInRequest

View = Callable[..., HttpResponse]


def has_inbox(view: View) -> View:
    """Answer 403 to people who decide on no signals."""

    @wraps(view)
    def checked(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        check_can_have_inbox(request.user)
        return view(request, *args, **kwargs)

    return checked


@require_safe
@has_inbox
@refuses_bad_cursors
def inbox_page(request: SignedInRequest) -> HttpResponse:
    """Cards of waiting signals, the most urgent first."""
    now, form = clock.now(), InboxFilter(request.GET)
    wanted, query = form.wanted(), remember_filter(request)
    counts = inbox_counts(user=request.user, wanted=wanted)
    page = inbox(user=request.user, wanted=wanted, today=clock.today(), **cursors(request))
    context = {
        "page": page,
        "cards": [shown(card, now=now) for card in page.rows],
        "form": form,
        "counts": counts,
        "wanted": wanted,
        "query": query,
        "live": _address(query, now, counts),
        "taken_back": taken_back(user=request.user, now=now),
        "stands_in": stands_in_for(request.user, now=now),
    }
    return render(request, "inbox/inbox.html", context)


@login_not_required  # who is signed out is answered here: a page to sign in has no place within another page
@require_safe
@leaves_session
def inbox_live(request: HttpRequest) -> HttpResponse:
    """What moved on the list since the page was read, and its counts; asked again and again, so that it keeps nobody
    signed in. 204 while there is nothing else to say than before (`told`)."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401 if not request.headers.get("HX-Request") else 204)
    if not can_have_inbox(request.user):
        return HttpResponse(status=403)
    read_at = _instant(request.GET.get("read_at", ""))
    wanted, query = InboxFilter(request.GET).wanted(), filters_of(request.GET)
    counts = inbox_counts(user=request.user, wanted=wanted, since=read_at)
    if _told(counts) == request.GET.get("told"):
        return HttpResponse(status=204)
    context = {
        "counts": counts,
        "wanted": wanted,
        "query": query,
        "read_at": read_at,
        "live": _address(query, read_at, counts),
    }
    return render(request, "inbox/live.html", context)


@require_safe
@has_inbox
def inbox_next(request: SignedInRequest, flag_id: int) -> HttpResponse:
    """On to the next patient of the list as it was filtered last."""
    return _on_from(request, flag_id, backwards=False)


@require_safe
@has_inbox
def inbox_previous(request: SignedInRequest, flag_id: int) -> HttpResponse:
    """Back to the patient before on the list as it was filtered last."""
    return _on_from(request, flag_id, backwards=True)


def _on_from(request: SignedInRequest, flag_id: int, *, backwards: bool) -> HttpResponse:
    try:
        here = visible_flag(user=request.user, flag_id=flag_id)
    except Flag.DoesNotExist:
        raise Http404(_("No such signal, or not one you may see.")) from None
    query = remembered_filter(request)
    there = neighbour(user=request.user, wanted=InboxFilter(query).wanted(), flag=here, backwards=backwards)
    if there is not None:
        return redirect("flag", there.pk)
    end = _("That was the first patient of the list.") if backwards else _("That was the last patient of the list.")
    messages.info(request, end)
    return redirect(f"{reverse('inbox')}?{query.urlencode()}")


def _instant(text: str) -> datetime:
    try:
        instant = parse_datetime(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise BadRequest(_("The time since when cannot be read. Load the page again."))
    return instant


def _address(query: str, read_at: datetime, counts: Counts) -> str:
    """Where the page asks what moved since it was read."""
    asked = QueryDict(query, mutable=True)
    asked["read_at"], asked["told"] = read_at.isoformat(), _told(counts)
    return f"{reverse('inbox_live')}?{asked.urlencode()}"


def _told(counts: Counts) -> str:
    return ".".join(str(number) for number in (counts.moved, counts.urgent, counts.review, counts.info, counts.muted))
