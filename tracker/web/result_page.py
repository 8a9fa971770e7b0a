"""One result with its versions, and the mark that says it is spurious."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from labs.actions.mark_result import mark_result, unmark_result
from labs.models import Result, SpuriousMark
from labs.selectors.statements import flags_resting_on, marks_of, result_of, versions_of
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.statuses import is_usable
from patients.access import can_judge, check_can_judge
from patients.models import Patient
from patients.selectors.patients import banner_of
from tracker.web import clock
from tracker.web.entry import attempt, entry_page, get_or_post, only_if
from tracker.web.patient import opens_record
from tracker.web.reasons import ReasonForm
from tracker.web.signed_in import SignedInRequest


@require_safe
@opens_record("result")
def result(request: SignedInRequest, patient: Patient, result_id: int) -> HttpResponse:
    """What the laboratory sent, every version of it, what was said about it, and which signals rest on it."""
    one = found(patient, result_id)
    versions = versions_of(one)
    context = {
        "patient": patient,
        "banner": banner_of(patient, today=clock.today_at(patient.site)),
        "result": one,
        "analyte": ANALYTES[one.analyte],
        "versions": versions,
        "marks": marks_of(versions),
        "flags": flags_resting_on(one),
        "may_judge": can_judge(request.user, patient),
        "markable": can_be_marked(one),
    }
    return render(request, "patients/result.html", context)


@get_or_post
@opens_record("mark_result")
@only_if(check_can_judge)
def mark(request: SignedInRequest, patient: Patient, result_id: int) -> HttpResponse:
    """Why a result is spurious, and what marking it does."""
    one = found(patient, result_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: mark_result(result=one, by=request.user, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, _("Marked as spurious. The rules have been asked again without it."))
        return redirect("result", patient.pk, one.pk)
    title = _("Mark as spurious: %(result)s") % {"result": in_words(one)}
    back = reverse("result", args=[patient.pk, one.pk])
    lead = _(
        "The result stays in sight, struck. Rules leave it out, and signals that rest on it alone are withdrawn. "
        "Every signal and answer then says that a result was left out."
    )
    return entry_page(request, patient, form, title=title, save=_("Mark as spurious"), back=back, lead=lead)


@get_or_post
@opens_record("unmark_result")
@only_if(check_can_judge)
def unmark(request: SignedInRequest, patient: Patient, mark_id: int) -> HttpResponse:
    """Why the result counts after all."""
    held = SpuriousMark.objects.select_related("result__patient").filter(result__patient=patient, pk=mark_id).first()
    if held is None:
        raise Http404(_("No such mark."))
    form = ReasonForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: unmark_result(mark=held, by=request.user, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, _("The mark is taken back. The result counts again."))
        return redirect("result", patient.pk, held.result_id)
    title = _("Take the mark back: %(result)s") % {"result": in_words(held.result)}
    back = reverse("result", args=[patient.pk, held.result_id])
    return entry_page(request, patient, form, title=title, save=_("Take the mark back"), back=back)


def found(patient: Patient, result_id: int) -> Result:
    """The result of this patient, or "not found"."""
    try:
        return result_of(patient, result_id)
    except Result.DoesNotExist:
        raise Http404(_("No such result.")) from None


def can_be_marked(one: Result) -> bool:
    """Whether rules read the result now."""
    readable = one.amount is not None or bool(one.coded)
    return bool(one.is_current and is_usable(one.status) and readable and not getattr(one, "marked", False))


def in_words(one: Result) -> str:
    """For example "Serum M-protein 0.9 g/dL, 10 Oct 2026"."""
    value = f"{one.value_printed or one.coded} {one.unit_printed}".strip()
    return f"{ANALYTES[one.analyte].name} {value}, {date_format(one.collected_on, 'DATE_FORMAT')}"
