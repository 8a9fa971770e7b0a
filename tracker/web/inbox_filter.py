"""How the inbox is narrowed, and that "next" and "previous" follow what was chosen there."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from labs.models import Level
from labs.selectors.inbox import MINE, MUTED, SITE, Wanted
from patients.models import Disease
from tracker.web import clock
from tracker.web.signed_in import SignedInRequest

REMEMBERED: Final = "inbox"
"""Where the session keeps the filter that was last used."""

AGES: Final = {"day": timedelta(days=1), "week": timedelta(days=7)}


class InboxFilter(forms.Form):
    """What to show; anything unreadable falls back to "mine, all of them"."""

    scope = forms.ChoiceField(
        label=gettext_lazy("Whose"),
        required=False,
        choices=[(MINE, gettext_lazy("mine")), (SITE, gettext_lazy("all of my sites"))],
    )
    disease = forms.ChoiceField(
        label=gettext_lazy("Disease"), required=False, choices=[("", gettext_lazy("all diseases")), *Disease.choices]
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Level"), required=False, choices=[("", gettext_lazy("all levels")), *Level.choices]
    )
    state = forms.ChoiceField(
        label=gettext_lazy("Signal"),
        required=False,
        choices=[
            ("", gettext_lazy("any")),
            ("confirmed", gettext_lazy("confirmed")),
            ("provisional", gettext_lazy("provisional")),
            ("not_evaluable", gettext_lazy("not evaluable")),
            (MUTED, gettext_lazy("muted")),
        ],
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
    new = forms.BooleanField(label=gettext_lazy("new to me"), required=False)
    info = forms.BooleanField(label=gettext_lazy("with information"), required=False)

    def wanted(self) -> Wanted:
        """The filter as the selector takes it."""
        chosen = self.cleaned_data if self.is_valid() else {}
        age = AGES.get(chosen.get("since", ""))
        return Wanted(
            scope=chosen.get("scope") or MINE,
            disease=chosen.get("disease", ""),
            raised_since=clock.now() - age if age else None,
            with_info=bool(chosen.get("info")) or chosen.get("level") == Level.INFO,
            level=chosen.get("level", ""),
            state=chosen.get("state", ""),
            only_new=bool(chosen.get("new")),
        )


def filters_of(query: QueryDict) -> str:
    """The filters of an address of the inbox, without its place on the list, as a query string."""
    chosen = QueryDict(mutable=True)
    for name in InboxFilter.base_fields:
        if value := query.get(name):
            chosen[name] = str(value)
    return chosen.urlencode()


def remember_filter(request: SignedInRequest) -> str:
    """Let "next" and "previous" follow the filter of this page; the filter as a query string."""
    query = filters_of(request.GET)
    request.session[REMEMBERED] = query
    return query


def remembered_filter(request: SignedInRequest) -> QueryDict:
    """The filter the inbox was last read with in this session."""
    return QueryDict(str(request.session.get(REMEMBERED, "")))
