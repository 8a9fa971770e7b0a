"""Lists of days off: three forms are read, and every line that cannot be used is named."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.intake.days_off import DayOff, read_days_off

EASTER = date(2027, 3, 28)


def days(text: str) -> list[tuple[date, date, str]]:
    found = read_days_off(text)
    assert found.bad == []
    return [(day.first_on, day.last_on, day.name) for day in found.days]


def bad(text: str) -> list[str]:
    return [str(line) for line in read_days_off(text).bad]


@pytest.mark.parametrize(
    "line",
    ["2027-03-28, Easter", "2027-03-28;Easter", "2027-03-28\tEaster", "2027-03-28 Easter", "2027-3-28: Easter"],
)
def test_a_line_is_a_day_and_a_name(line: str) -> None:
    assert days(line) == [(EASTER, EASTER, "Easter")]


@pytest.mark.parametrize(
    "line",
    [
        "2027-03-26, 2027-03-29, Easter",
        "2027-03-26;2027-03-29;Easter",
        "2027-03-26 to 2027-03-29, Easter",
        "2027-03-26 – 2027-03-29 Easter",
    ],
)
def test_a_line_may_have_a_last_day(line: str) -> None:
    assert days(line) == [(date(2027, 3, 26), date(2027, 3, 29), "Easter")]


def test_a_csv_file_may_have_a_head_quotes_and_an_empty_last_day() -> None:
    text = '\ufefffirst,last,name\r\n2027-05-01,,"Labour day, and more"\r\n\r\n2027-03-28,2027-03-29,Easter\r\n'
    assert days(text) == [
        (EASTER, date(2027, 3, 29), "Easter"),
        (date(2027, 5, 1), date(2027, 5, 1), "Labour day, and more"),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("28.03.2027, Easter", "could mean two days"),
        ("3/28, Easter", "could mean two days"),
        ("Easter", "there is no day"),
        ("2027-03-28", "the name is missing"),
        ("2027-03-28,", "the name is missing"),
        ("2027-02-29, Leap", "2027-02-29 is no day of the calendar"),
        ("2027-13-01, Never", "is no day of the calendar"),
        ("2027-03-29, 2027-03-28, Easter", "lies before the first"),
        ("2027-03-28, 2029-03-28, Easter", "732 days on end"),
        ("2027-03-28, " + "a" * 81, "81 characters; 80 are allowed"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(line: str, reason: str) -> None:
    (only,) = bad(f"2027-05-01, May\n{line}")
    assert only.startswith("line 2: ")
    assert reason in only


@pytest.mark.parametrize("length", [366, 367])
def test_the_longest_stretch(length: int) -> None:
    last = EASTER + timedelta(days=length)
    assert bool(bad(f"{EASTER}, {last}, Rebuilding")) is (length == 367)


def test_all_mistakes_are_named_and_the_same_day_twice_is_one() -> None:
    found = bad("2027-05-01, May\nx\n2027-05-01, May\ny")
    assert found == [
        "line 2: there is no day: write the day, a comma and the name, such as 2026-12-25, Christmas Day",
        "line 3: May on 2027-05-01 stands on line 1 already",
        "line 4: there is no day: write the day, a comma and the name, such as 2026-12-25, Christmas Day",
    ]


@pytest.mark.parametrize("text", ["", "  \n\n", "date,name\n"])
def test_an_empty_list_says_so(text: str) -> None:
    assert bad(text) == ["line 1: there is no day in the list"]


def test_a_list_has_a_length_one_can_look_through() -> None:
    assert "200000 are allowed" in bad("x" * 200_001)[0]
    many = "\n".join(f"{date(2027, 1, 1) + timedelta(days=number)}, Day {number}" for number in range(501))
    assert bad(many) == ["line 501: more than 500 entries: send them in parts"]


def calendar(*events: str) -> str:
    inner = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inner}END:VCALENDAR\r\n"


GOOD = "DTSTART;VALUE=DATE:20270326\r\nDTEND;VALUE=DATE:20270330\r\nSUMMARY:Easter\\, with \r\n Good Friday"


def test_a_calendar_file_gives_whole_days_its_end_not_counted() -> None:
    assert days(calendar(GOOD, "DTSTART:20270501\r\nSUMMARY:May")) == [
        (date(2027, 3, 26), date(2027, 3, 29), "Easter, with Good Friday"),
        (date(2027, 5, 1), date(2027, 5, 1), "May"),
    ]
    assert days(calendar("DTSTART:20270501\r\nDTEND:20270501\r\nSUMMARY:May")) == [
        (date(2027, 5, 1), date(2027, 5, 1), "May")
    ]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("DTSTART:20270501T090000Z\r\nSUMMARY:May", "has a time of day"),
        ("DTSTART:20270501\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:May", "repeated events are not read"),
        ("DTSTART:20271301\r\nSUMMARY:May", "no day of the calendar"),
        ("DTSTART:soon\r\nSUMMARY:May", "'soon', and no day"),
        ("DTSTART:20270501", "the name is missing"),
        ("SUMMARY:May", "the event has no DTSTART"),
        ("DTSTART:20270501\r\nDTEND:20290501\r\nSUMMARY:May", "days on end"),
    ],
)
def test_an_event_that_cannot_be_used_is_named_by_its_first_line(event: str, reason: str) -> None:
    (only,) = bad(calendar(GOOD, event))
    assert only.startswith("line 9: ")
    assert reason in only


NAMES = (
    st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=40)
    .map(str.strip)
    .filter(lambda name: name and not name[0].isdigit())
)


@given(st.lists(st.tuples(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 366), NAMES), min_size=1))
def test_what_is_written_is_read(rows: list[tuple[date, int, str]]) -> None:
    wanted = {(first, name): (first, first + timedelta(days=length), name) for first, length, name in rows}
    text = "\n".join(f"{first}, {last}, {name}" for first, last, name in wanted.values())
    assert sorted(days(text)) == sorted(wanted.values())


@given(st.text(max_size=300))
def test_whatever_is_pasted_is_read_or_refused(text: str) -> None:
    found = read_days_off(text)
    assert found.days or found.bad
    assert all(isinstance(day, DayOff) and day.name for day in found.days)
