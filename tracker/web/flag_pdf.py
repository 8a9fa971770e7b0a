"""The review of one signal as PDF, for the file or the tumour board."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from labs.models import Flag
from labs.selectors.case_of import case_of
from patients.actions.record_access import record_access
from tracker.web import clock
from tracker.web.case_paper import CannotPrint, as_pdf
from tracker.web.case_sheet import sheet_of
from tracker.web.flags import flag_of
from tracker.web.signed_in import SignedInRequest


@require_safe
def flag_pdf(request: SignedInRequest, flag_id: int) -> HttpResponse:
    """The same facts as the page; that they were taken out is written down as an export."""
    flag: Flag = flag_of(request, flag_id)
    record_access(by=request.user, patient=flag.patient, view="signal_pdf", purpose="export")
    case = case_of(flag=flag, today=clock.today_at(flag.patient.site))
    try:
        pdf = as_pdf(sheet_of(case, by=request.user, now=clock.now()))
    except CannotPrint as refused:
        messages.error(request, _("The PDF could not be made: %(why)s") % {"why": refused})
        return redirect("flag", flag.pk)
    headers = {"Content-Disposition": f'inline; filename="signal-{flag.pk}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
