"""Arithmetic on dates of follow-up: calendar months, intervals and windows. Pure; no clock is read here.

Months are counted from the anchor, never from the last date: 31 January + 1 month is 28 February, + 2 months is
31 March.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Unit = Literal["day", "week", "month"]

DAYS_A_MONTH = 30
"""For comparing intervals with each other; dates are never worked out with it."""

# Default tolerance by length of the interval [project default: guidelines give intervals, not windows].
TOLERANCES = ((1, timedelta(days=7)), (3, timedelta(days=14)), (6, timedelta(days=28)))
LONGEST_TOLERANCE = timedelta(days=42)

_INTERVAL = re.compile(r"(\d{1,4}) (day|week|month)s?")


def add_months(day: date, months: int) -> date:
    """The same day of the month, that many months later; the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


@dataclass(frozen=True, slots=True)
class Interval:
    """A length of time as people plan it: 2 weeks, 3 months."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    @property
    def days(self) -> int:
        """About how many days it lasts."""
        return self.count * {"day": 1, "week": 7, "month": DAYS_A_MONTH}[self.unit]

    def after(self, day: date, times: int = 1) -> date:
        """The day this interval, so many times, after a day."""
        if self.unit == "month":
            return add_months(day, self.count * times)
        return day + timedelta(days=self.days * times)

    @property
    def tolerance(self) -> timedelta:
        """How far from the due day a test may be done when its protocol does not say: less than half the interval."""
        longest = timedelta(days=max(0, (self.days - 1) // 2))
        for months, tolerance in TOLERANCES:
            if self.days <= months * 31:
                return min(tolerance, longest)
        return LONGEST_TOLERANCE


def parse_interval(text: str) -> Interval:
    """Read "4 weeks" or "1 month"; ValueError when it is neither, or nothing long."""
    match = _INTERVAL.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not an interval: write a number and days, weeks or months, such as '3 months'")
    count = int(match[1])
    if count == 0:
        raise ValueError("an interval of zero would never come to an end")
    return Interval(count, match[2])  # type: ignore[arg-type]
