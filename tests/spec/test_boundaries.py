"""Every threshold is held on both sides: a case lies exactly at the bar, and another close beside it.

Shown by moving the bar. One step of the fixed point (one whole day or result) in one direction must change what some
case comes to, since that case lies at the bar; a little in the other direction must change another. Cases are the
examples of the rules that share the bar, and those of `more_examples.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import cache

import pytest

from labs.rules.base import Example, Finding, Rule, Threshold
from labs.rules.notation import cohort_of
from labs.rules.registry import BY_CODE, RULES, evaluate
from tests.spec.more_examples import HELD, MORE, ONLY_TOLD
from tests.spec.test_examples import test_the_example_gives_its_answer

LITTLE = Decimal("0.1")
COUNTED = ("{lesions}", "{sites}", "{testes}", "{symptoms}", "{groups}")
SHARED: dict[int, tuple[Threshold, list[Rule]]] = {}
for _rule in RULES:
    for _bar in _rule.thresholds:
        SHARED.setdefault(id(_bar), (_bar, []))[1].append(_rule)
CASES = [pytest.param(bar, rules, id=f"{rules[0].code}: {bar}") for bar, rules in SHARED.values()]


def name_of(bar: Threshold, rules: list[Rule]) -> str:
    return f"{rules[0].code}: {bar}"


@pytest.mark.parametrize(("bar", "rules"), CASES)
def test_a_case_lies_at_the_bar_and_one_beside_it(bar: Threshold, rules: list[Rule]) -> None:
    name = name_of(bar, rules)
    if bar.unit in COUNTED or name in ONLY_TOLD:
        pytest.skip(ONLY_TOLD.get(name, "one of them is a finding: there is nothing beside it"))
    if name in HELD:
        code, at, beside = HELD[name]
        told = {one.name: outcome for one, outcome in zip(cases(BY_CODE[code]), outcomes(BY_CODE[code]), strict=True)}
        assert told[at] != told[beside]
        return
    step, little = steps(bar)
    up, down = differs(rules, bar, step), differs(rules, bar, -step)
    assert up or down, "no case lies exactly at this bar"
    assert (up and down) or differs(rules, bar, -little if up else little), "no case lies close beside this bar"


def test_what_is_only_told_is_still_there() -> None:
    assert ONLY_TOLD.keys() | HELD.keys() <= {name_of(bar, rules) for bar, rules in SHARED.values()}
    assert MORE.keys() <= {rule.code for rule in RULES}


def steps(bar: Threshold) -> tuple[Decimal, Decimal]:
    """The least step of a bar, and a little."""
    if bar.unit in ("d", "a", "mo") or (
        bar.unit.startswith("{") and bar.unit not in ("{ratio}", "{probability}", "{ULN}")
    ):
        return Decimal(1), Decimal(1)
    step = Decimal(1).scaleb(-bar.places)
    return step, max(abs(Decimal(bar.value)) * LITTLE, Decimal(1) if Decimal(bar.value) == 0 else step)


def differs(rules: list[Rule], bar: Threshold, by: Decimal) -> bool:
    """Whether any case of the rules comes to something else with the bar moved."""
    for rule in rules:
        held = outcomes(rule)
        with moved(bar, by):
            if any(found != before for found, before in zip(each(rule), held, strict=True)):
                return True
    return False


@contextmanager
def moved(bar: Threshold, by: Decimal) -> Iterator[None]:
    """The bar at another value while this lasts, wherever it is read."""
    value = bar.value
    try:
        put(bar, f"{Decimal(value) + by:f}")
        yield
    finally:
        put(bar, value)


def put(bar: Threshold, value: str) -> None:
    object.__setattr__(bar, "value", value)
    for kept in ("amount", "ratio", "share", "text"):
        bar.__dict__.pop(kept, None)


def cases(rule: Rule) -> tuple[Example, ...]:
    return (*rule.examples, *MORE.get(rule.code, ()))


@cache
def outcomes(rule: Rule) -> tuple[str, ...]:
    return tuple(each(rule))


def each(rule: Rule) -> Iterator[str]:
    """What every case of the rule comes to, without the words that name the bar."""
    for example in cases(rule):
        said = evaluate(cohort_of(example.given, analyte=rule.reads[0], disease=min(rule.diseases)), [rule])
        found = [
            [f.signal, f.level, f.onset_on, f.detected_on, f.last_on, f.criteria_version, len(f.missing), *compared(f)]
            for f in said.findings
        ]
        yield repr((said.answers[rule.code].said(0).answer if said.answers else "failed", found))


def compared(finding: Finding) -> Iterator[tuple[str, str, bool]]:
    """What was compared, without the numbers of the bar."""
    return ((re.sub(r"[0-9.]+", "", made.what), made.found, made.met) for made in finding.comparisons)


@pytest.mark.parametrize(
    ("rule", "example"),
    [pytest.param(BY_CODE[code], one, id=f"{code}: {one.name}") for code, some in MORE.items() for one in some],
)
def test_each_further_case_comes_to_what_it_says(rule: Rule, example: Example) -> None:
    test_the_example_gives_its_answer(rule, example)
