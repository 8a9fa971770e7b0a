"""Where one is told of what waits, and what one was sent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from labs.actions.notification_addresses import OWN_WAYS, add_address, change_address, drop_address, try_address
from labs.models import NotificationAddress, NotificationKind, NotificationSettings, NotificationWay
from labs.selectors.notifications import addresses_of, notification_log, places_for
from labs.selectors.worklist import sites_of
from patients.access import READERS
from patients.problems import problems_of
from tracker.web import clock
from tracker.web.entry import REFUSED, attempt
from tracker.web.for_roles import for_roles
from tracker.web.paging import cursors, refuses_bad_cursors
from tracker.web.signed_in import SignedInRequest

for_people = for_roles(READERS, gettext_lazy("A service account is not told of anything."))


class AddressForm(forms.Form):
    """A further address."""

    way = forms.ChoiceField(label=gettext_lazy("How"), choices=[(way.value, way.label) for way in OWN_WAYS])
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=254,
        help_text=gettext_lazy("An e-mail address, or a telephone number that begins with + and the country code."),
        error_messages={"required": gettext_lazy("Enter an address.")},
    )
    urgent = forms.BooleanField(label=gettext_lazy("Urgent signals, at once"), required=False, initial=True)
    digest = forms.BooleanField(label=gettext_lazy("What waits, once a day"), required=False, initial=True)


@require_safe
@for_people
@refuses_bad_cursors
def notifications(request: SignedInRequest) -> HttpResponse:
    """The addresses, what each is told of, and what was sent to them."""
    return _page(request, AddressForm())


@require_POST
@for_people
@refuses_bad_cursors
def add(request: SignedInRequest) -> HttpResponse:
    """Be told at one more address."""
    form = AddressForm(request.POST)
    if form.is_valid() and attempt(form, lambda: add_address(by=request.user, now=clock.now(), **form.cleaned_data)):
        messages.success(request, _("Saved. Send a trial to see that it arrives."))
        return redirect("notifications")
    return _page(request, form)


@require_POST
@for_people
def change(request: SignedInRequest, address_id: int) -> HttpResponse:
    """Say what an address is told of, or take it back."""
    row = _own(request, address_id)
    try:
        if "drop" in request.POST:
            drop_address(row=row, by=request.user, now=clock.now())
            messages.success(request, _("Taken back: you are no longer told there."))
        else:
            told = {name: name in request.POST for name in ("urgent", "digest")}
            change_address(row=row, by=request.user, **told)
            messages.success(request, _("Saved."))
    except ValidationError as error:
        _say(request, error)
    return redirect("notifications")


@require_POST
@for_people
def trial(request: SignedInRequest) -> HttpResponse:
    """Send a trial to one of the own addresses."""
    sites = sites_of(request.user)
    if not sites:
        messages.error(request, _("You work for no site. Ask an administrator for access."))
        return redirect("notifications")
    way, address = request.POST.get("way", ""), request.POST.get("address", "")
    try:
        try_address(way=way, address=address, site=sites[0], by=request.user, now=clock.now())
    except ValidationError as error:
        _say(request, error)
    else:
        messages.success(request, _("A trial is on its way. What came of it stands in the list below."))
    return redirect("notifications")


def _page(request: SignedInRequest, form: AddressForm) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "addresses": list(addresses_of(request.user)),
        "urgent_places": places_for(request.user, NotificationKind.URGENT),
        "account": request.user.email,
        "email": NotificationWay.EMAIL.value,
        "page": notification_log(user=request.user, own=True, **cursors(request)),
        "settings": [
            NotificationSettings.of(site) for site in request.user.sites.select_related("notification_settings")
        ],
    }
    return render(request, "notifications/mine.html", context, status=REFUSED if form.is_bound else 200)


def _own(request: SignedInRequest, address_id: int) -> NotificationAddress:
    row = addresses_of(request.user).filter(pk=address_id).first()
    if row is None:
        raise Http404(_("No such address, or not one of yours."))
    return row


def _say(request: SignedInRequest, error: ValidationError) -> None:
    for one in problems_of(error):
        messages.error(request, f"{one.what} {one.mend}")
