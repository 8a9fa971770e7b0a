"""Recording what a clinician found: first what it is, then a short form of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from labs.actions.record_finding import Told, record_findings
from labs.vocabulary.findings import FINDING_KINDS, MODALITIES, FindingKind
from patients.access import can_attest, check_can_attest, check_can_record
from patients.models import Patient, User
from patients.problems import Problem, problems_of, refusal
from tracker.web import clock
from tracker.web.entry import attempt, day_input, entry_page, get_or_post, only_if
from tracker.web.patient import opens_record
from tracker.web.signed_in import SignedInRequest

OFFERED = {
    "biopsy": gettext_lazy("What the pathologist saw in tissue"),
    "extramedullary": gettext_lazy("Disease outside the marrow: plasmacytoma, myeloid sarcoma, skin, any organ"),
    "testis": gettext_lazy("Examination, ultrasound or biopsy of a testis"),
    "cns_signs": gettext_lazy("Palsy of a nerve, mass in brain or eye, change of appetite and weight"),
    "hyperviscosity": gettext_lazy("Blurred vision, bleeding and confusion from thick blood"),
    "marrow_clonality": gettext_lazy("Whether the plasma cells of the marrow are of one clone"),
    "hematogones": gettext_lazy("Whether flow cytometry shows the blasts to be regenerating precursors"),
}
"""The kinds with a form of their own, with what each is about. What is seen on images goes into the form of a study."""


class FindingForm(forms.Form):
    """One finding of one kind. Fields that the kind does not have are left out."""

    observed_on = forms.DateField(label=gettext_lazy("Found on"), widget=day_input())
    site = forms.CharField(required=False, max_length=1000)
    coded = forms.ChoiceField(label=gettext_lazy("Finding"), widget=forms.RadioSelect)
    value = forms.DecimalField(label=gettext_lazy("Value"), widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    method = forms.ChoiceField(label=gettext_lazy("Found by"))
    note = forms.CharField(
        label=gettext_lazy("Note (optional)"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, kind: FindingKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("coded",) if kind.measured else ("value", "unit"):
            del self.fields[name]
        if kind.measured:
            self._choose("unit", [(unit, unit) for unit in kind.analyte.factors])
        else:
            self._choose("coded", [(word, _(word).capitalize()) for word in kind.analyte.scale])
        self._choose("method", [(code, _(MODALITIES[code])) for code in kind.methods])
        if len(kind.methods) > 1:
            self._choose("method", [("", "–"), *((code, _(MODALITIES[code])) for code in kind.methods)])
        if kind.place == "none":
            del self.fields["site"]
        else:
            self._name_site(kind)

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def _name_site(self, kind: FindingKind) -> None:
        site = self.fields["site"]
        site.required = kind.place == "required"
        site.label = _(kind.place_is) if site.required else _("%(site)s (optional)") % {"site": _(kind.place_is)}
        site.help_text = _("For example: %(example)s.") % {"example": _(kind.example)}


@require_safe
@opens_record("record_finding")
@only_if(check_can_record)
def choose(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """What can be recorded, of what this person may state."""
    offered = [(FINDING_KINDS[code], about) for code, about in OFFERED.items()]
    may = [(kind, about) for kind, about in offered if may_state(request.user, patient, kind)]
    return entry_page(
        request,
        patient,
        forms.Form(),
        title=_("Record a finding"),
        save="",
        back=reverse("patient_results", args=[patient.pk]),
        template="findings/choose.html",
        kinds=may,
        others=[kind for kind, _about in offered if not may_state(request.user, patient, kind)],
    )


@get_or_post
@opens_record("record_finding")
@only_if(check_can_record)
def record_one(request: SignedInRequest, patient: Patient, code: str) -> HttpResponse:
    """The form of one kind of finding, and what it saves."""
    if code not in OFFERED:
        raise Http404(_("No such kind of finding."))
    kind = FINDING_KINDS[code]
    if kind.judged:
        check_can_attest(request.user, patient)
    form = FindingForm(request.POST or None, kind=kind, initial={"observed_on": clock.today_at(patient.site)})
    if form.is_valid() and attempt(form, lambda: _record(request.user, patient, kind, form.cleaned_data)):
        messages.success(request, _("The finding is recorded and evaluated."))
        return redirect("patient_results", patient.pk)
    return entry_page(
        request,
        patient,
        form,
        title=_(kind.analyte.name),
        save=_("Save finding"),
        back=reverse("record_finding", args=[patient.pk]),
        lead=OFFERED[code],
    )


def may_state(user: User, patient: Patient, kind: FindingKind) -> bool:
    """Whether this person, who may record, may state this kind of finding."""
    return not kind.judged or can_attest(user, patient)


def _record(user: User, patient: Patient, kind: FindingKind, given: dict[str, Any]) -> Any:
    day = given.pop("observed_on")
    told = Told(kind=kind.code, **given)
    return only_one(
        lambda: record_findings(patient=patient, observed_on=day, findings=[told], by=user, now=clock.now())
    )


def only_one(record: Callable[[], Any]) -> Any:
    """What it gave; a refusal of its only finding names fields as if there were no list."""
    try:
        return record()
    except ValidationError as error:
        raise refusal(_unlisted(problems_of(error))) from None


def _unlisted(problems: Iterable[Problem]) -> list[Problem]:
    return [Problem(one.where.removeprefix("findings.0."), one.what, one.mend) for one in problems]
