"""The pages of analytes, test kinds, symptoms and protocols."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import groupby

from labs.protocols.reading import read_protocol, shipped
from labs.vocabulary.analyte import Analyte, Range
from labs.vocabulary.analytes import ANALYTES, COMES_BY
from labs.vocabulary.specimens import SPECIMENS
from labs.vocabulary.symptoms import SYMPTOMS
from labs.vocabulary.test_kinds import TEST_KINDS
from tracker.docs.markdown import code, listed, page, table


def vocabulary_pages() -> Mapping[str, str]:
    """Path -> text."""
    return {
        "docs/reference/analytes.md": _analytes(),
        "docs/reference/test-kinds.md": _kinds(),
        "docs/reference/symptoms.md": _symptoms(),
        "docs/reference/protocols.md": _protocols(),
    }


def _analytes() -> str:
    ordered = sorted(ANALYTES.values(), key=lambda analyte: analyte.group)
    parts = []
    for group, members in groupby(ordered, key=lambda analyte: analyte.group):
        parts.append(f"## {group.replace('_', ' ').capitalize()}")
        parts += [_analyte(analyte) for analyte in members]
    lead = (
        "What Vigil takes, by the code it arrives under. A value beyond the hard limits, in a unit that is not "
        "listed, or under a code that means "
        "something else, waits in quarantine. A value beyond the soft limits is taken and asks to be confirmed. "
        "Factors are exact."
    )
    return page("Analytes", lead, *parts)


def _analyte(analyte: Analyte) -> str:
    facts = [
        *_arrives(analyte),
        ("Canonical unit", code(analyte.unit) if analyte.unit else ""),
        ("Hard limits", _range(analyte.hard)),
        ("Soft limits", _range(analyte.soft)),
        ("Values", listed(analyte.scale)),
        ("To be verified", "; ".join(f"{one}: {why}" for one, why in analyte.unverified.items())),
    ]
    units = [(code(unit), _factor(factor)) for unit, factor in analyte.factors.items() if unit != analyte.unit]
    return "\n\n".join(
        part
        for part in (
            f"### {analyte.name} ({code(analyte.code)})",
            table(("", ""), [fact for fact in facts if fact[1]]),
            table(("Also accepted", "times"), units),
        )
        if part
    )


def _arrives(analyte: Analyte) -> list[tuple[str, str]]:
    """How it comes in: under a code, of a specimen; or not as a result at all."""
    if analyte.entered != "laboratory":
        return [("Entered", f"{COMES_BY[analyte.entered]}; never taken as a result of a laboratory")]
    return [
        ("LOINC", listed(analyte.loinc) or f"none; by Vigil's own code {code(analyte.code)}"),
        ("Specimen", SPECIMENS.get(analyte.specimen, analyte.specimen) or "must be stated"),
    ]


def _range(limits: Range | None) -> str:
    if limits is None:
        return ""
    low = "" if limits.low is None else str(limits.low)
    high = "" if limits.high is None else str(limits.high)
    return f"{low} to {high}".strip()


def _factor(factor: Fraction) -> str:
    return str(factor.numerator) if factor.denominator == 1 else f"{factor.numerator}/{factor.denominator}"


def _kinds() -> str:
    rows = [
        (
            code(kind.code),
            kind.label,
            "; ".join(need.label for need in kind.needs) or "recorded by hand",
            listed(sorted(kind.also)),
        )
        for kind in TEST_KINDS.values()
    ]
    lead = "What can be scheduled. A test is closed by results when each part it needs has come within its window."
    return page("Kinds of tests", lead, table(("Code", "Test", "Needs", "Also belongs to it"), rows))


def _symptoms() -> str:
    rows = [
        (code(one.code), one.label, ", ".join(sorted(one.diseases)), one.level, one.thinks_of, one.source)
        for one in SYMPTOMS.values()
    ]
    return page("Symptoms", table(("Code", "Symptom", "Asked in", "Level", "Thinks of", "Source"), rows))


def _protocols() -> str:
    parts = []
    for path in shipped():
        protocol = read_protocol(path.read_text(encoding="utf-8"))
        steps = protocol.definition["steps"]
        rows = [
            (
                TEST_KINDS[step["kind"]].label,
                dated.timing,
                step["source"],
                step["confidence"],
                step.get("note", ""),
            )
            for dated, step in zip(protocol.steps, steps, strict=True)
        ]
        sources = [(key, text) for key, text in protocol.definition["sources"].items()]
        parts += [
            f"## {protocol.title} ({code(protocol.code)}, version {protocol.version})",
            f"{protocol.definition['summary']} Counted from: {protocol.anchor.replace('_', ' ')}.",
            table(("Test", "When", "Source", "How sure", "Note"), rows),
            table(("Source", ""), sources),
        ]
    lead = (
        "The surveillance schedules shipped with Vigil. *How sure*: `seen` in a stored source; `high`, `medium`, "
        "`low` known from the cited "
        "paper; `project` a default of ours, to be confirmed by the unit."
    )
    return page("Surveillance protocols", lead, *parts)
