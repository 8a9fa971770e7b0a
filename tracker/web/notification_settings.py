"""How a site tells its people, and the log of what was sent: for administrators."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from labs.actions.set_up_notifications import send_again, set_up_notifications, try_webhook
from labs.messages.backend import is_set_up
from labs.models import NotificationSettings, NotificationState, NotificationWay
from labs.selectors.notifications import failed_count, notification_log, notifications_for
from patients.access import check_can_set_up_notifications
from patients.models import Role, Site
from patients.problems import problems_of
from tracker.web import clock
from tracker.web.entry import attempt, entry_page, get_or_post
from tracker.web.for_roles import for_roles
from tracker.web.paging import cursors, refuses_bad_cursors
from tracker.web.signed_in import SignedInRequest

for_administrators = for_roles(
    frozenset({Role.ADMINISTRATOR}), gettext_lazy("Only administrators decide how a site tells its people.")
)


class SettingsForm(forms.Form):
    """What a site decides."""

    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy(
            "On the clock of the site. Urgent signals are told at any hour. The same time twice: never."
        ),
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("Quiet until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    digest_at = forms.TimeField(
        label=gettext_lazy("Daily message at"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("Counts what waits; nobody for whom nothing waits gets one."),
    )
    webhook_url = forms.CharField(
        label=gettext_lazy("Webhook"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("An address that is sent each urgent signal as JSON. Empty: none."),
    )
    names_patients = forms.BooleanField(
        label=gettext_lazy("Messages may name patients"),
        required=False,
        help_text=gettext_lazy(
            "Then messages hold name, number and the sentence of the signal. E-mail and text messages can be read "
            "on the way, on lock screens and in mailboxes Vigil does not know. Leave it off unless your data "
            "protection officer agreed in writing."
        ),
    )


@require_safe
@for_administrators
def notification_settings(request: SignedInRequest) -> HttpResponse:
    """What holds at each site of this person."""
    sites = request.user.sites.select_related("notification_settings").order_by("name")
    context = {
        "rows": [(site, NotificationSettings.of(site)) for site in sites],
        "failed": failed_count(request.user),
        "ways": [(way.label, is_set_up(way)) for way in NotificationWay],
    }
    return render(request, "notifications/settings.html", context)


@get_or_post
@for_administrators
def change_notifications(request: SignedInRequest, site_code: str) -> HttpResponse:
    """The form of one site."""
    site = _site(request, site_code)
    holds = NotificationSettings.of(site)
    form = SettingsForm(request.POST or None, initial={name: getattr(holds, name) for name in SettingsForm.base_fields})
    if form.is_valid() and attempt(form, lambda: set_up_notifications(site=site, by=request.user, **form.cleaned_data)):
        messages.success(request, _("Saved. Messages written already keep the time they have."))
        return redirect("notification_settings")
    title = _("How %(site)s tells its people") % {"site": site}
    return entry_page(request, None, form, title=title, save=_("Save"), back=reverse("notification_settings"))


@require_POST
@for_administrators
def try_hook(request: SignedInRequest, site_code: str) -> HttpResponse:
    """Send a trial to the webhook of a site."""
    try:
        try_webhook(site=_site(request, site_code), by=request.user, now=clock.now())
    except ValidationError as error:
        _say(request, error)
        return redirect("notification_settings")
    messages.success(request, _("A trial is on its way. What came of it stands in this list."))
    return redirect("notification_log")


@require_safe
@for_administrators
@refuses_bad_cursors
def log(request: SignedInRequest) -> HttpResponse:
    """What was sent at the own sites, in one state or in any."""
    state = request.GET.get("state", "")
    state = state if state in NotificationState.values else ""
    context = {
        "page": notification_log(user=request.user, state=state, **cursors(request)),
        "state": state,
        "states": NotificationState,
        "failed": failed_count(request.user),
    }
    return render(request, "notifications/log.html", context)


@require_POST
@for_administrators
def again(request: SignedInRequest, notification_id: int) -> HttpResponse:
    """Try one message anew that failed."""
    row = notifications_for(request.user).filter(pk=notification_id).first()
    if row is None:
        raise Http404(_("No such message, or not one of your sites."))
    try:
        send_again(notification=row, by=request.user, now=clock.now())
    except ValidationError as error:
        _say(request, error)
    else:
        messages.success(request, _("It is tried again."))
    return redirect("notification_log")


def _site(request: SignedInRequest, site_code: str) -> Site:
    site = Site.objects.filter(code=site_code, staff=request.user).select_related("notification_settings").first()
    if site is None:
        raise Http404(_("No such site, or not one of yours."))
    check_can_set_up_notifications(request.user, site)
    return site


def _say(request: SignedInRequest, error: ValidationError) -> None:
    for one in problems_of(error):
        messages.error(request, f"{one.what} {one.mend}")
