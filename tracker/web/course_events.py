"""Recording remissions and relapses, correcting them and taking them back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.actions.record_course import correct_course_event, record_relapse, record_remission, withdraw_course_event
from patients.access import check_can_judge
from patients.models import CourseEvent, CourseKind, Diagnosis, Patient, RelapseSite
from tracker.web import clock
from tracker.web.entry import attempt, day_input, entry_page, get_or_post, only_if
from tracker.web.patient import opens_record
from tracker.web.reasons import ReasonForm
from tracker.web.signed_in import SignedInRequest


class TurnForm(forms.Form):
    """What remissions and relapses have in common."""

    diagnosis = forms.ModelChoiceField(label=gettext_lazy("Of"), queryset=Diagnosis.objects.none(), empty_label=None)
    on = forms.DateField(label=gettext_lazy("On"), widget=day_input())
    line_number = forms.IntegerField(
        label=gettext_lazy("After line of therapy (if known)"), required=False, min_value=1, max_value=99
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "reason" in self.fields:  # a correction stays with its disease
            del self.fields["diagnosis"]
        else:
            cast("forms.ModelChoiceField[Diagnosis]", self.fields["diagnosis"]).queryset = patient.diagnoses.all()


class RemissionForm(TurnForm):
    """A remission."""

    response = forms.CharField(
        label=gettext_lazy("Response"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("such as CR, sCR, VGPR, CRi"),
    )
    field_order = ("diagnosis", "on", "response", "line_number", "note")


class RelapseForm(TurnForm):
    """A relapse."""

    sites = forms.MultipleChoiceField(
        label=gettext_lazy("Where (several: a combined relapse; none: not known)"),
        required=False,
        choices=RelapseSite.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ("diagnosis", "on", "sites", "line_number", "note")


class RemissionCorrection(RemissionForm, ReasonForm):
    """A remission as it should stand, and why."""

    field_order = ("on", "response", "line_number", "note", "reason")


class RelapseCorrection(RelapseForm, ReasonForm):
    """A relapse as it should stand, and why."""

    field_order = ("on", "sites", "line_number", "note", "reason")


@get_or_post
@opens_record("record_remission")
@only_if(check_can_judge)
def remission(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """The form of a remission, and what it saves."""
    said = _("The remission is recorded. Results from this day on are judged as those of a person in remission.")
    title, save = _("Record a remission"), _("Save remission")
    return _record(request, patient, RemissionForm, record_remission, title=title, save=save, said=said)


@get_or_post
@opens_record("record_relapse")
@only_if(check_can_judge)
def relapse(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """The form of a relapse, and what it saves."""
    said = _("The relapse is recorded. Until a remission is, what persists raises nothing new.")
    title, save = _("Record a relapse"), _("Save relapse")
    return _record(request, patient, RelapseForm, record_relapse, title=title, save=save, said=said)


@get_or_post
@opens_record("correct_course")
@only_if(check_can_judge)
def correct(request: SignedInRequest, patient: Patient, event_id: int) -> HttpResponse:
    """The form with the remission or relapse as it stands; what it saves takes its place."""
    event = _event_of(patient, event_id)
    remitted = event.kind == CourseKind.REMISSION
    shape = RemissionCorrection if remitted else RelapseCorrection
    form = shape(request.POST or None, patient=patient, initial={name: getattr(event, name, "") for name in FACTS})
    if form.is_valid() and attempt(
        form, lambda: correct_course_event(event=event, by=request.user, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, _("The correction is recorded. The former statement stays on record."))
        return redirect("patient", patient.pk)
    title = _("Correct the remission") if remitted else _("Correct the relapse")
    return _entry(request, patient, form, title=title, save=_("Save correction"))


@get_or_post
@opens_record("withdraw_course")
@only_if(check_can_judge)
def withdraw(request: SignedInRequest, patient: Patient, event_id: int) -> HttpResponse:
    """Why it was none."""
    event = _event_of(patient, event_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: withdraw_course_event(event=event, by=request.user, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, _("Taken back. It stays on record, struck."))
        return redirect("patient", patient.pk)
    return _entry(request, patient, form, title=_("Take back: %(turn)s") % {"turn": event}, save=_("Take it back"))


FACTS = ("on", "response", "sites", "line_number", "note")


def _record(
    request: SignedInRequest,
    patient: Patient,
    shape: type[TurnForm],
    action: Callable[..., CourseEvent],
    *,
    title: str,
    save: str,
    said: str,
) -> HttpResponse:
    if not patient.diagnoses.all():
        messages.error(request, _("Record the diagnosis first: remissions and relapses belong to one."))
        return redirect("record_diagnosis", patient.pk)
    form = shape(request.POST or None, patient=patient, initial={"on": clock.today_at(patient.site)})
    if form.is_valid() and attempt(form, lambda: action(by=request.user, now=clock.now(), **form.cleaned_data)):
        messages.success(request, said)
        return redirect("patient", patient.pk)
    return _entry(request, patient, form, title=title, save=save)


def _entry(request: SignedInRequest, patient: Patient, form: forms.Form, *, title: str, save: str) -> HttpResponse:
    return entry_page(request, patient, form, title=title, save=save, back=reverse("patient", args=[patient.pk]))


def _event_of(patient: Patient, event_id: int) -> CourseEvent:
    """The remission or relapse of this patient, or "not found"."""
    events = CourseEvent.objects.select_related("diagnosis__patient__site")
    event = events.filter(diagnosis__patient=patient, pk=event_id).first()
    if event is None:
        raise Http404(_("No such remission or relapse."))
    return event
