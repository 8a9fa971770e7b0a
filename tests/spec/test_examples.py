"""Every worked example of every rule file gives the answer printed next to it."""

from __future__ import annotations

import pytest

from labs.rules.base import Answer, Example, Rule, State
from labs.rules.notation import cohort_of
from labs.rules.registry import RULES, evaluate

CASES = [pytest.param(rule, example, id=f"{rule.code}: {example.name}") for rule in RULES for example in rule.examples]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_the_example_gives_its_answer(rule: Rule, example: Example) -> None:
    cohort = cohort_of(example.given, analyte=rule.reads[0], disease=min(rule.diseases))
    evaluation = evaluate(cohort, [rule])
    assert evaluation.failures == []
    said = evaluation.answer("example", rule.code)
    if isinstance(example.expected, Answer):
        assert said.answer is example.expected
        assert said.reasons or said.answer in (Answer.RAISED, Answer.NOT_RAISED)
    else:
        assert evaluation.findings, said
        assert evaluation.findings[-1].signal is example.expected
    if example.onset:
        assert evaluation.findings[-1].onset_on.isoformat() == example.onset
    if example.level:
        assert evaluation.findings[-1].level is example.level


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_rule_has_examples_that_stay_silent_and_examples_that_fire(rule: Rule) -> None:
    silent = (Answer.NOT_RAISED, Answer.NOT_APPLICABLE)
    assert any(example.expected is answer for example in rule.examples for answer in silent)
    assert any(isinstance(example.expected, State) or example.expected is Answer.RAISED for example in rule.examples)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_finding_of_an_example_explains_itself(rule: Rule) -> None:
    for example in rule.examples:
        cohort = cohort_of(example.given, analyte=rule.reads[0], disease=min(rule.diseases))
        for finding in evaluate(cohort, [rule]).findings:
            assert finding.explanation.endswith(".")
            assert finding.comparisons
            assert any(comparison.met for comparison in finding.comparisons)
            assert finding.evidence
            assert finding.opened_on <= finding.onset_on <= finding.detected_on


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_rule_says_what_would_confirm_and_what_would_clear_it(rule: Rule) -> None:
    assert rule.would_confirm.endswith(".")
    assert rule.would_clear.endswith(".")
