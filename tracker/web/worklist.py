"""The nurse's worklist: whom to call or book today, and nobody falls out of it."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from labs.selectors.worklist import Narrowing, Tab, sites_of, worklist, worklist_counts
from labs.vocabulary.test_kinds import TEST_KINDS
from patients.models import Disease, User
from tracker.web import clock
from tracker.web.for_roles import for_clinicians
from tracker.web.paging import cursors, refuses_bad_cursors
from tracker.web.signed_in import SignedInRequest
from tracker.web.undo import undoable


class WorklistFilter(forms.Form):
    """What to show; anything unreadable falls back to everything."""

    site = forms.TypedChoiceField(label=_("Site"), required=False, coerce=int, empty_value=None)
    disease = forms.ChoiceField(label=_("Disease"), required=False, choices=[("", _("all diseases")), *Disease.choices])
    kind = forms.ChoiceField(
        label=_("Test"),
        required=False,
        choices=[("", _("all tests")), *((kind.code, _(kind.label)) for kind in TEST_KINDS.values())],
    )
    mine = forms.BooleanField(label=_("only my patients"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = sites_of(user)
        choices = [("", _("all my sites")), *((site.pk, site.name) for site in sites)]
        cast(forms.ChoiceField, self.fields["site"]).choices = choices

    def narrowing(self) -> Narrowing:
        """The filter as the selector takes it."""
        self.is_valid()
        chosen = getattr(self, "cleaned_data", {})
        return Narrowing(
            site=chosen.get("site"),
            disease=chosen.get("disease", ""),
            kind=chosen.get("kind", ""),
            mine=bool(chosen.get("mine")),
        )


@require_safe
@for_clinicians
@refuses_bad_cursors
def worklist_page(request: SignedInRequest) -> HttpResponse:
    """One part of the list, with how many wait in each."""
    now = clock.now()
    form = WorklistFilter(request.GET, user=request.user)
    narrowing = form.narrowing()
    tab = Tab(request.GET["tab"]) if request.GET.get("tab") in Tab.values else Tab.OVERDUE
    counts = worklist_counts(user=request.user, now=now, narrowing=narrowing)
    context = {
        "page": worklist(user=request.user, now=now, tab=tab, narrowing=narrowing, **cursors(request)),
        "tab": tab,
        "tabs": [(one, counts[one]) for one in Tab],
        "form": form,
        "narrowed": narrowing != Narrowing(),
        "undo": undoable(request),
        "here": request.get_full_path(),
    }
    return render(request, "worklist/list.html", context)
