"""Recording what images showed: any number of lesions with their diameters, and disease on the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from labs.actions.record_finding import Told, record_findings
from labs.models import ClinicalFinding
from labs.selectors.findings import found_text, lesions_of
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.findings import IMAGING, MODALITIES
from patients.access import check_can_record
from patients.models import Patient
from patients.problems import problems_of
from tracker.web import clock
from tracker.web.entry import day_input, entry_page, get_or_post, only_if
from tracker.web.patient import opens_record
from tracker.web.signed_in import SignedInRequest

FREE_ROWS = 3
NOTHING_SAID = ("", "–")


def _words(code: str) -> list[tuple[str, str]]:
    return [NOTHING_SAID, *((word, _(word)) for word in ANALYTES[code].scale)]


class StudyForm(forms.Form):
    """What all lesions of one set of images have in common."""

    observed_on = forms.DateField(label=gettext_lazy("Images of"), widget=day_input())
    method = forms.ChoiceField(label=gettext_lazy("Kind of images"))
    unit = forms.ChoiceField(label=gettext_lazy("Diameters in"), choices=[("mm", "mm"), ("cm", "cm")])
    imaging_disease = forms.ChoiceField(label=gettext_lazy("Radiologist's conclusion"), required=False)
    note = forms.CharField(label=gettext_lazy("Note (optional)"), required=False, max_length=4000)
    confirmed = forms.BooleanField(
        label=gettext_lazy("I looked again: the numbers and the unit are right"),
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["method"].choices = [NOTHING_SAID, *((code, _(MODALITIES[code])) for code in IMAGING)]  # type: ignore[attr-defined]
        self.fields["imaging_disease"].choices = _words("imaging_disease")  # type: ignore[attr-defined]


class LesionForm(forms.Form):
    """One lesion. A row in which nothing is stated is not saved."""

    lesion = forms.CharField(label=gettext_lazy("Lesion"), required=False, max_length=80)
    new = forms.ChoiceField(label=gettext_lazy("New"), required=False)
    longest = forms.DecimalField(
        label=gettext_lazy("Longest diameter"), required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    short = forms.DecimalField(
        label=gettext_lazy("Short axis"), required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new"].choices = _words("lesion_new")  # type: ignore[attr-defined]
        self.before = self.initial.get("before")

    def clean(self) -> dict[str, Any]:
        """A lesion that is named for the first time needs something said of it."""
        given = super().clean() or {}
        stated = given.get("new") or given.get("longest") is not None or given.get("short") is not None
        if given.get("lesion") and not stated and self.before is None and not self.errors:
            self.add_error("longest", _("Nothing is said of this lesion. Measure it, or say whether it is new."))
        return given


LesionFormSet = forms.formset_factory(LesionForm, extra=FREE_ROWS, max_num=60, absolute_max=120)


class Stated(NamedTuple):
    """A finding, and the form and field it stands in."""

    told: Told
    form: forms.Form
    field: str
    site_field: str = ""


@get_or_post
@opens_record("record_finding")
@only_if(check_can_record)
def record_study(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """The form of one set of images, with the lesions known so far, and what it saves."""
    head = StudyForm(request.POST or None, initial={"observed_on": clock.today_at(patient.site)})
    known = [{"lesion": lesion.name, "before": lesion} for lesion in lesions_of(patient=patient)]
    rows = LesionFormSet(request.POST or None, initial=known)
    if head.is_valid() and rows.is_valid():
        recorded = _record(request, patient, head, _stated(head, rows.forms))
        if recorded is not None:
            _tell(request, recorded)
            return redirect("patient_results", patient.pk)
    return entry_page(
        request,
        patient,
        head,
        title=_("Record images"),
        save=_("Save findings"),
        back=reverse("record_finding", args=[patient.pk]),
        template="findings/study.html",
        rows=rows,
        methods=MODALITIES,
    )


def _stated(head: StudyForm, rows: Sequence[forms.Form]) -> list[Stated]:
    """What was stated, each with the place to say so when it is refused."""
    common = {name: head.cleaned_data[name] for name in ("method", "note")}
    stated = []
    if head.cleaned_data["imaging_disease"]:
        told = Told("imaging_disease", coded=head.cleaned_data["imaging_disease"], **common)
        stated.append(Stated(told, head, "imaging_disease"))
    for row in rows:
        given = row.cleaned_data
        lesion = {"site": given.get("lesion", ""), **common}
        if given.get("new"):
            stated.append(Stated(Told("lesion_new", coded=given["new"], **lesion), row, "new", "lesion"))
        for kind, field in (("lesion_diameter", "longest"), ("lesion_short_axis", "short")):
            if given.get(field) is not None:
                told = Told(kind, value=given[field], unit=head.cleaned_data["unit"], **lesion)
                stated.append(Stated(told, row, field, "lesion"))
    return stated


def _record(
    request: SignedInRequest, patient: Patient, head: StudyForm, stated: list[Stated]
) -> list[ClinicalFinding] | None:
    """What the action recorded; None when it refused, and the refusals stand beside their fields."""
    try:
        return record_findings(
            patient=patient,
            observed_on=head.cleaned_data["observed_on"],
            findings=[one.told for one in stated],
            confirmed=head.cleaned_data["confirmed"],
            by=request.user,
            now=clock.now(),
        )
    except ValidationError as error:
        _place(error, head, stated)
        return None


def _place(error: ValidationError, head: StudyForm, stated: list[Stated]) -> None:
    """Put each problem where it belongs, once."""
    said: set[tuple[int, str | None, str]] = set()
    for problem in problems_of(error):
        _list, _dot, rest = problem.where.partition(".")
        index, _dot, part = rest.partition(".")
        form: forms.Form = head
        field: str | None = problem.where if problem.where in head.fields else None
        if index.isdigit():
            one = stated[int(index)]
            form, field = one.form, {"site": one.site_field}.get(part, one.field)
            if part in ("method", "unit"):
                form, field = head, part
        if field == "confirmed":
            head.fields["confirmed"].widget = forms.CheckboxInput()
        words = f"{problem.what} {problem.mend}"
        if (id(form), field, words) not in said:
            said.add((id(form), field, words))
            form.add_error(field or None, words)


def _tell(request: HttpRequest, recorded: list[ClinicalFinding]) -> None:
    """Say what was saved, and the sum that was worked out."""
    stated = [one for one in recorded if not one.computed]
    said = ngettext(
        "%(n)d finding is recorded and evaluated.", "%(n)d findings are recorded and evaluated.", len(stated)
    )
    messages.success(request, said % {"n": len(stated)})
    for total in (one for one in recorded if one.computed):
        words = _("Sum of products of %(lesions)s: %(total)s.")
        messages.info(request, words % {"lesions": total.site_label, "total": found_text(total)})
