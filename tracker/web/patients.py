"""The list of patients: find one by name, number or birth date."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from patients.selectors.patients import find_patients
from tracker.web import clock
from tracker.web.paging import cursors, plain_text, refuses_bad_cursors
from tracker.web.signed_in import SignedInRequest


@require_safe
@refuses_bad_cursors
def patients(request: SignedInRequest) -> HttpResponse:
    """Patients this person may see; a search that finds exactly one opens it."""
    text = plain_text(request, "q")
    page = find_patients(user=request.user, text=text, **cursors(request))
    if text and len(page.rows) == 1 and not any(cursors(request).values()):
        return redirect("patient", page.rows[0].pk)
    context = {"page": page, "search_text": text, "today": clock.today()}
    return render(request, "patients/list.html", context)
