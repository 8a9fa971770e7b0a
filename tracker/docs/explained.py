"""The whole explanation of a signal, from a worked example of its rule: what pages, API, export and docs show."""

from __future__ import annotations

from typing import NamedTuple

from labs.rules.base import Finding, Rule
from labs.rules.notation import cohort_of
from labs.rules.registry import evaluate
from tracker.docs.markdown import table


class Explained(NamedTuple):
    """A finding, and the name of the example it comes from."""

    finding: Finding
    example: str


def explained(rule: Rule) -> Explained | None:
    """The finding with the most comparisons and evidence among a rule's examples; of equals the first."""
    found = []
    for example in rule.examples:
        cohort = cohort_of(example.given, analyte=rule.reads[0], disease=min(rule.diseases))
        found += [Explained(finding, example.name) for finding in evaluate(cohort, [rule]).findings]
    return max(found, key=lambda one: (int(one.finding.level), len(one.finding.comparisons)), default=None)


def explained_in_words(rule: Rule) -> str:
    """The explanation as a section of the rule's page in Markdown."""
    told = explained(rule)
    if told is None:
        return ""
    finding = told.finding
    compared = [(one.what, one.found, one.needed, "yes" if one.met else "no") for one in finding.comparisons]
    rests_on = [
        (one.collected_on, one.analyte, f"{one.value} {one.unit}".strip(), one.role.replace("_", " "))
        for one in finding.evidence
    ]
    settles = [
        ("Compared with", f"{finding.reference['value']}, {finding.reference['how']}" if finding.reference else ""),
        ("May explain it otherwise", "; ".join(one.text for one in finding.confounders)),
        ("Missing", "; ".join(finding.missing)),
        ("Would confirm it", finding.would_confirm),
        ("Would clear it", finding.would_clear),
    ]
    parts = [
        "## What a signal of it says",
        f'Of the worked example "{told.example}":',
        f"> {finding.explanation}",
        table(("Compared", "Found", "Needed", "Met"), compared),
        table(("Collected", "Marker", "Value", "Role"), rests_on),
        "\n".join(f"- **{heading}:** {text}" for heading, text in settles if text),
    ]
    return "\n\n".join(filter(None, parts))
