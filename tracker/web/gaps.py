"""The lists behind the administrator's counts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from labs.actions.plan_refusals import PlanRefused
from labs.actions.start_plan import start_plan
from labs.actions.start_suggested_plans import start_suggested_plans
from labs.selectors.suggested_plans import Suggestion, suggestions_for
from patients.models import Patient
from patients.selectors.keyset import Key, page_of
from patients.selectors.patients import visible_patient
from tracker.reports.gaps import BY_CODE, Gap
from tracker.web import clock
from tracker.web.for_roles import for_administrators
from tracker.web.paging import cursors, refuses_bad_cursors
from tracker.web.signed_in import SignedInRequest

PAGE_SIZE = 50
NEWEST_FIRST = (Key("id", descending=True, read=int),)
OF_PATIENTS = frozenset({"without-plan", "without-owner"})
OF_FLAGS = ("patient__site", "owner")
ZERO_IS_THE_AIM = frozenset({"unanswered", "not-told", "found-owner", "end-of-chain", "without-owner", "without-duty"})
PEOPLE = {
    "unanswered": OF_FLAGS,
    "not-told": OF_FLAGS,
    "found-owner": OF_FLAGS,
    "end-of-chain": OF_FLAGS,
    "not-evaluated": ("patient__site",),
    "overdue": ("patient__site",),
}


@require_safe
@for_administrators
@refuses_bad_cursors
def gap(request: SignedInRequest, code: str) -> HttpResponse:
    """One list, newest first."""
    shown = BY_CODE.get(code)
    if shown is None:
        raise Http404(_("There is no such list."))
    now = clock.now()
    rows = shown.rows(request.user, now)
    page = page_of(_with_people(shown, rows), NEWEST_FIRST, size=PAGE_SIZE, **cursors(request))
    context: dict[str, Any] = {"gap": shown, "count": shown.count(request.user, now), "page": page, "now": now}
    context |= {"of_flags": PEOPLE.get(code) == OF_FLAGS, "zero_is_the_aim": code in ZERO_IS_THE_AIM}
    if code == "without-plan":
        suggestions = suggestions_for(page.rows)
        context["suggested"] = {number: one for number, one in suggestions.items() if one.protocol and one.anchor_on}
        page.rows = [(patient, suggestions.get(patient.pk)) for patient in page.rows]
    elif code == "without-owner":
        page.rows = [(patient, None) for patient in page.rows]
    return render(request, "reports/gap.html", context)


@require_POST
@for_administrators
def start_suggested(request: SignedInRequest, patient_id: int) -> HttpResponse:
    """Put a patient on the protocol that was suggested."""
    try:
        patient = visible_patient(user=request.user, patient_id=patient_id)
    except Patient.DoesNotExist:
        raise Http404(_("No such patient, or not one you may see.")) from None
    suggestion: Suggestion | None = suggestions_for([patient]).get(patient.pk)
    try:
        if suggestion is None or suggestion.protocol is None:
            raise PlanRefused(_("No protocol can be suggested: record the diagnosis first."))
        plan = start_plan(
            diagnosis=suggestion.diagnosis, protocol=suggestion.protocol, by=request.user, now=clock.now()
        )
    except PlanRefused as refused:
        messages.error(request, f"{patient}: {refused}")
    else:
        words = {"patient": patient, "protocol": plan.protocol.title}
        messages.success(request, _("%(patient)s is followed by the plan “%(protocol)s” now.") % words)
    return redirect("gap", "without-plan")


@require_POST
@for_administrators
def start_all_suggested(request: SignedInRequest) -> HttpResponse:
    """Start every suggested plan that can be started, and say who was left."""
    done = start_suggested_plans(by=request.user, now=clock.now())
    words = ngettext("%(n)d plan started.", "%(n)d plans started.", done.plans) % {"n": done.plans}
    messages.success(request, words)
    for reason, count in sorted(done.left.items()):
        left = ngettext(
            "%(n)d patient left without a plan: %(why)s", "%(n)d patients left without a plan: %(why)s", count
        )
        messages.warning(request, left % {"n": count, "why": reason})
    return redirect("gap", "without-plan")


def _with_people(shown: Gap, rows: Any) -> Any:
    if shown.code in OF_PATIENTS:
        return rows.select_related("site", "care_team").prefetch_related("identifiers", "diagnoses")
    return rows.select_related(*PEOPLE[shown.code]) if shown.code in PEOPLE else rows
