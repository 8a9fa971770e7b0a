"""The two state machines of a flag, as data: what rules may say after what, and what people may do in which state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from labs.models.flag import Review, Signal

SIGNAL_TRANSITIONS: Final[Mapping[Signal, frozenset[Signal]]] = {
    Signal.PROVISIONAL: frozenset({Signal.CONFIRMED, Signal.NOT_CONFIRMED, Signal.WITHDRAWN, Signal.NOT_EVALUABLE}),
    Signal.CONFIRMED: frozenset({Signal.PROVISIONAL, Signal.NOT_CONFIRMED, Signal.WITHDRAWN, Signal.NOT_EVALUABLE}),
    Signal.NOT_CONFIRMED: frozenset({Signal.PROVISIONAL, Signal.CONFIRMED, Signal.WITHDRAWN, Signal.NOT_EVALUABLE}),
    Signal.NOT_EVALUABLE: frozenset({Signal.PROVISIONAL, Signal.CONFIRMED, Signal.NOT_CONFIRMED, Signal.WITHDRAWN}),
    Signal.WITHDRAWN: frozenset({Signal.PROVISIONAL, Signal.CONFIRMED, Signal.NOT_CONFIRMED, Signal.NOT_EVALUABLE}),
}
"""Corrected or late results can turn any answer of the rules into any other; what matters is that each turn is kept."""

REVIEW_TRANSITIONS: Final[Mapping[Review, Mapping[str, Review]]] = {
    Review.OPEN: {
        "acknowledge": Review.ACKNOWLEDGED,
        "await_test": Review.AWAITING_TEST,
        "resolve": Review.RESOLVED,
    },
    Review.ACKNOWLEDGED: {
        "await_test": Review.AWAITING_TEST,
        "resolve": Review.RESOLVED,
        "reopen": Review.OPEN,
    },
    Review.AWAITING_TEST: {
        "resolve": Review.RESOLVED,
        "reopen": Review.OPEN,
    },
    Review.RESOLVED: {
        "reopen": Review.OPEN,
    },
}
"""What people (or new evidence: `reopen`) can do in each state of review."""

ON_SCREEN: Final[frozenset[Signal]] = frozenset({Signal.PROVISIONAL, Signal.CONFIRMED, Signal.NOT_EVALUABLE})
"""Signals that ask for an answer; the others stay in the history."""
