"""Symptoms and signals of one fortnight: which signal takes a symptom in, and what becomes of both."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from labs.rules.base import (
    CONFIRMED,
    INFO,
    NOT_CONFIRMED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Comparison,
    Evidence,
    Finding,
)
from labs.rules.joining import join

DAY = date(2026, 5, 20)


def found(rule: str, days: int = 0, last: int | None = None, **fields: Any) -> Finding:
    """A finding that began so many days after a day in May."""
    first = DAY + timedelta(days=days)
    until = first if last is None else DAY + timedelta(days=last)
    made = Finding(
        patient_key="p", rule=rule, criteria_version="1", level=REVIEW, signal=CONFIRMED, onset_on=first,
        detected_on=first, opened_on=first, last_on=until, line_started_on=None, series="", explanation=f"{rule}.",
        comparisons=(Comparison(rule, "", "", met=True),), evidence=(evidence(rule, "onset"),), missing=(f"of {rule}", "both"),
        reference={},
    )  # fmt: skip
    return made._replace(**fields)


def evidence(accession: str, role: str) -> Evidence:
    return Evidence(1, accession, "a", "1", "", "2026-05-20", role, "", "")


def symptom(days: int = 0, last: int | None = None, **fields: Any) -> Finding:
    return found("SYMPTOM-URGENT", days, last, **{"level": URGENT, "signal": PROVISIONAL, **fields})


def into(*findings: Finding) -> list[str]:
    """The rules that symptoms went into."""
    left, joined = join(findings)
    assert len(left) + len(joined) == len(findings)
    return [one.into for one in joined]


def test_the_signal_takes_everything_of_the_symptom_in() -> None:
    signal, told = found("A"), symptom()
    (one,), ((taken, rule),) = join([signal, told])
    assert (taken, rule) == (told, "A")
    assert one == signal._replace(
        level=URGENT,
        explanation="A. SYMPTOM-URGENT.",
        comparisons=(*signal.comparisons, *told.comparisons),
        evidence=(*signal.evidence, evidence("SYMPTOM-URGENT", "symptom")),
        missing=("of A", "both", "of SYMPTOM-URGENT"),
    )


def test_two_symptoms_go_into_one_signal_in_their_order() -> None:
    other = found("SYMPTOM-OTHER")
    left, joined = join([symptom(), found("A", level=INFO), other])
    assert [one.explanation for one in left] == ["A. SYMPTOM-URGENT. SYMPTOM-OTHER."]
    assert left[0].level is URGENT
    assert [one.into for one in joined] == ["A", "A"]


@pytest.mark.parametrize(
    ("told", "signal", "near"),
    [
        (symptom(0, 3), found("A", 17), True),
        (symptom(0, 3), found("A", 18), False),
        (symptom(14), found("A", -30, 0), True),
        (symptom(15), found("A", -30, 0), False),
        (symptom(15), found("A", -30, 0, detected_on=DAY + timedelta(days=1)), True),
        (symptom(5), found("A", -30, 30), True),
    ],
)
def test_a_fortnight_is_14_days_between_the_nearest_days(told: Finding, signal: Finding, near: bool) -> None:
    assert into(told, signal) == (["A"] if near else [])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (found("B", 5, level=URGENT, signal=PROVISIONAL), found("A", 0, level=REVIEW)),
        (found("B", 5), found("A", 0, signal=PROVISIONAL)),
        (found("B", 1), found("A", 2)),
        (found("B", -1), found("A", 2)),
        (found("B", -3, 0), found("A", 1)),
        (found("A", 0), found("B", 0)),
    ],
)
def test_the_most_urgent_then_the_confirmed_then_the_nearest_then_the_first_by_name(
    first: Finding, second: Finding
) -> None:
    for order in ((first, second), (second, first)):
        assert into(symptom(), *order) == [first.rule]
        assert into(*order, symptom()) == [first.rule]


def test_of_two_signals_of_one_rule_the_earlier_onset_takes_it() -> None:
    early, late = found("A", -3, 3), found("A", -2, 3)
    for order in ([early, late], [late, early]):
        left, _ = join([*order, symptom()])
        assert [one.onset_on for one in left if "SYMPTOM" in one.explanation] == [early.onset_on]


@pytest.mark.parametrize(
    ("told", "signal"),
    [
        (symptom(), found("A", patient_key="q")),
        (symptom(), found("A", signal=NOT_CONFIRMED)),
        (symptom(), found("A", recovered_on=DAY)),
        (symptom(signal=NOT_CONFIRMED), found("A")),
        (symptom(recovered_on=DAY), found("A")),
        (symptom(), found("SYMPTOM-OTHER")),
    ],
)
def test_what_does_not_stand_or_is_of_another_stays_by_itself(told: Finding, signal: Finding) -> None:
    assert join([told, signal]) == ([told, signal], [])
    assert join([found("B", 100), told, signal])[0] == [found("B", 100), told, signal]
