"""The days on which a second test would confirm a signal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from labs.models import Flag
from labs.rules.registry import BY_CODE

REPEAT_WITHIN_DAYS: Final = 28
"""Where the rule says nothing (project default, clinical source section 2.3: repeat within 4 weeks)."""

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """First and last day, both inclusive. `of_rule`: the last day is the rule's own."""

    first: date
    last: date
    of_rule: bool


def confirmation_window(flag: Flag, *, today: date) -> Window:
    """From today on, when a repeat counts as the second assessment: one day is one assessment, so not on the day of the
    first. Where the days of the rule are over, the project's own."""
    rule = BY_CODE.get(flag.rule)
    soonest = timedelta(days=int(rule.confirms_from.value)) if rule and rule.confirms_from else DAY
    first = max(today, flag.detected_on + DAY, flag.onset_on + soonest)
    if rule and rule.confirms_within:
        last = flag.onset_on + timedelta(days=int(rule.confirms_within.value))
        if last >= first:
            return Window(first, last, of_rule=True)
    return Window(first, max(first, today + timedelta(days=REPEAT_WITHIN_DAYS)), of_rule=False)
