"""Which evidence closes which test of a chain."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from labs.protocols.closing import SLACK, Evidence, OpenTest, close_chain
from labs.protocols.dates import parse_interval
from labs.protocols.schedule import Step, slots
from labs.vocabulary.test_kinds import TEST_KINDS

CBC = TEST_KINDS["cbc"]
START = date(2025, 1, 15)
PARTS = [frozenset({"haemoglobin", "wbc", "platelets"}), frozenset({"haemoglobin"}), frozenset({"wbc", "platelets"})]


def chain(settled: frozenset[int] = frozenset()) -> list[OpenTest]:
    step = Step("cbc", "cbc", every=parse_interval("1 month"))
    return [
        OpenTest(number, slot.opens_on, slot.due_on, slot.closes_on, slot.lapses_on, settled=number in settled)
        for number, slot in enumerate(slots([step], START, after=START, until=date(2025, 12, 31)))
    ]


evidence_lists = st.lists(
    st.builds(
        Evidence,
        st.dates(START, date(2026, 1, 10)),
        st.integers(1, 10_000),
        st.sampled_from(PARTS),
    ),
    max_size=20,
    unique_by=lambda item: item.report,
)


@given(evidence_lists, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(evidence, random):
    shuffled = list(evidence)
    random.shuffle(shuffled)
    assert close_chain(CBC, chain(), evidence) == close_chain(CBC, chain(), shuffled)


@given(evidence_lists, st.frozensets(st.integers(0, 10)))
def test_a_closed_test_was_done_in_its_window_and_each_day_counts_once(evidence, settled):
    tests = chain(settled)
    outcomes = close_chain(CBC, tests, evidence)
    closed = [outcome for outcome in outcomes if outcome.closed_on]
    for outcome in closed:
        test = tests[outcome.key]
        assert test.opens_on - SLACK <= outcome.closed_on
        assert test.lapses_on is None or outcome.closed_on < test.lapses_on
        assert not test.settled
    assert len({outcome.closed_on for outcome in closed}) == len(closed)
    assert [outcome.closed_on for outcome in closed] == sorted(outcome.closed_on for outcome in closed)


@given(evidence_lists)
def test_a_full_count_on_a_due_day_always_closes_a_test(evidence):
    tests = chain()
    full = [Evidence(test.opens_on + timedelta(days=5), 20_000 + test.key, PARTS[0]) for test in tests]
    assert all(outcome.closed_on for outcome in close_chain(CBC, tests, [*evidence, *full]))


@given(evidence_lists, st.frozensets(st.integers(0, 10)))
def test_a_test_is_late_since_the_first_of_the_run_that_was_not_done(evidence, settled):
    tests = chain(settled)
    since = None
    for outcome in close_chain(CBC, tests, evidence):
        since = since or tests[outcome.key].closes_on
        assert outcome.late_from == since
        if outcome.closed_on or tests[outcome.key].settled:
            since = None


def test_a_partial_panel_says_what_is_missing():
    outcome = close_chain(CBC, chain(), [Evidence(date(2025, 2, 15), 1, PARTS[1])])[0]
    assert (outcome.closed_on, outcome.found, outcome.missing) == (None, True, ("white cells", "platelets"))


def test_what_a_settled_test_used_does_not_close_the_next():
    first = OpenTest(
        0,
        date(2025, 2, 8),
        date(2025, 2, 15),
        date(2025, 2, 22),
        date(2025, 3, 8),
        settled=True,
        settled_on=date(2025, 3, 6),
    )
    second = OpenTest(1, date(2025, 3, 8), date(2025, 3, 15), date(2025, 3, 22), None)
    outcomes = close_chain(
        TEST_KINDS["visit"], [first, second], [Evidence(date(2025, 3, 6), None, frozenset({"visit"}))]
    )
    assert [outcome.closed_on for outcome in outcomes] == [date(2025, 3, 6), None]
