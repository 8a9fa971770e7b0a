"""The short notation of examples, read into a cohort of one patient.

Items stand between bars. A result: `2026-01-05 0.80 g/dL`; the unit of the item before is kept when none is given, `?`
is a unit that cannot be used. Before the value may stand the analyte (`2026-01-05 flc_kappa 12 mg/L`, also kept); a
time of day joins the date (`2026-01-05T08:00`); after the value may come `@Laboratory/method/specimen` and
`#accession`. Facts: `line 2026-03-01`, `remission 2026-01-01`, `event transfusion_red_cells 2026-02-01..2026-02-03`,
`disease AML`, `response CR`, `light_chain lambda`, `disease_type light_chain_only`, `measurable serum_m;urine_m`,
`heavy_chain IgG`, `sex female`, `born 1950-01-01`, `diagnosed 2024-01-01`, `therapy_ended 2025-01-01`,
`relapse 2026-01-01` (and `remission` again: a later one), `rebaseline serum_m 2026-03-01`, `today 2026-10-01`,
`bridge serum_m A/SPEP B/SPEP 2026-02-01` (B/SPEP goes on with A/SPEP from that day).

The value of a coded analyte is a word of its scale, spaces written `_`: `2026-01-05 ife_serum positive:_IgG-kappa`.
After a value may also come the printed range `[120..250]`, the cells counted `cells:200`, the limit of detection
`limit:0.01` (in the same unit), and the target `target:NPM1`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

from labs.rules.cohort import Bridge, Cohort, Event, Group, Note, PatientFacts, Rebaseline, Row
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.fixed_point import to_amount

UNUSABLE = "?"


def cohort_of(given: str, *, analyte: str, disease: str) -> Cohort:
    """One patient, key "example", as the items tell."""
    facts, rows = read(given, analyte=analyte, disease=disease)
    return Cohort.build([facts], rows, today_of(given))


def today_of(given: str) -> date | None:
    """The day of asking, where an item tells it."""
    items = (item.split() for item in given.split("|"))
    return next((date.fromisoformat(item[1]) for item in items if item[0] == "today"), None)


def read(given: str, *, analyte: str, disease: str, key: str = "example") -> tuple[PatientFacts, list[Row]]:
    """Facts and results of one patient."""
    facts = PatientFacts(key, disease=disease)
    rows: list[Row] = []
    unit = ""
    for item in (item.split() for item in given.split("|")):
        if item[0] == "today":
            continue
        if item[0] in _FACTS:
            facts = _FACTS[item[0]](facts, item[1:])
            continue
        row, analyte, unit = _result(item, analyte, unit, key, len(rows))
        rows.append(row)
    return facts, rows


def _result(item: list[str], analyte: str, unit: str, key: str, number: int) -> tuple[Row, str, str]:
    moment, *words = item
    if words[0] in ANALYTES:
        if words[0] != analyte:
            unit = ANALYTES[words[0]].unit
        analyte, *words = words
    value, *rest = words
    marks = {word[0]: word[1:] for word in rest if word[0] in "@#["}
    details = dict(word.split(":", 1) for word in rest if word.split(":", 1)[0] in _DETAILS)
    unit = next((word for word in rest if word[0] not in "@#[" and word.split(":", 1)[0] not in _DETAILS), unit)
    laboratory, method, specimen = (*marks.get("@", "").split("/"), "", "")[:3]
    coded = value.replace("_", " ") if ANALYTES[analyte].scale else ""
    comparator = "" if coded else value[: len(value) - len(value.lstrip("<>="))]
    lower, upper = (_limit(text, unit, analyte) for text in (*marks.get("[", "").rstrip("]").split(".."), "")[:2])
    cells = details.get("cells")
    target = details.get("target", "")
    row = Row(
        key, analyte, date.fromisoformat(moment[:10]), _read(value[len(comparator) :], coded, unit, analyte),
        comparator, specimen, f"{method} {target}".strip(), laboratory, _instant(moment),
        marks.get("#", f"{moment}/{number:04}"), number, lower=lower, upper=upper,
        note=Note(coded, _limit(details.get("limit", ""), unit, analyte), int(cells) if cells else None, target),
    )  # fmt: skip
    return row, analyte, unit


def _read(value: str, coded: str, unit: str, analyte: str) -> int | None:
    if coded:
        return ANALYTES[analyte].scale.index(coded.partition(":")[0])
    return _amount(value, unit, analyte)


def _limit(text: str, unit: str, analyte: str) -> int | None:
    return _amount(text, unit, analyte) if text else None


def _amount(number: str, unit: str, analyte: str) -> int | None:
    if unit == UNUSABLE:
        return None
    known = ANALYTES[analyte]
    return to_amount(Fraction(number) * known.factors[unit or known.unit], known.places)


def _instant(moment: str) -> datetime | None:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC) if "T" in moment else None


def _event(words: list[str]) -> Event:
    start, _, end = words[1].partition("..")
    return Event(words[0], date.fromisoformat(start), date.fromisoformat(end) if end else None)


def _bridge(words: list[str]) -> Bridge:
    return Bridge(words[0], _assay(words[2]), _assay(words[1]), date.fromisoformat(words[3]))


def _assay(text: str) -> Group:
    laboratory, method, specimen = (*text.split("/"), "", "")[:3]
    return specimen, method, laboratory


def _remission(facts: PatientFacts, on: date) -> PatientFacts:
    return replace(facts, remission_on=facts.remission_on or on, remissions=(*facts.remissions, on))


_DETAILS = ("cells", "limit", "target")
_FACTS: dict[str, Callable[[PatientFacts, list[str]], PatientFacts]] = {
    "line": lambda facts, words: replace(facts, line_starts=(*facts.line_starts, date.fromisoformat(words[0]))),
    "remission": lambda facts, words: _remission(facts, date.fromisoformat(words[0])),
    "relapse": lambda facts, words: replace(facts, relapses=(*facts.relapses, date.fromisoformat(words[0]))),
    "diagnosed": lambda facts, words: replace(facts, diagnosed_on=date.fromisoformat(words[0])),
    "therapy_ended": lambda facts, words: replace(facts, therapy_ended_on=date.fromisoformat(words[0])),
    "sex": lambda facts, words: replace(facts, sex=words[0]),
    "heavy_chain": lambda facts, words: replace(facts, heavy_chain=words[0]),
    "rebaseline": lambda facts, words: replace(
        facts, rebaselines=(*facts.rebaselines, Rebaseline(words[0], date.fromisoformat(words[1])))
    ),
    "bridge": lambda facts, words: replace(facts, bridges=(*facts.bridges, _bridge(words))),
    "born": lambda facts, words: replace(facts, birth_date=date.fromisoformat(words[0])),
    "event": lambda facts, words: replace(facts, events=(*facts.events, _event(words))),
    "disease": lambda facts, words: replace(facts, disease=words[0]),
    "light_chain": lambda facts, words: replace(facts, light_chain=words[0]),
    "disease_type": lambda facts, words: replace(facts, disease_type=words[0]),
    "response": lambda facts, words: replace(facts, response=words[0]),
    "measurable": lambda facts, words: replace(facts, measurable=frozenset(words[0].split(";"))),
}
