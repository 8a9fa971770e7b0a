"""How a patient can be reached: address, numbers, language, and consent for each way."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.letters.languages import languages
from patients.access import check_can_describe
from patients.actions.record_contact_details import record_contact_details as record
from patients.models import ContactDetails, Patient
from tracker.web import clock
from tracker.web.entry import attempt, entry_page, get_or_post, only_if
from tracker.web.patient import opens_record
from tracker.web.signed_in import SignedInRequest


class ContactDetailsForm(forms.Form):
    """Without consent for a way nothing is sent that way."""

    address = forms.CharField(
        label=gettext_lazy("Postal address"),
        help_text=gettext_lazy("Without the name, as it stands on an envelope."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    allows_post = forms.BooleanField(label=gettext_lazy("Letters by post are allowed"), required=False)
    email = forms.CharField(label=gettext_lazy("E-mail address"), required=False, max_length=254)
    allows_email = forms.BooleanField(label=gettext_lazy("Agreed to e-mail"), required=False)
    mobile = forms.CharField(
        label=gettext_lazy("Mobile number for text messages"),
        help_text=gettext_lazy("With the country code, such as +33 6 12 34 56 78."),
        required=False,
        max_length=40,
    )
    allows_sms = forms.BooleanField(label=gettext_lazy("Agreed to text messages"), required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone for calls"), required=False, max_length=40)
    language = forms.ChoiceField(label=gettext_lazy("Language of letters"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {code: language.name for code, language in languages().items()}
        present = self.initial.get("language", "")
        others = {present: present} if present and present not in known else {}
        choices = [("", _("the language of the site")), *known.items(), *others.items()]
        cast("forms.ChoiceField", self.fields["language"]).choices = choices


@get_or_post
@opens_record("contact_details")
@only_if(check_can_describe)
def contact_details(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """The form, filled with what is on record, and what it saves."""
    on_record = ContactDetails.objects.filter(patient=patient).first() or ContactDetails(patient=patient)
    initial = {name: getattr(on_record, name) for name in ContactDetailsForm.base_fields}
    form = ContactDetailsForm(request.POST or None, initial=initial)
    if form.is_valid() and attempt(
        form, lambda: record(patient=patient, by=request.user, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, _("The contact details are recorded."))
        return redirect("patient_record", patient.pk)
    back = reverse("patient_record", args=[patient.pk])
    return entry_page(request, patient, form, title=_("Contact details"), save=_("Save contact details"), back=back)
