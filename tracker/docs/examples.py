"""The worked examples of rules, read for people: what was measured when, what else is known, what must be answered.

`labs/rules/notation.py` reads the same items for the rules; a test holds both readings together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.rules.base import Example, Level, Rule, State
from labs.rules.confounders import WINDOWS
from labs.rules.notation import UNUSABLE
from labs.vocabulary.analytes import ANALYTES

DATED = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """One result of an example, as it is printed.

    place   its row in the cohort the rule sees
    number  the value in the unit of the analyte, where it has one, for drawing it
    more    what came beside the value: the printed range, cells counted, limit of detection, target
    """

    place: int
    on: date
    time: str
    analyte: str
    printed: str
    unit: str
    laboratory: str = ""
    method: str = ""
    accession: str = ""
    comparator: str = ""
    number: Fraction | None = None
    specimen: str = ""
    more: str = ""

    @property
    def marker(self) -> str:
        """What was measured."""
        return ANALYTES[self.analyte].name

    @property
    def moment(self) -> str:
        """Day, and time of day where it is known."""
        return f"{self.on} {self.time}".strip()

    @property
    def made(self) -> str:
        """Specimen, laboratory, method and accession, and what came beside the value, as far as the example tells."""
        return ", ".join(filter(None, (self.specimen, self.laboratory, self.method, self.accession, self.more)))

    @property
    def is_readable(self) -> bool:
        """Whether it came with a unit that can be used."""
        return self.unit != UNUSABLE


@dataclass(frozen=True, slots=True)
class ExampleFact:
    """What else is known of the patient: in words, and the day it begins where it has one."""

    kind: str
    text: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class ReadExample:
    """A worked example, taken apart. `answer` is the rule's answer, `state` that of its last finding."""

    name: str
    results: tuple[ExampleResult, ...]
    facts: tuple[ExampleFact, ...]
    answer: str
    state: str = ""
    onset: date | None = None
    level: Level | None = None

    @property
    def analytes(self) -> tuple[str, ...]:
        """What was measured, in order."""
        return tuple(dict.fromkeys(result.analyte for result in self.results))

    @property
    def samples(self) -> list[list[ExampleResult]]:
        """Results that came together: of one moment and one assay, each analyte once."""
        found: list[list[ExampleResult]] = []
        for result in self.results:
            last = found[-1] if found else []
            alike = last and last[0].moment == result.moment and last[0].made == result.made
            if alike and result.analyte not in [one.analyte for one in last]:
                last.append(result)
            else:
                found.append([result])
        return found


def read_example(rule: Rule, example: Example) -> ReadExample:
    """An example of a rule for people to read."""
    items = [item.split() for item in example.given.split("|") if item.strip()]
    raised = isinstance(example.expected, State)
    return ReadExample(
        name=example.name,
        results=tuple(_results(items, rule.reads[0])),
        facts=tuple(_fact(item) for item in items if not DATED.match(item[0])),
        answer="raised" if raised else example.expected.value,
        state=example.expected.value if raised else "",
        onset=date.fromisoformat(example.onset) if example.onset else None,
        level=example.level,
    )


def _results(items: list[list[str]], analyte: str) -> Iterator[ExampleResult]:
    """Results in order; analyte and unit hold until another is given."""
    unit = ""
    dated = [item for item in items if DATED.match(item[0])]
    for place, (moment, *words) in enumerate(dated):
        if words[0] in ANALYTES:
            unit = unit if words[0] == analyte else ANALYTES[words[0]].unit
            analyte, *words = words
        printed, *rest = words
        marks = {word[0]: word[1:] for word in rest if word[0] in "@#["}
        details = dict(word.split(":", 1) for word in rest if word.partition(":")[0] in DETAILS)
        plain = (word for word in rest if word[0] not in "@#[" and word.partition(":")[0] not in DETAILS)
        unit = next(plain, unit) or ANALYTES[analyte].unit
        laboratory, method, specimen = (*marks.get("@", "").split("/"), "", "")[:3]
        in_words = bool(ANALYTES[analyte].scale)
        bare = "" if in_words else printed.lstrip("<>=")
        yield ExampleResult(
            place, date.fromisoformat(moment[:10]), moment[11:], analyte,
            printed.replace("_", " ") if in_words else printed, "" if in_words else unit, laboratory, method,
            marks.get("#", ""), "" if in_words else printed[: len(printed) - len(bare)],
            _number(bare, unit, analyte), specimen.replace("_", " "), _more(marks.get("[", ""), details),
        )  # fmt: skip


def _more(printed_range: str, details: Mapping[str, str]) -> str:
    lower, _dots, upper = printed_range.rstrip("]").partition("..")
    words = (
        [_("range %(lower)s to %(upper)s") % {"lower": lower or "–", "upper": upper or "–"}] if printed_range else []
    )
    return ", ".join([*words, *(str(DETAILS[kind]) % value for kind, value in details.items())])


def _number(bare: str, unit: str, analyte: str) -> Fraction | None:
    factor = ANALYTES[analyte].factors.get(unit)
    try:
        return None if factor is None else Fraction(Decimal(bare)) * factor
    except (InvalidOperation, ValueError):
        return None


def _fact(item: list[str]) -> ExampleFact:
    kind, *words = item
    if kind == "event":
        return _event(words)
    on = date.fromisoformat(words[0]) if kind in DATED_FACTS else None
    codes = [ANALYTES[one].name if one in ANALYTES else one.replace("_", " ") for one in " ".join(words).split(";")]
    said = FACTS.get(kind)
    text = str(said) % ", ".join(codes) if said else f"{kind.replace('_', ' ')} {', '.join(codes)}"
    return ExampleFact(kind, text, on)


def _event(words: list[str]) -> ExampleFact:
    name, days = words[0], words[1]
    start, _dots, end = days.partition("..")
    said = {
        "what": WINDOWS[name].words if name in WINDOWS else name.replace("_", " "),
        "start": start,
        "end": end,
    }
    text = _("%(what)s from %(start)s to %(end)s") if end else _("%(what)s on %(start)s")
    return ExampleFact("event", text % said, date.fromisoformat(start))


DETAILS: Mapping[str, str | Promise] = {
    "cells": gettext_lazy("%s cells counted"),
    "limit": gettext_lazy("limit of detection %s"),
    "target": gettext_lazy("target %s"),
}
FACTS: Mapping[str, str | Promise] = {
    "line": gettext_lazy("line of therapy begun on %s"),
    "remission": gettext_lazy("remission recorded on %s"),
    "relapse": gettext_lazy("relapse recorded on %s"),
    "diagnosed": gettext_lazy("diagnosed on %s"),
    "therapy_ended": gettext_lazy("therapy ended on %s"),
    "today": gettext_lazy("asked on %s"),
    "rebaseline": gettext_lazy("comparisons begun anew: %s"),
    "sex": gettext_lazy("sex: %s"),
    "heavy_chain": gettext_lazy("heavy chain of the clone: %s"),
    "born": gettext_lazy("born %s"),
    "disease": gettext_lazy("disease recorded: %s"),
    "light_chain": gettext_lazy("light chain of the clone: %s"),
    "disease_type": gettext_lazy("type of the disease: %s"),
    "measurable": gettext_lazy("recorded as measurable: %s"),
}
DATED_FACTS = frozenset({"line", "remission", "relapse"})
"""Facts with a day, which stands in the picture."""
