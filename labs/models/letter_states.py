"""The state machine of a letter or message, as data: what may be done in which state, and where it leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from labs.models.contact import LetterState

LETTER_TRANSITIONS: Final[Mapping[LetterState, Mapping[str, LetterState]]] = {
    LetterState.PREPARED: {
        "queue": LetterState.WAITING,
        "post": LetterState.SENT,
        "cancel": LetterState.CANCELLED,
    },
    LetterState.WAITING: {
        "deliver": LetterState.SENT,
        "fail": LetterState.FAILED,
        "cancel": LetterState.CANCELLED,
    },
    LetterState.FAILED: {
        "queue": LetterState.WAITING,
        "cancel": LetterState.CANCELLED,
    },
    LetterState.SENT: {},
    LetterState.CANCELLED: {},
}
"""People queue (e-mail, SMS), post (letters that were printed) and cancel; a worker delivers or fails."""

COUNTED: Final = frozenset({LetterState.PREPARED, LetterState.WAITING, LetterState.SENT})
"""States that count towards the limit of a site: sent, or about to be."""
UNSENT: Final = frozenset({LetterState.PREPARED, LetterState.WAITING})
"""States in which a letter is on its way."""
UNDERWAY: Final = "…"
"""`failure` of a waiting letter while an attempt has no outcome yet: it cannot be cancelled then."""
