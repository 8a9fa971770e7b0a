"""Undoing a decision on a signal within the hour, and putting it right later."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from labs.actions.correct_decision import correct_decision
from labs.actions.review_flag import ReviewRefused
from labs.actions.undo_decision import undo_decision
from labs.models import Flag
from labs.selectors.created import standing_decision
from patients.access import check_can_review
from patients.selectors.patients import banner_of
from tracker.web import clock
from tracker.web.entry import REFUSED, get_or_post
from tracker.web.flag_decisions import takeable
from tracker.web.flag_forms import CorrectForm
from tracker.web.flags import opens_flag
from tracker.web.signed_in import SignedInRequest


@require_POST
@opens_flag("undo_decision")
def undo(request: SignedInRequest, flag: Flag) -> HttpResponse:
    """Take the last decision back with all that it created."""
    try:
        undo_decision(
            flag_id=flag.pk, version=int(request.POST.get("version", "0") or 0), by=request.user, now=clock.now()
        )
    except ReviewRefused as refused:
        messages.error(request, str(refused))
    except ValueError:
        raise BadRequest(_("The version of the signal cannot be read.")) from None
    else:
        messages.success(request, _("Undone, with all that it had created. The signal is as it was before."))
    return redirect("flag", flag.pk)


@get_or_post
@opens_flag("correct_decision")
def correct(request: SignedInRequest, flag: Flag) -> HttpResponse:
    """Decide again in place of the last decision: the form, and what it saves."""
    check_can_review(request.user, flag.patient)
    wrong = standing_decision(flag)
    if wrong is None:
        raise Http404(_("There is no decision to put right."))
    today = clock.today_at(flag.patient.site)
    form = CorrectForm(request.POST or None, flag=flag, today=today, user=request.user, things=takeable(wrong))
    if form.is_valid():
        try:
            correct_decision(flag_id=flag.pk, by=request.user, now=clock.now(), **form.answer())
        except ReviewRefused as refused:
            form.add_error(None, str(refused))
            form.shown_as_now(flag)
        else:
            messages.success(request, _("Put right. Both decisions stay in the history."))
            return redirect("flag", flag.pk)
    context = {"form": form, "flag": flag, "wrong": wrong, "patient": flag.patient}
    context["banner"] = banner_of(flag.patient, today=today)
    return render(request, "flags/correct.html", context, status=REFUSED if form.is_bound else 200)
