"""The forms by which a physician decides on a signal, puts a decision right, and gives a second opinion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final, cast

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.actions.ask_opinion import Asked
from labs.actions.confirm_relapse import NewLine, Relapse, sites_of
from labs.actions.decide_flag import Details
from labs.actions.order_tests import Repeat, WorkUp
from labs.actions.rebaseline import NewStart
from labs.models import Created, Decision, Flag, Level
from labs.models.flag import EXPLAINED
from labs.selectors.confirmation_window import Window, confirmation_window
from labs.selectors.created import thing_of
from labs.selectors.inbox import marker_of
from labs.selectors.opinions import colleagues_for
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.test_kinds import TEST_KINDS
from patients.models import RelapseSite, User
from tracker.web.entry import day_input

REPEAT_AFTER: Final = timedelta(days=14)
WORK_UP_WITHIN: Final = timedelta(days=14)
OPINION_WITHIN: Final = timedelta(days=7)
"""What the form suggests. This project's own."""

URGENT_WAITS: Final = timedelta(days=7)
"""How long the form lets an urgent signal wait beyond the day of its repeat test before it is asked about again. This
project's own."""

OFTEN: Final = ("marrow", "mri", "ct_pet", "lumbar_puncture", "mrd")
WORK_UP_KINDS: Final = (*OFTEN, *(code for code in TEST_KINDS if code not in OFTEN))
"""Kinds of tests, those of a work-up first."""

ALL_MARKERS: Final = "all"

SAVES: Final[Mapping[str, str | Promise]] = {
    Decision.RELAPSE_CONFIRMED: gettext_lazy("Save and record the relapse"),
    Decision.REPEAT_TEST: gettext_lazy("Save and order the repeat test"),
    Decision.WORK_UP: gettext_lazy("Save and order the work-up"),
    Decision.WATCH: gettext_lazy("Save and watch until that day"),
    Decision.SECOND_OPINION: gettext_lazy("Save and ask for the opinion"),
    **dict.fromkeys(EXPLAINED, gettext_lazy("Save and close the signal")),
}
"""What the button does, by the decision that is chosen."""


class DecisionForm(forms.Form):
    """A coded decision with what belongs to it; what belongs to another is not read."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=Decision.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what came of it.")},
    )
    relapse_on = forms.DateField(label=gettext_lazy("Relapse on"), required=False, widget=day_input())
    relapse_sites = forms.MultipleChoiceField(
        label=gettext_lazy("Where (none ticked: not known)"),
        required=False,
        choices=RelapseSite.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    regimen = forms.CharField(
        label=gettext_lazy("New line of therapy: regimen"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Empty: no new line is recorded yet."),
    )
    line_started_on = forms.DateField(label=gettext_lazy("New line started on"), required=False, widget=day_input())
    repeat_kind = forms.ChoiceField(label=gettext_lazy("Which test to repeat"), required=False)
    repeat_on = forms.DateField(label=gettext_lazy("Repeat on"), required=False, widget=day_input())
    repeat_until = forms.DateField(label=gettext_lazy("At the latest on"), required=False, widget=day_input())
    repeat_book = forms.BooleanField(label=gettext_lazy("Book it for that day at once"), required=False)
    work_up_kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Which tests"), required=False, widget=forms.CheckboxSelectMultiple
    )
    work_up_until = forms.DateField(label=gettext_lazy("Done at the latest on"), required=False, widget=day_input())
    anew_on = forms.DateField(
        label=gettext_lazy("Start comparisons anew from"),
        required=False,
        widget=day_input(),
        help_text=gettext_lazy("Empty: comparisons go on. Earlier results stay in either case."),
    )
    anew_analyte = forms.ChoiceField(label=gettext_lazy("Comparisons of"), required=False)
    watch_until = forms.DateField(label=gettext_lazy("Watch until"), required=False, widget=day_input())
    colleague = forms.ModelChoiceField(
        label=gettext_lazy("Colleague"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("somebody outside"),
    )
    address = forms.CharField(
        label=gettext_lazy("Address outside"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("An e-mail address, where no colleague is chosen."),
    )
    question = forms.CharField(
        label=gettext_lazy("What do you ask?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    opinion_due = forms.DateField(label=gettext_lazy("Answer wanted by"), required=False, widget=day_input())
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, flag: Flag, today: date, user: User, **kwargs: Any) -> None:
        window = confirmation_window(flag, today=today)
        kwargs.setdefault("initial", suggested(flag, window, today))
        super().__init__(*args, **kwargs)
        self.sites = sites_of(flag)
        self.onset_on = flag.onset_on
        self._choices("repeat_kind", [(one.code, one.label) for one in TEST_KINDS.values() if not one.done_by_hand])
        self._choices("work_up_kinds", [(code, TEST_KINDS[code].label) for code in WORK_UP_KINDS])
        marker = marker_of(flag)
        named = [(marker, ANALYTES[marker].name)] if marker in ANALYTES else []
        self._choices("anew_analyte", [*named, (ALL_MARKERS, _("all markers"))])
        colleagues = cast("forms.ModelChoiceField[User]", self.fields["colleague"])
        colleagues.queryset = colleagues_for(flag.patient, but=user)
        self.fields["repeat_on"].help_text = _window_words(window)

    def clean(self) -> dict[str, Any]:
        """Each decision brings its own necessities."""
        given = super().clean() or {}
        for decision, name, words in (
            (Decision.REPEAT_TEST, "repeat_on", _("Give the day on which the test is to be repeated.")),
            (Decision.WATCH, "watch_until", _("Give the date until which the signal is watched.")),
            (Decision.WORK_UP, "work_up_kinds", _("Tick the tests that the work-up needs.")),
            (Decision.WORK_UP, "work_up_until", _("Give the last day for the tests.")),
            (Decision.SECOND_OPINION, "question", _("Say what you want to know.")),
            (Decision.SECOND_OPINION, "opinion_due", _("Give the day by which you want the answer.")),
            (Decision.EXPLAINED_OTHER, "note", _("Say what explains the signal.")),
        ):
            if given.get("decision") == decision and not given.get(name) and name not in self.errors:
                self.add_error(name, words)
        if given.get("decision") == Decision.RELAPSE_CONFIRMED and given.get("regimen", "").strip():
            if not given.get("line_started_on") and "line_started_on" not in self.errors:
                self.add_error("line_started_on", _("Give the day on which the new line started."))
        return given

    def shown_as_now(self, flag: Flag) -> None:
        """Carry the version the page shows now: what was typed can be saved once it was read against the new state."""
        self.data = data = cast(QueryDict, self.data).copy()
        data[self.add_prefix("version")] = str(flag.version)

    @property
    def buttons(self) -> list[tuple[str, str | Promise]]:
        """What the button does, each with its decision."""
        return list(SAVES.items())

    def answer(self) -> dict[str, Any]:
        """Arguments of `resolve_flag`, for the chosen decision only."""
        given = self.cleaned_data
        return {name: given[name] for name in ("version", "decision", "note")} | self._details(given)

    def _details(self, given: dict[str, Any]) -> Details:
        match given["decision"]:
            case Decision.WATCH:
                return {"watch_until": given["watch_until"]}
            case Decision.REPEAT_TEST:
                asked = (given[name] for name in ("repeat_kind", "repeat_on", "repeat_until", "repeat_book"))
                return {"repeat": Repeat(*asked)}
            case Decision.WORK_UP:
                return {"work_up": WorkUp(given["work_up_kinds"], given["work_up_until"])}
            case Decision.SECOND_OPINION:
                asked = (given[name] for name in ("question", "opinion_due", "colleague", "address"))
                return {"opinion": Asked(*asked)}
            case Decision.RELAPSE_CONFIRMED:
                return self._relapse(given)
        if given["decision"] in EXPLAINED and given["anew_on"]:
            analyte = given["anew_analyte"] if given["anew_analyte"] != ALL_MARKERS else ""
            return {"new_start": NewStart(analyte, given["anew_on"])}
        return {}

    def _relapse(self, given: dict[str, Any]) -> Details:
        """What was left as suggested is not stated: a relapse on record already then simply stands."""
        on, sites = given["relapse_on"] or self.onset_on, given["relapse_sites"]
        details: Details = {}
        if on != self.onset_on or sorted(sites) != sorted(self.sites):
            details["relapse"] = Relapse(on, sites)
        if given["regimen"].strip():
            details["line"] = NewLine(given["regimen"], given["line_started_on"])
        return details

    def offer(self, colleagues: Iterable[User]) -> None:
        """List these colleagues, who were read already."""
        field = cast("forms.ModelChoiceField[User]", self.fields["colleague"])
        self._choices("colleague", [("", str(field.empty_label)), *((str(one.pk), str(one)) for one in colleagues)])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices


class ResolveForm(DecisionForm):
    """The decision on a signal. `version` is that of the signal as it was shown."""


class CorrectForm(DecisionForm):
    """A decision in place of an earlier one: why, and what becomes of each thing that one created."""

    reason = forms.CharField(
        label=gettext_lazy("Why is the earlier decision put right?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say why: others will read it.")},
    )

    def __init__(self, *args: Any, things: list[Created], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.things = things
        for row in things:
            self.fields[f"thing_{row.pk}"] = forms.ChoiceField(
                label=thing_words(row),
                choices=(("keep", gettext_lazy("stays")), ("back", gettext_lazy("is taken back"))),
                widget=forms.RadioSelect,
                error_messages={"required": gettext_lazy("Say whether it stays.")},
            )

    @property
    def thing_fields(self) -> list[forms.BoundField]:
        """The questions about what the earlier decision created."""
        return [self[f"thing_{row.pk}"] for row in self.things]

    def answer(self) -> dict[str, Any]:
        """Arguments of `correct_decision`."""
        said = {row.pk: self.cleaned_data[f"thing_{row.pk}"] for row in self.things}
        return super().answer() | {
            "reason": self.cleaned_data["reason"],
            "kept": [number for number, word in said.items() if word == "keep"],
            "taken_back": [number for number, word in said.items() if word == "back"],
        }


class OpinionForm(forms.Form):
    """What a colleague thinks of a signal."""

    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("The answer is empty. Say what you think of the signal.")},
    )


def suggested(flag: Flag, window: Window, today: date) -> dict[str, Any]:
    """What the form offers before anything is chosen: the repeat as early as it counts where the signal is urgent."""
    urgent = flag.level == Level.URGENT
    soon = min(window.first if urgent else max(window.first, today + REPEAT_AFTER), window.last)
    return {
        "version": flag.version,
        "repeat_kind": kind_for(marker_of(flag)),
        "repeat_on": soon,
        "repeat_until": min(soon + URGENT_WAITS, window.last) if urgent else window.last,
        "work_up_until": today + WORK_UP_WITHIN,
        "relapse_on": flag.onset_on,
        "relapse_sites": sites_of(flag),
        "opinion_due": today + OPINION_WITHIN,
        "watch_until": None,
        "anew_analyte": marker_of(flag),
    }


def kind_for(analyte: str) -> str:
    """The smallest kind of test that measures this analyte; a blood count when none does."""
    kinds = [kind for kind in TEST_KINDS.values() if analyte in kind.analytes]
    return min(kinds, key=lambda kind: len(kind.analytes)).code if kinds else "cbc"


def thing_words(row: Created) -> str:
    """What a decision created, for people."""
    thing: Any = thing_of(row)
    if row.test_id:
        kind = TEST_KINDS.get(thing.kind)
        return _("%(test)s, due %(day)s") % {"test": kind.label if kind else thing.kind, "day": _day(thing.due_on)}
    if row.course_event_id:
        sites = ", ".join(str(RelapseSite(site).label) for site in thing.sites)
        return (_("relapse on %(day)s") % {"day": _day(thing.on)}) + (f" ({sites})" if sites else "")
    if row.line_id:
        return _("line %(number)s: %(regimen)s, from %(day)s") % {
            "number": thing.number,
            "regimen": thing.regimen,
            "day": _day(thing.started_on),
        }
    if row.rebaseline_id:
        marker = ANALYTES[thing.analyte].name if thing.analyte in ANALYTES else _("all markers")
        return _("comparisons of %(marker)s start anew on %(day)s") % {"marker": marker, "day": _day(thing.starts_on)}
    return _("question to %(who)s") % {"who": thing.asked_of}


def _window_words(window: Window) -> str:
    days = {"first": _day(window.first), "last": _day(window.last)}
    if window.of_rule:
        return _("The rule takes it as confirmation from %(first)s until %(last)s.") % days
    return _("It can confirm from %(first)s on; by our own default until %(last)s.") % days


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
