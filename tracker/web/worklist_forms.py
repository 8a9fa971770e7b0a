"""Forms of the steps nurses take on the worklist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.actions.record_contact import UNDECIDED
from labs.models import Channel, ContactOutcome, SkipReason
from labs.selectors.visits import Seen
from labs.selectors.worklist_rows import Row
from patients.models import User
from tracker.web.visit_forms import DATE_INPUT, read_seen, write_seen

BY_A_PERSON = [choice for choice in ContactOutcome.choices if choice[0] != ContactOutcome.SENT]
"""That a message was sent is recorded by who sends it."""


class ContactForm(forms.Form):
    """One attempt to reach a patient."""

    outcome = forms.ChoiceField(label=gettext_lazy("What came of it"), choices=BY_A_PERSON, widget=forms.RadioSelect)
    again_on = forms.DateField(
        label=gettext_lazy("Contact again on"),
        required=False,
        widget=DATE_INPUT,
        help_text=gettext_lazy(
            "Left empty: two working days after no answer, two weeks after “will come” if nothing is booked by then."
        ),
    )
    channel = forms.ChoiceField(label=gettext_lazy("How"), choices=Channel.choices, initial=Channel.PHONE)
    note = forms.CharField(
        label=gettext_lazy("Note (optional)"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    field_order = ("outcome", "also", "again_on", "channel", "note")

    def clean(self) -> dict[str, Any]:
        """Say at the field what the action would refuse."""
        chosen = super().clean() or {}
        if chosen.get("outcome") == ContactOutcome.CALL_AGAIN and not chosen.get("again_on"):
            self.add_error("again_on", _("Give the day on which the patient is to be called again."))
        if chosen.get("outcome") in UNDECIDED and chosen.get("again_on"):
            self.add_error("again_on", _("Leave the day empty: the next step asks what follows."))
        return chosen

    @property
    def contact(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in ("outcome", "again_on", "channel", "note")}


class CallForm(ContactForm):
    """The same about a test, and others of the patient that wait."""

    also = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Also about"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, beside: Sequence[Row], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_beside(self, beside)


class DecideForm(forms.Form):
    """What follows when a patient will not come."""

    also = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Also for"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"), required=False, choices=SkipReason.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=gettext_lazy("Note (optional)"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, beside: Sequence[Row], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_beside(self, beside)

    def clean(self) -> dict[str, Any]:
        """Skipping needs a reason."""
        chosen = super().clean() or {}
        if self.data.get("do") == "skip" and not chosen.get("reason"):
            self.add_error("reason", _("Choose a reason from the list."))
        return chosen


class AssignForm(forms.Form):
    """Who looks after a test."""

    person = forms.TypedChoiceField(label=gettext_lazy("Person"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {person.pk: person for person in people}
        choices = [("", _("nobody")), *((person.pk, f"{person}, {person.get_role_display()}") for person in people)]
        cast(forms.ChoiceField, self.fields["person"]).choices = choices

    @property
    def chosen(self) -> User | None:
        """The person, None for nobody."""
        return self.people.get(self.cleaned_data["person"])


class SkipTogetherForm(forms.Form):
    """Why tests are not done."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=SkipReason.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=gettext_lazy("Note (optional)"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class MoveTogetherForm(forms.Form):
    """Another day for booked tests, each with the booking that was shown (`seen-12`)."""

    booked_for = forms.DateField(
        label=gettext_lazy("Day"),
        widget=DATE_INPUT,
        help_text=gettext_lazy("Times and places stay as they are."),
    )

    def __init__(self, data: Any, rows: Sequence[Row]) -> None:
        super().__init__(data)
        for row in rows:
            shown = write_seen({row.test.pk: (row.test.booked_for, row.test.booked_time)})
            self.fields[f"seen-{row.test.pk}"] = forms.CharField(
                required=False, initial=shown, widget=forms.HiddenInput
            )

    def seen(self, number: int) -> Seen:
        """The booking of a test that the person had before them."""
        text = self.cleaned_data.get(f"seen-{number}", "")
        return read_seen(text if "@" in text else f"{number}@{text}").get(number, (None, None))


def offer_beside(form: forms.Form, beside: Sequence[Row]) -> None:
    """Offer the patient's other tests in the field `also`; without any there is none."""
    if not beside:
        del form.fields["also"]
        return
    field = cast(forms.ChoiceField, form.fields["also"])
    field.choices = [(row.test.pk, in_words(row)) for row in beside]
    form.initial.setdefault("also", [row.test.pk for row in beside])


def in_words(row: Row) -> str:
    """A test and how it stands: "Chemistry, 5 days late"."""
    label = _(row.kind.label)
    if row.days_late > 0:
        return _("%(test)s, %(n)d days late") % {"test": label, "n": row.days_late}
    return _("%(test)s, due %(day)s") % {"test": label, "day": date_format(row.test.due_on, "D j M Y")}
