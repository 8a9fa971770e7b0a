"""A plan lived through day by day, with pauses, results early, late, missing or in any order, and tests skipped.

The arithmetic is that of the actions; only the database is left out, so that many lives can be tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from labs.actions.close_tests import Change, _change
from labs.actions.extend_horizon import HORIZON_MONTHS
from labs.models import ScheduledTest
from labs.protocols.closing import SLACK, Evidence, close_chain
from labs.protocols.dates import add_months
from labs.protocols.holding import merged
from labs.protocols.schedule import Slot, slots
from labs.selectors.due import Status, status_of
from labs.selectors.outcomes import Course, _placing, actual_dates
from labs.vocabulary.test_kinds import TEST_KINDS
from tests.labs.protocols.plans import Life, lives

KIND = "cbc"
LISTED = {Status.DUE, Status.OVERDUE, Status.HELD, Status.BOOKED, Status.COLLECTED}
NOW = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass
class Model:
    """One chain of one plan, kept as the actions keep it."""

    life: Life
    rows: list[ScheduledTest] = field(default_factory=list)

    def live(self, today: date, evidence: Iterable[Evidence]) -> None:
        """What the night does: schedule up to the horizon, close and move; until nothing is left to do."""
        seen = [one for one in evidence if one.day <= today]
        fresh = True
        while fresh:
            self._bring_in_line(today, seen)
            fresh = self._extend(today)
            self._bring_in_line(today, seen)

    def _course(self, today: date) -> Course:
        steps = tuple(self.life.steps) if self.life.actual else ()
        return Course(self.life.anchor, steps, merged(self.life.pauses), today)

    def _extend(self, today: date) -> bool:
        until = add_months(today, HORIZON_MONTHS)
        existing = {(row.step, row.sequence) for row in self.rows}
        if self.life.actual and self.rows:
            found: Sequence[Slot] = list(actual_dates(self.rows, self._course(today)).further(until))
        else:
            found = slots(self.life.steps, self.life.anchor, after=self.life.anchor, until=until)
        fresh = [slot for slot in found if (slot.step, slot.sequence) not in existing]
        self.rows += [self._row(number, slot) for number, slot in enumerate(fresh, start=len(self.rows))]
        return bool(fresh) and self.life.actual

    def _row(self, number: int, slot: Slot) -> ScheduledTest:
        row = ScheduledTest(
            pk=number + 1,
            plan_id=1,
            kind=KIND,
            step=slot.step,
            sequence=slot.sequence,
            due_on=slot.due_on,
            opens_on=slot.opens_on,
            closes_on=slot.closes_on,
            lapses_on=slot.lapses_on,
            late_from=slot.closes_on,
        )
        if number in self.life.skipped:
            row.skipped_because, row.skipped_at, row.skipped_by_id = "declined", NOW, 1
        return row

    def _bring_in_line(self, today: date, evidence: list[Evidence]) -> None:
        if not self.rows:
            return
        placing, tests = _placing(self.rows, {1: self._course(today)})
        by_key = {row.pk: row for row in self.rows}
        for outcome in close_chain(TEST_KINDS[KIND], tests, evidence, placing):
            row = by_key[outcome.key]
            change = _change(row, outcome, [])
            if change is not None:
                write(row, change)

    def told(self) -> list[tuple[object, ...]]:
        """Everything about every test."""
        return [
            (
                row.step,
                row.sequence,
                row.due_on,
                row.opens_on,
                row.closes_on,
                row.lapses_on,
                row.late_from,
                row.held_from,
                row.held_until,
                row.collected_on,
                row.closed_by_id,
            )
            for row in self.rows
        ]

    def ordered(self) -> list[ScheduledTest]:
        """The tests as they follow one another."""
        steps = [step.code for step in self.life.steps]
        return sorted(self.rows, key=lambda row: (steps.index(row.step), row.sequence))


def write(row: ScheduledTest, change: Change) -> None:
    row.closed_by_id, row.collected_on, row.late_from = change.closed_by, change.collected_on, change.late_from
    row.due_on, row.opens_on, row.closes_on = change.dates.due_on, change.dates.opens_on, change.dates.closes_on
    row.lapses_on = change.dates.lapses_on
    hold = change.dates.hold
    row.held_from, row.held_until = (hold.since, hold.until) if hold else (None, None)
    assert row.opens_on <= row.due_on <= row.closes_on
    assert row.lapses_on is None or row.lapses_on > row.due_on
    assert row.late_from <= row.closes_on or row.held_until is not None


def longest_wait(life: Life) -> timedelta:
    """The longest the calendar leaves between two tests, with the windows of both and the days they may be early."""
    calendar = slots(life.steps, life.anchor, after=date.min, until=life.anchor + timedelta(days=3000))
    waits = [later.closes_on - earlier.opens_on for earlier, later in pairwise(calendar)]
    return max(waits, default=timedelta(0)) + SLACK + timedelta(days=3)  # months differ by three days


def check_nothing_is_forgotten(model: Model, today: date, longest: timedelta) -> None:
    """Whoever had no test for longer than interval and window stands on a list, unless a person skipped one."""
    stated = [(row, status_of(row, today)) for row in model.ordered()]
    assert sum(status in {Status.DUE, Status.OVERDUE} for _, status in stated) <= 1
    if any(status in LISTED for _, status in stated):
        return
    begun = [(row, status) for row, status in stated if row.opens_on <= today]
    if not begun:
        assert not stated or today < stated[0][0].opens_on
        return
    row, status = begun[-1]
    assert status in {Status.RESULTED, Status.SKIPPED}, (today, row, status)
    if status == Status.RESULTED and len(begun) < len(stated):
        assert today - row.collected_on <= longest, (today, row)


@settings(max_examples=120, deadline=None)
@given(lives())
def test_nobody_on_a_plan_falls_out_of_it(life):
    model, longest = Model(life), longest_wait(life)
    for number in range(0, 420, 3):
        today = life.anchor + timedelta(days=number)
        model.live(today, life.evidence)
        for ahead in range(3):
            check_nothing_is_forgotten(model, today + timedelta(days=ahead), longest)


@settings(max_examples=120, deadline=None)
@given(lives(), st.integers(0, 500))
def test_doing_it_twice_is_doing_it_once(life, number):
    model, today = Model(life), life.anchor + timedelta(days=number)
    model.live(today, life.evidence)
    before = model.told()
    model.live(today, life.evidence)
    assert model.told() == before


@settings(max_examples=120, deadline=None)
@given(lives(decided=False), st.lists(st.integers(0, 500), max_size=6))
def test_going_step_by_step_leads_to_the_same_as_going_at_once(life, stops):
    """Up to the horizon: where dates move on, tests beyond it may be there already."""
    end = life.anchor + timedelta(days=500)
    slowly, at_once = Model(life), Model(life)
    for number in sorted(stops):
        slowly.live(life.anchor + timedelta(days=number), life.evidence)
    slowly.live(end, life.evidence)
    at_once.live(end, life.evidence)
    horizon = add_months(end, HORIZON_MONTHS - 1)
    assert seen_before(slowly, horizon) == seen_before(at_once, horizon)


@settings(max_examples=120, deadline=None)
@given(lives(decided=False), st.randoms(use_true_random=False))
def test_the_order_in_which_results_come_does_not_matter(life, random):
    end = life.anchor + timedelta(days=420)
    shuffled = list(life.evidence)
    random.shuffle(shuffled)
    one_by_one, together = Model(life), Model(life)
    for number in range(len(shuffled)):
        one_by_one.live(end, shuffled[: number + 1])
    one_by_one.live(end, shuffled)
    together.live(end, life.evidence)
    horizon = add_months(end, HORIZON_MONTHS - 1)
    assert seen_before(one_by_one, horizon) == seen_before(together, horizon)


def seen_before(model: Model, horizon: date) -> list[tuple[object, ...]]:
    """What people see: of a test that was done, when and by what; of others their dates."""
    found = []
    for row in model.ordered():
        if row.closed_by_id is not None:
            found.append((row.step, row.sequence, row.collected_on, row.closed_by_id))
        elif row.due_on <= horizon:
            found.append(
                (row.step, row.sequence, row.due_on, row.opens_on, row.closes_on, row.lapses_on, row.late_from)
            )
    return found
