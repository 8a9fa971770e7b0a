"""Lymphocytes are newly high in remission of acute lymphoblastic leukaemia.

What it checks
    Lymphocytes since the remission, of one day the highest, whatever the laboratory: above the upper limit of the
    range, after an earlier result of the same line of therapy, since the remission, that was not. PROVISIONAL at
    REVIEW once, CONFIRMED at REVIEW when the next assessment is high too. Machines may count lymphoblasts as
    lymphocytes.
When it stays silent
    Another disease: NOT_APPLICABLE. High since the remission began, or the first result and high: NOT_EVALUABLE,
    since nothing tells whether it is new. After a relapse that is recorded, until a further remission is:
    NOT_APPLICABLE; in a new line of therapy while neither is recorded: NOT_EVALUABLE. No range printed, and age not
    on record or none typical for it: NOT_EVALUABLE.
Source
    New lymphocytosis, the bar at the limit of the range, the second count and the level are defaults of this project.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from labs.rules.arrays import Ints, before, running_max
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_CONFIRMED,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    Comparison,
    Example,
    Rule,
    Threshold,
)
from labs.rules.blood_counts.low_counts import TWICE
from labs.rules.checks import Check
from labs.rules.cohort import Cohort
from labs.rules.confounders import LEUKAEMIA
from labs.rules.markers import highest_of_day
from labs.rules.ranges import NO_RANGE, by_row, upper_limit
from labs.rules.remission import outside_remission, remission_note
from labs.rules.signals import Signal, Silence, Terms, weighed
from labs.rules.sources import VIGIL

LIMIT = Threshold("1", "{ULN}", VIGIL, date(2026, 1, 1))
NOT_TOLD = "an earlier lymphocyte count within the range since the remission, to tell whether it is new"

_OWN = "[1.0..4.0]"
_WELL = f"2026-01-05 1.8 10*3/uL {_OWN} | "
EXAMPLES = (
    Example("at the limit", f"{_WELL}2026-02-05 4.0 {_OWN} | 2026-03-05 4.0 {_OWN}", NOT_RAISED),
    Example("the first result, normal", f"2026-01-05 1.8 10*3/uL {_OWN}", NOT_RAISED),
    Example("the first result, high", f"2026-01-05 5.2 10*3/uL {_OWN}", NOT_EVALUABLE),
    Example("high since the beginning", f"2026-01-05 5.2 10*3/uL {_OWN} | 2026-02-05 5.4 {_OWN}", NOT_EVALUABLE),
    Example("no range and no age", "2026-01-05 1.8 10*3/uL | 2026-02-05 6", NOT_EVALUABLE),
    Example("normal at three years", "born 2023-01-01 | 2026-02-05 5 10*3/uL | 2026-03-05 8.0", NOT_RAISED),
    Example("high at three years", "born 2023-01-01 | 2026-02-05 5 10*3/uL | 2026-03-05 8.1", PROVISIONAL, "", REVIEW),
    Example("a little above", f"{_WELL}2026-02-05 4.01 {_OWN}", PROVISIONAL, "2026-02-05", REVIEW),
    Example("twice", f"{_WELL}2026-02-05 5.2 {_OWN} | 2026-02-12 5.4 {_OWN}", CONFIRMED, "2026-02-05", REVIEW),
    Example("and back", f"{_WELL}2026-02-05 5.2 {_OWN} | 2026-02-12 2.4 {_OWN}", NOT_CONFIRMED, "2026-02-05"),
    Example("well only before the remission", f"remission 2026-02-01 | {_WELL}2026-02-05 5.2 {_OWN}", NOT_EVALUABLE),
    Example("another disease", f"disease AML | {_WELL}2026-02-05 5.2 {_OWN}", NOT_APPLICABLE),
)


def lymphocytosis(cohort: Cohort) -> Signal:
    """Lymphocytes against their range, where they were within it before."""
    s = highest_of_day(cohort, "lymphocytes")
    limit = upper_limit(s, "lymphocytes")
    since = s.day >= cohort.remission_days[s.patient]
    well = limit.known & ~limit.exceeded(s.high) & since
    new = ~s.first & (before(running_max(well.astype(np.int64), s.segment)) > 0)
    high, possibly = limit.exceeded(s.low), limit.exceeded(s.high)

    def compared(row: int) -> list[Comparison]:
        return limit.compared(s, row, s.low if high[row] else s.high)

    return weighed(
        s,
        criterion,
        sure=high & new,
        weak=possibly & new,
        terms=Terms(TWICE, alone=REVIEW, both=REVIEW),
        silences=(
            *outside_remission(s),
            Silence(~limit.known, NOT_EVALUABLE, NO_RANGE),
            Silence(possibly & ~new, NOT_EVALUABLE, NOT_TOLD),
        ),
        notes=remission_note,
        extras=compared,
    )


def criterion(value: Ints, _: Ints) -> Check:
    """The limit differs from result to result: what is compared is told row by row."""
    return by_row(value, LIMIT)


RULE = Rule(
    code="CBC-LYMPHOCYTES",
    title="New lymphocytosis in remission of ALL",
    criteria_version="VIGIL-1",
    diseases=frozenset({"ALL"}),
    reads=("lymphocytes",),
    thresholds=(LIMIT,),
    sources=(VIGIL,),
    examples=EXAMPLES,
    evaluate=lymphocytosis,
    confounders=(*LEUKAEMIA, "steroid"),
    recovers=True,
    would_confirm="A smear read by eye, flow cytometry; a viral infection, and the end of maintenance, explain it too.",
    would_clear="A smear with mature lymphocytes only, and a repeat count within the range.",
)
