"""What the pages of the rules say, from their files: docs/reference/rules/ in Markdown, `/rules/` in the product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from labs.rules.base import Rule, Source
from labs.rules.confounders import WINDOWS
from labs.rules.other_causes import CAUSES
from labs.rules.recovery import shown_thresholds
from labs.rules.registry import RULES
from labs.vocabulary.analytes import ANALYTES
from tracker.docs.examples import ExampleResult, ReadExample, read_example
from tracker.docs.explained import explained_in_words
from tracker.docs.markdown import code, page, table

FOLDER = "docs/reference/rules"
NO_UNIT = "(no usable unit)"


def rule_pages() -> Mapping[str, str]:
    """Every page of docs/reference/rules/: path -> text."""
    return {f"{FOLDER}/README.md": _index()} | {f"{FOLDER}/{rule.code}.md": _page(rule) for rule in RULES}


def sections(doc: str) -> Iterator[tuple[str, str]]:
    """The headings of a rule's docstring with their text; the first has no heading."""
    heading, lines = "", list[str]()
    for line in doc.strip().splitlines():
        if line and not line.startswith(" "):
            if lines or heading:
                yield heading, " ".join(lines)
            heading, lines = (line.strip(), []) if heading or lines else ("", [line.strip()])
        elif line.strip():
            lines.append(line.strip())
    yield heading, " ".join(lines)


def summary(rule: Rule) -> str:
    """The first sentence of a rule's file."""
    return next(sections(rule.doc))[1]


def reads(rule: Rule) -> list[str]:
    """What a rule reads, by name."""
    return [ANALYTES[one].name if one in ANALYTES else one for one in rule.reads]


def cited(rule: Rule) -> list[Source]:
    """Every source a rule or one of its thresholds names, each once."""
    found = {each.key: each for each in (*rule.sources, *(threshold.source for threshold in shown_thresholds(rule)))}
    return list(found.values())


def explained_by(rule: Rule) -> list[tuple[str, int | None]]:
    """What may explain a finding otherwise, in words, and for how many days after; None is for good."""
    windows = [(kind, WINDOWS.get(kind) or CAUSES.get(kind)) for kind in rule.confounders]
    return [(known.words, known.days) if known else (kind.replace("_", " "), None) for kind, known in windows]


def examples(rule: Rule) -> list[ReadExample]:
    """The worked examples of a rule, each of which is a test."""
    return [read_example(rule, example) for example in rule.examples]


def _index() -> str:
    rows = [
        (f"[{rule.code}]({rule.code}.md)", summary(rule), ", ".join(sorted(rule.diseases)), rule.criteria_version)
        for rule in RULES
    ]
    lead = (
        "Each rule is one published criterion in one file of `labs/rules/`, and its page is made from that file. No "
        "rule diagnoses: what "
        "it raises is for clinician review.\n\n"
        "A rule answers `raised` (provisional or confirmed), `not_raised`, `not_evaluable` (and what is missing) or "
        "`not_applicable`. It never answers a bare no."
    )
    return page("Rules", lead, table(("Rule", "What it says", "For", "Criteria"), rows))


def _page(rule: Rule) -> str:
    said = [f"## {heading}\n\n{text}" for heading, text in sections(rule.doc) if heading]
    return page(
        rule.code,
        f"**{rule.title}.** {summary(rule)}",
        f"Criteria {code(rule.criteria_version)}, for {', '.join(sorted(rule.diseases))}. "
        f"Reads {', '.join(reads(rule))}.",
        *said,
        _thresholds(rule),
        _sources(rule),
        _confounders(rule),
        f"## What would confirm it\n\n{rule.would_confirm}" if rule.would_confirm else "",
        f"## What would clear it\n\n{rule.would_clear}" if rule.would_clear else "",
        explained_in_words(rule),
        _examples(rule),
    )


def _thresholds(rule: Rule) -> str:
    rows = [
        (each.value, code(each.unit), each.source.key, each.since, "project default" if each.source.default else "")
        for each in shown_thresholds(rule)
    ]
    return "## Thresholds\n\n" + table(("Value", "Unit", "Source", "Since", ""), rows) if rows else ""


def _sources(rule: Rule) -> str:
    rows = [(each.key, f"{each.citation} {each.url}".strip()) for each in cited(rule)]
    return "## Sources\n\n" + table(("", ""), rows) if rows else ""


def _confounders(rule: Rule) -> str:
    rows = [
        (words, "for good" if days is None else f"{days} days after it ended") for words, days in explained_by(rule)
    ]
    return "## May explain it otherwise\n\n" + table(("What", "Counts"), rows) if rows else ""


def _examples(rule: Rule) -> str:
    lead = "Each is a test. Results as printed; a value after `<` lies below the limit of detection."
    rows = [
        (
            one.name,
            "<br>".join(fact.text for fact in one.facts),
            "<br>".join(_sample(sample, several=len(one.analytes) > 1) for sample in one.samples),
            code(", ".join(filter(None, (one.answer, one.state)))),
            one.onset or "",
            one.level.name if one.level else "",
        )
        for one in examples(rule)
    ]
    heads = ("Case", "Known", "Results", "Answer expected", "Onset", "Level")
    return f"## Worked examples\n\n{lead}\n\n" + table(heads, rows)


def _sample(sample: list[ExampleResult], *, several: bool) -> str:
    first = sample[0]
    values = [
        f"{f'{one.marker} ' if several else ''}{code(f'{one.printed} {one.unit if one.is_readable else NO_UNIT}')}"
        for one in sample
    ]
    return f"{first.moment} {', '.join(values)}{f' ({first.made})' if first.made else ''}"
