"""Sensitivity, lead time and false signals: both sides of every limit of the window, and the odd histories."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from labs.rules.replay.figures import DEFINITIONS, Figures, Period, Verdict, Window, measure

START, END = date(2020, 1, 1), date(2023, 12, 31)
RELAPSE = date(2023, 6, 1)
WINDOW = Window(before=100, after=10)
PLAIN = Window(before=100, after=0)


def days(relapse: date, *before: int) -> list[date]:
    return [relapse - timedelta(days=number) for number in before]


def relapsing(relapse: date = RELAPSE, onset: date | None = None, start: date = START) -> Period:
    return Period("p", "MM", start, relapse, relapse, onset)


def quiet(onset: date | None = None) -> Period:
    return Period("p", "MM", START, END, None, onset)


def figures(
    periods: list[Period], signals: list[date], window: Window = PLAIN, results: list[date] | None = None
) -> Figures:
    return measure(periods, {"p": signals}, {"p": signals if results is None else results}, window)


def counts(made: Figures) -> tuple[int, int, int, int]:
    return tuple(made.verdicts[name] for name in (Verdict.TRUE, Verdict.FALSE, Verdict.UNDECIDED, Verdict.OUTSIDE))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (101, (0, 1, 0, 0)),
        (100, (1, 0, 0, 0)),
        (1, (1, 0, 0, 0)),
        (0, (1, 0, 0, 0)),
        (-1, (0, 0, 0, 1)),
    ],
)
def test_the_window_ends_with_the_day_of_the_relapse(before: int, expected: tuple[int, ...]) -> None:
    made = figures([relapsing()], days(RELAPSE, before))
    assert counts(made) == expected
    assert made.found == expected[0]
    assert made.lead_times == ([before] if expected[0] else [])


@pytest.mark.parametrize(("before", "expected"), [(-10, (1, 0, 0, 0)), (-11, (0, 0, 0, 1))])
def test_a_window_may_go_on_after_the_relapse(before: int, expected: tuple[int, ...]) -> None:
    made = figures([relapsing()], days(RELAPSE, before), WINDOW)
    assert counts(made) == expected
    assert made.lead_times == ([-10] if before == -10 else [])


@pytest.mark.parametrize(("before", "true"), [(51, 0), (50, 1)])
def test_nothing_before_a_known_onset_is_true(before: int, true: int) -> None:
    made = figures([relapsing(onset=RELAPSE - timedelta(days=50))], days(RELAPSE, before))
    assert counts(made) == (true, 1 - true, 0, 0)


@pytest.mark.parametrize(("before", "true"), [(101, 0), (100, 1)])
def test_an_onset_before_the_window_does_not_widen_it(before: int, true: int) -> None:
    made = figures([relapsing(onset=RELAPSE - timedelta(days=300))], days(RELAPSE, before))
    assert counts(made) == (true, 1 - true, 0, 0)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (START - timedelta(days=1), (0, 0, 0, 1)),
        (START, (0, 1, 0, 0)),
        (END, (0, 1, 0, 0)),
        (END + timedelta(days=1), (0, 0, 0, 1)),
    ],
)
def test_without_relapse_every_signal_of_the_follow_up_is_false(day: date, expected: tuple[int, ...]) -> None:
    made = figures([quiet()], [day])
    assert counts(made) == expected
    assert (made.relapses, made.found) == (0, 0)
    assert made.days == 1461
    assert made.patient_years == 4.0


@pytest.mark.parametrize(("after", "expected"), [(-1, (0, 1, 0, 0)), (0, (0, 0, 1, 0)), (9, (0, 0, 1, 0))])
def test_growth_nobody_has_found_is_undecided(after: int, expected: tuple[int, ...]) -> None:
    onset = date(2023, 1, 1)
    made = figures([quiet(onset)], [onset + timedelta(days=after)])
    assert counts(made) == expected
    assert made.days == (onset - START).days


def test_the_first_signal_of_the_window_counts_and_earlier_ones_are_false() -> None:
    made = figures([relapsing()], days(RELAPSE, 20, 300, 80))
    assert counts(made) == (2, 1, 0, 0)
    assert (made.found, made.lead_times) == (1, [80])


def test_the_days_of_the_window_are_no_time_at_risk() -> None:
    made = figures([relapsing()], [])
    assert made.days == (RELAPSE - timedelta(days=100) - START).days


def test_a_window_longer_than_the_follow_up_leaves_no_time_at_risk() -> None:
    made = figures([relapsing(start=RELAPSE - timedelta(days=30))], days(RELAPSE, 31, 30))
    assert made.days == 0
    assert counts(made) == (1, 0, 0, 1)
    assert made.as_dict()["false_per_100_patient_years"] is None


@pytest.mark.parametrize(("before", "seen"), [(101, 0), (100, 1), (0, 1), (-1, 0)])
def test_a_relapse_without_results_in_its_window_counts_as_missed(before: int, seen: int) -> None:
    made = figures([relapsing()], [], results=days(RELAPSE, before))
    assert (made.relapses, made.with_results, made.found) == (1, seen, 0)


def test_a_patient_without_any_result_or_signal_still_counts() -> None:
    made = measure([relapsing()], {}, {}, PLAIN)
    assert (made.relapses, made.with_results, made.found) == (1, 0, 0)
    assert made.as_dict()["sensitivity"] == 0
    assert made.as_dict()["lead_time_days"] is None


def test_two_relapses_are_weighed_apart() -> None:
    first, second = date(2021, 1, 1), date(2023, 1, 1)
    periods = [relapsing(second, start=date(2021, 3, 1)), relapsing(first)]
    made = figures(periods, [*days(first, 40), *days(second, 70, 60), date(2021, 2, 1), date(2021, 6, 1)])
    assert (made.relapses, made.found, sorted(made.lead_times)) == (2, 2, [40, 70])
    assert counts(made) == (3, 1, 0, 1)


def test_a_signal_of_the_first_relapse_does_not_find_the_second() -> None:
    first, second = date(2021, 1, 1), date(2021, 2, 1)
    made = figures([relapsing(first), relapsing(second, start=date(2021, 1, 2))], days(first, 5))
    assert (made.relapses, made.found, made.lead_times) == (2, 1, [5])


def test_days_after_a_relapse_belong_to_it_and_not_to_the_next_period() -> None:
    first = date(2021, 1, 1)
    after = Period("p", "MM", date(2021, 1, 2), date(2021, 12, 31))
    made = figures([relapsing(first), after], [date(2021, 1, 11), date(2021, 1, 12)], WINDOW)
    assert counts(made) == (1, 1, 0, 0)
    assert made.days == (first - timedelta(days=100) - START).days + 354


def test_a_period_cut_short_by_an_earlier_one_keeps_its_onset() -> None:
    first = relapsing(date(2022, 1, 1))
    later = Period("p", "MM", date(2021, 6, 1), END, None, date(2022, 1, 12))
    alone, both = figures([first], []), figures([later, first], [])
    assert both.days - alone.days == 10  # 2 to 11 January


def test_signals_of_strangers_are_not_counted() -> None:
    made = measure([quiet()], {"other": [START]}, {}, PLAIN)
    assert counts(made) == (0, 0, 0, 0)


def test_every_number_is_defined_and_every_definition_has_its_number() -> None:
    told = set(figures([relapsing()], days(RELAPSE, 5)).as_dict())
    aside = {"sensitivity_interval", "lead_time_range", "false_interval"}
    assert told - aside == set(DEFINITIONS)


def test_the_numbers_follow_from_the_counts() -> None:
    told = figures([quiet()], [START, START]).as_dict()
    assert (told["false_signals"], told["patient_years"], told["false_per_100_patient_years"]) == (2, 4.0, 50.0)
    assert told["sensitivity"] is None
    assert told["sensitivity_interval"] is None
    low, high = told["false_interval"]
    assert low < 50 < high
