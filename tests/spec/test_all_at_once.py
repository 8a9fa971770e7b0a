"""All that rules say of some thousand patients, in moments: the quick judge of mutation tests.

The examples of a rule are asked about together, each on a patient of its own, and must read as when asked one by one;
of other crowds a digest is kept (`record.py`). Correct is what examples and oracles say; this only tells that something
is said differently.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from labs.rules.base import Rule
from labs.rules.cohort import Cohort, Row
from labs.rules.registry import RULES, evaluate
from tests.spec.crowds import OF_A_RULE, TOGETHER, counted, each_said, examples_of
from tests.spec.other_words import OTHER
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


@pytest.mark.parametrize("what", OTHER, ids=" ".join)
def test_nothing_else_is_said_of_responses_and_replays(what: tuple[str, str]) -> None:
    assert difference(*what, OTHER[what](), _KEPT[what]) == ""


@each_rule
def test_where_nobody_or_nothing_is_known_nothing_is_found(rule: Rule) -> None:
    """Columns without rows, and patients without results, have shapes of their own."""
    (part,) = counted(rule.code)
    alone = next(facts for facts in part.cohort.patients if facts.disease in rule.diseases)
    bare = [replace(alone, key=key, events=(), remissions=(), line_starts=()) for key in (0, 1)]
    row = Row(1, rule.judged_analytes[0], date(2026, 1, 1), None)
    for patients, rows in (([], []), (bare, []), (bare, [row]), (bare, [row._replace(amount=0)])):
        evaluation = evaluate(Cohort.build(patients, rows), [rule])
        assert not evaluation.failures, evaluation.failures[0].traceback
        assert not [finding for finding in evaluation.findings if finding.patient_key == 0]


@each_rule
def test_whatever_is_weighed_is_a_whole_number_or_true_or_false(rule: Rule) -> None:
    """Amounts are fixed point; a float among them would be exact only as long as it is small."""
    (part,) = counted(rule.code)
    signal = rule.evaluate(replace(part.cohort))
    series, against = signal.series, signal.against
    whole = [series.patient, series.day, series.line, series.low, series.high, *series.sources]
    either = [series.first, signal.sure, signal.weak, *(silence.rows for silence in signal.silences)]
    if against is not None:
        whole += [against.low, against.high]
        either += [against.known, against.confirmed]
    assert {column.dtype.kind for column in whole} == {"i"}
    assert {column.dtype.kind for column in either} == {"b"}
