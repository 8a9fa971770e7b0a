"""The form by which a physician decides on a signal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.actions.review_flag import REPEAT_WITHIN_DAYS, Repeat
from labs.models import Decision, Flag
from labs.selectors.inbox import marker_of
from labs.vocabulary.test_kinds import TEST_KINDS


class ResolveForm(forms.Form):
    """A coded decision with what it needs. `version` is that of the signal as it was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    decision = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=Decision.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what came of it.")},
    )
    repeat_kind = forms.ChoiceField(label=gettext_lazy("Which test to repeat"), required=False)
    repeat_on = forms.DateField(
        label=gettext_lazy("Repeat on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    watch_until = forms.DateField(
        label=gettext_lazy("Watch until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, flag: Flag, today: date, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                "version": flag.version,
                "repeat_on": today + timedelta(days=14),
                "repeat_kind": kind_for(marker_of(flag)),
            },
        )
        super().__init__(*args, **kwargs)
        self.today = today
        kinds = [(kind.code, kind.label) for kind in TEST_KINDS.values() if not kind.done_by_hand]
        self.fields["repeat_kind"].choices = kinds  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Each decision brings its own necessities."""
        given = super().clean() or {}
        if given.get("decision") == Decision.REPEAT_TEST and not given.get("repeat_on"):
            self.add_error("repeat_on", _("Give the day on which the test is to be repeated."))
        if given.get("decision") == Decision.WATCH and not given.get("watch_until"):
            self.add_error("watch_until", _("Give the date until which the signal is watched."))
        if given.get("decision") == Decision.EXPLAINED_OTHER and not given.get("note", "").strip():
            self.add_error("note", _("Say what explains the signal."))
        return given

    def shown_as_now(self, flag: Flag) -> None:
        """Carry the version the page shows now: what was typed can be saved once it was read against the new state."""
        self.data = data = cast(QueryDict, self.data).copy()
        data[self.add_prefix("version")] = str(flag.version)

    def answer(self) -> dict[str, Any]:
        """Arguments of `resolve_flag`, for the chosen decision only."""
        given = self.cleaned_data
        chosen = {"version": given["version"], "decision": given["decision"], "note": given["note"]}
        if given["decision"] == Decision.WATCH:
            chosen["watch_until"] = given["watch_until"]
        if given["decision"] == Decision.REPEAT_TEST:
            last = max(given["repeat_on"], self.today + timedelta(days=REPEAT_WITHIN_DAYS))
            chosen["repeat"] = Repeat(given["repeat_kind"], given["repeat_on"], last)
        return chosen


def kind_for(analyte: str) -> str:
    """The smallest kind of test that measures this analyte; a blood count when none does."""
    kinds = [kind for kind in TEST_KINDS.values() if analyte in kind.analytes]
    return min(kinds, key=lambda kind: len(kind.analytes)).code if kinds else "cbc"
