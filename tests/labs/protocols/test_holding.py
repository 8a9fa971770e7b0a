"""Which pause concerns a test, and until when a held test is in time: both sides of each day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from labs.protocols.closing import Evidence, OpenTest, close_chain
from labs.protocols.holding import Hold, hold_of, late_after, merged
from labs.vocabulary.test_kinds import TEST_KINDS

START = date(2025, 1, 1)


def day(number: int) -> date:
    return START + timedelta(days=number)


def hold(since: int, until: int) -> Hold:
    return Hold(day(since), day(until))


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ([(0, 5), (6, 9)], [(0, 9)]),
        ([(6, 9), (0, 5)], [(0, 9)]),
        ([(0, 5), (7, 9)], [(0, 5), (7, 9)]),
        ([(0, 9), (2, 3)], [(0, 9)]),
        ([], []),
    ],
)
def test_pauses_with_no_day_between_are_one(pauses, expected):
    assert merged([hold(*pair) for pair in pauses]) == tuple(hold(*pair) for pair in expected)


@pytest.mark.parametrize(
    ("pause", "held"), [((0, 9), False), ((0, 10), True), ((19, 30), True), ((20, 30), False), ((12, 13), True)]
)
def test_a_test_is_held_when_the_pause_meets_a_day_on_which_it_could_be_done(pause, held):
    found = hold_of(day(10), day(20), [hold(*pause)], START)
    assert (found is not None) == held


def test_one_that_never_lapses_is_held_by_any_pause_after_it_opens():
    assert hold_of(day(10), None, [hold(300, 310)], START) == hold(300, 310)


@pytest.mark.parametrize(("today", "expected"), [(0, (5, 8)), (8, (5, 8)), (9, (30, 40)), (41, (30, 40))])
def test_of_two_pauses_the_one_not_over_counts(today, expected):
    assert hold_of(day(0), None, [hold(5, 8), hold(30, 40)], day(today)) == hold(*expected)


@pytest.mark.parametrize(
    ("pause", "expected"),
    [(None, 17), ((17, 30), 37), ((18, 30), 17), ((5, 9), 17), ((5, 10), 17), ((5, 11), 18)],
)
def test_what_a_pause_kept_from_being_done_is_late_only_after_it(pause, expected):
    assert late_after(day(10), day(17), pause and hold(*pause)) == day(expected)


def chain(*holds: Hold | None) -> list[OpenTest]:
    """Monthly tests with a week to either side."""
    return [
        OpenTest(
            number,
            day(30 * number - 7),
            day(30 * number),
            day(30 * number + 7),
            day(30 * number + 23) if number + 1 < len(holds) else None,
            hold=held,
        )
        for number, held in enumerate(holds)
    ]


def late(tests: list[OpenTest], evidence: list[Evidence]) -> list[int]:
    return [(one.late_from - START).days for one in close_chain(TEST_KINDS["visit"], tests, evidence)]


def visit(number: int) -> Evidence:
    return Evidence(day(number), None, frozenset({"visit"}))


def test_the_last_held_test_is_late_some_days_after_the_pause():
    pause = hold(25, 70)
    assert late(chain(None, pause, pause, None), [visit(0)]) == [7, 77, 77, 77]


def test_what_was_late_before_the_pause_is_late_at_once_after_it():
    pause = hold(25, 70)
    assert late(chain(pause, pause, pause, None), []) == [7, 7, 7, 7]


def test_a_window_that_reaches_beyond_the_pause_is_not_cut_short_by_it():
    assert late(chain(None, hold(28, 29), None), [visit(0)]) == [7, 37, 37]


def test_a_result_in_the_pause_closes_the_test_and_the_next_starts_anew():
    pause = hold(25, 50)
    assert late(chain(None, pause, None, None), [visit(0), visit(31)]) == [7, 57, 67, 67]
