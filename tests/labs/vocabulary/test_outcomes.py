"""What becomes of many printed results, word for word; see `outcomes.py` for how to change it."""

from __future__ import annotations

from tests.labs.vocabulary.outcomes import FILE, cases, outcomes, told


def test_every_outcome_is_the_one_that_was_read_last() -> None:
    now, then = outcomes().splitlines(), FILE.read_text("utf-8").splitlines()
    assert [pair for pair in zip(now, then, strict=False) if pair[0] != pair[1]][:5] == []
    assert len(now) == len(then)


def test_the_cases_hold_values_refusals_and_codes_that_are_not_taken() -> None:
    kinds = {told(case).partition("(")[0] for case in cases()}
    assert kinds == {"Comparable", "Quarantined", "NotTaken"}
