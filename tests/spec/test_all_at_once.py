"""All that rules say of some thousand patients, in moments: the quick judge of mutation tests.

The examples of a rule are asked about together, each on a patient of its own, and must read as when asked one by one;
of other crowds a digest is kept (`record.py`). Correct is what examples and oracles say; this only tells that something
is said differently.
"""

from __future__ import annotations

import pytest

from labs.rules.base import Rule
from labs.rules.registry import RULES
from tests.spec.crowds import OF_A_RULE, TOGETHER, each_said, examples_of
from tests.spec.record import difference, kept, said_of
from tests.spec.said import FOLDER, lines_of

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
_KEPT = kept()


@each_rule
def test_examples_asked_about_together_read_as_they_do_alone(rule: Rule) -> None:
    said = {
        place: lines_of(rule, key, evaluation) for place, key, evaluation in each_said(examples_of(rule.code), [rule])
    }
    text = "\n".join(line for place, one in enumerate(rule.examples) for line in (f"# {one.name}", *said[place], ""))
    assert text == (FOLDER / f"{rule.code}.txt").read_text("utf-8")


@each_rule
@pytest.mark.parametrize("crowd", OF_A_RULE)
def test_nothing_else_is_said_of_patients_close_to_the_bars_of_a_rule(crowd: str, rule: Rule) -> None:
    said = said_of(OF_A_RULE[crowd](rule.code), [rule])[rule.code]
    assert difference(crowd, rule.code, said, _KEPT[crowd, rule.code]) == ""


@pytest.mark.parametrize("crowd", TOGETHER)
def test_nothing_else_is_said_by_all_rules_together(crowd: str) -> None:
    said = said_of(TOGETHER[crowd](), RULES)
    differences = [difference(crowd, rule.code, said[rule.code], _KEPT[crowd, rule.code]) for rule in RULES]
    assert "\n\n".join(filter(None, differences)) == ""
