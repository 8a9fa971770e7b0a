"""How a site answers signals: how soon, and who is on duty."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from labs.actions.set_up_review import set_up_review
from labs.models import ReviewSettings
from labs.models.review import LONGEST_DAYS, LONGEST_HOURS, REVIEW_DAYS, URGENT_HOURS
from labs.selectors.near_misses import physicians_of
from patients.access import DECIDERS, check_can_set_up_review
from patients.models import Site, User
from tracker.web import clock
from tracker.web.entry import attempt, entry_page, get_or_post
from tracker.web.for_roles import for_roles
from tracker.web.signed_in import SignedInRequest

for_those_who_decide = for_roles(
    DECIDERS, gettext_lazy("Only physicians and administrators decide how a site answers signals.")
)


class ReviewForm(forms.Form):
    """What a site decides."""

    urgent_hours = forms.IntegerField(
        label=gettext_lazy("Hours to answer an urgent signal"), min_value=1, max_value=LONGEST_HOURS
    )
    review_days = forms.IntegerField(
        label=gettext_lazy("Days to answer a signal to review"), min_value=1, max_value=LONGEST_DAYS
    )
    duty_physician = forms.ModelChoiceField(
        label=gettext_lazy("Physician on duty"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("nobody"),
        help_text=gettext_lazy("Owns a signal when neither the responsible physician nor a deputy or cover can."),
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["urgent_hours"].help_text = _("This project's own default: %(n)d.") % {"n": URGENT_HOURS}
        self.fields["review_days"].help_text = _("This project's own default: %(n)d.") % {"n": REVIEW_DAYS}
        cast("forms.ModelChoiceField[User]", self.fields["duty_physician"]).queryset = physicians_of(site)


@require_safe
@for_those_who_decide
def review_settings(request: SignedInRequest) -> HttpResponse:
    """What holds at each site of this person."""
    sites = request.user.sites.select_related("review_settings__duty_physician").order_by("name")
    rows = [(site, ReviewSettings.of(site)) for site in sites]
    defaults = {"urgent_hours": URGENT_HOURS, "review_days": REVIEW_DAYS}
    return render(request, "absences/review_settings.html", {"rows": rows, "defaults": defaults})


@get_or_post
@for_those_who_decide
def change_review(request: SignedInRequest, site_code: str) -> HttpResponse:
    """The form of one site."""
    site = Site.objects.filter(code=site_code, staff=request.user).first()
    if site is None:
        raise Http404(_("No such site, or not one of yours."))
    check_can_set_up_review(request.user, site)
    holds = ReviewSettings.of(site)
    initial = {name: getattr(holds, name) for name in ReviewForm.base_fields}
    form = ReviewForm(request.POST or None, site=site, initial=initial)
    if form.is_valid() and attempt(
        form, lambda: set_up_review(site=site, by=request.user, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, _("Saved. Signals that wait already keep the time they have."))
        return redirect("review_settings")
    title = _("How %(site)s answers signals") % {"site": site}
    lead = _("A signal that nobody answers in this time is passed on to the next of the chain, acknowledged or not.")
    return entry_page(request, None, form, title=title, save=_("Save"), back=reverse("review_settings"), lead=lead)
