"""The pages of the rules, from their files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from labs.rules.base import Example, Rule, State
from labs.rules.registry import RULES
from labs.vocabulary.analytes import ANALYTES
from tracker.docs.markdown import code, listed, page, table

FOLDER = "docs/reference/rules"


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
        f"Criteria {code(rule.criteria_version)}, for {', '.join(sorted(rule.diseases))}. Reads {_names(rule.reads)}.",
        *said,
        _thresholds(rule),
        _sources(rule),
        _confounders(rule),
        f"## What would settle it\n\n{rule.would_confirm}" if rule.would_confirm else "",
        _examples(rule),
    )


def _names(analytes: tuple[str, ...]) -> str:
    return ", ".join(ANALYTES[one].name if one in ANALYTES else one for one in analytes)


def _thresholds(rule: Rule) -> str:
    rows = [
        (each.value, code(each.unit), each.source.key, each.since, "project default" if each.source.default else "")
        for each in rule.thresholds
    ]
    return "## Thresholds\n\n" + table(("Value", "Unit", "Source", "Since", ""), rows) if rows else ""


def _sources(rule: Rule) -> str:
    cited = {each.key: each for each in (*rule.sources, *(threshold.source for threshold in rule.thresholds))}
    rows = [(each.key, f"{each.citation} {each.url}".strip()) for each in cited.values()]
    return "## Sources\n\n" + table(("", ""), rows) if rows else ""


def _confounders(rule: Rule) -> str:
    return f"## May explain it otherwise\n\n{listed(rule.confounders)}" if rule.confounders else ""


def _examples(rule: Rule) -> str:
    lead = (
        "Each is a test. Results stand one after the other; a unit holds until another is given. The first analyte is "
        f"{code(rule.reads[0])}."
    )
    rows = [(each.name, each.given.replace(" | ", "<br>"), code(_answer(each)), each.onset) for each in rule.examples]
    return f"## Worked examples\n\n{lead}\n\n" + table(("Case", "Given", "Answer", "Onset"), rows)


def _answer(example: Example) -> str:
    prefix = "raised, " if isinstance(example.expected, State) else ""
    return f"{prefix}{example.expected.value}"
