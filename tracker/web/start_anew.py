"""Starting the comparisons of a marker anew, and taking that back."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.actions.rebaseline import rebaseline, withdraw_rebaseline
from labs.models import Rebaseline, Result
from labs.vocabulary.analytes import ANALYTES
from patients.access import check_can_judge
from patients.models import Patient
from tracker.web import clock
from tracker.web.entry import attempt, day_input, entry_page, get_or_post, only_if
from tracker.web.patient import opens_record
from tracker.web.reasons import ReasonForm
from tracker.web.signed_in import SignedInRequest

ALL = gettext_lazy("all markers")


class StartForm(ReasonForm):
    """Which marker, from when, and why."""

    analyte = forms.ChoiceField(label=gettext_lazy("Marker"), required=False)
    starts_on = forms.DateField(
        label=gettext_lazy("From"),
        widget=day_input(),
        help_text=gettext_lazy("Results of this day and later are compared with one another only."),
    )
    field_order = ("analyte", "starts_on", "reason")

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        measured = set(Result.objects.filter(patient=patient, is_current=True).values_list("analyte", flat=True))
        known = [(code, one.name) for code, one in ANALYTES.items() if code in measured]
        cast("forms.ChoiceField", self.fields["analyte"]).choices = [("", ALL), *known]


@get_or_post
@opens_record("start_anew")
@only_if(check_can_judge)
def start_anew(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """The form (`?analyte=` chooses the marker), and what it saves."""
    initial = {"analyte": request.GET.get("analyte", ""), "starts_on": clock.today_at(patient.site)}
    form = StartForm(request.POST or None, patient=patient, initial=initial)
    if form.is_valid() and attempt(
        form, lambda: rebaseline(patient=patient, by=request.user, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, _("Comparisons start anew. The rules have been asked again."))
        return redirect("patient", patient.pk)
    lead = _(
        "For example after a change of assay, a new kidney, or an unusual value that became usual. Earlier results "
        "stay; until there are new ones to compare with, the rules answer that they cannot tell."
    )
    title, back = _("Start comparisons anew"), reverse("patient", args=[patient.pk])
    return entry_page(request, patient, form, title=title, save=_("Start anew"), back=back, lead=lead)


@get_or_post
@opens_record("withdraw_start")
@only_if(check_can_judge)
def withdraw_start(request: SignedInRequest, patient: Patient, row_id: int) -> HttpResponse:
    """Why comparisons reach back again."""
    row = Rebaseline.objects.select_related("patient").filter(patient=patient, pk=row_id).first()
    if row is None:
        raise Http404(_("No such new start."))
    form = ReasonForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: withdraw_rebaseline(row=row, by=request.user, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, _("Taken back. Comparisons reach back as before."))
        return redirect("patient", patient.pk)
    title, back = _("Take the new start back"), reverse("patient", args=[patient.pk])
    return entry_page(request, patient, form, title=title, save=_("Take it back"), back=back)
