"""The forms of a patient's plans."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.actions.plan_refusals import PlanRefused
from labs.actions.start_plan import anchor_label
from labs.models import Keeping, PauseReason, PlanEnd, Protocol, ScheduledTest
from labs.protocols.reading import ANCHORS
from labs.selectors.situations import situations_of
from labs.selectors.suggested_plans import protocols_for
from labs.vocabulary.test_kinds import TEST_KINDS
from patients.models import Diagnosis, Patient
from tracker.web.entry import attempt, day_input

NOTE = forms.Textarea(attrs={"rows": 2})
END_REASONS = [
    choice for choice in PlanEnd.choices if choice[0] not in {"changed_protocol", "new_remission", "changed_dates"}
]


class ProtocolForm(forms.Form):
    """A protocol that fits the patient's disease, and the day it counts from."""

    protocol = forms.ChoiceField(label=gettext_lazy("Protocol"), widget=forms.RadioSelect)
    anchor_on = forms.DateField(label=gettext_lazy("Counted from (optional)"), required=False, widget=day_input())

    def __init__(self, *args: Any, diagnoses: list[Diagnosis], without: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offered: dict[str, tuple[Protocol, Diagnosis]] = {}
        for diagnosis in diagnoses:
            for protocol in protocols_for(diagnosis):
                if protocol.pk != without:
                    self._offered[str(protocol.pk)] = protocol, diagnosis
        field = cast(forms.ChoiceField, self.fields["protocol"])
        field.choices = [(key, _offer(protocol)) for key, (protocol, _of) in self._offered.items()]
        self.fields["protocol"].initial = next(iter(self._offered), None)
        self.fields["protocol"].help_text = _("The one that fits what is recorded comes first.")
        self.fields["anchor_on"].help_text = _recorded(diagnoses)

    def chosen(self) -> tuple[Protocol, Diagnosis]:
        """The protocol, and the disease it is for."""
        return self._offered[self.cleaned_data["protocol"]]


class StartForm(ProtocolForm):
    """A new plan."""

    keeps = forms.ChoiceField(
        label=gettext_lazy("The next date follows"),
        choices=Keeping.choices,
        initial=Keeping.CALENDAR,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "When a test is done early or late: stay with the plan's dates, or count anew from that day."
        ),
    )


class RestartForm(ProtocolForm):
    """The same or another protocol, counted from a new day."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["anchor_on"].required = True
        self.fields["anchor_on"].label = _("Counted anew from")


class UntilForm(forms.Form):
    """The last day of a pause."""

    until_on = forms.DateField(
        label=gettext_lazy("Until, this day included"),
        widget=day_input(),
        help_text=gettext_lazy("A pause always ends, so that nobody is forgotten; it can be prolonged."),
    )


class PauseForm(UntilForm):
    """A pause."""

    starts_on = forms.DateField(label=gettext_lazy("From"), widget=day_input())
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=PauseReason.choices, widget=forms.RadioSelect)
    note = forms.CharField(label=gettext_lazy("Note (optional)"), required=False, max_length=2000, widget=NOTE)
    field_order = ("starts_on", "until_on", "reason", "note")


class EndForm(forms.Form):
    """Why a plan ends."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=END_REASONS, widget=forms.RadioSelect)
    ended_on = forms.DateField(label=gettext_lazy("Ended on"), widget=day_input())
    note = forms.CharField(label=gettext_lazy("Note (optional)"), required=False, max_length=2000, widget=NOTE)


class MoveForm(forms.Form):
    """Another day for one test, and why."""

    due_on = forms.DateField(label=gettext_lazy("Best on"), widget=day_input())
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=2000, widget=NOTE)


class AddForm(MoveForm):
    """One more test."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Test"), choices=[("", "–"), *((code, kind.label) for code, kind in TEST_KINDS.items())]
    )
    window_days = forms.IntegerField(label=gettext_lazy("Days to either side"), initial=7, min_value=0, max_value=60)
    origin = forms.ChoiceField(
        label=gettext_lazy("It is"),
        choices=[
            (ScheduledTest.Origin.EXTRA.value, gettext_lazy("an extra test")),
            (ScheduledTest.Origin.REPEAT.value, gettext_lazy("the repeat of a finding: done from tomorrow on")),
        ],
        initial=ScheduledTest.Origin.EXTRA.value,
        widget=forms.RadioSelect,
    )
    anyway = forms.BooleanField(label=gettext_lazy("Add it though one of its kind waits within a week"), required=False)
    field_order = ("kind", "due_on", "window_days", "origin", "reason", "anyway")


def tried(form: forms.BaseForm, step: Callable[[], Any]) -> Any:
    """What the action returned; None when it refused, and the refusal is in the form."""
    try:
        return attempt(form, step)
    except PlanRefused as refused:
        form.add_error(None, str(refused))
        return None


def diagnoses_of(patient: Patient) -> list[Diagnosis]:
    """The patient's diseases, each knowing the patient."""
    found = list(patient.diagnoses.all())
    for diagnosis in found:
        diagnosis.patient = patient
    return found


def _offer(protocol: Protocol) -> str:
    words = {"protocol": str(protocol), "anchor": anchor_label(protocol.definition["anchor"])}
    return _("%(protocol)s, counted from the %(anchor)s") % words


def _recorded(diagnoses: list[Diagnosis]) -> str:
    """Which days are recorded that a plan could count from."""
    situations = situations_of(diagnoses)
    days = [
        f"{anchor_label(anchor)} {_day(situations[diagnosis.pk].anchor_on(anchor))}"
        for diagnosis in diagnoses
        for anchor in ANCHORS
    ]
    return _("Empty: the day recorded for the protocol chosen. Recorded: %(days)s.") % {"days": "; ".join(days)}


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else _("none")
