"""Typing in the results of one sample, a panel at a time, as the laboratory printed them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from labs.actions.enter_result import Sample, Value, enter_results
from labs.actions.receive_report import Received
from labs.vocabulary.analyte import Analyte
from labs.vocabulary.analytes import LABORATORY_ANALYTES
from labs.vocabulary.specimens import SPECIMENS
from labs.vocabulary.test_kinds import TEST_KINDS, TestKind
from patients.access import check_can_record
from patients.models import Disease, Patient
from patients.problems import problems_of
from tracker.web import clock
from tracker.web.entry import day_input, entry_page, get_or_post, only_if
from tracker.web.patient import opens_record
from tracker.web.result_details import DetailForm, takes_details, targets
from tracker.web.signed_in import SignedInRequest

FREE_ROWS = 3
FIRST_KIND = {Disease.MM: "spep_flc"}
OTHER_FIRST_KIND = "cbc"


class SampleForm(forms.Form):
    """What all values of a sample have in common."""

    collected_on = forms.DateField(label=gettext_lazy("Collected on"), widget=day_input())
    collected_time = forms.TimeField(
        label=gettext_lazy("At (optional)"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    laboratory = forms.CharField(
        label=gettext_lazy("Laboratory"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Values are compared only within one laboratory and method."),
    )
    accession = forms.CharField(label=gettext_lazy("Number of the sample (optional)"), required=False, max_length=120)
    confirmed = forms.BooleanField(
        label=gettext_lazy("I looked again: the unusual values are right"), required=False, widget=forms.HiddenInput
    )

    def sample(self) -> Sample:
        """The sample as the action takes it."""
        given = self.cleaned_data
        return Sample(given["collected_on"], given["collected_time"], given["laboratory"], given["accession"])


class ValueForm(DetailForm):
    """One value. A row without a value is not entered."""

    analyte = forms.ChoiceField(label=gettext_lazy("Test"), required=False)
    value = forms.CharField(label=gettext_lazy("Value as printed"), required=False, max_length=400)
    unit = forms.CharField(label=gettext_lazy("Unit as printed"), required=False, max_length=60)
    specimen = forms.ChoiceField(label=gettext_lazy("Specimen"), required=False)
    method = forms.CharField(label=gettext_lazy("Method"), required=False, max_length=80)
    corrects = forms.BooleanField(label=gettext_lazy("Corrects an earlier value of this sample"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = LABORATORY_ANALYTES.get(str(self.initial.get("analyte", "")))
        if self.known and self["analyte"].value() != self.known.code:
            self.known = None
        if self.known:
            self.fields["analyte"].widget = forms.HiddenInput()
        self.fields["analyte"].choices = [("", "–"), *((one.code, _(one.name)) for one in LABORATORY_ANALYTES.values())]  # type: ignore[attr-defined]
        self.fields["specimen"].choices = [("", "–"), *SPECIMENS.items()]  # type: ignore[attr-defined]
        self.units = sorted(self.known.factors) if self.known else []

    @property
    def says_specimen(self) -> bool:
        """Whether the specimen must be stated, because the test is made in several."""
        return self.known is None or not self.known.specimen

    @property
    def takes_details(self) -> bool:
        """Whether the limit of detection, the cells counted and the target may be stated."""
        return self.known is None or takes_details(self.known)

    def clean(self) -> dict[str, Any]:
        """A value needs its test."""
        given = super().clean() or {}
        if given.get("value") and not given.get("analyte"):
            self.add_error("analyte", _("Choose the test this value belongs to."))
        return given

    def entered(self) -> Value | None:
        """The value as the action takes it; None for a row left empty."""
        given = self.cleaned_data
        if not given.get("value"):
            return None
        return Value(
            analyte=given["analyte"],
            text=given["value"],
            unit=given["unit"],
            specimen=given["specimen"],
            method=given["method"],
            corrects=given["corrects"],
            **self.details(),
        )


ValueFormSet = forms.formset_factory(ValueForm, extra=FREE_ROWS, max_num=100, absolute_max=200)


@get_or_post
@opens_record("enter_result")
@only_if(check_can_record)
def enter_result(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """The rows of one kind of test (`?kind=`) and some free ones; all are saved, or none."""
    kind = kind_wanted(request, patient)
    head = SampleForm(request.POST or None, initial={"collected_on": clock.today_at(patient.site)})
    rows = ValueFormSet(request.POST or None, initial=[_preset(analyte) for analyte in analytes_of(kind)])
    if head.is_valid() and rows.is_valid():
        received = _enter(request, patient, head, rows.forms)
        if received is not None:
            _tell(request, received)
            return redirect("patient_results", patient.pk)
    return entry_page(
        request,
        patient,
        head,
        title=_("Enter results"),
        save=_("Save results"),
        back=reverse("patient_results", args=[patient.pk]),
        template="entry/results.html",
        rows=rows,
        details=any(takes_details(analyte) for analyte in analytes_of(kind)),
        targets=targets(),
        kind=kind,
        kinds=[one for one in TEST_KINDS.values() if not one.done_by_hand],
    )


def kind_wanted(request: HttpRequest, patient: Patient) -> TestKind:
    """The kind of test asked for, else the one this disease is followed by most."""
    asked = TEST_KINDS.get(request.GET.get("kind", ""))
    if asked and not asked.done_by_hand:
        return asked
    diseases = [Disease(diagnosis.disease) for diagnosis in patient.diagnoses.all()]
    return TEST_KINDS[next((FIRST_KIND[one] for one in diseases if one in FIRST_KIND), OTHER_FIRST_KIND)]


def analytes_of(kind: TestKind) -> list[Analyte]:
    """The analytes of a kind of test: those it needs first, then the others, in the order of the vocabulary."""
    needed = frozenset[str]().union(*(need.any_of for need in kind.needs))
    wanted = [analyte for analyte in LABORATORY_ANALYTES.values() if analyte.code in kind.analytes]
    return sorted(wanted, key=lambda analyte: analyte.code not in needed)


def _preset(analyte: Analyte) -> dict[str, str]:
    return {"analyte": analyte.code, "unit": "" if analyte.unit == "{ratio}" else analyte.unit}


def _enter(request: SignedInRequest, patient: Patient, head: SampleForm, rows: Sequence[ValueForm]) -> Received | None:
    """What the action said; None when it refused, and the refusals stand in the rows."""
    entered = [(row, value) for row in rows if (value := row.entered())]
    try:
        return enter_results(
            patient=patient,
            sample=head.sample(),
            values=[value for _row, value in entered],
            confirmed=head.cleaned_data["confirmed"],
            by=request.user,
            now=clock.now(),
        )
    except ValidationError as error:
        _place(error, head, [row for row, _value in entered])
        return None


def _place(error: ValidationError, head: SampleForm, rows: Sequence[ValueForm]) -> None:
    """Put each problem where it belongs: into its row, beside its field of the sample, or on top."""
    for problem in problems_of(error):
        part, _dot, rest = problem.where.partition(".")
        index, _dot, field = rest.partition(".")
        words = f"{problem.what} {problem.mend}"
        if part == "values" and index.isdigit():
            rows[int(index)].add_error(field, words)
        elif part == "confirmed":
            head.fields["confirmed"].widget = forms.CheckboxInput()
            head.add_error("confirmed", words)
        else:
            head.add_error(part if part in head.fields else None, words)


def _tell(request: HttpRequest, received: Received) -> None:
    """Say what became of the values."""
    counts = received.count()
    stored = counts["stored"] + counts["replaced"] + counts["beside"]
    if stored:
        said = ngettext("%(n)d value is saved and evaluated.", "%(n)d values are saved and evaluated.", stored)
        messages.success(request, said % {"n": stored})
    if counts["known"]:
        said = ngettext("%(n)d value was known already.", "%(n)d values were known already.", counts["known"])
        messages.info(request, said % {"n": counts["known"]})
    for happened in received.results:
        if happened.kind in {"beside", "late"}:
            messages.warning(request, f"{happened.message} {happened.remedy}")
