"""Forms by which a site chooses its criteria and decides on a proposal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.actions.propose_criteria import LONGEST_REASON
from labs.rules.criteria import GRADINGS, may_be_left_out, sets_of
from labs.rules.registry import BY_CODE
from labs.selectors.criteria import InForce
from labs.vocabulary.grades import NAMES
from tracker.web.entry import day_input

OFF = "off-"


class ProposeForm(forms.Form):
    """A set of criteria, an edition of grades, and rules to leave out, each with a reason."""

    criteria = forms.ChoiceField(
        label=gettext_lazy("Criteria"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a set of criteria.")},
    )
    grading = forms.ChoiceField(
        label=gettext_lazy("Grades shown beside counts"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("A grade says how low a count is. It never raises a signal."),
        error_messages={"required": gettext_lazy("Choose an edition of the grades.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Why the site changes its criteria"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The person who approves reads it, and it stays in the history."),
        error_messages={"required": gettext_lazy("Say why the site changes its criteria.")},
    )
    active_from = forms.DateField(
        label=gettext_lazy("In force from (empty: as soon as it is approved)"), required=False, widget=day_input()
    )

    def __init__(self, *args: Any, in_force: InForce, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _as_it_holds(in_force))
        super().__init__(*args, **kwargs)
        sets = [(one.code, f"{one.title}: {one.differs}") for one in sets_of(in_force.disease)]
        grades = [(code, f"{name}: {GRADINGS[code]}") for code, name in NAMES.items()]
        self.fields["criteria"].choices = sets  # type: ignore[attr-defined]
        self.fields["grading"].choices = grades  # type: ignore[attr-defined]
        self.rules = may_be_left_out(in_force.disease)
        for rule in self.rules:
            label = _("Why %(rule)s is switched off") % {"rule": rule}
            self.fields[OFF + rule] = forms.CharField(label=label, required=False, max_length=LONGEST_REASON)

    @property
    def left_out(self) -> list[tuple[str, str, Any]]:
        """Every rule that may be switched off: code, title and the field of its reason."""
        return [(rule, BY_CODE[rule].title, self[OFF + rule]) for rule in self.rules]

    @property
    def any_left_out(self) -> bool:
        """Whether a reason is filled in, or wrong: the list is then shown open."""
        return any(field.value() or field.errors for _rule, _title, field in self.left_out)

    def choice(self) -> dict[str, Any]:
        """Arguments of `propose_criteria`."""
        given = dict(self.cleaned_data)
        off = {rule: given.pop(OFF + rule) for rule in self.rules}
        return {**given, "switched_off": {rule: why for rule, why in off.items() if why}}


class BecauseForm(forms.Form):
    """A reason to reject or to withdraw."""

    because = forms.CharField(
        label=gettext_lazy("Because"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say why; it is kept with the change.")},
    )


def _as_it_holds(in_force: InForce) -> dict[str, Any]:
    left_out = {OFF + rule: why for rule, why in in_force.left_out.items()}
    return {"criteria": in_force.criteria, "grading": in_force.grading, **left_out}
