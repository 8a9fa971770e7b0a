"""Lymphoblasts in marrow are at 5 % or more after remission of acute lymphoblastic leukaemia.

What it checks
    Lymphoblasts in marrow, since the remission. Adults (18 years on the day, or age not recorded): at least 5 %,
    CONFIRMED at once and URGENT. Children: at least 25 % likewise; 5 to below 25 % is PROVISIONAL at REVIEW, since
    regenerating precursors (hematogones) give such shares: flow cytometry and a second marrow decide.
When it stays silent
    Another disease: NOT_APPLICABLE. Marrows from before the recorded remission are not judged. Where no remission is
    recorded the person is taken to be in it, and the finding says so.
Source
    NCCN and ELN adult ALL: >= 5 %. Children: classes M2 and M3 of paediatric protocols. That children are those below
    18 years, and the level of M2: defaults of this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from labs.rules.arrays import Bools, Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Example,
    Rule,
    Threshold,
)
from labs.rules.blasts import count_note
from labs.rules.checks import Check, at_least
from labs.rules.cohort import Cohort, day_number
from labs.rules.confounders import LEUKAEMIA
from labs.rules.markers import pooled
from labs.rules.remission import before_remission, remission_note
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Signal, Terms, Words, weighed
from labs.rules.sources import NCCN_ALL, PEDIATRIC_M2_M3, VIGIL

BLASTS = Threshold("5", "%", NCCN_ALL, date(2024, 1, 1))
BLASTS_CHILD = Threshold("25", "%", PEDIATRIC_M2_M3, date(2000, 1, 1))
ADULT = Threshold("18", "a", VIGIL, date(2026, 1, 1))

_ADULT = "remission 2025-06-01 | born 1980-03-01 | "
_CHILD = "remission 2025-06-01 | born 2018-03-01 | "
EXAMPLES = (
    Example("5 % less a little", _ADULT + "2026-01-05 1 % | 2026-04-05 4.9 %", NOT_RAISED),
    Example("E35 a child, 3 %", _CHILD + "2026-04-05 3 %", NOT_RAISED),
    Example("5 % exactly", _ADULT + "2026-01-05 1 % | 2026-04-05 5 %", CONFIRMED, "2026-04-05", URGENT),
    Example("a child at 5 %", _CHILD + "2026-04-05 5 %", PROVISIONAL, "2026-04-05", REVIEW),
    Example("a child below 25 %", _CHILD + "2026-04-05 24.9 %", PROVISIONAL, "2026-04-05", REVIEW),
    Example("a child at 25 %", _CHILD + "2026-04-05 25 %", CONFIRMED, "2026-04-05", URGENT),
    Example("18 on the day", "born 2008-04-05 | 2026-04-05 5 %", CONFIRMED, "", URGENT),
    Example("18 a day later", "born 2008-04-06 | 2026-04-05 5 %", PROVISIONAL, "", REVIEW),
    Example("at diagnosis", _ADULT + "2025-04-05 80 % | 2025-06-05 2 %", NOT_RAISED),
    Example("another disease", "disease MM | 2026-04-05 30 %", NOT_APPLICABLE),
)


def marrow_relapse(cohort: Cohort) -> Signal:
    """Marrow lymphoblasts against the bar of the age."""
    m = pooled(cohort, "blasts_marrow")
    grown = _adults(cohort, m)
    sure = np.where(grown, criterion(m.low, m.low).met, at_least("", m.low, BLASTS_CHILD).met)
    return weighed(
        m,
        criterion,
        sure=sure,
        weak=criterion(m.high, m.high).met,
        terms=Terms(AT_ONCE, alone=URGENT),
        silences=before_remission(m),
        notes=missing,
        words=Words(
            weak="not by itself a relapse: a bound, or a child below 25 %, where hematogones are to be excluded"
        ),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """At least 5 %, and the bar for children."""
    return at_least("blasts in marrow, bar for children", value, BLASTS_CHILD) | at_least(
        "blasts in marrow", value, BLASTS
    )


def _adults(cohort: Cohort, series: Series) -> Bools:
    """Rows of people of 18 years on the day; age not recorded counts as grown up."""
    years = int(ADULT.value)
    birthdays = [_birthday(facts.birth_date, years) for facts in cohort.patients]
    grown: Bools = series.day >= np.array(birthdays, np.int64)[series.patient]
    return grown


def _birthday(born: date | None, years: int) -> int:
    """Day number of the birthday; someone born on 29 February comes of age on 1 March."""
    if born is None:
        return -(1 << 31)
    leap = born.month == 2 and born.day == 29
    return day_number(date(born.year + years, 3, 1) if leap else born.replace(year=born.year + years))


def missing(series: Series, row: int) -> Sequence[str]:
    """The remission, and the number of cells behind a low share."""
    return [*remission_note(series, row), *count_note(series, row)]


RULE = Rule(
    code="ALL-MARROW",
    title="Relapse of ALL in marrow",
    criteria_version="NCCN-ALL",
    diseases=frozenset({"ALL"}),
    reads=("blasts_marrow",),
    thresholds=(BLASTS, BLASTS_CHILD, ADULT),
    sources=(NCCN_ALL, PEDIATRIC_M2_M3, VIGIL),
    examples=EXAMPLES,
    evaluate=marrow_relapse,
    confounders=LEUKAEMIA,
    would_confirm="Flow cytometry (hematogones, CD19-negative clone) and residual disease by PCR; a second marrow "
    "in 1 to 4 weeks.",
)
