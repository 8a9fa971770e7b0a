"""Recording lines of therapy and events that move counts or markers."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.actions.record_course import record_event, record_line
from patients.access import check_can_record
from patients.models import Diagnosis, EventKind, Patient, Phase
from tracker.web import clock
from tracker.web.entry import attempt, day_input, entry_page, get_or_post, only_if
from tracker.web.patient import opens_record
from tracker.web.signed_in import SignedInRequest


class EventForm(forms.Form):
    """One event."""

    kind = forms.ChoiceField(label=gettext_lazy("What"), choices=[("", "–"), *EventKind.choices])
    detail = forms.CharField(
        label=gettext_lazy("Detail"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Name the drug of an antibody: it decides which tests it disturbs."),
    )
    started_on = forms.DateField(label=gettext_lazy("On, or from"), widget=day_input())
    ended_on = forms.DateField(label=gettext_lazy("Until (empty: one day)"), required=False, widget=day_input())
    ongoing = forms.BooleanField(label=gettext_lazy("Still going on"), required=False)


class LineForm(forms.Form):
    """One line of therapy, or a phase of one."""

    diagnosis = forms.ModelChoiceField(label=gettext_lazy("For"), queryset=Diagnosis.objects.none(), empty_label=None)
    number = forms.IntegerField(
        label=gettext_lazy("Line"),
        min_value=1,
        max_value=99,
        help_text=gettext_lazy("A new line starts a new lowest value. A phase of the same line keeps its number."),
    )
    phase = forms.ChoiceField(label=gettext_lazy("Phase"), choices=[("", "–"), *Phase.choices])
    regimen = forms.CharField(label=gettext_lazy("Regimen"), max_length=120)
    started_on = forms.DateField(label=gettext_lazy("Started on"), widget=day_input())
    ended_on = forms.DateField(label=gettext_lazy("Ended on (if it has)"), required=False, widget=day_input())

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Diagnosis]", self.fields["diagnosis"]).queryset = patient.diagnoses.all()


@get_or_post
@opens_record("record_event")
@only_if(check_can_record)
def event(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """The form of an event, and what it saves."""
    form = EventForm(request.POST or None, initial={"started_on": clock.today_at(patient.site)})
    if form.is_valid() and attempt(
        form, lambda: record_event(patient=patient, by=request.user, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, _("The event is recorded. Signals it may explain say so from now on."))
        return redirect("patient_treatment", patient.pk)
    back = reverse("patient_treatment", args=[patient.pk])
    return entry_page(request, patient, form, title=_("Record an event"), save=_("Save event"), back=back)


@get_or_post
@opens_record("record_line")
@only_if(check_can_record)
def line(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """The form of a line of therapy, and what it saves."""
    if not patient.diagnoses.all():
        messages.error(request, _("Record the diagnosis first: a line of therapy belongs to one."))
        return redirect("record_diagnosis", patient.pk)
    form = LineForm(request.POST or None, patient=patient, initial={"number": next_number(patient)})
    if form.is_valid() and attempt(form, lambda: record_line(by=request.user, now=clock.now(), **form.cleaned_data)):
        messages.success(request, _("The line of therapy is recorded."))
        return redirect("patient_treatment", patient.pk)
    back = reverse("patient_treatment", args=[patient.pk])
    return entry_page(request, patient, form, title=_("Record a line of therapy"), save=_("Save line"), back=back)


def next_number(patient: Patient) -> int:
    """The number a further line would have."""
    numbers = [line.number for diagnosis in patient.diagnoses.all() for line in diagnosis.lines.all()]
    return max(numbers, default=0) + 1
