"""What the rules say of every worked example, whole: the words a physician reads, the numbers and the reasons.

`tests/spec/said/` holds a file a rule, and `test_what_rules_say.py` compares. After a change that is meant,

    .venv/bin/python -m tests.spec.said

writes the files anew, and `record.txt` with them; the difference is then read like any other change, since physicians
will read it. `python -m tests.spec.said counted MM-PD-FLC 17` prints what is said of one patient of the record.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from labs.rules.base import Example, Finding, Rule
from labs.rules.notation import cohort_of
from labs.rules.registry import RULES, Evaluation, evaluate

FOLDER = Path(__file__).parent / "said"


def said_of(rule: Rule) -> str:
    """Everything a rule says of its examples."""
    return "\n".join(line for example in rule.examples for line in _example(rule, example))


def _example(rule: Rule, example: Example) -> Iterator[str]:
    cohort = cohort_of(example.given, analyte=rule.reads[0], disease=min(rule.diseases))
    yield f"# {example.name}"
    yield from lines_of(rule, "example", evaluate(cohort, [rule]))
    yield ""


def lines_of(rule: Rule, key: str | int, evaluation: Evaluation) -> Iterator[str]:
    """Everything a rule says of one patient."""
    answer = evaluation.answer(key, rule.code)
    yield f"{answer.answer.value}{''.join(f'; {reason}' for reason in answer.reasons)}"
    for finding in evaluation.findings_for(key):
        yield from (f"  {line}" for line in _finding(finding))


def _finding(f: Finding) -> Iterator[str]:
    yield f"{f.signal.value} {f.level.name} {f.criteria_version}: {f.explanation}"
    days = f"onset {f.onset_on}, detected {f.detected_on}, opened {f.opened_on}, last {f.last_on}"
    yield f"{days}, line {f.line_started_on}, series {f.series!r}"
    for one in f.comparisons:
        yield f"compared: {one.what}: {one.found!r}; needed {one.needed!r}; {'met' if one.met else 'not met'}"
    for item in f.evidence:
        assay = "/".join((item.laboratory, item.method))
        yield f"rests on: {item.role}: {item.analyte} {item.value} {item.unit} {item.collected_on} {assay} #{item.accession} {item.result}"
    if f.reference:
        yield f"against: {f.reference}"
    yield from (f"confounder: {one.kind} {one.started_on}: {one.text}" for one in f.confounders)
    yield from (f"missing: {one}" for one in f.missing)
    yield from (f"{name}: {text}" for name, text in (("confirm", f.would_confirm), ("clear", f.would_clear)) if text)


def write() -> None:
    """Write every file anew, and remove those of rules that are gone."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.txt"):
        path.unlink()
    for rule in RULES:
        (FOLDER / f"{rule.code}.txt").write_text(said_of(rule), "utf-8")


if __name__ == "__main__":
    from tests.spec import record  # it takes a second to load, and only writing needs it

    if sys.argv[1:]:
        sys.stdout.write(record.shown(*sys.argv[1:]) + "\n")
    else:
        write()
        record.write()
