"""Each rule is complete: thresholds with sources, examples, oracle, page, hazard log, and its docstring."""

from __future__ import annotations

import re

import pytest

from labs.rules.base import Rule
from labs.rules.registry import RULES
from tracker.docs.rules import sections
from tracker.env import ROOT

ORACLES = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests" / "oracles").glob("*.py"))
HEADINGS = ["What it checks", "When it stays silent", "Source"]
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def test_codes_are_of_one_form_and_used_once() -> None:
    codes = [rule.code for rule in RULES]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[A-Z]+(-[A-Z0-9]+)+", code) for code in codes)


@each_rule
def test_the_file_has_the_headings_of_its_page(rule: Rule) -> None:
    parts = dict(sections(rule.doc))
    assert [heading for heading in parts if heading] == HEADINGS
    assert all(parts.values())


@each_rule
def test_it_has_examples_and_thresholds_with_sources(rule: Rule) -> None:
    assert len(rule.examples) >= 3
    assert rule.sources
    for threshold in rule.thresholds:
        assert threshold.source.citation
        assert threshold.unit


@each_rule
def test_it_has_an_oracle(rule: Rule) -> None:
    assert f'"{rule.code}"' in ORACLES, "write an independent one-patient implementation in tests/oracles/"


@each_rule
def test_it_has_its_page(rule: Rule) -> None:
    assert (ROOT / "docs" / "reference" / "rules" / f"{rule.code}.md").exists(), "run: make docs"


@each_rule
def test_its_file_is_short_enough_to_be_read(rule: Rule) -> None:
    path = ROOT / (rule.evaluate.__module__.replace(".", "/") + ".py")
    code = [line for line in path.read_text("utf-8").splitlines() if "Example(" not in line]
    assert len(code) <= 200
