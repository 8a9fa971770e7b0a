"""Second opinions: what I am asked, what I asked, and the answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from labs.actions.answer_opinion import answer_opinion
from labs.actions.review_flag import ReviewRefused
from labs.models import Flag, SecondOpinion
from labs.selectors.opinions import opinions_of
from patients.models import Role
from tracker.web import clock
from tracker.web.entry import REFUSED
from tracker.web.flag_forms import OpinionForm, ResolveForm
from tracker.web.flag_page import flag_context
from tracker.web.flags import opens_flag
from tracker.web.for_roles import for_roles
from tracker.web.signed_in import SignedInRequest


@require_safe
@for_roles(frozenset({Role.PHYSICIAN}), _lazy("Only physicians are asked for opinions."))
def opinions(request: SignedInRequest) -> HttpResponse:
    """Questions by what is left to do."""
    now = clock.now()
    return render(request, "flags/opinions_list.html", {"opinions": opinions_of(user=request.user, now=now)})


@require_POST
@opens_flag("answer_opinion")
def answer(request: SignedInRequest, flag: Flag, opinion_id: int) -> HttpResponse:
    """Keep the answer; a refusal brings it back as it was typed."""
    if not SecondOpinion.objects.filter(pk=opinion_id, flag=flag).exists():
        raise Http404(_("No such question about this signal."))
    form = OpinionForm(request.POST, auto_id=f"id_{opinion_id}_%s")
    if form.is_valid():
        try:
            answer_opinion(opinion_id=opinion_id, by=request.user, now=clock.now(), **form.cleaned_data)
        except ReviewRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The answer is kept, and the owner of the signal is asked anew."))
            return redirect("flag", flag.pk)
    deciding = ResolveForm(flag=flag, today=clock.today_at(flag.patient.site), user=request.user)
    context = flag_context(request.user, flag, deciding, answered=form, opinion=opinion_id)
    return render(request, "flags/flag.html", context, status=REFUSED)
