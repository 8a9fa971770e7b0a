"""Blasts in marrow are at 5 % or more after remission of acute myeloid leukaemia.

What it checks
    Blasts in marrow, since the remission: at least 5 %. One marrow is enough by definition: CONFIRMED and URGENT. Below
    10 % the finding shows the 95 % interval of the share in the cells that were counted (6 % in 200 cells: 3.5 to
    10.2 %), or asks for their number. From 3 to 7 % it asks for a repeat marrow in 1 to 2 weeks; 3 to below 5 % is
    PROVISIONAL at INFO, and no relapse by itself.
When it stays silent
    Another disease: NOT_APPLICABLE. Marrows from before the recorded remission are not judged. Where no remission is
    recorded the person is taken to be in it, and the finding says so. `<5 %` is below 5 %, and silent.
    After a relapse that is recorded, until a further remission is: NOT_APPLICABLE; what began before goes on. In a line
    of therapy begun since the remission while neither is recorded: NOT_EVALUABLE.
Source
    Doehner 2022 (ELN), table 8, relapse after CR, CRh or CRi. The repeat from 3 to 7 %, and INFO below 5 %, are
    defaults of this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    INFO,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Example,
    Rule,
    Threshold,
)
from labs.rules.blasts import NEAR, REPEAT_UP_TO, count_note, interval_of, near_of, never_reaches
from labs.rules.checks import Check, at_least
from labs.rules.cohort import Cohort
from labs.rules.confounders import LEUKAEMIA
from labs.rules.markers import pooled
from labs.rules.remission import outside_remission, remission_note
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Signal, Terms, Words, weighed
from labs.rules.sources import DOEHNER_2022, VIGIL

BLASTS = Threshold("5", "%", DOEHNER_2022, date(2022, 9, 22))

EXAMPLES = (
    Example("3 % less a little", "remission 2025-06-01 | 2026-01-05 1 % | 2026-04-05 2.9 %", NOT_RAISED),
    Example("printed as below 5 %", "remission 2025-06-01 | 2026-04-05 <5 %", NOT_RAISED),
    Example("3 % exactly", "remission 2025-06-01 | 2026-04-05 3 %", PROVISIONAL, "2026-04-05", INFO),
    Example("5 % less a little", "remission 2025-06-01 | 2026-04-05 4.9 % cells:500", PROVISIONAL, "2026-04-05", INFO),
    Example("5 % exactly", "remission 2025-06-01 | 2026-01-05 1 % | 2026-04-05 5 %", CONFIRMED, "2026-04-05", URGENT),
    Example("E30 6 % of 200 cells", "remission 2025-06-01 | 2026-04-05 6 % cells:200", CONFIRMED, "2026-04-05", URGENT),
    Example("at diagnosis", "remission 2025-06-01 | 2025-04-05 60 % | 2025-06-05 2 %", NOT_RAISED),
    Example("only from before the remission", "remission 2025-06-01 | 2025-04-05 60 %", NOT_EVALUABLE),
    Example("remission not recorded", "2026-04-05 30 %", CONFIRMED, "", URGENT),
    Example("given as a bound", "remission 2025-06-01 | 2026-04-05 <10 %", PROVISIONAL, "", REVIEW),
    Example(
        "blasts that persist after a recorded relapse",
        "remission 2025-06-01 | relapse 2026-01-05 | 2026-01-05 2 % | 2026-02-05 30 %",
        NOT_APPLICABLE,
    ),
    Example(
        "the marrow that showed the relapse",
        "remission 2025-06-01 | relapse 2026-04-05 | 2026-04-05 30 % | 2026-05-05 40 %",
        CONFIRMED,
        "2026-04-05",
        URGENT,
    ),
    Example(
        "after a second remission",
        "remission 2025-01-01 | relapse 2025-06-01 | remission 2025-09-01 | line 2025-06-10 | 2026-04-05 12 %",
        CONFIRMED,
        "2026-04-05",
        URGENT,
    ),
    Example(
        "a new line of therapy, neither relapse nor remission recorded",
        "remission 2025-06-01 | line 2026-01-10 | 2026-02-05 30 %",
        NOT_EVALUABLE,
    ),
    Example("another disease", "disease MM | 2026-04-05 30 %", NOT_APPLICABLE),
)


def marrow_relapse(cohort: Cohort) -> Signal:
    """Marrow blasts against the bar."""
    m = pooled(cohort, "blasts_marrow")
    possible = (m.high >= BLASTS.amount) & ~never_reaches(m, BLASTS)
    return weighed(
        m,
        criterion,
        sure=m.low >= BLASTS.amount,
        weak=possible | (m.low >= NEAR.amount),
        terms=Terms(AT_ONCE, alone=URGENT, weak_level=np.where(possible, int(REVIEW), int(INFO))),
        silences=outside_remission(m),
        notes=missing,
        extras=lambda row: [*interval_of(m, row, BLASTS), *near_of(m, row, BLASTS)],
        words=Words(weak="not by itself a relapse: below 5 %, or only a bound"),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """At least 5 %."""
    return at_least("blasts in marrow", value, BLASTS)


def missing(series: Series, row: int) -> Sequence[str]:
    """The remission, and the number of cells behind a low share."""
    return [*remission_note(series, row), *count_note(series, row)]


RULE = Rule(
    code="AML-MARROW",
    title="Relapse of AML in marrow",
    criteria_version="ELN-2022",
    diseases=frozenset({"AML"}),
    reads=("blasts_marrow",),
    thresholds=(BLASTS, NEAR, REPEAT_UP_TO),
    sources=(DOEHNER_2022, VIGIL),
    examples=EXAMPLES,
    evaluate=marrow_relapse,
    confounders=LEUKAEMIA,
    would_clear="A repeat marrow below 5 % whose flow cytometry shows regeneration.",
    would_confirm="Flow cytometry and genetics of this marrow; a repeat marrow in 1 to 2 weeks.",
)
