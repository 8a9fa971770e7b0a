"""Blasts are back in blood after remission of acute myeloid leukaemia, as read until 2017.

What it checks
    Any blasts in blood (share or count above 0) since the remission: one sample is enough, CONFIRMED at once and
    URGENT. What follows in the same line of therapy belongs to it, blasts or none.
When it stays silent
    The site follows ELN 2022, which asks for two samples at least a week apart (`AML-BLOOD`): NOT_APPLICABLE. So too
    in another disease. Results from before the recorded remission are not judged. A share printed as `<1 %` is not
    taken for blasts. G-CSF and regeneration are listed as confounders; they need care here, since no second sample is
    waited for.
    After a relapse that is recorded, until a further remission is: NOT_APPLICABLE; what began before goes on. In a line
    of therapy begun since the remission while neither is recorded: NOT_EVALUABLE.
Source
    Doehner 2017 (ELN) and the texts since 2010: reappearance of blasts in blood, without a number of samples.
"""

from __future__ import annotations

from datetime import date

from labs.rules.acute_myeloid.blood_relapse import READS, missing
from labs.rules.arrays import UNBOUNDED, Ints
from labs.rules.base import CONFIRMED, NOT_APPLICABLE, NOT_RAISED, URGENT, Example, Rule, Threshold
from labs.rules.checks import Check, above
from labs.rules.cohort import Cohort
from labs.rules.confounders import LEUKAEMIA
from labs.rules.markers import pooled
from labs.rules.remission import outside_remission
from labs.rules.signals import Confirmation, Signal, Terms, weighed
from labs.rules.sources import DOEHNER_2017

NONE = Threshold("0", "%", DOEHNER_2017, date(2017, 1, 26))
ONE_SAMPLE = Confirmation(1, one_a_line=True)

EXAMPLES = (
    Example("none", "remission 2026-01-01 | 2026-04-01 0 % | 2026-05-01 0 %", NOT_RAISED),
    Example("below 1 %", "remission 2026-01-01 | 2026-04-01 <1 % | 2026-05-01 <1 %", NOT_RAISED),
    Example("before the remission", "remission 2026-01-01 | 2025-10-01 40 % | 2026-02-01 0 %", NOT_RAISED),
    Example("one sample", "remission 2026-01-01 | 2026-04-01 0 % | 2026-05-01 2 %", CONFIRMED, "2026-05-01", URGENT),
    Example("the least there is", "remission 2026-01-01 | 2026-05-01 0.1 %", CONFIRMED, "2026-05-01", URGENT),
    Example(
        "E28 one sample, G-CSF before it",
        "remission 2026-01-01 | event g_csf 2026-04-20..2026-04-27 | 2026-04-01 0 % | 2026-05-01 2 % | 2026-05-08 0 %",
        CONFIRMED,
        "2026-05-01",
        URGENT,
    ),
    Example(
        "two clear samples do not undo it",
        "remission 2026-01-01 | 2026-05-01 2 % | 2026-05-08 0 % | 2026-05-15 0 %",
        CONFIRMED,
        "2026-05-01",
        URGENT,
    ),
    Example("as a count", "remission 2026-01-01 | 2026-05-01 blasts_blood_count 0.02 10*3/uL", CONFIRMED, "", URGENT),
    Example("another disease", "disease MM | 2026-05-01 2 %", NOT_APPLICABLE),
)


def blood_relapse(cohort: Cohort) -> Signal:
    """Blasts in blood, whatever the assay."""
    b = pooled(cohort, *READS)
    return weighed(
        b,
        criterion,
        sure=criterion(b.low, b.low).met | (b.high >= UNBOUNDED),
        terms=Terms(ONE_SAMPLE, alone=URGENT, both=URGENT),
        silences=outside_remission(b),
        notes=missing,
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Any."""
    return above("blasts in blood", value, NONE)


RULE = Rule(
    code="AML-BLOOD-2017",
    title="Blasts in blood after remission of AML, as read until 2017",
    criteria_version="ELN-2017",
    diseases=frozenset({"AML"}),
    reads=READS,
    thresholds=(NONE,),
    sources=(DOEHNER_2017,),
    examples=EXAMPLES,
    evaluate=blood_relapse,
    confounders=LEUKAEMIA,
    would_confirm="Smear review and a marrow without waiting.",
    would_clear="A smear review that finds no blasts, and a marrow without disease.",
)
