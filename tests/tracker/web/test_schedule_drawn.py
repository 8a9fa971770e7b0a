"""The time axis of the schedule: true proportion, nothing outside it, bars that do not lie upon each other."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.web.charts.schedule import Axis, Happening, Stretch, draw_lane, draw_stretches, month_ticks

YEAR = Axis(date(2025, 1, 1), date(2025, 12, 31))
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def stretch(first: date, last: date | None) -> Stretch:
    return Stretch(first, last, "VRd", "VRd", "therapy")


def number(text: str) -> float:
    return float(text.removesuffix("%"))


@given(st.lists(DAYS, min_size=4, max_size=4, unique=True))
def test_equal_spans_of_time_are_equally_long(days: list[date]) -> None:
    first, one, other, last = sorted(days)
    axis = Axis(first, last)
    assert axis.at(other) - axis.at(one) == pytest.approx(100 * (other - one).days / ((last - first).days + 1))


def test_the_first_day_begins_and_the_last_day_ends_the_axis() -> None:
    assert YEAR.at(date(2025, 1, 1)) == 0
    assert YEAR.at(date(2026, 1, 1)) == 100
    assert YEAR.shows(date(2025, 12, 31))
    assert not YEAR.shows(date(2026, 1, 1))


@given(DAYS, st.none() | DAYS)
def test_a_bar_stays_on_the_axis(first: date, last: date | None) -> None:
    if last is not None and last < first:
        first, last = last, first
    lane = draw_stretches(YEAR, "Therapy", "", [stretch(first, last)])
    assert (lane is None) == (first > YEAR.last or (last is not None and last < YEAR.first))
    if lane is not None:
        (bar,) = lane.bars
        assert number(bar.x) >= 0
        assert number(bar.width) > 0
        assert number(bar.x) + number(bar.width) <= 100.01


@given(st.lists(st.tuples(DAYS, st.integers(0, 400)), max_size=8))
def test_bars_never_lie_upon_each_other(spans: list[tuple[date, int]]) -> None:
    axis = Axis(date(2019, 1, 1), date(2033, 1, 1))
    lane = draw_stretches(axis, "Therapy", "", [stretch(day, day + timedelta(days=n)) for day, n in spans])
    bars = sorted(lane.bars if lane else [], key=lambda bar: (bar.y, number(bar.x)))
    for one, following in pairwise(bars):
        assert one.y != following.y or number(one.x) + number(one.width) <= number(following.x) + 0.011
    assert lane is None or lane.height >= max(bar.y + bar.height for bar in bars)


def test_what_lies_outside_is_not_drawn() -> None:
    outside = [Happening(date(2024, 12, 31), "missed", ""), Happening(date(2026, 1, 1), "missed", "")]
    within = [Happening(date(2025, 1, 1), "missed", ""), Happening(date(2025, 12, 31), "on_time", "")]
    lane = draw_lane(YEAR, "SPEP", "", windows=(), marks=[*outside, *within], results=outside)
    assert [sign.shape for sign in lane.signs] == ["missed", "on_time"]
    assert lane.ticks == []
    assert draw_stretches(YEAR, "Events", "", (), outside) is None


@pytest.mark.parametrize(
    ("axis", "labels"),
    [
        (Axis(date(2024, 11, 15), date(2025, 3, 10)), ["Dec", "2025", "Feb", "Mar"]),
        (Axis(date(2024, 11, 15), date(2025, 12, 31)), ["", "2025", "", "", "Apr", "", "", "Jul", "", "", "Oct", "", ""]),
    ],
)  # fmt: skip
def test_months_are_named_where_there_is_room(axis: Axis, labels: list[str]) -> None:
    assert [tick.label for tick in month_ticks(axis)] == labels


def test_many_years_show_years_alone() -> None:
    ticks = month_ticks(Axis(date(2015, 5, 1), date(2025, 5, 1)))
    assert [tick.label for tick in ticks] == [str(year) for year in range(2016, 2026)]
    assert all(tick.major for tick in ticks)
