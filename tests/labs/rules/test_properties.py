"""What must not matter does not, for every rule: the order and number of deliveries, units, other people, other tests.

Each property gives the same patient in another form and asks again; the whole finding is compared, sentence and evidence
too, but for the numbers of the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from labs.rules.base import Answer, Rule
from labs.rules.cohort import Cohort, PatientFacts, Row
from labs.rules.other_causes import looked_at
from labs.rules.registry import BY_CODE, RULES, Evaluation, evaluate
from labs.vocabulary.analytes import ANALYTES, LABORATORY_ANALYTES
from labs.vocabulary.comparable import Comparable, make_comparable
from labs.vocabulary.fixed_point import from_amount
from tests.oracles.cases import CASES, Case
from tests.oracles.generated import facts_of, patient_of, patients, rows_of
from tests.oracles.plain import PlainPatient

EXAMPLES = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
UNUSABLE = ("registered", "preliminary", "cancelled", "entered-in-error", "unknown")
DISEASES = ("MM", "AML", "ALL", "")
Rows = list[Row]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
randoms = st.randoms(use_true_random=False)


def ask(rule: Rule, facts: Sequence[PatientFacts], rows: Rows, **when: Any) -> Evaluation:
    evaluation = evaluate(Cohort.build(facts, rows), [rule], **when)
    assert not evaluation.failures, evaluation.failures[0].traceback
    return evaluation


def told(evaluation: Evaluation, rule: Rule, key: Any = "p") -> tuple[Any, ...]:
    """All that was said of a patient, but for the numbers of rows; one result is one piece of evidence."""
    findings = [finding.as_dict() for finding in evaluation.findings_for(key)]
    for finding in findings:
        shown = (tuple(item.items() - {("result", item["result"])}) for item in finding["evidence"])
        finding["evidence"] = list(dict.fromkeys(frozenset(item) for item in shown))
    return evaluation.answer(key, rule.code), findings


def ordered(rows: Rows, rule: Rule, random: Random) -> Rows:
    shuffled = list(rows)
    random.shuffle(shuffled)
    return shuffled


def delivered_twice(rows: Rows, rule: Rule, random: Random) -> Rows:
    return ordered([*rows, *rows], rule, random)


def in_other_units(rows: Rows, rule: Rule, random: Random) -> Rows:
    return [row._replace(amount=by_way_of(row.analyte, row.amount, random)) for row in rows]


def with_unusable_ones(rows: Rows, rule: Rule, random: Random) -> Rows:
    """The same days again, tenfold, of a status that does not count."""
    more = [
        row._replace(status=random.choice(UNUSABLE), amount=(row.amount or 0) * 10 + 1, accession=f"Z{number}")
        for number, row in enumerate(rows)
    ]
    return ordered([*rows, *more], rule, random)


def with_strangers(rows: Rows, rule: Rule, random: Random) -> Rows:
    """Results of a person who is not in the cohort."""
    return ordered([*rows, *(row._replace(patient="stranger", amount=row.amount) for row in rows)], rule, random)


def with_tests_not_read(rows: Rows, rule: Rule, random: Random) -> Rows:
    """Results of tests the rule does not name: it is asked again only when one of those it names arrives."""
    others = [
        code for code in LABORATORY_ANALYTES if code not in {*rule.reads, *looked_at(rule)} and not ANALYTES[code].scale
    ]
    more = [
        row._replace(analyte=code, amount=random.randint(0, 10 ** (ANALYTES[code].places + 1)), accession=f"Z{code}")
        for row in random.sample(rows, min(3, len(rows)))
        for code in random.sample(others, 8)
    ]
    return ordered([*rows, *more], rule, random)


PROPERTIES: dict[str, Callable[[Rows, Rule, Random], Rows]] = {
    "the order of arrival": ordered,
    "the same rows again": delivered_twice,
    "another unit": in_other_units,
    "results of unusable status": with_unusable_ones,
    "results of a stranger": with_strangers,
    "tests it does not read": with_tests_not_read,
}


@each_case
def test_what_must_not_matter_does_not(case: Case) -> None:
    rule = BY_CODE[case.rule]

    @EXAMPLES
    @given(patients(case), randoms)
    def holds(patient: PlainPatient, random: Random) -> None:
        facts, rows = [facts_of(patient)], rows_of(patient)
        once = told(ask(rule, facts, rows), rule)
        for what, changed in PROPERTIES.items():
            assert told(ask(rule, facts, changed(rows, rule, random)), rule) == once, what

    holds()


@each_case
def test_one_patient_alone_equals_the_same_patient_among_others(case: Case) -> None:
    """Others of the same disease and of other ones, before it and after it."""
    rule = BY_CODE[case.rule]

    @EXAMPLES
    @given(patients(case), randoms)
    def holds(patient: PlainPatient, random: Random) -> None:
        others = [replace(patient_of(case, random), disease=random.choice(DISEASES)) for _ in range(3)]
        many = [*others[:2], patient, *others[2:]]
        facts = [facts_of(one, key) for key, one in enumerate(many)]
        rows = [row for key, one in enumerate(many) for row in rows_of(one, key)]
        together = ask(rule, facts, ordered(rows, rule, random))
        for key, one in enumerate(many):
            assert told(together, rule, key) == told(ask(rule, [facts_of(one, key)], rows_of(one, key)), rule, key)

    holds()


@each_case
def test_what_is_said_on_a_day_is_what_the_results_up_to_it_say(case: Case) -> None:
    """Result by result: `as_of` each day equals asking with what had been collected by then."""
    rule = BY_CODE[case.rule]

    @EXAMPLES
    @given(patients(case))
    def holds(patient: PlainPatient) -> None:
        facts, rows = [facts_of(patient)], rows_of(patient)
        for day in {result.day for result in patient.results}:
            known = [row for row in rows if row.collected_on <= day]
            assert told(ask(rule, facts, rows, as_of=day), rule) == told(ask(rule, facts, known), rule)
        after = max(result.day for result in patient.results) + timedelta(days=1)
        assert told(ask(rule, facts, rows, as_of=after), rule) == told(ask(rule, facts, rows), rule)

    holds()


@each_case
def test_a_finding_stands_exactly_where_the_answer_is_raised(case: Case) -> None:
    rule = BY_CODE[case.rule]

    @EXAMPLES
    @given(patients(case))
    def holds(patient: PlainPatient) -> None:
        evaluation = ask(rule, [facts_of(patient)], rows_of(patient))
        answer, reasons = evaluation.answer("p", rule.code)
        standing = [f for f in evaluation.findings if f.signal.value != "not_confirmed"]
        if answer is Answer.RAISED:
            assert standing
        if not patient.lines and standing:
            assert answer is Answer.RAISED
        assert bool(reasons) == (answer in (Answer.NOT_EVALUABLE, Answer.NOT_APPLICABLE))
        if patient.disease not in rule.diseases:
            assert answer is Answer.NOT_APPLICABLE
            assert not evaluation.findings

    holds()


def test_every_rule_is_held_to_these() -> None:
    assert {case.rule for case in CASES} == {rule.code for rule in RULES}


def by_way_of(analyte: str, amount: int | None, random: Random) -> int | None:
    """The amount after the laboratory printed it in any accepted unit and the vocabulary read it again."""
    return None if amount is None else read_again(analyte, amount, random.choice(units_of(analyte)))


@cache
def units_of(analyte: str) -> list[str]:
    return sorted(ANALYTES[analyte].factors) or [""]


@cache
def read_again(analyte: str, amount: int, unit: str) -> int:
    known = ANALYTES[analyte]
    value = from_amount(amount, known.places)
    possible = known.hard is None or value in known.hard  # an oracle may be asked about a zero no laboratory sends
    printed = in_unit(value, known.factors.get(unit, Fraction(1))) if possible else None
    if known.kind != "quantity" or known.entered != "laboratory" or printed is None:
        return amount
    found = make_comparable(code=f"vigil:{analyte}", value_text=printed, unit=unit, specimen=known.specimen or "marrow")
    assert isinstance(found, Comparable), (analyte, printed, unit, found)
    return found.amount


def in_unit(value: Decimal, factor: Fraction) -> str | None:
    """The value in the other unit as decimals; None where it has no end there."""
    exact = Fraction(value) / factor
    twos_and_fives = exact.denominator
    for prime in (2, 5):
        while twos_and_fives % prime == 0:
            twos_and_fives //= prime
    return None if twos_and_fives != 1 else f"{Decimal(exact.numerator) / exact.denominator:f}"


@pytest.mark.parametrize("analyte", sorted(LABORATORY_ANALYTES))
def test_each_accepted_unit_gives_the_same_amount(analyte: str) -> None:
    known = ANALYTES[analyte]
    values = {value for case in CASES for value in (case.values | case.extra).get(analyte, ())} or {"1", "2.5", "10"}
    inside = [value for value in values if known.hard is None or Decimal(value) in known.hard]
    for unit in known.factors:
        for value in inside:
            amount = int(Decimal(value) * 10**known.places)
            assert read_again(analyte, amount, unit) == amount, (value, unit)
