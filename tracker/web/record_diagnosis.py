"""Stating the disease and what rules need to know of it; who answers for the patient."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.actions.hand_over import hand_over
from labs.actions.record_course import diagnose
from patients.access import check_can_describe
from patients.actions.assign_care_team import POSTS
from patients.models import Diagnosis, Disease, DiseaseType, HeavyChain, LightChain, Patient, RiskGroup, User
from tracker.templatetags.vigil import MEASURABLE
from tracker.web import clock
from tracker.web.entry import attempt, day_input, entry_page, get_or_post, only_if
from tracker.web.patient import opens_record
from tracker.web.signed_in import SignedInRequest

MYELOMA_ONLY = gettext_lazy("myeloma only")


def _optional(choices: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [("", "–"), *choices]


class DiagnosisForm(forms.Form):
    """A followed disease."""

    disease = forms.ChoiceField(label=gettext_lazy("Disease"), choices=_optional(Disease.choices))
    subtype = forms.CharField(label=gettext_lazy("Subtype"), required=False, max_length=120)
    diagnosed_on = forms.DateField(label=gettext_lazy("Diagnosed on"), required=False, widget=day_input())
    remission_on = forms.DateField(label=gettext_lazy("In remission since"), required=False, widget=day_input())
    response = forms.CharField(
        label=gettext_lazy("Best response"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("such as CR, VGPR, CRi"),
    )
    therapy_ended_on = forms.DateField(label=gettext_lazy("Therapy ended on"), required=False, widget=day_input())
    risk_group = forms.ChoiceField(
        label=gettext_lazy("Risk group"), choices=RiskGroup.choices, initial=RiskGroup.UNKNOWN
    )
    icd10 = forms.CharField(label=gettext_lazy("ICD-10 code"), required=False, max_length=10)
    heavy_chain = forms.ChoiceField(
        label=gettext_lazy("Heavy chain"), required=False, choices=_optional(HeavyChain.choices), help_text=MYELOMA_ONLY
    )
    light_chain = forms.ChoiceField(
        label=gettext_lazy("Light chain"), required=False, choices=_optional(LightChain.choices), help_text=MYELOMA_ONLY
    )
    disease_type = forms.ChoiceField(
        label=gettext_lazy("Disease type"),
        required=False,
        choices=_optional(DiseaseType.choices),
        help_text=MYELOMA_ONLY,
    )
    measurable = forms.MultipleChoiceField(
        label=gettext_lazy("Measurable by (myeloma only; none ticked: derived from the baseline)"),
        required=False,
        choices=list(MEASURABLE.items()),
        widget=forms.CheckboxSelectMultiple,
    )


class CareTeamForm(forms.Form):
    """Who answers for a patient."""

    physician = forms.ModelChoiceField(
        label=gettext_lazy("Responsible physician"), required=False, queryset=User.objects.none()
    )
    cover = forms.ModelChoiceField(label=gettext_lazy("Cover"), required=False, queryset=User.objects.none())
    nurse = forms.ModelChoiceField(label=gettext_lazy("Nurse"), required=False, queryset=User.objects.none())

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = [person.pk for person in self.initial.values() if person]
        here = User.objects.filter(Q(sites=patient.site) | Q(pk__in=present), is_active=True).distinct()
        for name, role in POSTS.items():
            choices = here.filter(role=role).order_by("last_name", "first_name", "username")
            cast("forms.ModelChoiceField[User]", self.fields[name]).queryset = choices


@get_or_post
@opens_record("record_diagnosis")
@only_if(check_can_describe)
def record_diagnosis(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """The form of a diagnosis, filled with the one on record (`?disease=`, else the first)."""
    form = DiagnosisForm(request.POST or None, initial=_on_record(patient, request.GET.get("disease", "")))
    if form.is_valid() and attempt(
        form, lambda: diagnose(patient=patient, by=request.user, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, _("The diagnosis is recorded."))
        return redirect("patient_treatment", patient.pk)
    back = reverse("patient_treatment", args=[patient.pk])
    return entry_page(request, patient, form, title=_("Record the diagnosis"), save=_("Save diagnosis"), back=back)


@get_or_post
@opens_record("assign_care_team")
@only_if(check_can_describe)
def assign_care_team(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """The form of the care team, and what it saves."""
    team = getattr(patient, "care_team", None)
    initial = {post: getattr(team, post, None) for post in POSTS}
    form = CareTeamForm(request.POST or None, patient=patient, initial=initial)
    if form.is_valid() and attempt(
        form, lambda: hand_over(patient=patient, by=request.user, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(
            request, _("The care team is recorded. Signals that wait are now with the responsible physician.")
        )
        return redirect("patient", patient.pk)
    back = reverse("patient", args=[patient.pk])
    return entry_page(
        request, patient, form, title=_("Who answers for this patient"), save=_("Save care team"), back=back
    )


def _on_record(patient: Patient, disease: str) -> dict[str, Any]:
    known: list[Diagnosis] = [one for one in patient.diagnoses.all() if not disease or one.disease == disease]
    return {name: getattr(known[0], name) for name in DiagnosisForm.base_fields} if known else {"disease": disease}
