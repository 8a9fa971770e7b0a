"""A physician found hyperviscosity in myeloma: clinical relapse.

What it checks
    Whether a physician recorded hyperviscosity. Present: CONFIRMED. Suspected: PROVISIONAL until it is settled. Both
    are URGENT, for the same day.
When it stays silent
    Found absent: NOT_RAISED. Nobody recorded it: NOT_EVALUABLE, never "no". Another disease: NOT_APPLICABLE. Symptoms
    that may come from it (confusion, blurred vision, bleeding of nose or gums) have signals of their own.
Source
    Kumar 2016 (IMWG): hyperviscosity related to the serum paraprotein is an indicator of clinical relapse. Whether it
    is related is the judgement of the physician who records it. No bar for a measured viscosity is given: none is
    used. That a suspicion is already URGENT is a default of this project.
"""

from __future__ import annotations

from datetime import date

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_CONFIRMED,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    URGENT,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, stands_at
from labs.rules.cohort import Cohort
from labs.rules.markers import pooled
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.signals import AT_ONCE, Signal, Terms, Words, weighed
from labs.rules.sources import KUMAR_2016, VIGIL

PRESENT = Threshold("2", "{place on the scale}", KUMAR_2016, date(2016, 8, 1), places=0)
SUSPECTED = Threshold("1", "{place on the scale}", VIGIL, date(2026, 1, 1), places=0)

EXAMPLES = (
    Example("looked for and absent", "2026-01-05 absent", NOT_RAISED),
    Example("suspected", "2026-01-05 suspected", PROVISIONAL, "2026-01-05", URGENT),
    Example("present", "2026-01-05 present", CONFIRMED, "2026-01-05", URGENT),
    Example("suspected, then present", "2026-01-05 suspected | 2026-01-06 present", CONFIRMED, "2026-01-06", URGENT),
    Example("suspected, then absent", "2026-01-05 suspected | 2026-01-06 absent", NOT_CONFIRMED, "2026-01-05"),
    Example("nobody looked", "2026-01-05 serum_m 3.0 g/dL", NOT_EVALUABLE),
    Example("another disease", "disease AML | 2026-01-05 hyperviscosity present", NOT_APPLICABLE),
)


def hyperviscosity(cohort: Cohort) -> Signal:
    """What physicians recorded, a day a row."""
    m = pooled(cohort, "hyperviscosity")
    return weighed(
        m,
        criterion,
        sure=m.low == PRESENT.amount,
        weak=m.low == SUSPECTED.amount,
        terms=Terms(AT_ONCE, alone=URGENT, weak_level=URGENT),
        words=Words(weak="suspected, not yet settled"),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Present, or suspected."""
    return stands_at("hyperviscosity", value, {PRESENT.amount, SUSPECTED.amount}, "present or suspected")


RULE = Rule(
    code="MM-HYPERVISCOSITY",
    title="Hyperviscosity in myeloma",
    criteria_version="IMWG-2016",
    diseases=MYELOMA,
    reads=("hyperviscosity",),
    thresholds=(PRESENT, SUSPECTED),
    sources=(KUMAR_2016, VIGIL),
    examples=EXAMPLES,
    evaluate=hyperviscosity,
    asks_for="a physician's word on hyperviscosity",
    would_confirm="Examination of the fundus and serum viscosity, the same day.",
    would_clear="Another cause of the symptoms, found on examination.",
)
