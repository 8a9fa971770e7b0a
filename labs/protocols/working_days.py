"""Which days a site sees patients: weekends and its days off. Pure; no clock is read here.

A test stays due on the day its protocol says. Working days matter for the day that is offered for a booking.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

SATURDAY = 5
WEEKEND = "weekend"
"""What `why_closed` says of a Saturday or Sunday; the page puts it into the reader's language."""

FARTHEST = 400
"""Days looked at in one direction: longer than days off may last."""


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The working days of one site. `closures`: first day, last day (both inclusive) and name of its days off."""

    closures: Sequence[tuple[date, date, str]] = ()
    works_weekends: bool = False

    def why_closed(self, day: date) -> str | None:
        """The name of the days off, or `WEEKEND`; None for a working day."""
        for first, last, name in self.closures:
            if first <= day <= last:
                return name
        return WEEKEND if day.weekday() >= SATURDAY and not self.works_weekends else None

    def is_working(self, day: date) -> bool:
        """Whether the site sees patients on this day."""
        return self.why_closed(day) is None

    def nearest(self, day: date, *, earliest: date, latest: date | None = None) -> date:
        """The working day for what is due on `day`: that day, else the last one before it from `earliest` on, else the
        first one after it.

        `latest` is the last day that would still be in time: when all days up to it are off, the first working day
        after it is the answer, late as it is. A day before `earliest` is never the answer. When the site is closed for
        longer than `FARTHEST` days, the day itself is.
        """
        wanted = max(day, earliest)
        if latest is not None:
            wanted = max(earliest, min(wanted, latest))
        back = min((wanted - earliest).days, FARTHEST)
        for candidate in (*_days(wanted, back, -1), *_days(wanted, FARTHEST, 1)):
            if self.is_working(candidate):
                return candidate
        return wanted

    def after(self, day: date, count: int) -> date:
        """The working day that many working days after a day (`count` of at least 1): 2 after a Friday is a Tuesday."""
        working = (candidate for candidate in _days(day, FARTHEST, 1) if candidate > day and self.is_working(candidate))
        for number, candidate in enumerate(working, start=1):
            if number == count:
                return candidate
        return day + timedelta(days=count)


def _days(start: date, number: int, direction: int) -> Iterator[date]:
    """The start and so many days after it, or before it; as far as the calendar goes."""
    for distance in range(number + 1):
        try:
            yield start + timedelta(days=direction * distance)
        except OverflowError:
            return
