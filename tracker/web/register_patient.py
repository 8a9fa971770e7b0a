"""Taking a person into follow-up, and looking first whether they are there already."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.access import CLINICIANS, IMPORTERS
from patients.actions.register_patient import register_patient
from patients.models import MRN, Patient, Sex, Site, User
from patients.selectors.namesakes import namesakes_of
from tracker.web import clock
from tracker.web.entry import attempt, day_input, entry_page, get_or_post
from tracker.web.for_roles import for_roles
from tracker.web.signed_in import SignedInRequest

for_registrars = for_roles(
    frozenset(CLINICIANS | IMPORTERS), gettext_lazy("Only nurses, physicians and administrators register patients.")
)


class RegisterForm(forms.Form):
    """Who it is. `another_person` is asked only when somebody of that name and birth date is there already."""

    mrn = forms.CharField(
        label=gettext_lazy("Medical record number"), max_length=120, help_text=gettext_lazy("Leading zeros count.")
    )
    family_name = forms.CharField(label=gettext_lazy("Family name"), max_length=120)
    given_name = forms.CharField(label=gettext_lazy("Given name"), max_length=120)
    birth_date = forms.DateField(label=gettext_lazy("Birth date"), widget=day_input())
    sex = forms.ChoiceField(label=gettext_lazy("Sex (for reference ranges)"), choices=[("", "–"), *Sex.choices])
    site = forms.ModelChoiceField(label=gettext_lazy("Site"), queryset=Site.objects.none(), empty_label=None)
    another_person = forms.BooleanField(
        label=gettext_lazy("I checked: this is another person"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        cast("forms.ModelChoiceField[Site]", self.fields["site"]).queryset = user.sites.all()

    def clean(self) -> dict[str, Any]:
        """Ask back when a person of the same name and birth date is registered."""
        given = super().clean() or {}
        if {"family_name", "given_name", "birth_date"} <= given.keys() and not given.pop("another_person", False):
            self._ask_back(given)
        return given

    def _ask_back(self, given: dict[str, Any]) -> None:
        same = namesakes_of(
            user=self.user,
            family_name=given["family_name"],
            given_name=given["given_name"],
            birth_date=given["birth_date"],
        )
        if same:
            self.fields["another_person"].widget = forms.CheckboxInput()
            known = "; ".join(_known(patient) for patient in same)
            self.add_error(
                "another_person", _("Registered already, with the same birth date: %(known)s.") % {"known": known}
            )


@get_or_post
@for_registrars
def register(request: SignedInRequest) -> HttpResponse:
    """The form, and what it saves; then on to the diagnosis."""
    start = {name: request.GET.get(name, "") for name in ("mrn", "family_name", "given_name", "birth_date", "sex")}
    form = RegisterForm(request.POST or None, user=request.user, initial=start)
    if form.is_valid():
        facts = dict(form.cleaned_data)
        numbers = [(MRN, facts.pop("mrn"))]
        patient = attempt(
            form, lambda: register_patient(identifiers=numbers, by=request.user, now=clock.now(), **facts)
        )
        if patient is not None:
            messages.success(request, _("%(patient)s is registered. Now state the diagnosis.") % {"patient": patient})
            return redirect("record_diagnosis", patient.pk)
    title, save = _("Register a patient"), _("Register patient")
    return entry_page(request, None, form, title=title, save=save, back=reverse("patients"))


def _known(patient: Patient) -> str:
    numbers = ", ".join(identifier.value for identifier in patient.identifiers.all())
    return f"{patient} ({numbers})"
