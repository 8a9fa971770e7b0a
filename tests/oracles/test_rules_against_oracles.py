"""Rules over columns and plain one-patient code agree on every generated patient; and what must not matter does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labs.rules.base import Answer, Finding, Rule
from labs.rules.registry import BY_CODE, RULES, evaluate
from tests.oracles.cases import CASES, Case, cohort_of, patients
from tests.oracles.plain import Said

EXAMPLES = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
FEWER = settings(EXAMPLES, max_examples=30)
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)


def said(findings: list[Finding]) -> list[Said]:
    return sorted((_said(f) for f in findings), key=repr)


def _said(f: Finding) -> Said:
    return Said(f.signal.value, f.level.name, f.opened_on, f.onset_on, f.detected_on, f.last_on, f.line_started_on)


def expected(case: Case, patient: Any) -> list[Said]:
    told = case.oracle(patient)
    if case.rule == "ASSAY-CHANGED":
        told = [Said("not_evaluable", level, day, day, day, day, patient.line_of(day)) for _, day, level in told]
    return sorted(told, key=repr)


def run(rule: Rule, *many: Any) -> Any:
    evaluation = evaluate(cohort_of(*many), [rule])
    assert not evaluation.failures, evaluation.failures[0].traceback
    return evaluation


def test_every_rule_has_an_oracle() -> None:
    assert {case.rule for case in CASES} == {rule.code for rule in RULES}


@each_case
def test_the_rule_says_what_the_oracle_says(case: Case) -> None:
    @EXAMPLES
    @given(patients(case))
    def agree(patient: Any) -> None:
        assert said(run(BY_CODE[case.rule], patient).findings) == expected(case, patient)

    agree()


@each_case
def test_one_patient_alone_equals_the_same_patient_in_a_cohort(case: Case) -> None:
    @FEWER
    @given(st.lists(patients(case), min_size=2, max_size=4))
    def agree(many: list[Any]) -> None:
        rule = BY_CODE[case.rule]
        together = run(rule, *many)
        for key, patient in enumerate(many):
            alone = run(rule, patient)
            assert said(together.findings_for(key)) == said(alone.findings)
            assert together.answer(key, rule.code) == alone.answer(0, rule.code)
            assert [f.explanation for f in together.findings_for(key)] == [f.explanation for f in alone.findings]

    agree()


@each_case
def test_order_of_arrival_and_repeated_delivery_do_not_matter(case: Case) -> None:
    @FEWER
    @given(patients(case), st.randoms(use_true_random=False))
    def agree(patient: Any, random: Any) -> None:
        rule = BY_CODE[case.rule]
        shuffled = [*patient.results, *patient.results]
        random.shuffle(shuffled)
        again = run(rule, replace(patient, results=tuple(shuffled)))
        once = run(rule, patient)
        assert said(again.findings) == said(once.findings)
        assert again.answer(0, rule.code) == once.answer(0, rule.code)
        assert [f.explanation for f in again.findings] == [f.explanation for f in once.findings]

    agree()


@each_case
def test_a_finding_stands_exactly_where_the_answer_is_raised(case: Case) -> None:
    @FEWER
    @given(patients(case))
    def agree(patient: Any) -> None:
        rule = BY_CODE[case.rule]
        evaluation = run(rule, patient)
        answer, reasons = evaluation.answer(0, rule.code)
        standing = [f for f in evaluation.findings if f.signal.value != "not_confirmed"]
        if answer is Answer.RAISED:
            assert standing
        if not patient.lines and standing:
            assert answer is Answer.RAISED
        assert bool(reasons) == (answer in (Answer.NOT_EVALUABLE, Answer.NOT_APPLICABLE))
        if patient.disease not in rule.diseases:
            assert answer is Answer.NOT_APPLICABLE

    agree()


@each_case
def test_what_came_later_does_not_change_what_was_said_on_a_day(case: Case) -> None:
    """`as_of` gives what the results up to that day give."""

    @FEWER
    @given(patients(case), st.integers(0, 13))
    def agree(patient: Any, index: int) -> None:
        day: date = sorted(r.day for r in patient.results)[index % len(patient.results)]
        known = replace(patient, results=tuple(r for r in patient.results if r.day <= day))
        then = evaluate(cohort_of(patient), [BY_CODE[case.rule]], as_of=day)
        assert said(then.findings) == said(run(BY_CODE[case.rule], known).findings)

    agree()
