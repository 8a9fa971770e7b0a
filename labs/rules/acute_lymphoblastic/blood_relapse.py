"""Blasts are back in blood after remission of acute lymphoblastic leukaemia.

What it checks
    Any blasts in blood (share or count above 0) since the remission: CONFIRMED at once and URGENT, one sample is
    enough by definition. Smear review, flow cytometry and a marrow follow. The time of the relapse by BFM and COG is
    shown where the days of diagnosis and end of therapy are recorded.
When it stays silent
    Another disease: NOT_APPLICABLE. Results from before the recorded remission are not judged. A share printed as `<1
    %` is not taken for blasts. Regeneration and G-CSF are listed as confounders.
    After a relapse that is recorded, until a further remission is: NOT_APPLICABLE; what began before goes on. In a line
    of therapy begun since the remission while neither is recorded: NOT_EVALUABLE.
Source
    NCCN and ELN adult ALL: reappearance of blasts in blood after complete remission.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from labs.rules.acute_lymphoblastic.relapse_time import marrow_time
from labs.rules.arrays import UNBOUNDED, Ints
from labs.rules.base import CONFIRMED, NOT_APPLICABLE, NOT_EVALUABLE, NOT_RAISED, URGENT, Example, Rule, Threshold
from labs.rules.checks import Check, above
from labs.rules.cohort import Cohort
from labs.rules.confounders import LEUKAEMIA
from labs.rules.markers import pooled
from labs.rules.remission import outside_remission, remission_note
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Signal, Terms, weighed
from labs.rules.sources import NCCN_ALL, RELAPSE_TIMES

NONE = Threshold("0", "%", NCCN_ALL, date(2024, 1, 1))
READS = ("blasts_blood_percent", "blasts_blood_count")

EXAMPLES = (
    Example("none", "remission 2026-01-01 | 2026-04-01 0 % | 2026-05-01 0 %", NOT_RAISED),
    Example("below 1 %", "remission 2026-01-01 | 2026-05-01 <1 %", NOT_RAISED),
    Example("any", "remission 2026-01-01 | 2026-04-01 0 % | 2026-05-01 0.5 %", CONFIRMED, "2026-05-01", URGENT),
    Example(
        "as a count",
        "remission 2026-01-01 | 2026-05-01 blasts_blood_count 0.02 10*3/uL",
        CONFIRMED,
        "2026-05-01",
        URGENT,
    ),
    Example("only from before the remission", "remission 2026-01-01 | 2025-10-01 40 %", NOT_EVALUABLE),
    Example("another disease", "disease AML | 2026-05-01 2 %", NOT_APPLICABLE),
)


def blood_relapse(cohort: Cohort) -> Signal:
    """Blasts in blood, whatever the assay."""
    b = pooled(cohort, *READS)
    sure = criterion(b.low, b.low).met | (b.high >= UNBOUNDED)
    terms = Terms(AT_ONCE, alone=URGENT)
    return weighed(
        b,
        criterion,
        sure=sure,
        terms=terms,
        silences=outside_remission(b),
        notes=missing,
        extras=lambda row: marrow_time(b, row),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Any."""
    return above("blasts in blood", value, NONE)


def missing(series: Series, row: int) -> Sequence[str]:
    """The remission, where it is not recorded."""
    return remission_note(series, row)


RULE = Rule(
    code="ALL-BLOOD",
    title="Blasts in blood after remission of ALL",
    criteria_version="NCCN-ALL",
    diseases=frozenset({"ALL"}),
    reads=READS,
    thresholds=(NONE,),
    sources=(NCCN_ALL, RELAPSE_TIMES),
    examples=EXAMPLES,
    evaluate=blood_relapse,
    confounders=LEUKAEMIA,
    would_confirm="Smear review, flow cytometry, and a marrow.",
    would_clear="A smear review and flow cytometry that find no lymphoblasts, and a marrow without disease.",
)
