"""The benchmarks measure what they say: turns are taken, and both sides of a comparison find the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import one_rule, whole_cohort, whole_set
from benchmarks.columns import serum_m_columns
from benchmarks.everything import Everything, everything
from benchmarks.measure import Timing, gibibytes, in_turn, machine, short
from benchmarks.plain_rules import PASSES
from labs.rules.base import Finding
from labs.rules.registry import BY_CODE, Evaluation


def test_sides_take_turns_after_a_warm_up() -> None:
    calls: list[str] = []
    timings = in_turn({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, turns=2)
    assert calls == ["a", "b"] * 3
    assert [len(timing.seconds) for timing in timings.values()] == [2, 2]


def test_the_median_is_what_counts() -> None:
    assert Timing((3.0, 1.0, 2.0)).median == 2.0


@pytest.mark.parametrize(("seconds", "text"), [(2, "2.00 s"), (0.0123, "12.3 ms"), (0.00004, "40 µs")])
def test_durations_are_written_as_people_would(seconds: float, text: str) -> None:
    assert short(seconds) == text


def test_the_machine_is_described() -> None:
    assert "cores" in machine()
    assert gibibytes(2**30) == "1.00 GiB"


def test_the_rule_and_the_numpy_by_hand_find_the_same_patients() -> None:
    columns = serum_m_columns(5_000)
    one_rule.check_agreement(columns)
    assert one_rule.by_hand(columns).size > 0


def test_a_disagreement_stops_the_measuring(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_found(*_: object) -> Evaluation:
        found: list[Finding] = []
        return Evaluation([], found)

    monkeypatch.setattr(one_rule, "evaluate", nothing_found)
    with pytest.raises(RuntimeError, match="same patients"):
        one_rule.check_agreement(serum_m_columns(5_000))


def test_the_row_of_one_rule_names_its_budget() -> None:
    row = one_rule.measure(values=5_000, turns=1)
    assert row.budget == "at most 3x"
    assert row.ratio.endswith("x")


@pytest.fixture(scope="module")
def some_of_everything() -> Everything:
    return everything(30_000)


def test_the_passes_by_hand_find_every_patient_a_rule_finds(some_of_everything: Everything) -> None:
    findings, less = whole_set.check_agreement(some_of_everything)
    assert findings > 0
    assert not {"MM-PD-SERUM-M", "MM-HB", "AML-MARROW", "CBC-HB-FALL"}.intersection(less)
    assert whole_set.by_hand(some_of_everything) > 0


def test_passes_that_find_nobody_stop_the_measuring(
    some_of_everything: Everything, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in PASSES:
        monkeypatch.setitem(PASSES, code, PASSES["MM-PD-CIRCULATING"])
    with pytest.raises(RuntimeError, match="misses patients"):
        whole_set.check_agreement(some_of_everything)


def test_every_pass_is_of_a_rule_that_is_asked() -> None:
    assert PASSES.keys() <= BY_CODE.keys()


def test_the_row_of_the_whole_set_names_its_budget() -> None:
    row = whole_set.measure(values=10_000, turns=1)
    assert row.budget == "at most 3x"
    assert row.ratio.endswith("x")


def test_the_bare_read_asks_for_the_columns_the_rules_read() -> None:
    source = (Path(one_rule.__file__).parents[1] / "labs" / "selectors" / "result_frame.py").read_text(encoding="utf-8")
    wanted = "".join(source.split())
    bare = "".join(whole_cohort.COLUMNS.split())
    columns = bare[len("select") : bare.index("from")]
    assert columns in wanted


def test_sizes_can_be_told_as_json() -> None:
    from dataclasses import asdict

    from benchmarks.__main__ import SIZES

    assert json.loads(json.dumps({name: asdict(size) for name, size in SIZES.items()}))["usual"]["values"] == 1_000_000
