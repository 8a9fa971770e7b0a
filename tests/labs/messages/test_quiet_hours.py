"""Quiet hours end when the site's clock says so: over midnight, and when the clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.messages.quiet_hours import QuietHours, at_wall

ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata", "UTC"]
LONDON = ZoneInfo("Europe/London")
MINUTE = timedelta(minutes=1)

moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
walls = st.times().map(lambda wall: wall.replace(second=0, microsecond=0))
quiet = st.builds(QuietHours, walls, walls, st.sampled_from(ZONES).map(ZoneInfo))
changes = st.sampled_from(
    [
        (ZoneInfo("Europe/London"), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (ZoneInfo("Europe/London"), datetime(2026, 10, 25, 1, tzinfo=UTC)),
        (ZoneInfo("America/New_York"), datetime(2026, 3, 8, 7, tzinfo=UTC)),
        (ZoneInfo("Australia/Lord_Howe"), datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ]
)


@given(quiet, moments)
def test_what_is_held_back_goes_at_the_first_minute_that_is_not_quiet(hours: QuietHours, moment: datetime) -> None:
    check(hours, moment)


@given(changes, walls, walls, st.integers(-1500, 1500))
def test_also_around_a_change_of_the_clock(
    change: tuple[ZoneInfo, datetime], begins: time, ends: time, minutes: int
) -> None:
    zone, moment = change
    check(QuietHours(begins, ends, zone), moment + minutes * MINUTE)


def check(hours: QuietHours, moment: datetime) -> None:
    over = hours.over_at(moment)
    assert not hours.holds_at(over)
    if not hours.holds_at(moment):
        assert over == moment
        return
    assert moment < over <= moment + timedelta(hours=26)
    assert over.astimezone(hours.zone).minute in {hours.ends.minute, (hours.ends.minute + 30) % 60}


@pytest.mark.parametrize(
    ("wall", "held"),
    [("19:59", False), ("20:00", True), ("23:59", True), ("00:00", True), ("06:59", True), ("07:00", False)],
)
def test_a_night_holds_on_both_sides_of_midnight(wall: str, held: bool) -> None:
    assert QuietHours(time(20), time(7), LONDON).covers(time.fromisoformat(wall)) is held


@pytest.mark.parametrize(("wall", "held"), [("11:59", False), ("12:00", True), ("13:59", True), ("14:00", False)])
def test_a_rest_at_noon_holds_within_the_day(wall: str, held: bool) -> None:
    assert QuietHours(time(12), time(14), LONDON).covers(time.fromisoformat(wall)) is held


@given(walls, moments)
def test_the_same_time_twice_means_never(wall: time, moment: datetime) -> None:
    assert not QuietHours(wall, wall, LONDON).holds_at(moment)


@pytest.mark.parametrize(
    ("moment", "over"),
    [
        ("2026-01-15T22:00+00:00", "2026-01-16T07:00+00:00"),
        ("2026-07-15T22:00+00:00", "2026-07-16T06:00+00:00"),
        ("2026-03-28T23:00+00:00", "2026-03-29T06:00+00:00"),
        ("2026-10-24T23:00+00:00", "2026-10-25T07:00+00:00"),
    ],
)
def test_the_morning_is_that_of_the_sites_clock(moment: str, over: str) -> None:
    hours = QuietHours(time(20), time(7), LONDON)
    assert hours.over_at(datetime.fromisoformat(moment)) == datetime.fromisoformat(over)


def test_a_time_the_clock_shows_twice_is_the_later_and_one_it_skips_is_after_the_gap() -> None:
    assert at_wall(datetime(2026, 10, 25, 1, 30), LONDON) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert at_wall(datetime(2026, 3, 29, 1, 30), LONDON) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@given(quiet, walls, moments)
def test_the_daily_message_is_due_every_day_and_never_while_it_is_quiet(
    hours: QuietHours, wall: time, now: datetime
) -> None:
    due = hours.last_after(wall, now)
    assert due <= now
    assert now - due < timedelta(hours=51)
    assert not hours.holds_at(due)
