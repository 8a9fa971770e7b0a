"""What physicians read of each worked example, word for word; see `said.py` for how to change it."""

from __future__ import annotations

import pytest

from labs.rules.base import Rule
from labs.rules.registry import RULES
from tests.spec.said import FOLDER, said_of


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_rule_says_word_for_word_what_was_read_last(rule: Rule) -> None:
    assert said_of(rule) == (FOLDER / f"{rule.code}.txt").read_text("utf-8")


def test_there_is_no_file_of_a_rule_that_is_gone() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {rule.code for rule in RULES}
