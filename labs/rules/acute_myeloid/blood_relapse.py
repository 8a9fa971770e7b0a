"""Blasts are back in blood after remission of acute myeloid leukaemia.

What it checks
    Any blasts in blood (share or count above 0) since the remission. The first sample is URGENT and PROVISIONAL:
    repeat, smear and marrow do not wait. A second sample with blasts at least 7 days after the first confirms; onset
    is the first. One sample without blasts in between does not clear it: two in a row do, and what comes later is a
    new episode.
When it stays silent
    Another disease: NOT_APPLICABLE. Results from before the recorded remission are not judged. A share printed as `<1
    %` is not taken for blasts. G-CSF and regeneration are listed as confounders.
    After a relapse that is recorded, until a further remission is: NOT_APPLICABLE; what began before goes on. In a line
    of therapy begun since the remission while neither is recorded: NOT_EVALUABLE.
Source
    Doehner 2022 (ELN), table 8: blasts in at least 2 samples at least 1 week apart. That two clear samples end an
    episode is a default of this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from labs.rules.arrays import UNBOUNDED, Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_CONFIRMED,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, above
from labs.rules.cohort import Cohort
from labs.rules.confounders import LEUKAEMIA
from labs.rules.markers import pooled
from labs.rules.remission import outside_remission, remission_note
from labs.rules.series import Series
from labs.rules.signals import A_WEEK_APART, Signal, Terms, weighed
from labs.rules.sources import DOEHNER_2022, VIGIL

NONE = Threshold("0", "%", DOEHNER_2022, date(2022, 9, 22))
APART = Threshold("7", "d", DOEHNER_2022, date(2022, 9, 22))
READS = ("blasts_blood_percent", "blasts_blood_count")

EXAMPLES = (
    Example("none", "remission 2026-01-01 | 2026-04-01 0 % | 2026-05-01 0 %", NOT_RAISED),
    Example("below 1 %", "remission 2026-01-01 | 2026-04-01 <1 % | 2026-05-01 <1 %", NOT_RAISED),
    Example(
        "E28 one sample, G-CSF before it",
        "remission 2026-01-01 | event g_csf 2026-04-20..2026-04-27 | 2026-04-01 0 % | 2026-05-01 2 % | 2026-05-08 0 %",
        PROVISIONAL,
        "2026-05-01",
        URGENT,
    ),
    Example(
        "E29 8 days apart",
        "remission 2026-01-01 | 2026-04-01 0 % | 2026-05-01 2 % | 2026-05-09 3 %",
        CONFIRMED,
        "2026-05-01",
        URGENT,
    ),
    Example("7 days apart", "remission 2026-01-01 | 2026-05-01 2 % | 2026-05-08 3 %", CONFIRMED, "2026-05-01", URGENT),
    Example(
        "6 days apart", "remission 2026-01-01 | 2026-05-01 2 % | 2026-05-07 3 %", PROVISIONAL, "2026-05-01", URGENT
    ),
    Example(
        "E29 5 days apart", "remission 2026-01-01 | 2026-05-01 2 % | 2026-05-06 3 %", PROVISIONAL, "2026-05-01", URGENT
    ),
    Example(
        "two clear samples",
        "remission 2026-01-01 | 2026-05-01 2 % | 2026-05-08 0 % | 2026-05-15 0 %",
        NOT_CONFIRMED,
        "",
        REVIEW,
    ),
    Example("as a count", "remission 2026-01-01 | 2026-05-01 blasts_blood_count 0.02 10*3/uL", PROVISIONAL, "", URGENT),
    Example("before the remission", "remission 2026-01-01 | 2025-10-01 40 % | 2026-02-01 0 %", NOT_RAISED),
    Example("another disease", "disease MM | 2026-05-01 2 %", NOT_APPLICABLE),
)


def blood_relapse(cohort: Cohort) -> Signal:
    """Blasts in blood, whatever the assay."""
    b = pooled(cohort, *READS)
    return weighed(
        b,
        criterion,
        sure=criterion(b.low, b.low).met | (b.high >= UNBOUNDED),
        terms=Terms(A_WEEK_APART, alone=URGENT, both=URGENT, lapsed=REVIEW),
        silences=outside_remission(b),
        notes=missing,
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Any."""
    return above("blasts in blood", value, NONE)


def missing(series: Series, row: int) -> Sequence[str]:
    """The remission, where it is not recorded."""
    return remission_note(series, row)


RULE = Rule(
    code="AML-BLOOD",
    title="Blasts in blood after remission of AML",
    criteria_version="ELN-2022",
    diseases=frozenset({"AML"}),
    reads=READS,
    thresholds=(NONE, APART),
    sources=(DOEHNER_2022, VIGIL),
    examples=EXAMPLES,
    evaluate=blood_relapse,
    confounders=LEUKAEMIA,
    confirms_from=APART,
    would_confirm="A second blood sample with blasts at least 7 days after the first; smear review and a marrow "
    "without waiting.",
    would_clear="Two further samples without blasts, and a marrow without disease; a growth factor that "
    "explains immature cells.",
)
