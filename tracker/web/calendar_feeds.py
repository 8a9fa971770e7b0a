"""Private calendars: made, taken back, and read by programs that sign in with nothing but the address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pghistory
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from rest_framework.throttling import SimpleRateThrottle

from labs.actions.calendar_feeds import PAUSE, FeedRefused, make_calendar_feed, note_feed_read, revoke_calendar_feed
from labs.models import CalendarFeed
from labs.selectors.calendar_events import events_of_site
from labs.selectors.calendar_feeds import feed_with, feeds_of
from labs.selectors.site_calendar import settings_of
from labs.selectors.worklist import sites_of
from patients.actions.issue_api_token import digest_of
from patients.models import Site, User
from tracker.web import clock
from tracker.web.bookings import get_or_post
from tracker.web.for_roles import for_schedulers
from tracker.web.ics import as_calendar
from tracker.web.signed_in import SignedInRequest

BACK, AHEAD = timedelta(days=31), timedelta(days=400)
"""The days a feed tells of."""
PLAIN = "text/plain; charset=utf-8"


class WrongAddresses(SimpleRateThrottle):
    """How many unknown addresses one caller may ask for."""

    scope = "calendar_feed"
    rate = "30/min"

    def get_cache_key(self, request: Any, view: object) -> str:
        """The caller's own."""
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class FeedForm(forms.Form):
    """The site whose visits are read."""

    site = forms.ModelChoiceField(label=gettext_lazy("Site"), queryset=Site.objects.none(), empty_label=None)

    def __init__(self, data: QueryDict | None, *, user: User) -> None:
        super().__init__(data)
        cast("forms.ModelChoiceField[Site]", self.fields["site"]).queryset = user.sites.order_by("name")


@get_or_post
@for_schedulers
def feeds(request: SignedInRequest) -> HttpResponse:
    """The person's calendars; one that is made now is shown with its address, this once."""
    form = FeedForm(request.POST or None, user=request.user)
    address = ""
    if form.is_valid():
        token = make_calendar_feed(site=form.cleaned_data["site"], by=request.user, now=clock.now())
        address = request.build_absolute_uri(reverse("calendar_feed", args=[token]))
    context = {"form": form, "address": address, "feeds": feeds_of(request.user), "sites": sites_of(request.user)}
    return render(request, "calendar/feeds.html", context, status=400 if form.errors else 200)


@require_POST
@for_schedulers
def revoke(request: SignedInRequest, feed_id: int) -> HttpResponse:
    """Take one of the person's calendars back."""
    feed = get_object_or_404(CalendarFeed.objects.select_related("site"), pk=feed_id, user=request.user)
    try:
        revoke_calendar_feed(feed=feed, by=request.user, now=clock.now())
    except FeedRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The calendar is taken back: its address is unknown from now on."))
    return redirect("calendar_feeds")


@require_safe
@login_not_required
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The visits of a site for who knows the address; whatever is wrong with it, the answer is the same."""
    with pghistory.context(url="/calendar/feed"):  # the address is a secret: it goes into no statement and no history
        now = clock.now()
        found = feed_with(digest_of(token))
        if found is None:
            if not WrongAddresses().allow_request(request, None):  # type: ignore[arg-type]
                return _too_often(60)
            return HttpResponse(_("Nothing is here."), status=404, content_type=PLAIN)
        if not note_feed_read(feed=found, now=now):
            return _too_often(int(PAUSE.total_seconds()))
    today = now.astimezone(found.site.zone).date()
    named = settings_of(found.site).feed_names
    events = events_of_site(site=found.site, since=today - BACK, until=today + AHEAD, named=named)
    return as_calendar(events, name=f"Vigil · {found.site.name}", zone=found.site.zone, now=now)


def _too_often(seconds: int) -> HttpResponse:
    return HttpResponse(
        _("Too many requests. Try again later."),
        status=429,
        headers={"Retry-After": str(seconds)},
        content_type=PLAIN,
    )
