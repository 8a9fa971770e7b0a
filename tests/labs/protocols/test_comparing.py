"""Two protocols side by side: every difference is named, and what asks for less is seen."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from labs.protocols.comparing import asked, compared_until, differences, uncited_changes
from labs.protocols.dates import Interval
from labs.protocols.reading import read_protocol, shipped, steps_of
from labs.protocols.schedule import Step

ANCHOR = date(2025, 1, 31)


def definition(*steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    whole = {"code": "a", "version": 1, "title": "A", "summary": "a", "anchor": "remission", "sources": {"A": "a"}}
    return {**whole, "steps": list(steps), **fields}


def step(code: str = "cbc", **fields: Any) -> dict[str, Any]:
    return {"step": code, "kind": "cbc", "every": "1 month", "source": "A", "confidence": "seen", **fields}


def steps(*rows: dict[str, Any]) -> tuple[Step, ...]:
    return steps_of(definition(*rows))


def test_the_same_but_for_code_version_and_reason_differs_in_nothing() -> None:
    other = definition(step(), code="b", version=2, changed_because="a trial")
    assert differences(definition(step()), other) == []


def test_every_difference_is_named() -> None:
    before = definition(step(), step("visit", kind="visit"), not_scheduled=[{"what": "x", "why": "y"}])
    after = definition(step(every="2 months"), step("mrd", kind="mrd"), title="B", sources={"A": "a", "B": "b"})
    found = [(one.what, one.name, one.sort) for one in differences(before, after)]
    assert found == [
        ("title", "", "changed"),
        ("step", "cbc", "changed"),
        ("step", "visit", "removed"),
        ("step", "mrd", "added"),
        ("source", "B", "added"),
        ("not_scheduled", "x", "removed"),
    ]


@pytest.mark.parametrize(
    "changed",
    [{"every": "2 months"}, {"until_month": 12}, {"from_month": 3}, {"window_days": 5}, {"kind": "cbc_diff"}],
)
def test_a_changed_step_needs_a_word_of_its_own(changed: dict[str, Any]) -> None:
    before = definition(step("visit", kind="visit"), step())
    (problem,) = uncited_changes(before, definition(step("visit", kind="visit"), step(**changed)))
    assert problem.place == ("steps", 1, "source")
    for word in ({"source": "B"}, {"confidence": "local"}, {"note": "the source gives a range"}):
        assert uncited_changes(before, definition(step("visit", kind="visit"), step(**changed, **word))) == []


def test_a_step_that_asks_for_the_same_needs_none() -> None:
    assert uncited_changes(definition(step()), definition(step(), step("new", kind="mrd"))) == []


def less(own: tuple[Step, ...], other: tuple[Step, ...]) -> list[str]:
    return [one.kind for one in asked(own, other, anchor=ANCHOR) if one.is_less]


def test_a_kind_that_is_gone_asks_for_less() -> None:
    assert less(steps(step()), steps(step(), step("mrd", kind="mrd", every="12 months"))) == ["mrd"]


def test_a_longer_interval_asks_for_less_and_a_shorter_one_does_not() -> None:
    assert less(steps(step(every="2 months")), steps(step())) == ["cbc"]
    assert less(steps(step()), steps(step(every="2 months"))) == []
    assert less(steps(step()), steps(step())) == []


def test_as_many_tests_with_a_long_stretch_without_one_ask_for_less() -> None:
    early = steps(step(every="1 month", until_month=24))
    assert less(early, steps(step(every="3 months"))) == ["cbc"]


def test_what_is_dropped_after_years_is_seen() -> None:
    ends = steps(step(until_month=59))
    goes_on = steps(step())
    assert compared_until(ends) == 83
    assert less(ends, goes_on) == ["cbc"]
    assert compared_until((Step("a", "cbc", at=(Interval(108, "month"),)),)) == 132
    assert compared_until(()) == 60


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_no_shipped_protocol_asks_for_less_than_itself(path) -> None:
    own = read_protocol(path.read_text()).steps
    assert not any(one.is_less for one in asked(own, own, anchor=ANCHOR))
