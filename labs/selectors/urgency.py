"""Which of a patient's signals is named first."""

from __future__ import annotations

from datetime import UTC, datetime

from labs.models import Flag, Level, Signal
from labs.rules.registry import RULES

NO_LIMIT = datetime(9999, 1, 1, tzinfo=UTC)
LEVELS = (Level.URGENT, Level.REVIEW, Level.INFO)
PLACE = {rule.code: place for place, rule in enumerate(RULES)}


def urgency(flag: Flag) -> tuple[int, bool, int, datetime, int]:
    """Sorts the most pressing signal first: by level, confirmed ones, the order of the rules, then the time to answer.

    Rules stand in the order of the registry, where those of the disease itself come before those of its consequences.
    """
    level = LEVELS.index(Level(flag.level))
    place = PLACE.get(flag.rule, len(PLACE))
    return level, flag.signal != Signal.CONFIRMED, place, flag.answer_by or NO_LIMIT, flag.pk
