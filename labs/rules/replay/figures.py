"""Sensitivity, lead time and false signals: what was raised against what is known to have happened."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from labs.rules.cohort import Key
from labs.rules.replay.intervals import byar, quartiles, wilson

DAYS_A_YEAR = 365.25
ONE_DAY = timedelta(days=1)

DEFINITIONS: Mapping[str, str] = {
    "signals": "Signals whose first day lies inside a period of follow-up. Each is one of the four below.",
    "relapses": "Known clinical relapses of patients with a disease the rule is for.",
    "with_results": "Those of them with a result the rule judges in their window: without one, no signal was possible.",
    "found": "Relapses with at least one signal in their window.",
    "sensitivity": "found / relapses, with the 95 % Wilson score interval. Relapses without results count as missed.",
    "lead_time_days": "Day of relapse less day of the first signal in its window; lower quartile, median and upper "
    "quartile over the relapses found, interpolated at p(n-1). Negative: the signal came after the relapse.",
    "true_signals": "Signals in the window of a relapse.",
    "false_signals": "Signals in a period without a relapse, or before the window of its relapse.",
    "undecided_signals": "Signals after a known onset that had not become a clinical relapse: neither true nor false.",
    "patient_years": "Days of follow-up outside windows and undecided days, both ends counted, / 365.25.",
    "false_per_100_patient_years": "100 x false signals / patient-years, with Byar's 95 % interval of the count.",
    "outside_signals": "Signals outside every period of follow-up, after a relapse for one: not counted otherwise.",
}
"""What each number means; printed beside them."""


@dataclass(frozen=True, slots=True)
class Window:
    """So many days before a relapse until so many after it, both ends counted; never before a known onset."""

    before: int = 365
    after: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """One stretch of follow-up of one patient, both ends counted: to its relapse, or to the last day without one.

    onset_on  the first day on which a signal can be true, where it is known
    """

    patient: Key
    disease: str
    followed_from: date
    followed_until: date
    relapse_on: date | None = None
    onset_on: date | None = None

    def window(self, window: Window) -> tuple[date, date] | None:
        """First and last day on which a signal meets the relapse."""
        if self.relapse_on is None:
            return None
        first = max(_before(self.relapse_on, window.before), self.followed_from)
        first = max(first, self.onset_on) if self.onset_on else first
        return first, self.relapse_on + timedelta(days=window.after)

    def last_day(self, window: Window) -> date:
        """The last day on which a signal belongs to this period."""
        met = self.window(window)
        return self.followed_until if met is None else met[1]

    def quiet_days(self, window: Window) -> int:
        """Days on which a signal would be false."""
        met = self.window(window)
        end = self.followed_until + ONE_DAY
        if met is not None:
            end = met[0]
        elif self.onset_on is not None:
            end = min(end, self.onset_on)
        return max((end - self.followed_from).days, 0)


class Verdict(StrEnum):
    """What a signal turned out to be."""

    TRUE = "true"
    FALSE = "false"
    UNDECIDED = "undecided"
    OUTSIDE = "outside"


def verdict(day: date, period: Period | None, window: Window) -> Verdict:
    """What a signal of that day is, in the period it belongs to."""
    if period is None:
        return Verdict.OUTSIDE
    met = period.window(window)
    if met is not None:
        return Verdict.TRUE if met[0] <= day <= met[1] else Verdict.FALSE
    return Verdict.UNDECIDED if period.onset_on is not None and day >= period.onset_on else Verdict.FALSE


@dataclass
class Figures:
    """Counts; everything else follows from them."""

    relapses: int = 0
    with_results: int = 0
    lead_times: list[int] = field(default_factory=list)
    days: int = 0
    verdicts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))

    @property
    def found(self) -> int:
        """Relapses with a signal in their window."""
        return len(self.lead_times)

    @property
    def patient_years(self) -> float:
        """Time in which a signal would be false."""
        return self.days / DAYS_A_YEAR

    def per_100_years(self, count: float) -> float | None:
        """A count of false signals as a rate; None without any time."""
        return 100 * count / self.patient_years if self.days else None

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON: counts, and shares, quartiles and rates to a digit that the counts can bear."""
        false = self.verdicts[Verdict.FALSE]
        inside = sum(count for name, count in self.verdicts.items() if name is not Verdict.OUTSIDE)
        return {
            "signals": inside,
            "relapses": self.relapses,
            "with_results": self.with_results,
            "found": self.found,
            "sensitivity": round(self.found / self.relapses, 4) if self.relapses else None,
            "sensitivity_interval": _rounded(wilson(self.found, self.relapses), 4),
            "lead_time_days": _rounded(quartiles(self.lead_times), 2),
            "lead_time_range": [min(self.lead_times), max(self.lead_times)] if self.lead_times else None,
            "true_signals": self.verdicts[Verdict.TRUE],
            "false_signals": false,
            "undecided_signals": self.verdicts[Verdict.UNDECIDED],
            "outside_signals": self.verdicts[Verdict.OUTSIDE],
            "patient_years": round(self.patient_years, 2),
            "false_per_100_patient_years": _rounded([self.per_100_years(false)], 2),
            "false_interval": _rounded([self.per_100_years(end) for end in byar(false)], 2),
        }


def measure(
    periods: Iterable[Period],
    signals: Mapping[Key, Sequence[date]],
    results: Mapping[Key, Sequence[date]],
    window: Window,
) -> Figures:
    """Weigh the days of signals of each patient; `results`: the days, in order, on which something was measured."""
    figures = Figures()
    of_patient: dict[Key, list[Period]] = defaultdict(list)
    for period in periods:
        of_patient[period.patient].append(period)
    for patient, own in of_patient.items():
        own.sort(key=lambda period: period.followed_from)
        _weigh(figures, own, sorted(signals.get(patient, ())), results.get(patient, ()), window)
    return figures


def _weigh(
    figures: Figures, periods: Sequence[Period], signals: Sequence[date], results: Sequence[date], window: Window
) -> None:
    """Add one patient to the figures. A day that two periods claim belongs to the earlier one."""
    first_true: dict[int, date] = {}
    for day in signals:
        at = next((i for i, p in enumerate(periods) if p.followed_from <= day <= p.last_day(window)), None)
        said = verdict(day, None if at is None else periods[at], window)
        figures.verdicts[said] += 1
        if at is not None and said is Verdict.TRUE:
            first_true.setdefault(at, day)
    claimed = date.min
    for at, period in enumerate(periods):
        figures.days += _unclaimed(period, claimed).quiet_days(window)
        claimed = period.last_day(window)
        met = period.window(window)
        if met is None or period.relapse_on is None:
            continue
        figures.relapses += 1
        figures.with_results += _any_within(results, *met)
        if at in first_true:
            figures.lead_times.append((period.relapse_on - first_true[at]).days)


def _unclaimed(period: Period, claimed: date) -> Period:
    """The period without the days an earlier one claims."""
    if period.followed_from > claimed:
        return period
    start = claimed + ONE_DAY
    return Period(period.patient, period.disease, start, period.followed_until, period.relapse_on, period.onset_on)


def _any_within(days: Sequence[date], first: date, last: date) -> bool:
    at = bisect_left(days, first)
    return at < len(days) and days[at] <= last


def _before(day: date, days: int) -> date:
    """So many days before; the first day there is where it would be earlier still."""
    return date.fromordinal(max(day.toordinal() - days, 1))


def _rounded(values: Iterable[float | None] | None, digits: int) -> Any:
    """A list of rounded numbers, one number for a list of one, None for nothing."""
    kept = [None if value is None else round(value, digits) for value in values or ()]
    if not kept or kept[0] is None:
        return None
    return kept[0] if len(kept) == 1 else kept
