"""Blasts in marrow are at 5 % or more after remission of acute myeloid leukaemia.

What it checks
    Blasts in marrow, since the remission: at least 5 %. One marrow is enough by definition: CONFIRMED and URGENT. Below
    10 % the finding asks for the number of cells counted, with the interval such a share has at 200 cells: a repeat
    marrow in 1 to 2 weeks and flow cytometry tell regeneration from relapse.
When it stays silent
    Another disease: NOT_APPLICABLE. Marrows from before the recorded remission are not judged. Where no remission is
    recorded the person is taken to be in it, and the finding says so.
Source
    Doehner 2022 (ELN), table 8, relapse after CR, CRh or CRi.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
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
from labs.rules.blasts import count_note
from labs.rules.checks import Check, at_least
from labs.rules.cohort import Cohort
from labs.rules.confounders import LEUKAEMIA
from labs.rules.markers import pooled
from labs.rules.remission import before_remission, remission_note
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Signal, Terms, weighed
from labs.rules.sources import DOEHNER_2022

BLASTS = Threshold("5", "%", DOEHNER_2022, date(2022, 9, 22))

EXAMPLES = (
    Example("5 % less a little", "remission 2025-06-01 | 2026-01-05 1 % | 2026-04-05 4.9 %", NOT_RAISED),
    Example("5 % exactly", "remission 2025-06-01 | 2026-01-05 1 % | 2026-04-05 5 %", CONFIRMED, "2026-04-05", URGENT),
    Example("E30 6 % of 200 cells", "remission 2025-06-01 | 2026-04-05 6 %", CONFIRMED, "2026-04-05", URGENT),
    Example("at diagnosis", "remission 2025-06-01 | 2025-04-05 60 % | 2025-06-05 2 %", NOT_RAISED),
    Example("only from before the remission", "remission 2025-06-01 | 2025-04-05 60 %", NOT_EVALUABLE),
    Example("remission not recorded", "2026-04-05 30 %", CONFIRMED, "", URGENT),
    Example("given as a bound", "remission 2025-06-01 | 2026-04-05 <10 %", PROVISIONAL, "", REVIEW),
    Example("another disease", "disease MM | 2026-04-05 30 %", NOT_APPLICABLE),
)


def marrow_relapse(cohort: Cohort) -> Signal:
    """Marrow blasts against the bar."""
    m = pooled(cohort, "blasts_marrow")
    return weighed(
        m,
        criterion,
        sure=criterion(m.low, m.low).met,
        weak=criterion(m.high, m.high).met if m.censored else None,
        terms=Terms(AT_ONCE, alone=URGENT),
        silences=before_remission(m),
        notes=missing,
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
    thresholds=(BLASTS,),
    sources=(DOEHNER_2022,),
    examples=EXAMPLES,
    evaluate=marrow_relapse,
    confounders=LEUKAEMIA,
    would_confirm="Flow cytometry and genetics of this marrow; a repeat marrow in 1 to 2 weeks.",
)
