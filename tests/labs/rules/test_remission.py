"""In remission or not: which results rules about relapse judge, and what they say of the others."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.rules.base import NOT_APPLICABLE, NOT_EVALUABLE, Answer
from labs.rules.cohort import PatientFacts, day_number
from labs.rules.notation import cohort_of
from labs.rules.registry import BY_CODE, Evaluation, evaluate
from labs.rules.remission import SINCE_NEW_LINE, stretches_of
from tests.oracles.course import in_remission
from tests.oracles.plain import PlainPatient

START = date(2026, 1, 1)
DAYS = st.lists(st.integers(0, 40).map(lambda days: START + timedelta(days=days)), max_size=4, unique=True)


def ask(rule: str, given_: str) -> Evaluation:
    known = BY_CODE[rule]
    cohort = cohort_of(given_, analyte=known.reads[0], disease=min(known.diseases))
    return evaluate(cohort, [known])


@given(remissions=DAYS, relapses=DAYS, lines=DAYS)
def test_the_stretches_are_the_days_on_which_the_person_is_not_in_remission(
    remissions: list[date], relapses: list[date], lines: list[date]
) -> None:
    facts = PatientFacts(1, remissions=tuple(remissions), relapses=tuple(relapses), line_starts=tuple(sorted(lines)))
    plain = PlainPatient(remissions=tuple(remissions), relapses=tuple(relapses), lines=tuple(lines))
    stretches = list(stretches_of(facts))
    assert all(one.end <= other.first for one, other in itertools.pairwise(stretches))
    for number in range(45):
        day = START + timedelta(days=number)
        outside = any(one.first <= day_number(day) < one.end for one in stretches)
        assert outside != in_remission(plain, day), day


def test_the_reason_names_the_latest_relapse() -> None:
    facts = PatientFacts(1, remissions=(START,), relapses=(date(2026, 3, 1), date(2026, 4, 1)))
    first, second = stretches_of(facts)
    assert (first.answer, second.answer) == (NOT_APPLICABLE, NOT_APPLICABLE)
    assert "relapse recorded on 1 Mar 2026, no remission since" in first.reason
    assert "relapse recorded on 1 Apr 2026, no remission since" in second.reason


@pytest.mark.parametrize("rule", ["AML-MARROW", "ALL-MARROW-M3"])
def test_persistent_blasts_after_a_recorded_relapse_raise_nothing_new(rule: str) -> None:
    said = ask(rule, "remission 2025-06-01 | relapse 2026-01-05 | 2026-02-05 30 % | 2026-03-05 40 %")
    answer = said.answer("example", rule)
    assert not said.findings
    assert answer.answer is Answer.NOT_APPLICABLE
    assert answer.reasons == ("not in remission: relapse recorded on 5 Jan 2026, no remission since",)


def test_a_new_line_with_neither_recorded_asks_for_the_remission() -> None:
    said = ask("AML-MARROW", "remission 2025-06-01 | line 2026-01-10 | 2026-02-05 30 %")
    assert said.answer("example", "AML-MARROW") == (NOT_EVALUABLE, (SINCE_NEW_LINE,))


def test_recording_the_relapse_a_signal_led_to_leaves_the_signal_as_it_was() -> None:
    results = "2026-05-01 2 % | 2026-05-09 3 % | 2026-05-12 4 %"
    before = ask("AML-BLOOD", f"remission 2025-06-01 | {results}")
    for day in ("2026-05-01", "2026-05-09", "2026-05-12"):
        after = ask("AML-BLOOD", f"remission 2025-06-01 | relapse {day} | {results}")
        assert after.findings == before.findings
        assert after.answers_for("example") == before.answers_for("example")


def test_what_comes_after_the_run_was_broken_is_not_judged() -> None:
    said = ask(
        "AML-MARROW",
        "remission 2025-06-01 | relapse 2026-01-05 | 2026-01-05 30 % | 2026-02-05 1 % | 2026-03-05 40 %",
    )
    [finding] = said.findings
    assert finding.last_on == date(2026, 1, 5)


def test_blood_counts_are_watched_in_relapse_as_well() -> None:
    said = ask(
        "CBC-PLATELETS",
        "disease AML | born 1970-01-01 | remission 2025-06-01 | relapse 2026-01-05 | 2026-02-05 platelets 15 10*9/L",
    )
    assert said.findings
