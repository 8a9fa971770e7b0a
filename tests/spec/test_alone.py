"""What is said of a patient does not depend on who else is asked about, nor on which row of the columns is the first."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from labs.rules.base import Example, Rule
from labs.rules.registry import RULES
from tests.spec.crowds import each_said, of_examples, variants_of
from tests.spec.more_examples import MORE
from tests.spec.said import lines_of

SOME = 80
"""Variants of a rule that are asked about alone: each is an evaluation of its own."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_patients_close_to_the_bars_of_a_rule_read_alone_as_they_do_together(rule: Rule) -> None:
    close = [*MORE.get(rule.code, ()), *variants_of(rule)[:SOME]]
    together = _said(rule, close)
    alone = [_said(rule, [one])[0] for one in close]
    differ = [one.given for one, crowd, single in zip(close, together, alone, strict=True) if crowd != single]
    assert differ == []


def _said(rule: Rule, examples: Sequence[Example]) -> list[list[str]]:
    """All that the rule says of each."""
    said = {
        place: list(lines_of(rule, key, asked)) for place, key, asked in each_said(of_examples(examples, rule), [rule])
    }
    return [said[place] for place in range(len(examples))]
