"""Stages of a course: every day from the diagnosis lies in exactly one, whatever the order of the records."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis.strategies import builds, dates, integers, lists, none, sampled_from

from labs.selectors.course_stages import DAY, Span, Stage, StageKind, Turn, numbered, span, stage_on, stages

DISEASE, REMISSION, RELAPSE = StageKind.DISEASE, StageKind.REMISSION, StageKind.RELAPSE
DAYS = dates(date(2015, 1, 1), date(2026, 12, 31))
TURNS = lists(builds(Turn, DAYS, sampled_from([REMISSION, RELAPSE])), max_size=8)
UNTIL = date(2027, 1, 1)


def told(found: list[Stage]) -> list[tuple[str, int, str, str]]:
    return [(one.kind.value, one.number, one.first.isoformat(), one.last.isoformat()) for one in found]


@given(DAYS | none(), TURNS)
def test_each_day_from_the_diagnosis_lies_in_exactly_one_stage(diagnosed_on: date | None, turns: list[Turn]) -> None:
    found = stages(diagnosed_on, turns, until=UNTIL)
    known = [turn.on for turn in turns] + ([diagnosed_on] if diagnosed_on else [])
    assert bool(found) == bool(known)
    if found:
        assert (found[0].first, found[-1].last) == (min(known), UNTIL)
    assert all(one.first <= one.last for one in found)
    assert all(after.first == one.last + DAY for one, after in pairwise(found))
    assert [one.ended for one in found] == [True] * (len(found) - 1) + [False] * bool(found)


@given(DAYS | none(), TURNS, integers(0, 1000))
def test_the_order_of_the_records_does_not_matter(diagnosed_on: date | None, turns: list[Turn], seed: int) -> None:
    shuffled = Random(seed).sample(turns, len(turns)) + turns[:1]
    assert stages(diagnosed_on, shuffled, until=UNTIL) == stages(diagnosed_on, turns, until=UNTIL)
    assert numbered(shuffled) == numbered(turns)


@given(DAYS, TURNS)
def test_the_stage_of_the_day_of_a_turn_is_that_turn_unless_another_came_that_day(day: date, turns: list[Turn]) -> None:
    found = stages(day, turns, until=UNTIL)
    for turn in turns:
        stage = stage_on(found, turn.on)
        assert stage is not None
        alone = sum(other.on == turn.on for other in set(turns)) == 1
        if alone or turn.kind == RELAPSE:
            assert (stage.kind, stage.number) == (turn.kind, numbered(turns)[turn])


def test_a_whole_course() -> None:
    turns = [
        Turn(date(2024, 8, 14), RELAPSE),
        Turn(date(2022, 1, 14), REMISSION),
        Turn(date(2022, 6, 1), REMISSION),  # deeper
        Turn(date(2025, 1, 10), REMISSION),
    ]
    found = stages(date(2021, 6, 1), turns, until=date(2026, 1, 1))
    assert told(found) == [
        ("disease", 1, "2021-06-01", "2022-01-13"),
        ("remission", 1, "2022-01-14", "2024-08-13"),
        ("relapse", 1, "2024-08-14", "2025-01-09"),
        ("remission", 2, "2025-01-10", "2026-01-01"),
    ]
    assert found[1].lasted == Span(943, 31)
    assert found[3].lasted.days == 356


@pytest.mark.parametrize(
    ("turns", "said"),
    [
        ([], [("disease", 1, "2021-06-01", "2026-01-01")]),
        # a remission and a relapse of one day: the relapse holds, the remission keeps its number
        (
            [Turn(date(2022, 1, 1), REMISSION), Turn(date(2022, 1, 1), RELAPSE), Turn(date(2023, 1, 1), REMISSION)],
            [
                ("disease", 1, "2021-06-01", "2021-12-31"),
                ("relapse", 1, "2022-01-01", "2022-12-31"),
                ("remission", 2, "2023-01-01", "2026-01-01"),
            ],
        ),
        # a relapse in a relapse: no remission between them is made up
        (
            [Turn(date(2022, 1, 1), RELAPSE), Turn(date(2023, 1, 1), RELAPSE)],
            [
                ("disease", 1, "2021-06-01", "2021-12-31"),
                ("relapse", 1, "2022-01-01", "2022-12-31"),
                ("relapse", 2, "2023-01-01", "2026-01-01"),
            ],
        ),
        # in remission on the day of the diagnosis
        ([Turn(date(2021, 6, 1), REMISSION)], [("remission", 1, "2021-06-01", "2026-01-01")]),
    ],
)
def test_special_courses(turns: list[Turn], said: list[tuple[str, int, str, str]]) -> None:
    assert told(stages(date(2021, 6, 1), turns, until=date(2026, 1, 1))) == said


def test_without_a_day_of_diagnosis_it_begins_with_the_first_turn() -> None:
    found = stages(None, [Turn(date(2022, 1, 1), REMISSION)], until=date(2026, 1, 1))
    assert told(found) == [("remission", 1, "2022-01-01", "2026-01-01")]


@pytest.mark.parametrize(
    ("first", "after", "months"),
    [
        (date(2022, 1, 14), date(2024, 8, 13), 30),
        (date(2022, 1, 14), date(2024, 8, 14), 31),
        (date(2022, 1, 31), date(2022, 2, 28), 0),
        (date(2022, 1, 31), date(2022, 3, 1), 1),
        (date(2022, 1, 14), date(2022, 1, 14), 0),
    ],
)
def test_months_are_whole_months_of_the_calendar(first: date, after: date, months: int) -> None:
    assert span(first, after) == Span((after - first) // timedelta(days=1), months)
