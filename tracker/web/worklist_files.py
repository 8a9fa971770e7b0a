"""Taking the worklist along: one part of it as a file, and the sheet of a day on paper."""

from __future__ import annotations

from datetime import date

from django import forms
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from labs.selectors.day_sheet import day_sheet as patients_of_day
from labs.selectors.worklist import reach_of
from patients.actions.record_access import record_access_to_each
from patients.models import Site
from tracker.reports.export import STREAMED, Request
from tracker.reports.worklist import WORKLIST, PartOfList
from tracker.web import clock
from tracker.web.for_roles import for_clinicians
from tracker.web.reports import streamed, whole
from tracker.web.signed_in import SignedInRequest
from tracker.web.worklist import filter_in, tab_in

FORMATS = ("csv", "xlsx")


class DayForm(forms.Form):
    """Which site and day."""

    site = forms.TypedChoiceField(label=gettext_lazy("Site"), required=False, coerce=int, empty_value=None)
    on = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )


@require_POST
@for_clinicians
def take(request: SignedInRequest) -> HttpResponse | StreamingHttpResponse | FileResponse:
    """Every row of the part of the list the address names, in the format of the button. Taking it is recorded."""
    wanted = request.POST.get("format", "csv")
    if wanted not in FORMATS:
        raise Http404(_("There is no such format."))
    narrowing = filter_in(request.GET, reach_of(request.user)).narrowing()
    asked = Request(WORKLIST, wanted, PartOfList(tab_in(request.GET), narrowing), request.user, clock.now())
    return streamed(asked) if wanted in STREAMED else whole(asked)


@require_safe
@for_clinicians
def day_sheet(request: SignedInRequest) -> HttpResponse:
    """The patients booked at a site on a day, by time, with boxes to tick on paper. The looks are recorded."""
    now, sites = clock.now(), reach_of(request.user).sites
    form = DayForm(request.GET)
    form.fields["site"].choices = [(site.pk, site.name) for site in sites]  # type: ignore[attr-defined]
    status = 200 if form.is_valid() else 400
    site = _chosen(sites, form.cleaned_data.get("site"))
    on: date | None = form.cleaned_data.get("on") or (now.astimezone(site.zone).date() if site else None)
    lines = patients_of_day(user=request.user, now=now, site=site, on=on) if site and on else []
    record_access_to_each(by=request.user, patient_ids={line.patient.pk for line in lines}, view="day-sheet")
    shown = DayForm(initial={"site": site.pk if site else None, "on": on})
    shown.fields["site"].choices = form.fields["site"].choices  # type: ignore[attr-defined]
    context = {"form": shown if status == 200 else form, "site": site, "on": on, "lines": lines}
    return render(request, "worklist/day_sheet.html", context, status=status)


def _chosen(sites: tuple[Site, ...], number: int | None) -> Site | None:
    """The site that was asked for; the first without."""
    return next((site for site in sites if number in {None, site.pk}), None)
