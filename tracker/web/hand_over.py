"""Handing a whole list over: every post one person holds goes to another, with the signals that wait."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from labs.actions.hand_over import HandedOver, hand_over_list
from labs.selectors.held_posts import Held, held_by, left_behind
from patients.access import CLINICIANS, DECIDERS, check_can_hand_over
from patients.models import Role, User
from patients.selectors.absences import colleagues_of
from tracker.web import clock
from tracker.web.entry import REFUSED, attempt, get_or_post
from tracker.web.for_roles import for_roles
from tracker.web.signed_in import SignedInRequest

for_those_who_hand_over = for_roles(
    CLINICIANS | DECIDERS, gettext_lazy("Only nurses, physicians and administrators hand patients over.")
)


class HandOverForm(forms.Form):
    """From whom, to whom."""

    leaving = forms.ModelChoiceField(label=gettext_lazy("From"), queryset=User.objects.none())
    to = forms.ModelChoiceField(label=gettext_lazy("To"), queryset=User.objects.none())

    def __init__(self, *args: Any, by: User, gone: list[Held], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = [person.pk for person in colleagues_of(by, Role.NURSE, Role.PHYSICIAN)]
        self._choose("leaving", [*here, *(one.user.pk for one in gone)] if by.role in DECIDERS else [by.pk])
        self._choose("to", here)

    def _choose(self, name: str, people: list[int]) -> None:
        chosen = User.objects.filter(pk__in=people).order_by("is_active", "last_name", "first_name", "username")
        cast("forms.ModelChoiceField[User]", self.fields[name]).queryset = chosen

    def clean(self) -> dict[str, Any]:
        """Posts of a nurse go to a nurse, those of a physician to a physician."""
        chosen = super().clean() or {}
        leaving, to = chosen.get("leaving"), chosen.get("to")
        if leaving and to and leaving == to:
            self.add_error("to", _("The list is with them already. Choose somebody else."))
        elif leaving and to and leaving.role in CLINICIANS and leaving.role != to.role:
            words = {"name": to, "role": leaving.get_role_display().lower()}
            self.add_error("to", _("%(name)s is not a %(role)s. Choose somebody of that role.") % words)
        return chosen


@get_or_post
@for_those_who_hand_over
def hand_over(request: SignedInRequest) -> HttpResponse:
    """Closed accounts that still hold posts; the choice; what it concerns; and the handing over itself."""
    gone = left_behind(by=request.user)
    given = request.POST if request.method == "POST" else request.GET
    asked = request.method == "POST" or ("leaving" in given and "to" in given)
    initial = {"leaving": given.get("leaving") or request.user.pk}
    form = HandOverForm(given if asked else None, by=request.user, gone=gone, initial=initial)
    concerned = None
    if form.is_valid():
        leaving, to = form.cleaned_data["leaving"], form.cleaned_data["to"]
        check_can_hand_over(request.user, leaving)
        concerned = held_by(leaving, by=request.user)
        if request.method == "POST" and given.get("patients") == str(concerned.patients):
            done = attempt(form, lambda: hand_over_list(leaving=leaving, to=to, by=request.user, now=clock.now()))
            if done is not None:
                messages.success(request, _told(done, to))
                return redirect("hand_over")
    context = {"form": form, "gone": gone, "concerned": concerned, "to": form.cleaned_data.get("to") if asked else None}
    return render(request, "absences/hand_over.html", context, status=REFUSED if asked and form.errors else 200)


def _told(done: HandedOver, to: User) -> str:
    patients = ngettext("%(n)d patient", "%(n)d patients", done.patients) % {"n": done.patients}
    signals = ngettext("%(n)d signal", "%(n)d signals", done.signals) % {"n": done.signals}
    return _("Handed over to %(name)s: %(patients)s. %(signals)s changed hands.") % {
        "name": to,
        "patients": patients,
        "signals": signals,
    }
