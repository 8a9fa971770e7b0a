"""What the progression rules of myeloma share: which marker counts, and their common notes."""

from __future__ import annotations

from datetime import date

from labs.rules.arrays import any_true
from labs.rules.base import NOT_APPLICABLE, Threshold
from labs.rules.myeloma.measurable import stated_not_measurable
from labs.rules.series import Series
from labs.rules.signals import Silence
from labs.rules.sources import VIGIL

SET_APART = Threshold("25", "%", VIGIL, date(2026, 1, 1))
MYELOMA = frozenset({"MM"})
REPEAT = "A second assessment on another day by the same method that also meets the criterion, before any new therapy."
NOT_AGAIN = (
    "The next assessment by the same method no longer meets the criterion, or the laboratory corrects the value."
)


def unless_stated_not_measurable(series: Series, marker: str, words: str) -> tuple[Silence, ...]:
    """Silence where a physician listed the measurable markers and this one is not among them."""
    rows = stated_not_measurable(series.cohort, marker)[series.patient]
    return (
        (Silence(rows, NOT_APPLICABLE, f"{words} is not among the markers recorded as measurable"),)
        if any_true(rows)
        else ()
    )
