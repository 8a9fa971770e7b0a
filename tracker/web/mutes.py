"""Mutes: the form of one, from a signal; the list of those that hold; ending one early."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from labs.actions.end_mute import end_mute
from labs.actions.mute_rule import mute_rule
from labs.models import Flag, Level, Mute, MuteReason
from labs.models.mute import LONGEST_MUTE_DAYS
from labs.selectors.mutes import ended_mutes, mutes_for, standing_mutes
from patients.access import READERS, check_can_review
from patients.actions.record_access import record_access
from patients.selectors.keyset import Key, page_of, read_day
from tracker.web import clock
from tracker.web.entry import attempt, day_input, entry_page, get_or_post
from tracker.web.flags import opens_flag
from tracker.web.for_roles import for_roles
from tracker.web.paging import cursors, refuses_bad_cursors
from tracker.web.reasons import ReasonForm
from tracker.web.signed_in import SignedInRequest

USUAL_DAYS = 28
"""What the form suggests: four weeks, one cycle of most therapies. This project's own."""
PAGE_SIZE = 50
ENDED = 50
"""Ended mutes shown below, the newest first."""
ORDER = (Key("until_on", read=read_day), Key("pk", read=int))

for_readers = for_roles(READERS, gettext_lazy("Only people of a site see what is muted there."))


class MuteForm(forms.Form):
    """Why, and until when; whether an urgent signal is meant, where it is one."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=MuteReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose why.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Others will read it. Needed where the reason is something else."),
    )
    until_on = forms.DateField(
        label=gettext_lazy("Until, this day included"),
        widget=day_input(),
        error_messages={"required": gettext_lazy("Give the last day.")},
    )
    urgent_too = forms.BooleanField(
        label=gettext_lazy("Mute it although it is urgent, and every further urgent signal of this rule until then"),
        required=False,
    )

    def __init__(self, *args: Any, level: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until_on"].help_text = _("At most %(days)d days from today.") % {"days": LONGEST_MUTE_DAYS}
        if level != Level.URGENT:
            del self.fields["urgent_too"]


@get_or_post
@opens_flag("mute")
def mute(request: SignedInRequest, flag: Flag) -> HttpResponse:
    """The form, and what it saves."""
    check_can_review(request.user, flag.patient)
    today = clock.today_at(flag.patient.site)
    form = MuteForm(request.POST or None, level=flag.level, initial={"until_on": today + timedelta(days=USUAL_DAYS)})

    def save() -> Mute:
        return mute_rule(flag=flag, by=request.user, now=clock.now(), **form.cleaned_data)

    if form.is_valid() and (done := attempt(form, save)):
        told = _("Muted until %(day)s. It stays on the patient's page and on the list of mutes.")
        messages.success(request, told % {"day": done.until_on.isoformat()})
        return redirect("flag", flag.pk)
    title = _("Mute %(rule)s for this patient") % {"rule": flag.rule}
    back = reverse("flag", args=[flag.pk])
    return entry_page(request, flag.patient, form, title=title, save=_("Mute"), back=back, lead=_lead(flag))


@require_safe
@for_readers
@refuses_bad_cursors
def mutes(request: SignedInRequest) -> HttpResponse:
    """Every mute that holds, the first to end first, with what it holds back; below it those that ended."""
    now = clock.now()
    standing = standing_mutes(request.user, now=now)
    page = page_of(standing, ORDER, size=PAGE_SIZE, **cursors(request))
    context = {
        "page": page,
        "count": standing.count(),
        "ended": list(ended_mutes(request.user, now=now)[:ENDED]),
    }
    return render(request, "mutes/mutes.html", context)


@get_or_post
def end(request: SignedInRequest, mute_id: int) -> HttpResponse:
    """Why it is not needed any longer."""
    row = mutes_for(request.user).filter(pk=mute_id).first()
    if row is None:
        raise Http404(_("No such mute, or not of a patient you may see."))
    check_can_review(request.user, row.patient)
    record_access(by=request.user, patient=row.patient, view="end_mute")
    form = ReasonForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: end_mute(mute=row, by=request.user, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, _("Ended. What it held back is asked about anew."))
        return redirect("patient_signals", row.patient_id)
    title = _("End the mute of %(rule)s") % {"rule": row.rule}
    return entry_page(request, row.patient, form, title=title, save=_("End it now"), back=reverse("mutes"))


def _lead(flag: Flag) -> str:
    told = _(
        "Signals of this rule in this patient, up to the level %(level)s, want no answer until then. They are raised "
        "and kept as always, stay visible and are counted; a stronger one is asked about at once. Afterwards all "
        "are asked about anew."
    )
    return told % {"level": flag.get_level_display()}
