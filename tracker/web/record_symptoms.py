"""Recording what the patient tells."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.actions.record_course import tell_symptoms
from labs.vocabulary.symptoms import SYMPTOMS, Symptom
from patients.access import check_can_record
from patients.models import Patient
from tracker.web import clock
from tracker.web.entry import attempt, day_input, entry_page, get_or_post, only_if
from tracker.web.patient import opens_record
from tracker.web.signed_in import SignedInRequest


class SymptomForm(forms.Form):
    """Symptoms of the patient's diseases, urgent ones first; asked and none told is an answer of its own."""

    reported_on = forms.DateField(label=gettext_lazy("Told on"), widget=day_input())
    symptoms = forms.MultipleChoiceField(
        label=gettext_lazy("Symptoms"), required=False, widget=forms.CheckboxSelectMultiple
    )
    none_told = forms.BooleanField(label=gettext_lazy("Asked, and none of these"), required=False)
    note = forms.CharField(
        label=gettext_lazy("In the patient's own words (optional)"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, diseases: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(symptom.code, worded(symptom)) for symptom in asked_about(diseases)]
        cast(forms.MultipleChoiceField, self.fields["symptoms"]).choices = choices

    def clean(self) -> dict[str, Any]:
        """Either symptoms or none: an empty form says nothing."""
        told = super().clean() or {}
        none_told = told.pop("none_told", False)
        if none_told and told.get("symptoms"):
            self.add_error("none_told", _("Symptoms are ticked. Untick them, or this."))
        if not none_told and not told.get("symptoms") and "symptoms" not in self.errors:
            self.add_error("symptoms", _("Tick what the patient tells, or that none of these was told."))
        return told


def asked_about(diseases: frozenset[str]) -> list[Symptom]:
    """The symptoms to ask a patient with these diseases about, urgent ones first; all of them when none is recorded."""
    wanted = [symptom for symptom in SYMPTOMS.values() if not diseases or symptom.diseases & diseases]
    return sorted(wanted, key=lambda symptom: symptom.level != "URGENT")


def worded(symptom: Symptom) -> str:
    """The symptom as the form names it."""
    label = _(symptom.label)
    return _("%(symptom)s (urgent)") % {"symptom": label} if symptom.level == "URGENT" else label


@get_or_post
@opens_record("record_symptoms")
@only_if(check_can_record)
def record_symptoms(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """The form, and what it saves."""
    diseases = frozenset(diagnosis.disease for diagnosis in patient.diagnoses.all())
    form = SymptomForm(request.POST or None, diseases=diseases, initial={"reported_on": clock.today_at(patient.site)})
    if form.is_valid() and attempt(
        form, lambda: tell_symptoms(patient=patient, by=request.user, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, _("The symptoms are recorded."))
        return redirect("patient_treatment", patient.pk)
    back = reverse("patient_treatment", args=[patient.pk])
    return entry_page(request, patient, form, title=_("Record symptoms"), save=_("Save symptoms"), back=back)
