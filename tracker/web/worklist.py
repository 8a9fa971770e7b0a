"""The nurse's worklist: whom to call or book today, and nobody falls out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.db.models import TextField, Value
from django.db.models.functions import Cast
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from labs.models import Protocol, SavedView
from labs.selectors.worklist import Reach, reach_of, worklist, worklist_counts
from labs.selectors.worklist_parts import ALL, ME, NOBODY, PLACES, RANKS, Narrowing, Tab
from labs.vocabulary.test_kinds import TEST_KINDS
from patients.models import Disease, Site, User
from tracker.web import clock
from tracker.web.for_roles import for_clinicians
from tracker.web.paging import cursors, refuses_bad_cursors
from tracker.web.signed_in import SignedInRequest
from tracker.web.undo import undoable
from tracker.web.worklist_cells import BOOKED, NOT_TICKED, cells_of, words

PAGE = "worklist"
TOGETHER = (("call", _("Call…")), ("assign", _("Assign…")), ("skip", _("Skip…")))
TOGETHER_BOOKED = (("move", _("Move…")), *TOGETHER)
"""What can be done with ticked rows beside booking them; `worklist_together` knows how."""
RISKS = {
    0: _("high or adverse risk"),
    1: _("intermediate or unknown risk"),
    2: _("standard risk"),
    3: _("favourable risk"),
}


class WorklistFilter(forms.Form):
    """What to show; anything unreadable falls back to everything."""

    site = forms.TypedChoiceField(label=_("Site"), required=False, coerce=int, empty_value=None)
    disease = forms.ChoiceField(label=_("Disease"), required=False, choices=[("", _("all diseases")), *Disease.choices])
    kind = forms.ChoiceField(
        label=_("Test"),
        required=False,
        choices=[("", _("all tests")), *((kind.code, _(kind.label)) for kind in TEST_KINDS.values())],
    )
    risk = forms.TypedChoiceField(
        label=_("Risk"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("all risks")), *((rank, RISKS[rank]) for rank in RANKS)],
    )
    protocol = forms.ChoiceField(label=_("Protocol"), required=False)
    assigned = forms.ChoiceField(
        label=_("Assigned to"), required=False, choices=[("", _("anybody")), (ME, _("me")), (NOBODY, _("nobody"))]
    )
    q = forms.CharField(
        label=_("Patient"), required=False, max_length=120, widget=forms.TextInput(attrs={"type": "search"})
    )
    mine = forms.BooleanField(label=_("only my patients"), required=False)

    def __init__(self, data: QueryDict, *, sites: Sequence[Site], protocols: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self._choose("site", [("", _("all my sites")), *((site.pk, site.name) for site in sites)])
        self._choose("protocol", [("", _("all protocols")), *protocols])

    def _choose(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def narrowing(self) -> Narrowing:
        """The filter as the selector takes it."""
        self.is_valid()
        chosen = getattr(self, "cleaned_data", {})
        return Narrowing(
            site=chosen.get("site"),
            disease=chosen.get("disease", ""),
            kind=chosen.get("kind", ""),
            protocol=chosen.get("protocol", ""),
            risk=chosen.get("risk"),
            assigned=chosen.get("assigned", ""),
            mine=bool(chosen.get("mine")),
            text=chosen.get("q", "").replace("\0", ""),
        )

    @property
    def more_is_used(self) -> bool:
        """Whether one of the rarer filters narrows the list."""
        return any(self.data.get(name) for name in ("risk", "protocol", "q"))


@dataclass(frozen=True, slots=True)
class KeptView:
    """A saved view: its number, name and filters."""

    pk: int
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Offered:
    """What a person can choose above the list: saved views, and protocols by code and title."""

    views: list[KeptView]
    protocols: list[tuple[str, str]]


def tab_in(query: QueryDict) -> Tab:
    """The part of the list an address names; without one what is overdue."""
    named = query.get("tab", "")
    return Tab(named) if named in Tab.values else Tab.OVERDUE


def filter_in(query: QueryDict, reach: Reach, offered: Offered | None = None) -> WorklistFilter:
    """The filter of an address. One query, none when it is known what can be chosen."""
    offered = offered or offered_to(reach.user)
    return WorklistFilter(query, sites=reach.sites, protocols=offered.protocols)


def offered_to(user: User) -> Offered:
    """A person's saved views, and the protocols a list can be narrowed to. One query: both are short lists."""
    views = SavedView.objects.filter(user=user, page=PAGE, removed_at=None).order_by()
    kept = views.values_list(Value("view"), Cast("pk", TextField()), "name", "query")
    newest = Protocol.objects.order_by("code", "-version").distinct("code")
    codes = Protocol.objects.filter(pk__in=newest.values("pk")).order_by()
    rows = kept.union(codes.values_list(Value("protocol"), "code", "title", Value("")), all=True)
    found = sorted(rows, key=lambda row: row[2])
    return Offered(
        views=[KeptView(int(pk), name, query) for what, pk, name, query in found if what == "view"],
        protocols=[(code, title) for what, code, title, _none in found if what == "protocol"],
    )


def tabs_with(counts: dict[Tab, int]) -> list[tuple[Tab, int]]:
    """The tabs that are worked through, with how many tests wait in each."""
    return [(tab, counts[tab]) for tab in PLACES]


@require_safe
@for_clinicians
@refuses_bad_cursors
def worklist_page(request: SignedInRequest) -> HttpResponse:
    """One part of the list, with how many wait in each."""
    now, tab, reach = clock.now(), tab_in(request.GET), reach_of(request.user)
    offered = offered_to(request.user)
    form = filter_in(request.GET, reach, offered)
    asked: dict[str, Any] = {"user": request.user, "now": now, "narrowing": form.narrowing(), "reach": reach}
    counts = worklist_counts(**asked)
    page, here = worklist(**asked, tab=tab, **cursors(request)), request.get_full_path()
    context = {
        "page": page,
        "cells": cells_of(page.rows, tab, here),
        "words": words(),
        "ticks": tab not in NOT_TICKED,
        "tab": tab,
        "tabs": tabs_with(counts),
        "held": counts[Tab.HELD],
        "form": form,
        "narrowed": asked["narrowing"] != ALL,
        "views": offered.views,
        "undo": undoable(request),
        "together": TOGETHER_BOOKED if tab in BOOKED else TOGETHER,
        "here": here,
    }
    return render(request, "worklist/list.html", context)
