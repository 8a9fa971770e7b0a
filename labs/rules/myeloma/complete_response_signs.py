"""Marrow or lesions show disease after a complete response: relapse from complete response by other signs.

What it checks
    After the day of a recorded complete response (CR or sCR) and in its line of therapy: at least 5 % plasma cells in
    marrow, or a new lesion or plasmacytoma. One is enough, at REVIEW: relapse from complete response counts for
    disease-free survival only. A new lesion is also clinical relapse, and hypercalcaemia is a sign of its own: their
    rules (MM-LESION-NEW, MM-CALCIUM) speak of them at their own level, whatever the response.
When it stays silent
    Another disease, or the response recorded is less than complete: NOT_APPLICABLE. Response or its date not recorded,
    or a later line of therapy has begun: NOT_EVALUABLE. An osteoporotic fracture is no lesion.
Source
    Kumar 2016 (IMWG), relapse from complete response: 5 % plasma cells in marrow, or any other sign of progression. The
    level is a default of this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    REVIEW,
    Comparison,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, Word
from labs.rules.cohort import Cohort, to_date
from labs.rules.evidence import value_text
from labs.rules.markers import series_of
from labs.rules.myeloma.complete_response import unless_complete
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.myeloma.side_by_side import side_by_side
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Signal, Terms, Words, weighed
from labs.rules.sources import KUMAR_2016, VIGIL
from labs.rules.wording import day_text

LEAST = Threshold("5", "%", KUMAR_2016, date(2016, 8, 1))
READS = ("plasma_cells_marrow", "lesion_new")
NEW = 2
RELAPSE = "relapse from complete response; it counts for disease-free survival only"
CLONALITY = "whether the plasma cells are clonal, and M-protein with immunofixation of the same time"

_CR = "response CR | remission 2026-01-10 | "
EXAMPLES = (
    Example("5 % less a little", _CR + "2026-03-05 4.9 %", NOT_RAISED),
    Example("before the response", _CR + "2025-10-05 40 % | 2026-03-05 2 %", NOT_RAISED),
    Example("an osteoporotic fracture", _CR + "2026-03-05 lesion_new osteoporotic_fracture", NOT_RAISED),
    Example("5 % exactly", _CR + "2026-03-05 5 %", CONFIRMED, "2026-03-05", REVIEW),
    Example("a new lesion", _CR + "2026-03-05 lesion_new yes", CONFIRMED, "2026-03-05", REVIEW),
    Example("a later line of therapy", _CR + "line 2026-02-01 | 2026-03-05 9 %", NOT_EVALUABLE),
    Example("response not recorded", "remission 2026-01-10 | 2026-03-05 9 %", NOT_EVALUABLE),
    Example("less than complete", "response PR | remission 2026-01-10 | 2026-03-05 9 %", NOT_APPLICABLE),
    Example("another disease", "disease AML | " + _CR + "2026-03-05 9 %", NOT_APPLICABLE),
)


def signs(cohort: Cohort) -> Signal:
    """Marrow and new lesions since the complete response, each on its own."""
    marrow, lesions = (series_of(cohort, code) for code in READS)
    series, order = side_by_side([marrow, lesions])
    sure = np.concatenate((marrow.low >= LEAST.amount, lesions.low == NEW))[order]
    maybe = np.concatenate((marrow.high >= LEAST.amount, lesions.low == NEW))[order]
    shown = maybe.astype(np.int64)
    series = series._replace(low=shown, high=shown)
    of_marrow = order < marrow.size
    return weighed(
        series,
        criterion,
        sure=sure,
        weak=maybe,
        terms=Terms(AT_ONCE, both=REVIEW),
        silences=unless_complete(series),
        notes=lambda _, row: missing(of_marrow=bool(of_marrow[row])),
        extras=lambda row: _compared(series, row) if of_marrow[row] else [],
        words=Words(
            sentence=lambda s, row: "" if of_marrow[row] else _lesion(s, row),
            sure=RELAPSE,
            weak="it may be relapse from complete response",
        ),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Disease is there."""
    return Word("sign of disease", "found after a complete response", value > 0)


def missing(*, of_marrow: bool) -> Sequence[str]:
    """What one marrow leaves open."""
    return [CLONALITY] if of_marrow else []


def _lesion(series: Series, row: int) -> str:
    """A new lesion in words: its value would be told as "yes"."""
    day = day_text(to_date(int(series.day[row])))
    return f"New lesion on {day}, after a complete response ({RELAPSE})."


def _compared(series: Series, row: int) -> list[Comparison]:
    return [Comparison("plasma cells in marrow", value_text(series, row), f"at least {LEAST}", met=True)]


RULE = Rule(
    code="MM-CR-SIGNS",
    title="Marrow or a lesion shows disease after complete response",
    criteria_version="IMWG-2016",
    diseases=MYELOMA,
    reads=READS,
    thresholds=(LEAST,),
    sources=(KUMAR_2016, VIGIL),
    examples=EXAMPLES,
    evaluate=signs,
    would_confirm="M-protein with immunofixation, free light chains, imaging and biopsy as the case asks for.",
    would_clear="Plasma cells that are not clonal, or below 5 % in a second marrow.",
)
