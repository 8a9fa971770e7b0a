"""The two state machines of a flag, as data: what rules may say after what, and what may be done in which state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from labs.models.flag import Decision, Review, Signal

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
        "ask_opinion": Review.ACKNOWLEDGED,
        "resolve": Review.RESOLVED,
        "opinion_given": Review.OPEN,
    },
    Review.ACKNOWLEDGED: {
        "await_test": Review.AWAITING_TEST,
        "ask_opinion": Review.ACKNOWLEDGED,
        "resolve": Review.RESOLVED,
        "reopen": Review.OPEN,
        "opinion_given": Review.OPEN,
    },
    Review.AWAITING_TEST: {
        "await_test": Review.AWAITING_TEST,
        "ask_opinion": Review.AWAITING_TEST,
        "resolve": Review.RESOLVED,
        "reopen": Review.OPEN,
        "test_came": Review.OPEN,
        "opinion_given": Review.OPEN,
    },
    Review.RESOLVED: {
        "reopen": Review.OPEN,
        "watch_ended": Review.OPEN,
        "opinion_given": Review.RESOLVED,
    },
}
"""What each verb makes of each state of review. People acknowledge, order tests, ask for opinions, resolve and reopen;
new evidence reopens too. `test_came`, `opinion_given` and `watch_ended` come of themselves. An opinion that comes after
the answer is kept and changes nothing."""

DECIDED: Final[frozenset[Review]] = frozenset({Review.ACKNOWLEDGED, Review.AWAITING_TEST, Review.RESOLVED})
"""Where a decision can lead to."""

REVIEW_CHOICES: Final[Mapping[Review, Mapping[str, frozenset[Review]]]] = {
    Review.OPEN: {"correct": DECIDED},
    Review.ACKNOWLEDGED: {"undo": frozenset({Review.OPEN, Review.ACKNOWLEDGED}), "correct": DECIDED},
    Review.AWAITING_TEST: {
        "undo": frozenset({Review.OPEN, Review.ACKNOWLEDGED, Review.AWAITING_TEST}),
        "correct": DECIDED,
    },
    Review.RESOLVED: {
        "undo": frozenset({Review.OPEN, Review.ACKNOWLEDGED, Review.AWAITING_TEST}),
        "correct": DECIDED,
    },
}
"""Verbs that lead to one of several states: `undo` goes back to where the decision was made, `correct` to where the new
decision leads."""

VERB_OF: Final[Mapping[str, str]] = {
    Decision.REPEAT_TEST: "await_test",
    Decision.WORK_UP: "await_test",
    Decision.SECOND_OPINION: "ask_opinion",
}
"""What a decision does with the flag, where it does not resolve it."""


def verb_of(decision: str) -> str:
    """The verb of a coded decision."""
    return VERB_OF.get(decision, "resolve")


ON_SCREEN: Final[frozenset[Signal]] = frozenset({Signal.PROVISIONAL, Signal.CONFIRMED, Signal.NOT_EVALUABLE})
"""Signals that ask for an answer; the others stay in the history."""
