"""Steps turned into dated tests."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.protocols.dates import Interval, add_months, parse_interval
from labs.protocols.reading import read_protocol, shipped
from labs.protocols.schedule import Slot, Step, slots

ANCHOR = date(2025, 1, 31)
ANCHORS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


def dues(step: Step, *, until: date, after: date = date.min, anchor: date = ANCHOR) -> list[date]:
    return [slot.due_on for slot in slots([step], anchor, after=after, until=until)]


def test_months_are_counted_from_the_anchor_not_from_the_last_date():
    step = Step("cbc", "cbc", every=parse_interval("1 month"))
    assert dues(step, until=date(2025, 5, 1)) == [date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 30)]


def test_the_interval_tapers_with_months_since_the_anchor():
    first = Step("early", "cbc", every=parse_interval("1 month"), until_month=3)
    second = Step("late", "cbc", every=parse_interval("3 months"), from_month=3)
    found = slots([first, second], date(2025, 1, 15), after=date.min, until=date(2026, 1, 15))
    assert [(slot.step, slot.due_on.isoformat()) for slot in found] == [
        ("early", "2025-02-15"),
        ("early", "2025-03-15"),
        ("early", "2025-04-15"),
        ("late", "2025-07-15"),
        ("late", "2025-10-15"),
        ("late", "2026-01-15"),
    ]
    assert [slot.lapses_on for slot in found[2:4]] == [date(2025, 7, 1), date(2025, 10, 1)]


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step("a", "cbc", every=Interval(1, "month")), "every 1 month"),
        (
            Step("a", "cbc", every=Interval(3, "month"), from_month=12, until_month=24),
            "every 3 months, months 12 to 24",
        ),
        (Step("a", "cbc", every=Interval(6, "week"), from_month=24), "every 6 weeks, from month 24 on"),
        (Step("a", "chimerism", at=(Interval(30, "day"), Interval(60, "day"))), "after 30 days, 60 days"),
    ],
)
def test_a_step_says_when_it_is_due_in_words(step, words):
    assert step.timing == words


def test_single_days_are_counted_from_the_anchor_and_the_last_never_lapses():
    step = Step("chimerism", "chimerism", at=tuple(map(parse_interval, ["30 days", "60 days", "180 days"])))
    found = slots([step], date(2025, 1, 1), after=date.min, until=date(2026, 1, 1))
    assert [(slot.due_on - date(2025, 1, 1)).days for slot in found] == [30, 60, 180]
    assert found[-1].lapses_on is None


def test_tests_already_missed_when_the_plan_starts_are_left_out():
    step = Step("cbc", "cbc", every=parse_interval("1 month"))
    assert dues(step, after=date(2025, 6, 10), until=date(2025, 7, 31))[0] == date(2025, 5, 31)


@st.composite
def chains(draw: st.DrawFn) -> list[Step]:
    """Steps of one kind that follow one another, as a protocol may have them."""
    steps, start = [], 0
    for number in range(draw(st.integers(1, 4))):
        every = Interval(draw(st.integers(1, 12)), draw(st.sampled_from(["week", "month"])))
        end = start + every.days // 28 + draw(st.integers(1, 24))  # shorter ones are refused: no test would fall due
        steps.append(Step(f"step-{number}", "cbc", every=every, from_month=start, until_month=end))
        start = end
    steps.append(Step("last", "cbc", every=Interval(draw(st.integers(1, 12)), "month"), from_month=start))
    return steps


def whole(steps: list[Step], anchor: date, months: int) -> list[Slot]:
    return slots(steps, anchor, after=date.min, until=add_months(anchor, months))


@given(chains(), ANCHORS, st.integers(1, 90))
def test_on_every_day_at_most_one_test_of_a_kind_can_be_done(steps, anchor, months):
    for slot, following in pairwise(whole(steps, anchor, months)):
        assert slot.opens_on <= slot.due_on <= slot.closes_on < slot.lapses_on
        assert slot.due_on < slot.lapses_on
        assert slot.lapses_on == following.opens_on or slot.lapses_on == slot.due_on + timedelta(days=1)


@given(chains(), ANCHORS, st.integers(1, 60), st.integers(1, 30))
def test_a_longer_horizon_adds_tests_and_changes_none(steps, anchor, months, more):
    short, long = whole(steps, anchor, months), whole(steps, anchor, months + more)
    assert long[: len(short)] == short


@given(chains(), ANCHORS, st.integers(1, 60))
def test_no_stretch_longer_than_the_interval_goes_without_a_test(steps, anchor, months):
    longest = max(step.every.days for step in steps) * 2 + 62  # a phase may end just before its next test
    found = whole(steps, anchor, months)
    marks = [anchor, *(slot.due_on for slot in found), add_months(anchor, months)]
    assert all((later - earlier).days <= longest for earlier, later in pairwise(marks))


@given(chains(), ANCHORS, st.integers(1, 60))
def test_each_test_has_its_own_number_in_its_step(steps, anchor, months):
    keys = [(slot.step, slot.sequence) for slot in whole(steps, anchor, months)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
@given(anchor=ANCHORS)
def test_every_shipped_protocol_plans_something_in_its_first_year(path, anchor):
    protocol = read_protocol(path.read_text())
    found = slots(protocol.steps, anchor, after=anchor, until=add_months(anchor, 13))
    assert {slot.kind for slot in found} == {
        step.kind for step in protocol.steps if step.from_month < 12 and (step.every is None or step.every.days <= 366)
    }
