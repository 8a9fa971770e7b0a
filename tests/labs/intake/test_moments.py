"""Dates and times: as exact as they were sent, refused where their meaning would be a guess."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.intake.incoming import Reason
from labs.intake.moments import BadMomentError, read_day, read_moment

TODAY = date(2026, 1, 7)


def test_a_day_is_a_day_and_no_time() -> None:
    assert read_moment("2021-01-07", as_of=TODAY) == (None, date(2021, 1, 7), False, False)


def test_a_time_without_offset_stays_local() -> None:
    assert read_moment("2021-01-07T08:30", as_of=TODAY) == (datetime(2021, 1, 7, 8, 30), date(2021, 1, 7), True, False)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("2021-01-07T23:30:00+01:00", timezone(timedelta(hours=1))),
        ("2021-01-07 23:30:00Z", UTC),
        ("2021-01-07T23:30:00.000-0500", timezone(timedelta(hours=-5))),
    ],
)
def test_the_day_is_the_one_at_the_place_of_collection(text: str, zone: timezone) -> None:
    moment = read_moment(text, as_of=TODAY)
    assert moment.at == datetime(2021, 1, 7, 23, 30, tzinfo=zone)
    assert moment.on == date(2021, 1, 7)
    assert moment.time_known
    assert moment.zone_known


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("07/01/2021", Reason.AMBIGUOUS_DATE),
        ("7.1.21", Reason.AMBIGUOUS_DATE),
        ("01-02-2021 08:30", Reason.AMBIGUOUS_DATE),
        ("25/01/2021", Reason.BAD_DATE),
        ("20210107", Reason.BAD_DATE),
        ("2021-W01-4", Reason.BAD_DATE),
        ("44203", Reason.BAD_DATE),
        ("2021-02-30", Reason.BAD_DATE),
        ("2021-13-01", Reason.BAD_DATE),
        ("2021-01-07T25:00", Reason.BAD_DATE),
        ("2021-01-07T08:30+23:00", Reason.BAD_DATE),
        ("0021-01-07", Reason.BAD_DATE),
        ("२०२१-०१-०७", Reason.BAD_DATE),
        ("yesterday", Reason.BAD_DATE),
        ("2026-01-09", Reason.FUTURE_DATE),
        ("2026-01-09T00:00:00+14:00", Reason.FUTURE_DATE),
    ],
)
def test_it_refuses_with_a_reason_and_a_remedy(text: str, reason: Reason) -> None:
    with pytest.raises(BadMomentError) as refusal:
        read_moment(text, as_of=TODAY)
    assert refusal.value.reason == reason
    assert refusal.value.message
    assert refusal.value.remedy


def test_tomorrow_is_allowed_since_zones_differ() -> None:
    assert read_day("2026-01-08", as_of=TODAY) == date(2026, 1, 8)


def test_a_day_has_no_time() -> None:
    with pytest.raises(BadMomentError):
        read_day("2021-01-07T08:30", as_of=TODAY)


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2025, 12, 31)))
def test_every_time_comes_back(moment: datetime) -> None:
    assert read_moment(moment.isoformat(timespec="microseconds"), as_of=TODAY).at == moment


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        moment = read_moment(text, as_of=TODAY)
    except BadMomentError as refusal:
        assert refusal.remedy  # noqa: PT017 - either outcome is right, this is what one of them must hold
    else:
        assert text.startswith(moment.on.isoformat())
