"""The queue of what came in and could not be used: why, how to mend it, and doing so."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from labs.actions.mend_quarantine import AlreadyClosed, Mended, dismiss, mend
from labs.models import Quarantine
from labs.selectors.quarantine import is_result, open_items, open_reasons, quarantined_for
from labs.vocabulary.analytes import ANALYTES, BY_LOINC, LABORATORY_ANALYTES
from labs.vocabulary.specimens import SPECIMENS
from patients.access import CLINICIANS, can_record, patients_visible_to
from patients.actions.record_access import record_access
from patients.models import Patient, Role, User
from tracker.web import clock
from tracker.web.entry import REFUSED, attempt, day_input, get_or_post
from tracker.web.for_roles import for_roles
from tracker.web.paging import cursors, plain_text, refuses_bad_cursors
from tracker.web.result_details import DetailForm, takes_details
from tracker.web.signed_in import SignedInRequest

for_menders = for_roles(
    frozenset(CLINICIANS | {Role.ADMINISTRATOR}),
    gettext_lazy("Only nurses, physicians and administrators look after what could not be used."),
)


DETAILS = ("target", "detection_limit", "cells_counted")
FIRST = ("number", "analyte", "value", "unit", "collected_on", "collected_time", "specimen", "method")


class MendForm(DetailForm):
    """The result in words that can be used, filled with the sender's."""

    number = forms.CharField(
        label=gettext_lazy("Number of the patient"),
        max_length=120,
        help_text=gettext_lazy("Whose result it is must be certain. If it is not, ask the laboratory."),
    )
    analyte = forms.ChoiceField(label=gettext_lazy("Test"))
    value = forms.CharField(label=gettext_lazy("Value as printed"), max_length=400)
    unit = forms.CharField(label=gettext_lazy("Unit as printed"), required=False, max_length=60)
    collected_on = forms.DateField(label=gettext_lazy("Collected on"), widget=day_input())
    collected_time = forms.TimeField(
        label=gettext_lazy("At (optional)"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    specimen = forms.ChoiceField(label=gettext_lazy("Specimen"), required=False)
    method = forms.CharField(label=gettext_lazy("Method"), required=False, max_length=80)
    note = forms.CharField(label=gettext_lazy("How you know (optional)"), required=False, max_length=2000)

    def __init__(self, *args: Any, user: User, item: Quarantine, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": _as_sent(item)} | kwargs)
        self.user, self.item = user, item
        self.fields["analyte"].choices = [("", "–"), *((one.code, _(one.name)) for one in LABORATORY_ANALYTES.values())]  # type: ignore[attr-defined]
        self.fields["specimen"].choices = [("", "–"), *SPECIMENS.items()]  # type: ignore[attr-defined]
        if item.patient is not None:
            del self.fields["number"]
        if not (takes_details(ANALYTES.get(item.analyte)) or any(item.raw.get(name) for name in DETAILS)):
            for name in DETAILS:
                del self.fields[name]
        self.order_fields([*FIRST, *DETAILS, "note"])

    def clean_number(self) -> str:
        """The number must be one of exactly one patient this person may see."""
        number = self.cleaned_data["number"].strip()
        found = patients_visible_to(self.user).filter(identifiers__value=number).distinct()[:2]
        if len(found) != 1:
            raise forms.ValidationError(
                _("%(number)s is the number of no patient you may see. Check it, or register the patient.")
                if not found
                else _("%(number)s is the number of several patients. Open the right one and enter the result there."),
                params={"number": number},
            )
        self.found = found[0]
        return number

    def patient(self) -> Patient:
        """The patient the result belongs to."""
        return self.item.patient or self.found

    def mended(self) -> Mended:
        """The result as the action takes it."""
        given = self.cleaned_data
        return Mended(
            analyte=given["analyte"],
            text=given["value"],
            unit=given["unit"],
            collected_on=given["collected_on"],
            collected_time=given["collected_time"],
            specimen=given["specimen"],
            method=given["method"],
            **self.details(),
        )


class DismissForm(forms.Form):
    """Why an item is not needed."""

    note = forms.CharField(label=gettext_lazy("Why it is not needed"), max_length=2000)


@require_safe
@for_menders
@refuses_bad_cursors
def queue(request: SignedInRequest) -> HttpResponse:
    """What waits, newest first."""
    reason = plain_text(request, "reason")
    context = {
        "page": open_items(user=request.user, reason=reason, **cursors(request)),
        "reasons": open_reasons(user=request.user),
        "reason": reason,
    }
    return render(request, "quarantine/queue.html", context)


@get_or_post
@for_menders
def item_page(request: SignedInRequest, item_id: int) -> HttpResponse:
    """One item: the sender's words, what is wrong with them, and a form to put them right."""
    item = _item(request.user, item_id)
    form = MendForm(request.POST or None, user=request.user, item=item) if is_result(item) else None
    if form and form.is_valid():
        try:
            done = attempt(form, lambda: _mend(form, item, request.user))
        except AlreadyClosed as closed:
            messages.error(request, str(closed))
            return redirect("quarantine")
        if done is not None:
            messages.success(request, _("The result is taken in and evaluated."))
            return redirect("patient_results", form.patient().pk)
    return _show(request, item, form, DismissForm())


@require_POST
@for_menders
def dismiss_item(request: SignedInRequest, item_id: int) -> HttpResponse:
    """Set an item aside for good, with the reason."""
    item = _item(request.user, item_id)
    form = DismissForm(request.POST)
    if not form.is_valid():
        mending = MendForm(None, user=request.user, item=item) if is_result(item) else None
        return _show(request, item, mending, form)
    try:
        dismiss(item=item, note=form.cleaned_data["note"], by=request.user, now=clock.now())
    except AlreadyClosed as closed:
        messages.error(request, str(closed))
    else:
        messages.success(request, _("Dismissed. The sender's words and your reason are kept."))
    return redirect("quarantine")


def _mend(form: MendForm, item: Quarantine, user: User) -> Any:
    note = form.cleaned_data["note"]
    return mend(item=item, patient=form.patient(), mended=form.mended(), note=note, by=user, now=clock.now())


def _item(user: User, item_id: int) -> Quarantine:
    item = quarantined_for(user).filter(pk=item_id, state=Quarantine.State.OPEN).first()
    if item is None:
        raise Http404(_("No such item waits, or not one you may see."))
    return item


def _show(request: SignedInRequest, item: Quarantine, form: MendForm | None, dismissal: DismissForm) -> HttpResponse:
    if item.patient is not None:
        record_access(by=request.user, patient=item.patient, view="quarantine")
    mends = form is not None and (item.patient is None or can_record(request.user, item.patient))
    context = {
        "item": item,
        "form": form if mends and request.user.role in CLINICIANS else None,
        "dismissal": dismissal,
        "sent": [(name, value) for name, value in item.raw.items() if value not in ("", [], None)],
        "register": f"{reverse('register_patient')}?{urlencode(_particulars(item))}" if item.patient is None else "",
    }
    wrong = dismissal.is_bound or (form is not None and form.is_bound)
    return render(request, "quarantine/item.html", context, status=REFUSED if wrong else 200)


def _as_sent(item: Quarantine) -> dict[str, Any]:
    """The sender's words as the form begins with them."""
    raw = item.raw
    collected = str(raw.get("collected") or "")
    at = parse_datetime(collected) if len(collected) > 10 else None
    known = LABORATORY_ANALYTES.get(item.analyte) or BY_LOINC.get(str(raw.get("code", "")))
    numbers = raw.get("identifiers") or []
    return {
        "number": numbers[0][1] if numbers else "",
        "analyte": known.code if known else "",
        "value": raw.get("value", ""),
        "unit": raw.get("unit", ""),
        "collected_on": at.date() if at else _day(collected),
        "collected_time": at.time() if at else None,
        "specimen": raw.get("specimen", ""),
        "method": raw.get("method", ""),
    } | {name: raw.get(name, "") for name in DETAILS}


def _day(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _particulars(item: Quarantine) -> dict[str, str]:
    """What the sender says of the person, for the page that registers them."""
    raw = item.raw
    numbers = raw.get("identifiers") or []
    said = {name: str(raw.get(name) or "") for name in ("family_name", "given_name", "birth_date", "sex")}
    return said | {"mrn": numbers[0][1] if numbers else ""}
