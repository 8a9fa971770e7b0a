"""A protocol's steps turned into dated tests. Pure: steps, an anchor and an end in, slots out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, pairwise

from labs.protocols.dates import Interval, add_months


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a protocol: a kind of test, repeated `every` interval after month `from_month` up to and with
    `until_month` after the anchor (None: for as long as the plan lasts), or once at each interval of `at`."""

    code: str
    kind: str
    every: Interval | None = None
    at: tuple[Interval, ...] = ()
    from_month: int = 0
    until_month: int | None = None
    tolerance: timedelta | None = None

    @property
    def timing(self) -> str:
        """When it is due, in words: "every 3 months, months 12 to 24"."""
        if self.every is None:
            return "after " + ", ".join(map(str, self.at))
        if self.until_month is not None:
            return f"every {self.every}, months {self.from_month} to {self.until_month}"
        return f"every {self.every}" + (f", from month {self.from_month} on" if self.from_month else "")

    def due_dates(self, anchor: date) -> Iterator[date]:
        """The days it is due, in order."""
        if self.every is None:
            yield from (interval.after(anchor) for interval in self.at)
            return
        start = add_months(anchor, self.from_month)
        end = None if self.until_month is None else add_months(anchor, self.until_month)
        for number in count(1):
            due = self._nth(anchor, start, self.every, number)
            if end is not None and due > end:
                return
            yield due

    def _nth(self, anchor: date, start: date, every: Interval, number: int) -> date:
        """Months are counted from the anchor, so that a short month on the way does not shift all that follow."""
        if every.unit == "month":
            return add_months(anchor, self.from_month + every.count * number)
        return every.after(start, number)

    def tolerance_of(self, number: int) -> timedelta:
        """How far from the due day the test of this number may be done."""
        if self.tolerance is not None:
            return self.tolerance
        if self.every is not None:
            return self.every.tolerance
        earlier = self.at[number - 1].days if number else 0
        return Interval(max(1, self.at[number].days - earlier), "day").tolerance


@dataclass(frozen=True, slots=True)
class Slot:
    """One test to be scheduled."""

    step: str
    kind: str
    sequence: int
    due_on: date
    opens_on: date
    closes_on: date
    lapses_on: date | None


def slots(steps: Iterable[Step], anchor: date, *, after: date, until: date) -> list[Slot]:
    """Tests due up to and with `until` that could still be done on the day `after`, in the order of their due dates.

    Where the windows of two tests of one kind would touch, the earlier one closes the day before the later one opens.
    """
    chains: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        chains[step.kind].append(step)
    found = [
        slot
        for chain in chains.values()
        for slot in _chain(chain, anchor, until)
        if (slot.lapses_on or slot.closes_on + timedelta(days=1)) > after
    ]
    return sorted(found, key=lambda slot: (slot.due_on, slot.kind))


def _chain(steps: list[Step], anchor: date, until: date) -> Iterator[Slot]:
    """All tests of one kind due by `until`, each knowing when the next one opens."""
    single = [slot for step in steps for slot in _upto_first_beyond(step, anchor, until)]
    single.sort(key=lambda slot: (slot.due_on, slot.step))
    for slot, following in pairwise(single):
        if slot.due_on > until:
            return
        lapses_on = max(following.opens_on, slot.due_on + timedelta(days=1))
        yield _before(slot, lapses_on)
    if single and single[-1].due_on <= until:
        yield single[-1]


def _upto_first_beyond(step: Step, anchor: date, until: date) -> Iterator[Slot]:
    for number, due in enumerate(step.due_dates(anchor)):
        tolerance = step.tolerance_of(number)
        yield Slot(step.code, step.kind, number, due, due - tolerance, due + tolerance, None)
        if due > until:
            return


def _before(slot: Slot, lapses_on: date) -> Slot:
    closes_on = min(slot.closes_on, lapses_on - timedelta(days=1))
    return Slot(slot.step, slot.kind, slot.sequence, slot.due_on, slot.opens_on, closes_on, lapses_on)
