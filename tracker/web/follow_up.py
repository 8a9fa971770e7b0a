"""What a site decided about follow-up, as a form that says what each choice does and what this project suggests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.actions.set_follow_up import SETTABLE, set_follow_up
from labs.models import FollowUpSettings
from labs.selectors.site_calendar import settings_of
from patients.access import can_set_follow_up, check_can_set_follow_up
from tracker.web.days_off import site_of
from tracker.web.entry import REFUSED, attempt, get_or_post
from tracker.web.signed_in import SignedInRequest

HELP = {
    "works_weekends": gettext_lazy("Saturdays and Sundays are offered for bookings, too."),
    "day_capacity": gettext_lazy("From so many patients on, the calendar shows a day as full. Empty: no bound."),
    "result_within_days": gettext_lazy("A sample that has no result for longer is an alarm of the worklist."),
    "feed_quiet_days": gettext_lazy("An interface that sent nothing for longer is an alarm."),
    "lost_after_days": gettext_lazy(
        "A patient all of whose waiting tests are late for longer counts as lost to follow-up in the measures."
    ),
    "message_gap_days": gettext_lazy("No letter or message to a patient goes out sooner after the one before."),
    "message_limit": gettext_lazy("No more letters and messages to one patient within the days below."),
    "message_limit_days": gettext_lazy("The days within which they are counted."),
    "sends_email": gettext_lazy("Letters may go by e-mail to patients who agreed to it."),
    "sends_sms": gettext_lazy("Reminders may go by text message to patients who agreed to it."),
    "language": gettext_lazy("Of letters to patients for whom no other language is recorded, such as en or fr."),
    "letterhead": gettext_lazy("Stands at the top of letters, line by line."),
    "contact_line": gettext_lazy("Stands in letters: whom to call, and when."),
    "feed_names": gettext_lazy("Calendars read by other programs name patients. Otherwise they say how many come."),
}
GROUPS = (
    (gettext_lazy("Days"), ("works_weekends", "day_capacity")),
    (gettext_lazy("Alarms"), ("result_within_days", "feed_quiet_days", "lost_after_days")),
    (
        gettext_lazy("Letters and messages"),
        (
            "sends_email",
            "sends_sms",
            "message_gap_days",
            "message_limit",
            "message_limit_days",
            "language",
            "letterhead",
            "contact_line",
        ),
    ),
    (gettext_lazy("Calendars read by other programs"), ("feed_names",)),
)


class FollowUpForm(forms.ModelForm):
    """Every field with what it does, and the default of this project."""

    class Meta:
        model = FollowUpSettings
        fields = SETTABLE
        widgets = {"letterhead": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.help_text = f"{HELP[name]} {_default_words(name)}".strip()

    def grouped(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS]


def _default_words(name: str) -> str:
    """The default of a field, and whose it is."""
    default = getattr(FollowUpSettings(), name)
    if isinstance(default, bool):
        return _("Default of this project: %(value)s.") % {"value": _("yes") if default else _("no")}
    return _("Default of this project: %(value)s.") % {"value": default} if default not in (None, "") else ""


@get_or_post
def follow_up(request: SignedInRequest, site_code: str) -> HttpResponse:
    """Read by everybody of the site, changed by administrators."""
    site = site_of(request, site_code)
    if request.method == "POST":
        check_can_set_follow_up(request.user, site)
    form = FollowUpForm(request.POST or None, instance=settings_of(site))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if attempt(form, lambda: set_follow_up(site=site, by=request.user, **given)):
            messages.success(request, _("Saved."))
            return redirect("follow_up", site.code)
    context = {"form": form, "site": site, "may_set": can_set_follow_up(request.user, site)}
    return render(request, "sites/follow_up.html", context, status=REFUSED if form.is_bound else 200)
