"""When a signal was first raised: one evaluation tells what asking after every day tells, for the rules that claim so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from labs.rules.cohort import Cohort
from labs.rules.notation import read
from labs.rules.registry import BY_CODE, RULES, evaluate
from labs.rules.replay import raised
from labs.rules.replay.raised import (
    ONE_PASS,
    RaisedSignal,
    Replay,
    after_every_result,
    as_they_stand,
    day_by_day,
    in_one_pass,
)
from tests.oracles.cases import CASES, Case
from tests.oracles.generated import cohort_of, patients

EXAMPLES = settings(
    max_examples=50,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # days asked one by one are slow to shrink
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
FEWER = settings(EXAMPLES, max_examples=20)
SERUM = [BY_CODE["MM-PD-SERUM-M"]]
proven = pytest.mark.parametrize("case", [c for c in CASES if c.rule in ONE_PASS], ids=lambda case: case.rule)


def days(replay: Replay) -> list[str]:
    assert not replay.failures, replay.failures[0].traceback
    return sorted(map(repr, replay.signals))


def patient(given: str) -> Cohort:
    facts, rows = read(given, analyte="serum_m", disease="MM")
    return Cohort.build([facts], rows)


def raised_days(replay: Replay) -> list[tuple[str, str | None]]:
    return [(s.raised_on.isoformat(), s.confirmed_on and s.confirmed_on.isoformat()) for s in replay.signals]


def test_every_rule_that_claims_one_pass_is_known_and_tested() -> None:
    assert {rule.code for rule in RULES} >= ONE_PASS
    assert {case.rule for case in CASES} >= ONE_PASS


@proven
def test_one_pass_equals_asking_after_every_day(case: Case) -> None:
    @EXAMPLES
    @given(st.lists(patients(case), min_size=1, max_size=2))
    def agree(many: list[Any]) -> None:
        cohort, rule = cohort_of(*many), BY_CODE[case.rule]
        assert days(in_one_pass(cohort, [rule])) == days(day_by_day(cohort, rule))

    agree()


@proven
def test_asking_many_days_at_once_equals_as_of_each_day(case: Case) -> None:
    """`day_by_day` packs all days of all patients into one cohort; this asks `evaluate(as_of=...)`, day by day."""

    @FEWER
    @given(patients(case))
    def agree(one: Any) -> None:
        cohort, rule = cohort_of(one), BY_CODE[case.rule]
        assert days(day_by_day(cohort, rule)) == sorted(map(repr, by_as_of(one, cohort, case.rule)))

    agree()


def by_as_of(one: Any, cohort: Cohort, code: str) -> list[RaisedSignal]:
    first: dict[Any, date] = {}
    confirmed: dict[Any, date] = {}
    notes = set()
    for day in sorted({result.day for result in one.results}):
        for finding in evaluate(cohort, [BY_CODE[code]], as_of=day).findings:
            key = finding.opened_on
            if finding.signal.value != "not_confirmed":
                first.setdefault(key, day)
            if finding.signal.value == "confirmed":
                confirmed.setdefault(key, day)
            if finding.signal.value == "not_evaluable":
                notes.add(key)
    return [RaisedSignal(0, code, day, confirmed.get(key), key in notes) for key, day in first.items()]


def test_a_rule_that_claims_nothing_is_asked_day_by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that judges each day by what came later is caught only by the plain way."""
    cohort = patient("2026-01-05 0.3 g/dL | 2026-02-05 0.3 | 2026-03-05 0.9 | 2026-04-05 0.3")
    monkeypatch.setattr(raised, "ONE_PASS", frozenset())
    asked: list[str] = []
    plain = raised.day_by_day
    monkeypatch.setattr(raised, "day_by_day", lambda c, rule: asked.append(rule.code) or plain(c, rule))
    assert raised_days(after_every_result(cohort, SERUM)) == [("2026-03-05", None)]
    assert asked == ["MM-PD-SERUM-M"]


def test_days_asked_in_small_parts_are_the_same_days(monkeypatch: pytest.MonkeyPatch) -> None:
    facts, rows = read(
        "2026-01-05 0.3 g/dL | 2026-02-05 0.3 | 2026-03-05 0.9 | 2026-04-05 1.0", analyte="serum_m", disease="MM"
    )
    many = [replace(facts, key=key) for key in range(5)]
    cohort = Cohort.build(many, [row._replace(patient=key) for key in range(5) for row in rows])
    whole = days(day_by_day(cohort, SERUM[0]))
    monkeypatch.setattr(raised, "ROWS_AT_ONCE", 1)
    assert days(day_by_day(cohort, SERUM[0])) == whole
    assert len(whole) == 5


def test_a_confirmed_rise_was_raised_first_and_confirmed_later() -> None:
    cohort = patient("2026-01-05 0.3 g/dL | 2026-02-05 0.3 | 2026-03-05 0.9 | 2026-04-05 1.0")
    assert raised_days(after_every_result(cohort, SERUM)) == [("2026-03-05", "2026-04-05")]
    assert raised_days(as_they_stand(cohort, SERUM)) == [("2026-04-05", "2026-04-05")]


def test_a_signal_given_up_later_counts_as_raised_but_does_not_stand() -> None:
    cohort = patient("2026-01-05 0.3 g/dL | 2026-02-05 0.3 | 2026-03-05 0.9 | 2026-04-05 0.3")
    assert raised_days(after_every_result(cohort, SERUM)) == [("2026-03-05", None)]
    assert as_they_stand(cohort, SERUM).signals == []


def test_two_series_that_begin_on_one_day_are_one_signal() -> None:
    old = " | ".join(
        f"2026-0{month}-05 serum_m {value} g/dL @{lab}/SPEP"
        for lab in "AB"
        for month, value in zip("123", ("0.3", "0.3", "0.9"), strict=True)
    )
    assert raised_days(after_every_result(patient(old), SERUM)) == [("2026-03-05", None)]
    confirmed = f"{old} | 2026-04-05 0.9 @B/SPEP"
    assert raised_days(after_every_result(patient(confirmed), SERUM)) == [("2026-03-05", "2026-04-05")]
    assert raised_days(as_they_stand(patient(confirmed), SERUM)) == [("2026-03-05", "2026-04-05")]


def test_a_marker_whose_measurability_turns_out_later_is_asked_day_by_day() -> None:
    """Free light chains stop being the marker once serum M-protein is measured: a signal of the days before was raised."""
    given = (
        "light_chain kappa | 2026-01-05 flc_kappa 10 mg/L | 2026-01-05 flc_lambda 10 mg/L | 2026-01-12 flc_kappa 10"
        " | 2026-01-12 flc_lambda 10 | 2026-01-14 flc_kappa 300 | 2026-01-14 flc_lambda 10 | 2026-01-16 serum_m 3.0 g/dL"
    )
    rule = BY_CODE["MM-PD-FLC"]
    assert rule.code not in ONE_PASS
    assert raised_days(day_by_day(patient(given), rule)) == [("2026-01-14", None)]
    assert in_one_pass(patient(given), [rule]).signals == []


def test_a_change_of_assay_is_a_note() -> None:
    cohort = patient("2026-01-05 0.4 g/dL @A/SPEP | 2026-02-05 0.4 @B/SPEP")
    (note,) = after_every_result(cohort, [BY_CODE["ASSAY-CHANGED"]]).signals
    assert note.note


def test_no_results_give_no_signals() -> None:
    cohort = Cohort.build([], [])
    assert after_every_result(cohort, RULES) == Replay()
    assert day_by_day(cohort, SERUM[0]) == Replay()


def test_a_broken_rule_is_reported_and_silences_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    cohort = patient("2026-01-05 0.3 g/dL | 2026-02-05 0.3 | 2026-03-05 0.9 | 2026-04-05 1.0")

    def broken(_: Cohort) -> Any:
        raise ZeroDivisionError

    bad = replace(SERUM[0], code="BROKEN", evaluate=broken)
    for replay in (after_every_result(cohort, [bad, *SERUM]), as_they_stand(cohort, [bad, *SERUM])):
        assert [failure.rule for failure in replay.failures] == ["BROKEN"]
        assert len(replay.signals) == 1
