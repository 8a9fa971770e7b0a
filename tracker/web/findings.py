"""One finding with its versions; correcting it and taking it back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from labs.actions.correct_finding import correct_finding
from labs.actions.withdraw_finding import withdraw_finding
from labs.models import ClinicalFinding, FindingStatus
from labs.selectors.findings import kind_text, versions_of
from labs.vocabulary.findings import FINDING_KINDS
from patients.access import can_record, check_can_record
from patients.models import Patient
from patients.selectors.patients import banner_of
from tracker.web import clock
from tracker.web.entry import attempt, entry_page, get_or_post, only_if
from tracker.web.patient import opens_record
from tracker.web.record_finding import FindingForm, may_state
from tracker.web.signed_in import SignedInRequest


class CorrectionForm(FindingForm):
    """The finding as it should stand, and what was wrong."""

    reason = forms.CharField(label=gettext_lazy("What was wrong"), max_length=2000)
    confirmed = forms.BooleanField(
        label=gettext_lazy("I looked again: the number and the unit are right"),
        required=False,
        widget=forms.HiddenInput,
    )


class WithdrawalForm(forms.Form):
    """Why a finding is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is taken back"),
        max_length=2000,
        help_text=gettext_lazy("For example: images of another patient."),
    )


@require_safe
@opens_record("finding")
def finding_page(request: SignedInRequest, patient: Patient, finding_id: int) -> HttpResponse:
    """One finding, all its versions, and what can be done."""
    finding = finding_of(patient, finding_id)
    kind = FINDING_KINDS[finding.kind]
    changeable = (
        finding.is_current
        and not finding.computed
        and finding.status != FindingStatus.ENTERED_IN_ERROR
        and can_record(request.user, patient)
        and may_state(request.user, patient, kind)
    )
    context = {
        "patient": patient,
        "banner": banner_of(patient, today=clock.today_at(patient.site)),
        "finding": finding,
        "versions": versions_of(finding),
        "changeable": changeable,
    }
    return render(request, "findings/finding.html", context)


@get_or_post
@opens_record("correct_finding")
@only_if(check_can_record)
def correct(request: SignedInRequest, patient: Patient, finding_id: int) -> HttpResponse:
    """The form with the finding as it stands, and what it saves."""
    finding = finding_of(patient, finding_id)
    form = CorrectionForm(request.POST or None, kind=FINDING_KINDS[finding.kind], initial=_as_it_stands(finding))

    def save() -> Any:
        return correct_finding(finding=finding, by=request.user, now=clock.now(), **form.cleaned_data)

    if form.is_valid() and (new := attempt(form, save)):
        messages.success(request, _("The correction is recorded and evaluated. The former version stays on record."))
        return redirect("finding", patient.pk, new.pk)
    if "confirmed" in form.errors:
        form.fields["confirmed"].widget = forms.CheckboxInput()
    return _entry(request, finding, form, title=_("Correct: %(finding)s"), save=_("Save correction"))


@get_or_post
@opens_record("withdraw_finding")
@only_if(check_can_record)
def withdraw(request: SignedInRequest, patient: Patient, finding_id: int) -> HttpResponse:
    """The form that asks why, and what it saves."""
    finding = finding_of(patient, finding_id)
    form = WithdrawalForm(request.POST or None)

    def save() -> Any:
        return withdraw_finding(finding=finding, by=request.user, now=clock.now(), **form.cleaned_data)

    if form.is_valid() and (new := attempt(form, save)):
        messages.success(request, _("The finding is taken back. Signals that rested on it alone are withdrawn."))
        return redirect("finding", patient.pk, new.pk)
    return _entry(request, finding, form, title=_("Take back: %(finding)s"), save=_("Take the finding back"))


def finding_of(patient: Patient, finding_id: int) -> ClinicalFinding:
    """A finding of this patient."""
    found = ClinicalFinding.objects.select_related("recorded_by", "supersedes", "patient__site")
    finding = found.filter(patient=patient, pk=finding_id).first()
    if finding is None:
        raise Http404(_("No such finding of this patient."))
    return finding


def _as_it_stands(finding: ClinicalFinding) -> dict[str, Any]:
    value = None if finding.value is None else f"{finding.value.normalize():f}"
    return {
        "observed_on": finding.observed_on,
        "site": finding.site_label,
        "coded": finding.coded,
        "value": value,
        "unit": FINDING_KINDS[finding.kind].analyte.unit,
        "method": finding.method,
        "note": finding.note,
    }


def _entry(
    request: SignedInRequest, finding: ClinicalFinding, form: forms.Form, *, title: str, save: str
) -> HttpResponse:
    name = ", ".join(part for part in (kind_text(finding), finding.site_label) if part)
    back = reverse("finding", args=[finding.patient_id, finding.pk])
    return entry_page(request, finding.patient, form, title=title % {"finding": name}, save=save, back=back)
