"""Rules over columns and plain one-patient code agree on every generated patient."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from labs.rules.base import Answer, Finding, Rule, State
from labs.rules.registry import BY_CODE, RULES, Evaluation, evaluate
from tests.oracles.cases import CASES, Case
from tests.oracles.generated import cohort_of, patients, seeded
from tests.oracles.plain import PlainPatient, Said

EXAMPLES = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
COUNTED = 200
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)


def said(findings: list[Finding]) -> list[Said]:
    return sorted((_said(f) for f in findings), key=repr)


def _said(f: Finding) -> Said:
    return Said(f.signal.value, f.level.name, f.opened_on, f.onset_on, f.detected_on, f.last_on, f.line_started_on)


def expected(case: Case, patient: PlainPatient) -> list[Said]:
    told = case.oracle(patient)
    if case.rule == "ASSAY-CHANGED":
        told = [Said("not_evaluable", level, day, day, day, day, patient.line_of(day)) for _, day, level in told]
    return sorted(told, key=repr)


def run(rule: Rule, *many: PlainPatient) -> Evaluation:
    evaluation = evaluate(cohort_of(*many), [rule])
    assert not evaluation.failures, evaluation.failures[0].traceback
    return evaluation


def test_every_rule_has_an_oracle() -> None:
    assert {case.rule for case in CASES} == {rule.code for rule in RULES}
    assert all(callable(case.oracle) for case in CASES)


@each_case
def test_the_rule_says_what_the_oracle_says(case: Case) -> None:
    @EXAMPLES
    @given(patients(case))
    def agree(patient: Any) -> None:
        assert said(run(BY_CODE[case.rule], patient).findings) == expected(case, patient)

    agree()


@each_case
def test_so_it_does_for_counted_patients_and_every_state_is_reached(case: Case) -> None:
    """Agreement means nothing where nothing happens: the rule must fire, in each of its states, and stay silent."""
    rule = BY_CODE[case.rule]
    states: Counter[State] = Counter()
    answers: Counter[Answer] = Counter()
    for patient in seeded(case, COUNTED):
        evaluation = run(rule, patient)
        assert said(evaluation.findings) == expected(case, patient), patient
        states.update({finding.signal for finding in evaluation.findings})
        answers[evaluation.answer(0, rule.code).answer] += 1
    assert states.keys() >= {one.expected for one in rule.examples if isinstance(one.expected, State)}
    assert min(answers[Answer.RAISED], answers[Answer.NOT_RAISED]) >= COUNTED // 100, answers
