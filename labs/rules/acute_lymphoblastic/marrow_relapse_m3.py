"""More than 25 % lymphoblasts in marrow after remission of ALL: the reading of older paediatric protocols (M3).

What it checks
    Lymphoblasts in marrow, since the remission, at any age: above 25 % (M3) is CONFIRMED at once and URGENT. 5 to 25 %
    (M2) is PROVISIONAL at REVIEW and asks for a second marrow a week later; INFO where flow shows hematogones (a
    clinician's finding within 7 days), and in a child off therapy with at most 8 % until flow cytometry finds disease
    of at least 1 %.
When it stays silent
    Another disease: NOT_APPLICABLE. Marrows from before the recorded remission are not judged. `<5 %` is silent. It is
    asked only at sites whose criteria are those of older paediatric protocols: newer ones weigh residual disease.
    After a relapse that is recorded, until a further remission is: NOT_APPLICABLE; what began before goes on. In a line
    of therapy begun since the remission while neither is recorded: NOT_EVALUABLE.
Source
    Marrow classes M2 and M3 of paediatric protocols. The levels, and what is said of hematogones, are defaults of this
    project.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from labs.rules import blasts
from labs.rules.acute_lymphoblastic import hematogones
from labs.rules.acute_lymphoblastic.age import ADULT
from labs.rules.acute_lymphoblastic.relapse_time import marrow_time
from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    INFO,
    NOT_APPLICABLE,
    NOT_CONFIRMED,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Comparison,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, above, at_least
from labs.rules.cohort import Cohort
from labs.rules.confounders import LEUKAEMIA
from labs.rules.markers import pooled
from labs.rules.remission import outside_remission, remission_note
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Signal, Terms, Words, weighed
from labs.rules.sources import PEDIATRIC_M2_M3, RELAPSE_TIMES, VIGIL

M2 = Threshold("5", "%", PEDIATRIC_M2_M3, date(2000, 1, 1))
M3 = Threshold("25", "%", PEDIATRIC_M2_M3, date(2000, 1, 1))

_IN = "remission 2025-06-01 | born 2018-03-01 | "
_OFF = _IN + "therapy_ended 2025-12-05 | "
EXAMPLES = (
    Example("M1", _IN + "2026-04-05 4.9 %", NOT_RAISED),
    Example("printed as below 5 %", _IN + "2026-04-05 <5 %", NOT_RAISED),
    Example("M2, 5 % exactly", _IN + "2026-04-05 5 %", PROVISIONAL, "2026-04-05", REVIEW),
    Example("M2, 25 % exactly", _IN + "2026-04-05 25 %", PROVISIONAL, "2026-04-05", REVIEW),
    Example("M3, a little above", _IN + "2026-04-05 25.1 %", CONFIRMED, "2026-04-05", URGENT),
    Example("M2, then M3", _IN + "2026-04-05 12 % | 2026-04-12 40 %", CONFIRMED, "2026-04-12", URGENT),
    Example("M2, then M1", _IN + "2026-04-05 12 % | 2026-04-12 2 %", NOT_CONFIRMED, "2026-04-05", INFO),
    Example("an adult as well", "born 1980-03-01 | 2026-04-05 12 %", PROVISIONAL, "2026-04-05", REVIEW),
    Example(
        "flow shows hematogones", _IN + "2026-04-05 6 % | 2026-04-06 hematogones yes", PROVISIONAL, "2026-04-05", INFO
    ),
    Example("a child off therapy, 8 %", _OFF + "2026-04-05 8 %", PROVISIONAL, "2026-04-05", INFO),
    Example("a child off therapy, above 8 %", _OFF + "2026-04-05 8.1 %", PROVISIONAL, "2026-04-05", REVIEW),
    Example("another disease", "disease MM | 2026-04-05 30 %", NOT_APPLICABLE),
)


def marrow_relapse(cohort: Cohort) -> Signal:
    """Marrow lymphoblasts by class."""
    m = pooled(cohort, "blasts_marrow")
    possible = (m.high >= M2.amount) & ~blasts.never_reaches(m, M2)
    may = hematogones.regeneration(m, possible & (m.low <= M3.amount))
    return weighed(
        m,
        criterion,
        sure=m.low > M3.amount,
        weak=possible,
        terms=Terms(AT_ONCE, alone=URGENT, weak_level=np.where(may.told | may.likely, int(INFO), int(REVIEW))),
        silences=outside_remission(m),
        notes=lambda series, row: [
            *remission_note(series, row),
            *blasts.count_note(series, row),
            *([hematogones.ASK] if may.asked[row] else []),
        ],
        extras=lambda row: [
            *blasts.interval_of(m, row, M2),
            *_second_class(m, row),
            *hematogones.said(may, row),
            *marrow_time(m, row),
        ],
        words=Words(sure="class M3", weak="class M2, or a bound: a second marrow decides"),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Above 25 %."""
    return above("blasts in marrow, bar of M3", value, M3)


def _second_class(series: Series, row: int) -> list[Comparison]:
    """The bar of class M2, of a share that is not above 25 %."""
    if series.low[row] > M3.amount:
        return []
    return at_least("blasts in marrow, bar of M2", series.high[row : row + 1], M2).comparisons(0)


RULE = Rule(
    code="ALL-MARROW-M3",
    title="Relapse of ALL in marrow (older paediatric protocols, M3)",
    criteria_version="PAEDIATRIC-M3",
    diseases=frozenset({"ALL"}),
    reads=("blasts_marrow", "mrd_flow", "hematogones"),
    judges=("blasts_marrow",),
    thresholds=(M2, M3, ADULT, blasts.NEAR, blasts.REPEAT_UP_TO, *hematogones.THRESHOLDS),
    sources=(PEDIATRIC_M2_M3, RELAPSE_TIMES, VIGIL),
    examples=EXAMPLES,
    evaluate=marrow_relapse,
    confounders=LEUKAEMIA,
    would_confirm="A second marrow a week later, with flow cytometry (hematogones, CD19-negative clone) and residual "
    "disease by PCR.",
    would_clear="Flow cytometry that shows regenerating precursors, and a second marrow without disease.",
)
