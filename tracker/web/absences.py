"""Who is away, and who answers meanwhile: the calendar of a person's sites, and what is recorded in it."""

from __future__ import annotations

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from labs.actions.change_absence import drop_absence, note_absence
from patients.access import DECIDERS, check_can_record_absence
from patients.models import Absence, Role, User
from patients.selectors.absences import absences_for, colleagues_of, first_day_of, stands_in_for
from tracker.web import clock
from tracker.web.entry import attempt, day_input, entry_page, get_or_post
from tracker.web.for_roles import for_roles
from tracker.web.reasons import ReasonForm
from tracker.web.signed_in import SignedInRequest

for_those_who_cover = for_roles(
    DECIDERS, gettext_lazy("Only physicians and administrators keep the calendar of absences.")
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the month's picture."""

    on: date
    away: list[Absence]
    of_month: bool


class AbsenceForm(forms.Form):
    """Who is away, from when to when, and who answers."""

    user = forms.ModelChoiceField(label=gettext_lazy("Who"), queryset=User.objects.none(), empty_label=None)
    starts_on = forms.DateField(label=gettext_lazy("First day away"), widget=day_input())
    until_on = forms.DateField(label=gettext_lazy("Last day away"), widget=day_input())
    deputy = forms.ModelChoiceField(
        label=gettext_lazy("Deputy"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("nobody: the cover of each patient"),
        help_text=gettext_lazy("A physician who owns the signals of these days. They come back by themselves."),
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=200)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("user", by, Role.PHYSICIAN, Role.ADMINISTRATOR)
        self._choose("deputy", by, Role.PHYSICIAN)

    def _choose(self, name: str, by: User, *roles: Role) -> None:
        cast("forms.ModelChoiceField[User]", self.fields[name]).queryset = colleagues_of(by, *roles)


@require_safe
@for_those_who_cover
def absences(request: SignedInRequest) -> HttpResponse:
    """A month, and every absence that runs or comes."""
    today = first_day_of(request.user, now=clock.now())
    first = _month(request.GET.get("month", ""), today)
    known = list(absences_for(request.user).filter(until_on__gte=min(first, today)))
    context = {
        "weeks": _weeks(first, [one for one in known if one.stands]),
        "first": first,
        "before": f"{first - timedelta(days=1):%Y-%m}",
        "after": f"{first + timedelta(days=31):%Y-%m}",
        "today": today,
        "absences": [one for one in known if one.until_on >= today],
        "stands_in": stands_in_for(request.user, now=clock.now()),
    }
    return render(request, "absences/absences.html", context)


@get_or_post
@for_those_who_cover
def record(request: SignedInRequest) -> HttpResponse:
    """The form of an absence, one's own at first."""
    today = first_day_of(request.user, now=clock.now())
    form = AbsenceForm(request.POST or None, by=request.user, initial={"user": request.user.pk, "starts_on": today})

    def save() -> Absence:
        return note_absence(by=request.user, now=clock.now(), **form.cleaned_data)

    if form.is_valid() and (absence := attempt(form, save)):
        words = {"name": absence.user, "deputy": absence.deputy}
        told = _("%(deputy)s answers for %(name)s.") if absence.deputy else _("The covers answer for %(name)s.")
        messages.success(request, told % words)
        return redirect("absences")
    title, save_words = _("Record an absence"), _("Save absence")
    return entry_page(request, None, form, title=title, save=save_words, back=reverse("absences"))


@get_or_post
@for_those_who_cover
def take_back(request: SignedInRequest, absence_id: int) -> HttpResponse:
    """Why somebody is not away after all."""
    absence = absences_for(request.user).filter(pk=absence_id).first()
    if absence is None:
        raise Http404(_("No such absence, or not of a colleague of yours."))
    check_can_record_absence(request.user, absence.user)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: drop_absence(absence=absence, by=request.user, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, _("Taken back. %(name)s answers again.") % {"name": absence.user})
        return redirect("absences")
    title = _("Take back: %(name)s is away") % {"name": absence.user}
    return entry_page(request, None, form, title=title, save=_("Take it back"), back=reverse("absences"))


def _month(asked: str, today: date) -> date:
    """The first day of the month asked for as "2026-12"; of the present one where that cannot be read."""
    year, _dash, month = asked.partition("-")
    if year.isdecimal() and month.isdecimal() and MINYEAR < int(year) < MAXYEAR and 1 <= int(month) <= 12:
        return date(int(year), int(month), 1)
    return today.replace(day=1)


def _weeks(first: date, known: Collection[Absence]) -> list[list[Day]]:
    return [
        [
            Day(day, [one for one in known if one.starts_on <= day <= one.until_on], day.month == first.month)
            for day in week
        ]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    ]
