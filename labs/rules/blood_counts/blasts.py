"""Blasts are in the blood of a patient with myeloma.

What it checks
    Any blasts in blood (share or count above 0) since the remission of myeloma: PROVISIONAL at URGENT, CONFIRMED when
    the next sample has them too. They do not speak of relapse of the myeloma but of another disease of the marrow
    (related to therapy), of infection, or of regeneration. AML and ALL have rules of their own.
When it stays silent
    Another disease: NOT_APPLICABLE. Results from before the recorded remission are not judged. A share printed as `<1
    %` is not taken for blasts. G-CSF and recent therapy are listed as confounders.
Source
    That blasts in blood are URGENT whatever the disease, and that a second sample confirms, are defaults of this
    project.
"""

from __future__ import annotations

from datetime import date

from labs.rules.arrays import UNBOUNDED, Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_CONFIRMED,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Example,
    Rule,
    Threshold,
)
from labs.rules.blood_counts.low_counts import BLASTS, TWICE
from labs.rules.checks import Check, above
from labs.rules.cohort import Cohort
from labs.rules.confounders import LEUKAEMIA
from labs.rules.markers import pooled
from labs.rules.remission import before_remission, remission_note
from labs.rules.signals import Signal, Terms, weighed
from labs.rules.sources import VIGIL

NONE = Threshold("0", "%", VIGIL, date(2026, 1, 1))

_IN = "remission 2026-01-01 | "
EXAMPLES = (
    Example("none", _IN + "2026-04-01 0 % | 2026-05-01 0 %", NOT_RAISED),
    Example("below 1 %", _IN + "2026-05-01 <1 %", NOT_RAISED),
    Example("any", _IN + "2026-04-01 0 % | 2026-05-01 0.5 %", PROVISIONAL, "2026-05-01", URGENT),
    Example("as a count", _IN + "2026-05-01 blasts_blood_count 0.02 10*3/uL", PROVISIONAL, "2026-05-01", URGENT),
    Example("twice", _IN + "2026-05-01 1 % | 2026-05-08 2 %", CONFIRMED, "2026-05-01", URGENT),
    Example("and gone", _IN + "2026-05-01 1 % | 2026-05-08 0 %", NOT_CONFIRMED, "2026-05-01", REVIEW),
    Example("only from before the remission", _IN + "2025-10-01 4 %", NOT_EVALUABLE),
    Example("another disease", "disease AML | 2026-05-01 2 %", NOT_APPLICABLE),
)


def blood_blasts(cohort: Cohort) -> Signal:
    """Blasts in blood, whatever the assay."""
    b = pooled(cohort, *BLASTS)
    sure = criterion(b.low, b.low).met | (b.high >= UNBOUNDED)
    terms = Terms(TWICE, alone=URGENT, both=URGENT, lapsed=REVIEW)
    return weighed(b, criterion, sure=sure, terms=terms, silences=before_remission(b), notes=remission_note)


def criterion(value: Ints, _: Ints) -> Check:
    """Any."""
    return above("blasts in blood", value, NONE)


RULE = Rule(
    code="CBC-BLASTS",
    title="Blasts in blood in myeloma",
    criteria_version="VIGIL-1",
    diseases=frozenset({"MM"}),
    reads=BLASTS,
    thresholds=(NONE,),
    sources=(VIGIL,),
    examples=EXAMPLES,
    evaluate=blood_blasts,
    confounders=LEUKAEMIA,
    would_confirm="A smear read by eye, flow cytometry, and a marrow.",
    would_clear="A smear without blasts.",
)
