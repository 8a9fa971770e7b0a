"""What counts as done in time: both sides of every limit, and what must not count."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.protocols.adherence import Adherence, AskedTest, Verdict, adherence, percent, verdict
from labs.protocols.holding import Hold

TODAY = date(2025, 6, 15)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def asked(opens: int, due: int, closes: int, *, held: tuple[int, int] | None = None, **days: int) -> AskedTest:
    """A test, its dates given in days from today."""
    hold = None if held is None else Hold(day(held[0]), day(held[1]))
    dates = {name: day(number) for name, number in days.items()}
    return AskedTest("cbc", day(opens), day(due), day(closes), hold=hold, **dates)


def let_off() -> AskedTest:
    return AskedTest("cbc", day(-30), day(-20), day(-10), let_off=True)


# what must not count comes first
TABLE = [
    ("planned", asked(10, 17, 24), Verdict.OPEN),
    ("on the last day of its window", asked(-14, -7, 0), Verdict.OPEN),
    ("done in a window that is still open", asked(-14, -7, 0, done_on=-9), Verdict.OPEN),
    ("let off", let_off(), Verdict.NOT_REQUIRED),
    ("plan ended on the last day of the window", asked(-30, -20, -10, stopped_on=-10), Verdict.NOT_REQUIRED),
    ("successor opens the day after the pause", asked(-40, -30, -25, held=(-25, -5), lapses_on=-4), Verdict.NOT_REQUIRED),
    ("on hold", asked(-40, -30, -25, held=(-25, 5)), Verdict.OPEN),
    ("on the last day of grace after a pause", asked(-40, -30, -25, held=(-27, -5)), Verdict.OPEN),
    ("the day after the window", asked(-15, -8, -1), Verdict.NOT_DONE),
    ("plan ended the day after the window", asked(-30, -20, -10, stopped_on=-9), Verdict.NOT_DONE),
    ("the day after the grace after a pause", asked(-40, -30, -25, held=(-27, -6)), Verdict.NOT_DONE),
    ("successor opens two days after the pause", asked(-40, -30, -25, held=(-25, -5), lapses_on=-3), Verdict.NOT_DONE),
    ("the pause began after the window", asked(-40, -30, -25, held=(-24, 5), lapses_on=0), Verdict.NOT_DONE),
    ("lapsed", asked(-40, -30, -25, lapses_on=-10), Verdict.NOT_DONE),
    ("done on the last day", asked(-30, -20, -10, done_on=-10), Verdict.ON_TIME),
    ("done before the window opened", asked(-30, -20, -10, done_on=-33), Verdict.ON_TIME),
    ("done before the plan ended", asked(-30, -20, -10, done_on=-25, stopped_on=-24), Verdict.ON_TIME),
    ("done though the pause excused it", asked(-40, -30, -25, done_on=-28, held=(-26, -5), lapses_on=-4), Verdict.ON_TIME),
    ("done in the grace after a pause", asked(-60, -50, -45, held=(-45, -20), done_on=-15), Verdict.ON_TIME),
    ("done after the grace after a pause", asked(-60, -50, -45, held=(-45, -20), done_on=-14), Verdict.LATE),
    ("done a day late", asked(-30, -20, -10, done_on=-9), Verdict.LATE),
]  # fmt: skip


@pytest.mark.parametrize(("test", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_a_test_is_to_a_measure(test: AskedTest, expected: Verdict) -> None:
    assert verdict(test, TODAY) is expected


def test_the_table_holds_every_verdict() -> None:
    assert {expected for *_, expected in TABLE} == set(Verdict)


def test_grace_after_a_pause_never_reaches_into_the_next_window() -> None:
    test = asked(-40, -30, -25, held=(-25, -12), lapses_on=-8)
    assert test.window_ends_on == day(-9)


def test_a_pause_never_shortens_a_window() -> None:
    assert asked(-40, -30, -10, held=(-40, -39)).window_ends_on == day(-10)


DAYS = st.integers(-120, 60)
MAYBE = st.none() | DAYS


@st.composite
def asked_tests(draw: st.DrawFn) -> AskedTest:
    opens = draw(DAYS)
    due = opens + draw(st.integers(0, 40))
    closes = due + draw(st.integers(0, 40))
    lapses = draw(st.none() | st.integers(1, 90))
    days = {"done_on": draw(MAYBE), "stopped_on": draw(MAYBE)}
    held = draw(st.none() | st.tuples(DAYS, st.integers(0, 90)))
    made = {name: None if number is None else day(number) for name, number in days.items()}
    return AskedTest(
        "cbc",
        day(opens),
        day(due),
        day(closes),
        lapses_on=None if lapses is None else day(due + lapses),
        hold=None if held is None else Hold(day(held[0]), day(sum(held))),
        let_off=draw(st.booleans()),
        **made,
    )


@given(st.lists(asked_tests(), max_size=30))
def test_every_test_is_counted_once(sample: list[AskedTest]) -> None:
    found = adherence(sample, today=TODAY)
    assert found.required + found.not_required + found.open == len(sample)
    assert found.share is None or 0 <= found.share <= 1
    assert (found.share is None) == (found.required == 0)


@given(st.lists(asked_tests(), max_size=30), st.integers(0, 30))
def test_parts_add_up_to_the_whole_exactly(sample: list[AskedTest], cut: int) -> None:
    whole = adherence(sample, today=TODAY)
    assert adherence(sample[:cut], today=TODAY) + adherence(sample[cut:], today=TODAY) == whole
    if whole.share is not None:
        assert whole.share * whole.required == whole.on_time


@given(asked_tests(), st.integers(0, 200))
def test_once_counted_always_counted(test: AskedTest, later: int) -> None:
    """Time alone changes no verdict that was given."""
    now = verdict(test, TODAY)
    if now is not Verdict.OPEN:
        assert verdict(test, day(later)) is now


@given(asked_tests(), st.integers(1, 60))
def test_coming_earlier_is_never_worse(test: AskedTest, days: int) -> None:
    order = [Verdict.NOT_DONE, Verdict.LATE, Verdict.ON_TIME]
    if test.done_on is None or verdict(test, TODAY) not in order:
        return
    sooner = AskedTest(
        **{name: getattr(test, name) for name in test.__slots__} | {"done_on": test.done_on - timedelta(days)}
    )
    assert order.index(verdict(sooner, TODAY)) >= order.index(verdict(test, TODAY))


@given(st.lists(asked_tests(), max_size=20), st.integers(-120, 60))
def test_only_tests_due_since_a_day_are_counted(sample: list[AskedTest], since: int) -> None:
    found = adherence(sample, today=TODAY, since=day(since))
    expected = Counter(verdict(test, TODAY).value for test in sample if (test.due_on - TODAY).days >= since)
    assert found == Adherence(**expected)


@pytest.mark.parametrize(
    ("share", "expected"),
    [((0, 7), 0), ((1, 1000), 1), ((1, 8), 13), ((124, 1000), 12), ((2, 3), 67), ((199, 200), 99), ((7, 7), 100)],
)
def test_a_hundred_percent_is_said_of_all_only_and_none_of_none_only(share: tuple[int, int], expected: int) -> None:
    assert percent(Fraction(*share)) == expected
    assert Adherence(on_time=share[0], not_done=share[1] - share[0]).percent == expected


def test_no_share_is_said_of_nothing() -> None:
    assert Adherence(open=3, not_required=2).percent is None
