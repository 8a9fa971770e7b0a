"""What physicians read of each worked example, word for word; see `said.py` for how to change it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labs.rules.base import Rule
from labs.rules.cohort import Cohort
from labs.rules.notation import read, today_of
from labs.rules.registry import RULES, evaluate
from tests.spec.said import FOLDER, lines_of, said_of


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_rule_says_word_for_word_what_was_read_last(rule: Rule) -> None:
    assert said_of(rule) == (FOLDER / f"{rule.code}.txt").read_text("utf-8")


def test_there_is_no_file_of_a_rule_that_is_gone() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {rule.code for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_it_says_the_same_behind_somebody_of_whom_there_is_no_result(rule: Rule) -> None:
    """Then the first row of the columns is not of the first patient."""
    lines = []
    for one in rule.examples:
        facts, rows = read(one.given, analyte=rule.reads[0], disease=min(rule.diseases), key="example")
        cohort = Cohort.build([replace(facts, key="nothing"), facts], rows, today_of(one.given))
        lines += [f"# {one.name}", *lines_of(rule, "example", evaluate(cohort, [rule])), ""]
    assert "\n".join(lines) == (FOLDER / f"{rule.code}.txt").read_text("utf-8")
