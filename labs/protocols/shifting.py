"""The dates of a plan that follows what was done: the next test counts from the day the last one was done. Pure.

The interval is the one in force on that day by the months since the anchor, so that follow-up still tapers. What was
done on its due day leaves the calendar as it is, down to the end of a short month. Days counted singly from the anchor
(`at`) stay where they are. So do tests somebody booked, skipped, gave another day or took a sample for; those that
follow count from them. A test once planned is moved, never dropped: who comes late is followed a little longer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from labs.protocols.closing import OpenTest
from labs.protocols.dates import Interval, add_months
from labs.protocols.schedule import Slot, Step

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """A day as months and days after another, so that the end of a month is not lost on the way through February."""

    base: date
    months: int = 0
    days: int = 0

    @property
    def on(self) -> date:
        """The day."""
        return add_months(self.base, self.months) + timedelta(days=self.days)

    def plus(self, interval: Interval) -> Place:
        """The place an interval later."""
        if interval.unit != "month":
            return replace(self, days=self.days + interval.days)
        if self.days:
            return Place(self.on, interval.count)
        return replace(self, months=self.months + interval.count)


@dataclass(frozen=True, slots=True)
class Numbered:
    """One test of a chain: which test of which step it is, and whether its dates are no longer to be moved.

    `done_on`: the day it was done, as stored; only `further` reads it.
    """

    test: OpenTest
    step: str
    sequence: int
    stays: bool = False
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """When a test is due and how far from it it may be done. `shifted`: no longer as the calendar has it."""

    place: Place
    tolerance: timedelta
    shifted: bool


class ActualDates:
    """Says of the tests of one kind in one plan when they are due, one after the other in the order of `numbered`."""

    def __init__(self, steps: Sequence[Step], anchor: date, numbered: Sequence[Numbered]) -> None:
        self._steps = sorted(steps, key=lambda step: (step.from_month, not step.at, step.code))
        self._by_code = {step.code: step for step in self._steps}
        self._anchor = anchor
        self._rows = sorted(numbered, key=self._order)
        self._numbers = {row.test.key: number for number, row in enumerate(self._rows)}
        self._last: Spot | None = None
        self._floor = date.min  # the test before, if not done, can be done until this day: the next opens then

    def _order(self, row: Numbered) -> tuple[int, int]:
        return [step.code for step in self._steps].index(row.step), row.sequence

    @property
    def tests(self) -> list[OpenTest]:
        """The tests in their order, which is that of the protocol."""
        return [row.test for row in self._rows]

    def place(self, test: OpenTest) -> OpenTest:
        """The test with its dates, given what was done before it."""
        number = self._numbers[test.key]
        spot = self._spot(number, self._last)
        self._last = spot
        due_on = spot.place.on
        lapses_on = self._next_opens(number, spot)
        lapses_on = None if lapses_on is None else max(lapses_on, due_on + DAY)
        floor, self._floor = self._floor, lapses_on or date.min
        if self._rows[number].stays:
            last = test.closes_on if lapses_on is None else min(test.closes_on, lapses_on - DAY)
            return replace(test, lapses_on=lapses_on, closes_on=last)
        return _dated(test, due_on, spot.tolerance, lapses_on, floor)

    def done(self, test: OpenTest, day: date | None) -> None:
        """Take note that the test just placed was done on a day, or was not."""
        if day is not None:
            self._floor = date.min
        last, step = self._last, self._by_code[self._rows[self._numbers[test.key]].step]
        if last is not None and day is not None and step.every is not None and day != last.place.on:
            self._last = Spot(Place(day), last.tolerance, shifted=True)

    def further(self, until: date) -> Iterator[Slot]:
        """The tests still to be planned up to and with `until`, after those there are."""
        for row in self._rows:
            self.place(row.test)
            self.done(row.test, row.done_on)
        while self._rows:
            key = self._next_key(self._rows[-1])
            spot = self._ahead(self._last)
            if spot is None or spot.place.on > until:
                return
            due_on = spot.place.on
            test = OpenTest(-len(self._rows), due_on, due_on, due_on, None)
            self._rows.append(Numbered(test, *key))
            self._numbers[test.key] = len(self._rows) - 1
            test = self.place(test)
            yield Slot(
                key[0], self._by_code[key[0]].kind, key[1], due_on, test.opens_on, test.closes_on, test.lapses_on
            )

    def _next_opens(self, number: int, spot: Spot) -> date | None:
        """When the test after this one opens, should this one not be done."""
        if number + 1 == len(self._rows):
            following = self._ahead(spot)
        elif self._rows[number + 1].stays:
            return self._rows[number + 1].test.opens_on
        else:
            following = self._spot(number + 1, spot)
        return None if following is None else following.place.on - following.tolerance

    def _spot(self, number: int, last: Spot | None) -> Spot:
        row = self._rows[number]
        step = self._by_code[row.step]
        spot = self._on_calendar(step, row.sequence)
        if last is not None and last.shifted and step.every is not None:
            place, by = self._after(last.place) or (last.place.plus(step.every), step)
            spot = Spot(place, by.tolerance_of(0), shifted=True)
        if row.stays:
            if row.test.due_on == spot.place.on:
                return spot
            return Spot(Place(row.test.due_on), spot.tolerance, shifted=step.every is not None)
        return self._between(number, spot, last)

    def _between(self, number: int, spot: Spot, last: Spot | None) -> Spot:
        """The spot kept after the test before it and before the next one that stays."""
        day = spot.place.on
        ahead = next((distance for distance, row in enumerate(self._rows[number:]) if row.stays), None)
        if ahead is not None:
            day = min(day, self._rows[number + ahead].test.due_on - ahead * DAY)
        if last is not None:
            day = max(day, last.place.on + DAY)
        return spot if day == spot.place.on else Spot(Place(day), spot.tolerance, shifted=True)

    def _ahead(self, last: Spot | None) -> Spot | None:
        """When the kind is asked for after the last test there is; None when it no longer is."""
        if last is None:
            return None
        code, sequence = self._next_key(self._rows[-1])
        step = self._by_code[code]
        on_calendar = self._on_calendar(step, sequence) if self._asks_on(step, sequence) else None
        if not last.shifted or step.every is None:
            return on_calendar
        found = self._after(last.place)
        if found is None and on_calendar is not None:
            found = last.place.plus(step.every), step
        return None if found is None else Spot(found[0], found[1].tolerance_of(0), shifted=True)

    def _after(self, place: Place) -> tuple[Place, Step] | None:
        """The next time after a day that a step asks for the kind, counted from that day; None when none does."""
        step = self._in_force(place.on)
        if step is not None and step.every is not None:
            following = place.plus(step.every)
            if following.on <= self._end(step) or self._in_force(following.on):
                return following, step
        return min(
            (
                (self._calendar_place(later, 0), later)
                for later in self._steps
                if later.every is not None and self._calendar_place(later, 0).on > place.on
            ),
            key=lambda found: found[0].on,
            default=None,
        )

    def _in_force(self, day: date) -> Step | None:
        """The step whose months hold a day."""
        for step in self._steps:
            if step.every is not None and add_months(self._anchor, step.from_month) <= day < self._end(step):
                return step
        return None

    def _end(self, step: Step) -> date:
        return date.max if step.until_month is None else add_months(self._anchor, step.until_month)

    def _on_calendar(self, step: Step, sequence: int) -> Spot:
        number = min(sequence, len(step.at) - 1) if step.at else sequence
        return Spot(self._calendar_place(step, number), step.tolerance_of(number), shifted=False)

    def _calendar_place(self, step: Step, sequence: int) -> Place:
        if step.every is None:
            return Place(step.at[sequence].after(self._anchor))
        start = Place(self._anchor, step.from_month)
        if step.every.unit == "month":
            return Place(self._anchor, step.from_month + step.every.count * (sequence + 1))
        return Place(start.on, 0, step.every.days * (sequence + 1))

    def _asks_on(self, step: Step, sequence: int) -> bool:
        """Whether a step has a test of this number."""
        if step.every is None:
            return sequence < len(step.at)
        return self._calendar_place(step, sequence).on <= self._end(step)

    def _next_key(self, row: Numbered) -> tuple[str, int]:
        """Step and number of the test after this one: the next of its step, else the first of a later step that has
        one; the next of its step, too, where no later one has."""
        if not self._asks_on(self._by_code[row.step], row.sequence + 1):
            position = self._order(row)[0]
            for later in self._steps[position + 1 :]:
                if self._asks_on(later, 0):
                    return later.code, 0
        return row.step, row.sequence + 1


def _dated(test: OpenTest, due_on: date, tolerance: timedelta, lapses_on: date | None, floor: date) -> OpenTest:
    closes_on = due_on + tolerance
    if lapses_on is not None:
        closes_on = min(closes_on, lapses_on - DAY)
    opens_on = min(due_on, max(due_on - tolerance, floor))
    return replace(test, opens_on=opens_on, due_on=due_on, closes_on=closes_on, lapses_on=lapses_on)
