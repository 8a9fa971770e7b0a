"""The physician's inbox: whose disease may be coming back, and how sure that is."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from labs.selectors.inbox import MINE, SITE, Wanted, inbox, inbox_counts
from labs.selectors.taken_back import taken_back
from patients.models import Disease, Role
from patients.selectors.absences import stands_in_for
from tracker.web import clock
from tracker.web.inbox_cards import shown
from tracker.web.paging import cursors, refuses_bad_cursors
from tracker.web.signed_in import SignedInRequest


class InboxFilter(forms.Form):
    """What to show; anything unreadable falls back to "mine, all diseases"."""

    scope = forms.ChoiceField(
        label=gettext_lazy("Whose"),
        required=False,
        choices=[(MINE, gettext_lazy("mine")), (SITE, gettext_lazy("all of my sites"))],
    )
    disease = forms.ChoiceField(
        label=gettext_lazy("Disease"), required=False, choices=[("", gettext_lazy("all diseases")), *Disease.choices]
    )
    since = forms.ChoiceField(
        label=gettext_lazy("Raised"),
        required=False,
        choices=[
            ("", gettext_lazy("at any time")),
            ("day", gettext_lazy("new since yesterday")),
            ("week", gettext_lazy("in the last week")),
        ],
    )
    info = forms.BooleanField(label=gettext_lazy("with information"), required=False)

    def wanted(self) -> Wanted:
        """The filter as the selector takes it."""
        chosen = self.cleaned_data if self.is_valid() else {}
        age = {"day": timedelta(days=1), "week": timedelta(days=7)}.get(chosen.get("since", ""))
        return Wanted(
            scope=chosen.get("scope") or MINE,
            disease=chosen.get("disease", ""),
            raised_since=clock.now() - age if age else None,
            with_info=bool(chosen.get("info")),
        )


@require_safe
@refuses_bad_cursors
def inbox_page(request: SignedInRequest) -> HttpResponse:
    """Cards of waiting signals, the most urgent first."""
    if request.user.role != Role.PHYSICIAN:
        raise PermissionDenied(_("Only physicians have an inbox of signals."))
    form = InboxFilter(request.GET)
    wanted = form.wanted()
    page = inbox(user=request.user, wanted=wanted, today=clock.today(), **cursors(request))
    cards = [shown(card, now=clock.now()) for card in page.rows]
    context = {
        "page": page,
        "cards": cards,
        "form": form,
        "counts": inbox_counts(user=request.user, wanted=wanted),
        "wanted": wanted,
        "taken_back": taken_back(user=request.user, now=clock.now()),
        "stands_in": stands_in_for(request.user, now=clock.now()),
    }
    return render(request, "inbox/inbox.html", context)
