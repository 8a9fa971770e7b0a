"""What was compared at the rows findings tell of: the criterion is asked once for all of them, then looked up."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from labs.rules.arrays import Ints
from labs.rules.base import Comparison
from labs.rules.checks import Check
from labs.rules.cohort import to_date
from labs.rules.episodes import Episode
from labs.rules.evidence import value_text
from labs.rules.series import Reference
from labs.rules.signals import Signal
from labs.rules.wording import day_text, unit_text


class Comparing:
    """A signal's criterion at the rows its episodes tell of."""

    def __init__(self, signal: Signal, episodes: Iterable[Episode]) -> None:
        told = {row for episode in episodes for row in (episode.opened, episode.onset, episode.settled)}
        self.signal = signal
        self.place = {row: place for place, row in enumerate(sorted(told))}
        self._rows = np.array(sorted(told), np.int64)
        self._checks: dict[tuple[int, int], Check] = {}
        self._made: dict[tuple[int, int], list[Comparison]] = {}

    def reference_of(self, row: int) -> Reference | None:
        """The reference the row met the criterion against: the early one for a row that is only weak."""
        signal = self.signal
        if signal.sure[row] or signal.early is None or not signal.early.known[row]:
            return signal.against
        value, early = (signal.series.low, signal.early.high) if signal.direction == "above" else (
            signal.series.high, signal.early.low)  # fmt: skip
        return signal.early if self._check(value, early).met[self.place[row]] else signal.against

    def at(self, row: int, reference: Reference | None) -> list[Comparison]:
        """Every comparison made at a row against one of the references of the signal, or against a fixed bar."""
        key = row, id(reference)
        if key not in self._made:
            self._made[key] = self._compared(row, reference)
        return self._made[key]

    def _compared(self, row: int, reference: Reference | None) -> list[Comparison]:
        signal, series = self.signal, self.signal.series
        against = reference if reference is not None and reference.known[row] else None
        value, bound = readings(signal, against, sure=not signal.weak[row])
        on = f" on {day_text(to_date(series.day.item(row)))}"
        made = self._check(value, bound).comparisons(self.place[row], on)
        if series.mixed or series.in_words:  # the bar is zero in every unit; the value is shown in its own
            found, unit = value_text(series, row), f" {unit_text(series.unit)}"
            made = [Comparison(c.what, found, c.needed.removesuffix(unit), c.met) for c in made]
        if signal.extras:
            made = made + [Comparison(c.what + on, c.found, c.needed, c.met) for c in signal.extras(row)]
        return made

    def _check(self, value: Ints, bound: Ints) -> Check:
        """The criterion for one way of reading the values: a column of the series, a column of a reference."""
        key = id(value), id(bound)
        if key not in self._checks:
            self._checks[key] = self.signal.criterion(value[self._rows], bound[self._rows])
        return self._checks[key]


def readings(signal: Signal, reference: Reference | None, *, sure: bool = True) -> tuple[Ints, Ints]:
    """The readings a sure answer rests on; for a fixed bar that is met only within bounds, the other one."""
    series = signal.series
    if reference is None:
        value = series.low if sure is not (signal.direction == "below") else series.high
        return value, value
    return (series.high, reference.low) if signal.direction == "below" else (series.low, reference.high)
