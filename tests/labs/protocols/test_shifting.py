"""Dates that follow what was done: the next counts from the last, the taper and the ends of months are kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.protocols.closing import Evidence, OpenTest, close_chain
from labs.protocols.dates import Interval, parse_interval
from labs.protocols.schedule import Slot, Step, slots
from labs.protocols.shifting import ActualDates, Numbered, Place
from labs.vocabulary.test_kinds import TEST_KINDS
from tests.labs.protocols.plans import chains_of_steps

VISIT = TEST_KINDS["visit"]
ANCHOR = date(2025, 1, 31)
UNTIL = date(2026, 1, 31)


def step(every: str, since: int = 0, until: int | None = None, code: str = "visit") -> Step:
    return Step(code, "visit", every=parse_interval(every), from_month=since, until_month=until)


def numbered(found: list[Slot]) -> list[Numbered]:
    return [
        Numbered(OpenTest(number, slot.opens_on, slot.due_on, slot.closes_on, slot.lapses_on), slot.step, slot.sequence)
        for number, slot in enumerate(found)
    ]


def dues(steps: list[Step], *done: date, anchor: date = ANCHOR, until: date = UNTIL) -> list[date]:
    """The due days of a year, when a visit was made on these days."""
    rows = numbered(slots(steps, anchor, after=date.min, until=until))
    dates = ActualDates(steps, anchor, rows)
    evidence = [Evidence(day, None, frozenset({"visit"})) for day in done]
    return [outcome.test.due_on for outcome in close_chain(VISIT, dates.tests, evidence, dates)]


def test_the_next_counts_from_the_day_the_last_was_done():
    found = dues([step("1 month")], date(2025, 3, 3), anchor=date(2025, 1, 25))
    assert found[:4] == [date(2025, 2, 25), date(2025, 4, 3), date(2025, 5, 3), date(2025, 6, 3)]


def test_one_done_early_brings_the_next_forward():
    assert dues([step("1 month")], date(2025, 2, 20), anchor=date(2025, 1, 25))[1] == date(2025, 3, 20)


def test_what_was_done_on_its_day_leaves_the_calendar_down_to_the_ends_of_months():
    found = dues([step("1 month")], date(2025, 2, 28), date(2025, 3, 31))
    assert found[:5] == [
        date(2025, 2, 28),
        date(2025, 3, 31),
        date(2025, 4, 30),
        date(2025, 5, 31),
        date(2025, 6, 30),
    ]


@pytest.mark.parametrize(
    ("done", "second", "third"), [(29, (2024, 3, 29), (2024, 4, 29)), (26, (2024, 3, 26), (2024, 4, 26))]
)
def test_a_leap_day_is_a_day_like_any_other(done, second, third):
    found = dues([step("1 month")], date(2024, 2, done), anchor=date(2024, 1, 28), until=date(2024, 12, 31))
    assert found[:3] == [date(2024, 2, 28), date(*second), date(*third)]


def test_the_end_of_a_month_is_not_lost_on_the_way():
    place = Place(date(2025, 1, 31)).plus(Interval(1, "month"))
    assert (place.on, place.plus(Interval(1, "month")).on) == (date(2025, 2, 28), date(2025, 3, 31))
    assert Place(date(2024, 2, 29)).plus(Interval(12, "month")).on == date(2025, 2, 28)
    assert Place(date(2024, 2, 29)).plus(Interval(48, "month")).on == date(2028, 2, 29)
    assert Place(date(2025, 1, 31)).plus(Interval(2, "week")).plus(Interval(1, "month")).on == date(2025, 3, 14)


class TestTaper:
    STEPS = (step("1 month", 0, 3, "early"), step("3 months", 3, None, "late"))
    ANCHOR = date(2025, 1, 15)

    def test_the_interval_is_that_of_the_month_it_was_done_in(self):
        found = dues([*self.STEPS], date(2025, 4, 20), anchor=self.ANCHOR)
        assert found[:5] == [
            date(2025, 2, 15),
            date(2025, 3, 15),
            date(2025, 4, 15),
            date(2025, 7, 20),
            date(2025, 10, 20),
        ]

    def test_one_done_just_before_the_interval_grows_is_followed_by_the_short_one(self):
        found = dues([*self.STEPS], date(2025, 4, 13), anchor=self.ANCHOR)
        assert found[2:5] == [date(2025, 4, 15), date(2025, 5, 13), date(2025, 8, 13)]

    def test_months_nothing_is_asked_for_are_left_out(self):
        steps = [step("1 month", 0, 3, "early"), step("1 month", 6, None, "late")]
        assert dues(steps, date(2025, 4, 20), anchor=self.ANCHOR)[3:5] == [date(2025, 8, 15), date(2025, 9, 15)]

    def test_who_comes_late_keeps_the_last_test(self):
        found = dues([step("1 month", 0, 3)], date(2025, 2, 20), anchor=self.ANCHOR)
        assert found == [date(2025, 2, 15), date(2025, 3, 20), date(2025, 4, 20)]


def test_days_counted_singly_from_the_anchor_stay():
    single = Step("days", "visit", at=tuple(map(parse_interval, ["30 days", "60 days", "100 days"])))
    after = step("3 months", 4, None, "after")
    found = dues([single, after], date(2025, 3, 6), date(2025, 5, 20))
    assert [(day - ANCHOR).days for day in found[:3]] == [30, 60, 100]
    assert found[3] == date(2025, 8, 31)


def test_what_somebody_decided_stays_and_the_next_counts_from_it():
    steps = [step("1 month")]
    rows = numbered(slots(steps, date(2025, 1, 15), after=date.min, until=date(2025, 6, 30)))
    moved = OpenTest(1, date(2025, 3, 13), date(2025, 3, 20), date(2025, 3, 27), date(2025, 4, 8))
    rows[1] = Numbered(moved, "visit", 1, stays=True)
    dates = ActualDates(steps, date(2025, 1, 15), rows)
    found = close_chain(VISIT, dates.tests, [Evidence(date(2025, 2, 25), None, frozenset({"visit"}))], dates)
    assert [one.test.due_on for one in found[:4]] == [
        date(2025, 2, 15),
        date(2025, 3, 20),
        date(2025, 4, 20),
        date(2025, 5, 20),
    ]


def test_a_moved_test_stays_before_the_next_that_was_booked():
    steps = [step("1 month")]
    rows = numbered(slots(steps, date(2025, 1, 15), after=date.min, until=date(2025, 6, 30)))
    rows[2] = Numbered(rows[2].test, "visit", 2, stays=True)
    dates = ActualDates(steps, date(2025, 1, 15), rows)
    found = close_chain(VISIT, dates.tests, [Evidence(date(2025, 3, 7), None, frozenset({"visit"}))], dates)
    assert [one.test.due_on for one in found[1:4]] == [date(2025, 4, 7), date(2025, 4, 15), date(2025, 5, 15)]
    late = close_chain(VISIT, dates.tests, [Evidence(date(2025, 3, 7), None, frozenset({"visit"}))])
    assert late[1].test.due_on == date(2025, 3, 15)


class TestFurther:
    def rows(self, *done: date | None, steps: list[Step]) -> ActualDates:
        found = slots(steps, date(2025, 1, 15), after=date.min, until=date(2026, 1, 1))[: len(done)]
        rows = [
            Numbered(one.test, one.step, one.sequence, done_on=day)
            for one, day in zip(numbered(found), done, strict=True)
        ]
        return ActualDates(steps, date(2025, 1, 15), rows)

    def test_the_horizon_follows_what_was_done(self):
        further = list(self.rows(date(2025, 2, 10), None, steps=[step("1 month")]).further(date(2025, 5, 10)))
        assert [(slot.sequence, slot.due_on) for slot in further] == [(2, date(2025, 4, 10)), (3, date(2025, 5, 10))]

    def test_who_comes_early_is_asked_again_before_the_protocol_ends(self):
        steps = [step("1 month", 0, 3)]
        early = self.rows(date(2025, 2, 8), date(2025, 3, 1), date(2025, 3, 24), steps=steps)
        assert [(slot.step, slot.sequence, slot.due_on) for slot in early.further(UNTIL)] == []
        earlier = self.rows(date(2025, 2, 8), date(2025, 3, 1), date(2025, 3, 14), steps=steps)
        assert [(slot.sequence, slot.due_on) for slot in earlier.further(UNTIL)] == [(3, date(2025, 4, 14))]

    def test_nothing_is_asked_for_after_the_end(self):
        on_time = self.rows(date(2025, 2, 15), date(2025, 3, 15), None, steps=[step("1 month", 0, 3)])
        assert list(on_time.further(UNTIL)) == []

    def test_the_next_step_follows(self):
        steps = [step("1 month", 0, 2, "early"), step("2 months", 2, None, "late")]
        further = list(self.rows(date(2025, 2, 15), date(2025, 3, 15), steps=steps).further(date(2025, 8, 1)))
        assert [(slot.step, slot.sequence, slot.due_on) for slot in further] == [
            ("late", 0, date(2025, 5, 15)),
            ("late", 1, date(2025, 7, 15)),
        ]


@given(chains_of_steps(), st.dates(date(2000, 1, 1), date(2040, 12, 31)))
def test_with_nothing_done_or_all_on_the_day_the_dates_are_those_of_the_calendar(steps, anchor):
    until = anchor + timedelta(days=1200)
    calendar = slots(steps, anchor, after=date.min, until=until)
    for done in (lambda slot: None, lambda slot: slot.due_on):
        rows = [
            Numbered(one.test, one.step, one.sequence, done_on=done(slot))
            for one, slot in zip(numbered(calendar), calendar, strict=True)
        ]
        dates = ActualDates(steps, anchor, rows)
        placed = []
        for row in rows:
            placed.append(dates.place(row.test))
            dates.done(row.test, row.done_on)
        assert placed == [row.test for row in rows]
        assert list(ActualDates(steps, anchor, rows).further(until)) == []


@given(chains_of_steps(), st.dates(date(2000, 1, 1), date(2040, 12, 31)), st.integers(1, 30))
def test_going_further_from_few_tests_gives_the_calendar_when_nothing_was_done(steps, anchor, kept):
    until = anchor + timedelta(days=1200)
    calendar = slots(steps, anchor, after=date.min, until=until)
    rows = numbered(calendar)[:kept]
    if rows:
        assert list(ActualDates(steps, anchor, rows).further(until)) == calendar[kept:]
