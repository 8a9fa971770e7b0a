"""The form in which a site writes its own protocol, and the one that takes one in from a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django import forms
from django.forms.utils import ErrorList
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.models import Protocol
from labs.protocols.nodes import Place, Problem
from labs.protocols.reading import CONFIDENCE, LONGEST_FILE
from labs.vocabulary.test_kinds import TEST_KINDS
from patients.models import Site
from tracker.web.entry import day_input
from tracker.web.protocol_rows import LEFT_OUT, SOURCE, STEP, UNITS, Typed, rows_of
from tracker.web.protocol_words import SURE

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)
LONGEST = 4_000
"""Characters a field takes here; how many a protocol may have, the check of files says."""
IN_FORM = {"every": "count", "step": None}
"""Names of a step's fields in a file that the form calls otherwise; None: the step as a whole."""


def _text(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=LONGEST, **options)


def _number(label: Any, **options: Any) -> forms.CharField:
    return _text(label, widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 5}), **options)


def _choice(label: Any, choices: Sequence[tuple[str, Any]]) -> forms.CharField:
    return _text(label, widget=forms.Select(choices=choices))


class HeadForm(forms.Form):
    """What is said of the protocol as a whole, and the sample patient of the preview."""

    title = _text(gettext_lazy("Title"))
    summary = _text(gettext_lazy("For whom, in one line"))
    changed_because = _text(
        gettext_lazy("Why the site follows this"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Shown beside the version. For example: guideline of our network, 2026."),
    )


class AnchorForm(forms.Form):
    """The day from which the preview counts."""

    anchor_on = forms.DateField(label=gettext_lazy("Sample patient"), widget=day_input())

    def clean_anchor_on(self) -> date:
        """A day a patient of today may have."""
        day: date = self.cleaned_data["anchor_on"]
        if not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(_("Give a day between 1990 and 2100."))
        return day


class StepForm(forms.Form):
    """One step."""

    code = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = _choice(gettext_lazy("Test"), [("", "–"), *((code, kind.label) for code, kind in TEST_KINDS.items())])
    count = _number(gettext_lazy("Every"))
    unit = _choice(
        gettext_lazy("unit"),
        list(zip(UNITS, (gettext_lazy("days"), gettext_lazy("weeks"), gettext_lazy("months")), strict=True)),
    )
    at = _text(gettext_lazy("or once each, after"))
    from_month = _number(gettext_lazy("From month"))
    until_month = _number(gettext_lazy("Until month"))
    window_days = _number(gettext_lazy("Window, ± days"))
    source = _text(gettext_lazy("Source"))
    confidence = _choice(gettext_lazy("How sure"), [("", "–"), *((code, SURE[code].word) for code in CONFIDENCE)])
    note = _text(gettext_lazy("Note"))


class SourceForm(forms.Form):
    """One source."""

    name = _text(gettext_lazy("Name"))
    text = _text(gettext_lazy("What it is"))


class LeftOutForm(forms.Form):
    """One thing that is not scheduled on purpose."""

    what = _text(gettext_lazy("What"))
    why = _text(gettext_lazy("Why"))


ROWS: dict[str, type[forms.Form]] = {STEP: StepForm, SOURCE: SourceForm, LEFT_OUT: LeftOutForm}


@dataclass(frozen=True, slots=True)
class Faulty:
    """A field in the summary of errors: its name with the step it belongs to, and where the link leads."""

    label: str
    id_for_label: str
    auto_id: str = ""


class DeriveForm:
    """The whole form over what was typed; `refuse` puts each problem of the check beside its field."""

    def __init__(self, typed: Typed) -> None:
        self.head = HeadForm(typed)
        self.anchor = AnchorForm({"anchor_on": typed.get("anchor_on", "")})
        self.rows = {
            sort: [
                form(_prefixed(sort, number, row), prefix=f"{sort}-{number}")
                for number, row in enumerate(rows_of(typed, sort))
            ]
            for sort, form in ROWS.items()
        }
        self.general: list[str] = []

    @property
    def steps(self) -> list[forms.Form]:
        """A form for each step."""
        return self.rows[STEP]

    @property
    def sources(self) -> list[forms.Form]:
        """A form for each source."""
        return self.rows[SOURCE]

    @property
    def left_out(self) -> list[forms.Form]:
        """A form for each thing left out."""
        return self.rows[LEFT_OUT]

    def refuse(self, problems: Sequence[Problem]) -> None:
        """Put each problem beside its field; above the form when there is none."""
        for problem in problems:
            form, name = self._place(problem.place)
            if form is None:
                self.general.append(problem.reason)
            else:
                form.add_error(name, problem.reason)

    def summary(self) -> dict[str, Any]:
        """The errors for the top of the page."""
        return {"general": self.general, "fields": list(self._faults())}

    def _place(self, place: Place) -> tuple[forms.Form | None, str | None]:
        if len(place) == 1 and place[0] in self.head.fields:
            return self.head, str(place[0])
        if len(place) == 2 and place[0] == "sources":
            found = (form for form in self.sources if form["name"].value() == place[1])
            return next(found, None), "text"
        sort = {"steps": STEP, "not_scheduled": LEFT_OUT}.get(str(place[0]) if place else "")
        forms_there = self._filled(sort) if sort else []
        if len(place) < 2 or not isinstance(place[1], int) or place[1] >= len(forms_there):
            return None, None
        form = forms_there[place[1]]
        name = str(place[2]) if len(place) > 2 else None
        name = IN_FORM.get(name, name) if name else None
        return form, name if name in form.fields else None

    def _filled(self, sort: str) -> list[forms.Form]:
        """The rows that are in the definition: their number there is their place here."""
        unseen = ("code", "unit")
        return [
            form for form in self.rows[sort] if any(form[name].value() for name in form.fields if name not in unseen)
        ]

    def _faults(self) -> Iterator[tuple[Faulty, ErrorList]]:
        for bound in self.head:
            if bound.errors:
                yield Faulty(str(bound.label), bound.id_for_label), bound.errors
        for sort, name in ((STEP, _("Step %(n)d")), (SOURCE, _("Source %(n)d")), (LEFT_OUT, _("Left out %(n)d"))):
            for number, form in enumerate(self.rows[sort], start=1):
                whole = name % {"n": number}
                if form.non_field_errors():
                    yield Faulty(whole, f"{sort}-{number - 1}"), form.non_field_errors()
                for bound in form:
                    if bound.errors:
                        yield Faulty(f"{whole}, {bound.label}", bound.id_for_label), bound.errors


def _prefixed(sort: str, number: int, row: Mapping[str, str]) -> Typed:
    return {f"{sort}-{number}-{name}": value for name, value in row.items()}


class UploadForm(forms.Form):
    """A site's own protocol from a file, and which one it stands in place of."""

    site = forms.ModelChoiceField(label=gettext_lazy("Site"), queryset=Site.objects.none(), empty_label=None)
    file = forms.FileField(
        label=gettext_lazy("YAML file"),
        help_text=gettext_lazy("Text in UTF-8, with the fields of the guide."),
        error_messages={"required": gettext_lazy("Choose a file."), "empty": gettext_lazy("The file is empty.")},
    )
    original = forms.ModelChoiceField(
        label=gettext_lazy("In place of (optional)"),
        queryset=Protocol.objects.none(),
        required=False,
        empty_label=gettext_lazy("none: it stands beside the others"),
        help_text=gettext_lazy(
            "The one it replaces when a plan is suggested to a patient of the site, and beside which it is shown."
        ),
    )

    def __init__(self, *args: Any, sites: Sequence[Site], originals: Sequence[Protocol], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("site", Site, [site.pk for site in sites])
        self._choose("original", Protocol, [one.pk for one in originals])

    def _choose(self, name: str, model: Any, numbers: Sequence[int]) -> None:
        cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = model.objects.filter(pk__in=numbers)

    def clean_file(self) -> str:
        """The text of the file."""
        file = self.cleaned_data["file"]
        if file.size > LONGEST_FILE * 4:
            raise forms.ValidationError(_("The file is too large for a protocol."))
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            line = file_line(error)
            raise forms.ValidationError(
                _("Line %(line)d is not in UTF-8. Save the file as UTF-8 and send it again.") % {"line": line}
            ) from None


def file_line(error: UnicodeDecodeError) -> int:
    """The line on which a file stops being text."""
    return error.object[: error.start].count(b"\n") + 1
