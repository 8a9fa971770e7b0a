"""Where a rule's signals are mostly needless: what another tuning would have meant for the site's own decided ones.

Nothing is ever changed by itself. A proposal is words and counts; what comes of it two people decide.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from labs.models import Level, ReviewSettings
from labs.selectors.alert_economy.counted import Line
from labs.selectors.answer_times import ANSWER_TIMES, times_of

ENOUGH_DECIDED: Final = 20
"""Decided signals before a rule is judged at a site: with twenty, one relapse among them still passes the bar below and
two do not; with twelve, none at all would do, and the next relapse would undo it. This project's own."""

PRECISION_BAR: Final = 0.25
"""A rule is proposed for retuning when even the upper end of its interval lies below: at least three of four signals
were needless. This project's own."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule at a site whose signals were mostly needless.

    longest_wait   how much later an urgent signal may be answered when it is one for review
    """

    line: Line
    longest_wait: timedelta


def proposals(lines: Sequence[Line], *, enough: int = ENOUGH_DECIDED, bar: float = PRECISION_BAR) -> list[Proposal]:
    """Of the lines of single sites, those to retune, the least precise first. One query when there are any."""
    low = [line for line in lines if is_low(line, enough=enough, bar=bar)]
    if not low:
        return []
    waits = _waits({line.site for line in low if line.site is not None})
    usual = _wait(ANSWER_TIMES)
    low.sort(key=lambda line: (line.relapses / line.decided, -line.decided, line.rule, line.version, line.site or 0))
    return [Proposal(line, waits.get(line.site or 0, usual)) for line in low]


def is_low(line: Line, *, enough: int = ENOUGH_DECIDED, bar: float = PRECISION_BAR) -> bool:
    """Whether enough is decided to judge the line, and the interval of its precision lies below the bar."""
    interval = line.interval
    return interval is not None and line.decided >= enough and interval[1] < bar


def _waits(sites: Collection[int]) -> Mapping[int, timedelta]:
    decided = ReviewSettings.objects.filter(site__in=sites).values_list("site_id", "urgent_hours", "review_days")
    return {site: _wait(times_of(hours, days)) for site, hours, days in decided}


def _wait(times: Mapping[str, timedelta | None]) -> timedelta:
    urgent, review = times[Level.URGENT], times[Level.REVIEW]
    return timedelta() if urgent is None or review is None else max(review - urgent, timedelta())
