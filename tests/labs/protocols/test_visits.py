"""Which tests fit on one visit, and when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.protocols.visits import PUT_OFF, LeftOut, Span, WaitingTest, Why, common_visit, span_of
from labs.protocols.working_days import WorkingDays

TODAY = date(2026, 11, 30)  # a Monday
ORDINARY = WorkingDays()
CHRISTMAS = WorkingDays([(date(2026, 12, 24), date(2027, 1, 1), "Christmas")])
DAY = timedelta(days=1)


def on(number: int) -> date:
    return TODAY + number * DAY


def waiting(key: int, due: int, window: int = 7, *, chain: str = "", late_from: int | None = None, **fields):
    return WaitingTest(
        key,
        chain or key,
        due_on=on(due),
        opens_on=on(due - window),
        late_from=on(due + window if late_from is None else late_from),
        **fields,
    )


def visit(*tests: WaitingTest, lead: int = 1, working: WorkingDays = ORDINARY, **fields):
    return common_visit(lead=lead, tests=tests, today=TODAY, working=working, **fields)


def test_one_test_is_a_visit_on_the_day_it_would_be_offered_alone() -> None:
    found = visit(waiting(1, due=9))
    assert (found.day, found.tests, found.left_out) == (on(9), (1,), ())


def test_the_day_lies_in_as_many_windows_as_possible() -> None:
    # windows of days 3 to 17, 13 to 27, 14 to 28: days 14 to 17 lie in all three; 14 is the nearest to the first's
    found = visit(waiting(1, due=10), waiting(2, due=20), waiting(3, due=21))
    assert (found.day, found.tests) == (on(14), (1, 2, 3))


def test_on_the_last_common_day_they_are_bundled_and_a_day_further_they_are_not() -> None:
    assert visit(waiting(1, due=10), waiting(2, due=24)).tests == (1, 2)  # 3 to 17 and 17 to 31
    apart = visit(waiting(1, due=10), waiting(2, due=25))  # 3 to 17 and 18 to 32
    assert apart.tests == (1,)
    assert apart.left_out == (LeftOut(2, Why.OPENS_LATER, on(18)),)


def test_what_would_be_late_by_then_is_left_out_with_its_last_day() -> None:
    found = visit(waiting(1, due=20), waiting(2, due=1, window=3))
    assert found.left_out == (LeftOut(2, Why.LATE_BY_THEN, on(4)),)


@pytest.mark.parametrize(("opens", "together"), [(7, True), (8, True), (9, False)])
def test_a_late_test_is_put_off_by_a_week_at_most(opens: int, together: bool) -> None:
    late = waiting(1, due=-30)
    soon = waiting(2, due=opens + 7)
    assert (2 in visit(late, soon).tests) is together
    assert visit(late, soon).day <= on(1) + PUT_OFF


def test_a_late_test_alone_comes_tomorrow() -> None:
    assert visit(waiting(1, due=-30)).day == on(1)


def test_a_late_test_is_not_put_off_beyond_the_day_it_is_missed() -> None:
    late = waiting(1, due=-30, lapses_on=on(4))
    assert span_of(late, today=TODAY, working=ORDINARY) == Span(on(1), on(3))


def test_the_day_the_patient_comes_anyway_is_preferred_among_equals_only() -> None:
    first, second = waiting(1, due=10), waiting(2, due=20)
    assert visit(first, second, comes_on={on(15)}).day == on(15)
    assert visit(first, second, comes_on={on(4)}).day == on(14)


def test_days_off_are_not_proposed() -> None:
    found = visit(waiting(1, due=24, window=5), waiting(2, due=30, window=5), working=CHRISTMAS)
    assert CHRISTMAS.is_working(found.day)


def test_when_the_whole_window_is_off_the_first_working_day_after_it_is_proposed() -> None:
    assert visit(waiting(1, due=28, window=2), working=CHRISTMAS).day == date(2027, 1, 4)


def test_of_one_chain_only_the_first_is_done_and_the_test_asked_for_stands_for_its_own() -> None:
    tests = [waiting(1, due=3, chain="cbc"), waiting(2, due=9, chain="cbc"), waiting(3, due=3, chain="mri")]
    assert visit(*tests).tests == (1, 3)
    assert visit(*tests, lead=2).tests == (3, 2)


days = st.integers(-60, 60)


@st.composite
def waiting_tests(draw: st.DrawFn) -> list[WaitingTest]:
    tests = []
    for key in range(1, draw(st.integers(1, 6)) + 1):
        due, window = draw(days), draw(st.integers(0, 21))
        late_from = draw(st.integers(due - 90, due + window))
        lapses = draw(st.none() | st.integers(due + 1, due + 60))
        chain = draw(st.sampled_from("abcdef"))
        given_lapse = {} if lapses is None else {"lapses_on": on(lapses)}
        tests.append(waiting(key, due, window, chain=chain, late_from=late_from, **given_lapse))
    return tests


@st.composite
def sites(draw: st.DrawFn) -> WorkingDays:
    off = draw(st.lists(st.tuples(days, st.integers(0, 20)), max_size=4))
    return WorkingDays([(on(first), on(first + length), "off") for first, length in off], draw(st.booleans()))


@given(waiting_tests(), sites(), st.sets(days.map(on), max_size=3), st.data())
def test_what_is_proposed_suits_everybody_and_nothing_suits_more(tests, working, comes_on, data) -> None:
    lead = data.draw(st.sampled_from([test.key for test in tests]))
    found = common_visit(lead=lead, tests=tests, today=TODAY, working=working, comes_on=comes_on)
    spans = {test.key: span_of(test, today=TODAY, working=working) for test in tests}
    assert found.day > TODAY
    assert working.is_working(found.day)
    assert lead in found.tests
    assert all(found.day in spans[key] for key in found.tests)
    assert all(found.day not in spans[one.key] for one in found.left_out)
    settled = [*found.tests, *(one.key for one in found.left_out)]
    assert len(settled) == len(set(settled)) == len({test.chain for test in tests})
    others = [spans[lead].first + n * DAY for n in range((spans[lead].last - spans[lead].first).days + 1)]
    best = max(sum(day in spans[key] for key in settled) for day in others if working.is_working(day))
    assert len(found.tests) == best


@given(waiting_tests(), sites())
def test_the_order_in_which_tests_are_given_changes_nothing(tests, working) -> None:
    def propose(given_tests: list[WaitingTest]):
        return common_visit(lead=1, tests=given_tests, today=TODAY, working=working)

    assert propose(tests) == propose(tests[::-1])


@given(waiting_tests(), sites())
def test_no_test_that_is_in_time_becomes_late_by_a_common_visit(tests, working) -> None:
    found = common_visit(lead=1, tests=tests, today=TODAY, working=working)
    for test in tests:
        if test.key not in found.tests or test.late_from <= TODAY:
            continue
        first = max(test.opens_on, on(1))
        in_time = [first + n * DAY for n in range((test.late_from - first).days + 1)]
        if any(working.is_working(day) for day in in_time if test.lapses_on is None or day < test.lapses_on):
            assert found.day <= test.late_from
