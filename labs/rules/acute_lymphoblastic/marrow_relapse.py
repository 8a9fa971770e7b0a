"""Lymphoblasts in marrow are at 5 % or more after remission of acute lymphoblastic leukaemia.

What it checks
    Lymphoblasts in marrow, since the remission. Adults (18 years on the day, or age not recorded): at least 5 %,
    CONFIRMED at once and URGENT. Children: at least 25 % likewise; 5 to below 25 % is PROVISIONAL at REVIEW, since
    regenerating precursors (hematogones) give such shares: flow cytometry and a second marrow decide. From 3 to below
    5 % it is PROVISIONAL at INFO, and asks for a repeat marrow.
    Where flow shows hematogones (a clinician's finding within 7 days), a share below 25 % is no relapse by itself:
    INFO, in adults from 5 % REVIEW. A child off therapy with at most 8 % stays at INFO until flow cytometry finds
    disease of at least 1 % in that marrow. Below 10 % the interval of the share in the cells counted is shown. The time
    of a relapse (BFM, COG) is shown where the days of diagnosis and end of therapy are recorded.
When it stays silent
    Another disease: NOT_APPLICABLE. Marrows from before the recorded remission are not judged. Where no remission is
    recorded the person is taken to be in it, and the finding says so. `<5 %` is below 5 %, and silent.
    After a relapse that is recorded, until a further remission is: NOT_APPLICABLE; what began before goes on. In a line
    of therapy begun since the remission while neither is recorded: NOT_EVALUABLE.
Source
    NCCN and ELN adult ALL: >= 5 %. Children: classes M2 and M3 of paediatric protocols. That hematogones give 1 to 8 %
    is known from practice; the 7 days, the levels, and the repeat from 3 to 7 % are defaults of this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from labs.rules import blasts
from labs.rules.acute_lymphoblastic import hematogones
from labs.rules.acute_lymphoblastic.age import ADULT, adults
from labs.rules.acute_lymphoblastic.relapse_time import marrow_time
from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    INFO,
    NOT_APPLICABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, at_least
from labs.rules.cohort import Cohort
from labs.rules.confounders import LEUKAEMIA
from labs.rules.markers import pooled
from labs.rules.remission import outside_remission, remission_note
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Signal, Terms, Words, weighed
from labs.rules.sources import NCCN_ALL, PEDIATRIC_M2_M3, RELAPSE_TIMES, VIGIL

BLASTS = Threshold("5", "%", NCCN_ALL, date(2024, 1, 1))
BLASTS_CHILD = Threshold("25", "%", PEDIATRIC_M2_M3, date(2000, 1, 1))

_ADULT = "remission 2025-06-01 | born 1980-03-01 | "
_CHILD = "remission 2025-06-01 | born 2018-03-01 | "
_OFF = _CHILD + "therapy_ended 2025-12-05 | "
_YES = " | 2026-04-07 hematogones yes"
EXAMPLES = (
    Example("3 % less a little", _ADULT + "2026-04-05 2.9 %", NOT_RAISED),
    Example("printed as below 5 %", _ADULT + "2026-04-05 <5 %", NOT_RAISED),
    Example("3 % exactly", _ADULT + "2026-04-05 3 %", PROVISIONAL, "2026-04-05", INFO),
    Example(
        "E35 a child off therapy, 3 %, flow shows hematogones",
        _OFF + "2026-04-05 3 %" + _YES + " | 2026-04-05 mrd_flow <0.01 %",
        PROVISIONAL,
        "2026-04-05",
        INFO,
    ),
    Example("5 % less a little", _ADULT + "2026-01-05 1 % | 2026-04-05 4.9 %", PROVISIONAL, "2026-04-05", INFO),
    Example("5 % exactly", _ADULT + "2026-01-05 1 % | 2026-04-05 5 %", CONFIRMED, "2026-04-05", URGENT),
    Example("an adult with hematogones", _ADULT + "2026-04-05 8 %" + _YES, PROVISIONAL, "2026-04-05", REVIEW),
    Example("hematogones, but 25 %", _ADULT + "2026-04-05 25 %" + _YES, CONFIRMED, "2026-04-05", URGENT),
    Example("hematogones, but 8 days later", _ADULT + "2026-03-30 8 %" + _YES, CONFIRMED, "2026-03-30", URGENT),
    Example("a child at 5 %", _CHILD + "2026-04-05 5 %", PROVISIONAL, "2026-04-05", REVIEW),
    Example("a child off therapy at 8 %", _OFF + "2026-04-05 8 %", PROVISIONAL, "2026-04-05", INFO),
    Example("a child off therapy above 8 %", _OFF + "2026-04-05 8.1 %", PROVISIONAL, "2026-04-05", REVIEW),
    Example(
        "flow finds 1 % in that marrow", _OFF + "2026-04-05 8 % | 2026-04-05 mrd_flow 1 %", PROVISIONAL, "", REVIEW
    ),
    Example("flow finds a little less", _OFF + "2026-04-05 8 % | 2026-04-05 mrd_flow 0.99 %", PROVISIONAL, "", INFO),
    Example("a child below 25 %", _CHILD + "2026-04-05 24.9 %", PROVISIONAL, "2026-04-05", REVIEW),
    Example("a child at 25 %", _CHILD + "2026-04-05 25 %", CONFIRMED, "2026-04-05", URGENT),
    Example("18 on the day", "born 2008-04-05 | 2026-04-05 5 %", CONFIRMED, "", URGENT),
    Example("18 a day later", "born 2008-04-06 | 2026-04-05 5 %", PROVISIONAL, "", REVIEW),
    Example("at diagnosis", _ADULT + "2025-04-05 80 % | 2025-06-05 2 %", NOT_RAISED),
    Example("another disease", "disease MM | 2026-04-05 30 %", NOT_APPLICABLE),
)


def marrow_relapse(cohort: Cohort) -> Signal:
    """Marrow lymphoblasts against the bar of the age, unless they may be regenerating precursors."""
    m = pooled(cohort, "blasts_marrow")
    grown = adults(m)
    few = m.low < BLASTS_CHILD.amount
    may = hematogones.regeneration(m, few & (m.high >= blasts.NEAR.amount))
    bar = np.where(grown & ~may.told, BLASTS.amount, BLASTS_CHILD.amount)
    possible = (m.high >= BLASTS.amount) & ~blasts.never_reaches(m, BLASTS)
    explained = may.likely | (may.told & ~grown)
    return weighed(
        m,
        criterion,
        sure=m.low >= bar,
        weak=possible | (m.low >= blasts.NEAR.amount),
        terms=Terms(AT_ONCE, alone=URGENT, weak_level=np.where(possible & ~explained, int(REVIEW), int(INFO))),
        silences=outside_remission(m),
        notes=lambda series, row: [*missing(series, row), *([hematogones.ASK] if may.asked[row] else [])],
        extras=lambda row: [
            *blasts.interval_of(m, row, BLASTS),
            *blasts.near_of(m, row, BLASTS),
            *hematogones.said(may, row),
            *marrow_time(m, row),
        ],
        words=Words(
            weak="not by itself a relapse: below 5 %, a bound, or a share that regenerating precursors may explain"
        ),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """At least 5 %, and the bar for children."""
    return at_least("blasts in marrow, bar for children", value, BLASTS_CHILD) | at_least(
        "blasts in marrow", value, BLASTS
    )


def missing(series: Series, row: int) -> Sequence[str]:
    """The remission, and the number of cells behind a low share."""
    return [*remission_note(series, row), *blasts.count_note(series, row)]


RULE = Rule(
    code="ALL-MARROW",
    title="Relapse of ALL in marrow",
    criteria_version="NCCN-ALL",
    diseases=frozenset({"ALL"}),
    reads=("blasts_marrow", "mrd_flow", "hematogones"),
    judges=("blasts_marrow",),
    thresholds=(BLASTS, BLASTS_CHILD, ADULT, blasts.NEAR, blasts.REPEAT_UP_TO, *hematogones.THRESHOLDS),
    sources=(NCCN_ALL, PEDIATRIC_M2_M3, RELAPSE_TIMES, VIGIL),
    examples=EXAMPLES,
    evaluate=marrow_relapse,
    confounders=LEUKAEMIA,
    would_confirm="Flow cytometry (hematogones, CD19-negative clone) and residual disease by PCR; a second marrow "
    "in 1 to 4 weeks.",
    would_clear="Flow cytometry that shows regenerating precursors, and a second marrow without disease.",
)
