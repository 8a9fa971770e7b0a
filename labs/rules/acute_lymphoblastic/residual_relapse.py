"""Residual disease has come back in remission of acute lymphoblastic leukaemia.

What it checks
    Residual disease since the remission, within one method, specimen, method family, target, laboratory and line of
    therapy: a positive result after a negative one that was at least as sensitive as 0.01 %. At 0.01 % or more
    PROVISIONAL at REVIEW; at 0.1 % or more PROVISIONAL at URGENT; a second such sample in a row confirms: URGENT,
    onset is the first. Positive below 0.01 %, the range below quantification, is PROVISIONAL at INFO (repeat in 2
    to 4 weeks) and does not confirm. For BCR::ABL1 and other transcripts it is at REVIEW. A tenfold rise (1 log10)
    above the lowest earlier positive value, by any method, is PROVISIONAL at REVIEW and does not confirm; below
    0.01 % it is at INFO, unless it is of a transcript. A value at or above the bound of an earlier negative result
    that was itself less sensitive than 0.01 % is PROVISIONAL at REVIEW and does not confirm.
When it stays silent
    Another disease: NOT_APPLICABLE. The first result of an assay, target, specimen or laboratory: NOT_EVALUABLE,
    since there is nothing to compare it with. `<0.01 %`, or "not detected" with a limit of detection of 0.01 %, is
    negative at that sensitivity only: a positive value below the bound of the earlier negative results is
    NOT_EVALUABLE, and a less sensitive negative result does not end an episode. Results from before the recorded
    remission are neither judged nor compared with. "Not detected" without a bound counts as negative and sensitive
    enough, and the finding asks for its limit of detection. Where no target is recorded, one method, specimen and
    laboratory are taken to be of one target, and the finding says so. After a relapse that is recorded, until a
    further remission is: NOT_APPLICABLE; what began before goes on. In a line of therapy begun since the remission
    while neither is recorded: NOT_EVALUABLE.
Source
    Gökbuget 2024 (ELN, adult ALL; read in abstract): loss of molecular remission, 0.01 %. The bar of 0.1 % is that
    of the trial and label of blinatumomab. The bars are those of adults; the tenfold rise, the levels, the 2 to 4
    weeks and the handling of bounds are defaults of this project.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    INFO,
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
from labs.rules.checks import Check, above, at_least
from labs.rules.cohort import Cohort
from labs.rules.confounders import LEUKAEMIA
from labs.rules.residual import (
    NOTHING,
    by,
    came_before,
    cannot_refute,
    compared,
    notes_on,
    reference,
    residual,
    silences,
)
from labs.rules.signals import Signal, Terms, Words, weighed
from labs.rules.sources import BLINATUMOMAB_LABEL, GOKBUGET_2024, VIGIL
from labs.vocabulary.fixed_point import MRD_PLACES

NONE = Threshold("0", "%", GOKBUGET_2024, date(2024, 5, 9), MRD_PLACES)
LOST = Threshold("0.01", "%", GOKBUGET_2024, date(2024, 5, 9), MRD_PLACES)
HIGH = Threshold("0.1", "%", BLINATUMOMAB_LABEL, date(2018, 3, 29), MRD_PLACES)
TENFOLD = Threshold("10", "{ratio}", VIGIL, date(2026, 1, 1), places=0)
READS = ("mrd_receptor", "mrd_flow", "mrd_sequencing", "mrd_molecular")

_IN = "remission 2026-01-01 | "
_NEGATIVE = _IN + "2026-03-05 <0.001 % | "
EXAMPLES = (
    Example("negative throughout", _NEGATIVE + "2026-05-01 <0.01 %", NOT_RAISED),
    Example("positive all along, tenfold less a little", _IN + "2026-03-05 0.02 % | 2026-05-01 0.199 %", NOT_RAISED),
    Example("positive all along, tenfold", _IN + "2026-03-05 0.02 % | 2026-05-01 0.2 %", PROVISIONAL, "", REVIEW),
    Example("tenfold below 0.01 %", _IN + "2026-03-05 0.0009 % | 2026-05-01 0.009 %", PROVISIONAL, "", INFO),
    Example("positive, then a blunt negative", _IN + "2026-03-05 0.004 % | 2026-05-01 <0.05 %", NOT_RAISED),
    Example("E40 positive below the earlier bound", _IN + "2026-03-05 <0.01 % | 2026-05-01 0.003 %", NOT_EVALUABLE),
    Example("E40 by a new assay", _IN + "2026-03-05 <0.01 % @A/pcr | 2026-05-01 0.003 % @A/sequencing", NOT_EVALUABLE),
    Example("blood, then marrow", _IN + "2026-03-05 0 % @A/pcr/blood | 2026-05-01 0.5 % @A/pcr/marrow", NOT_EVALUABLE),
    Example("a little below 0.01 %", _NEGATIVE + "2026-05-01 0.009999999 %", PROVISIONAL, "2026-05-01", INFO),
    Example("below 0.01 % twice", _NEGATIVE + "2026-05-01 0.004 % | 2026-05-22 0.006 %", PROVISIONAL, "", INFO),
    Example("0.01 % exactly", _NEGATIVE + "2026-05-01 0.01 %", PROVISIONAL, "2026-05-01", REVIEW),
    Example("a little below 0.1 %", _NEGATIVE + "2026-05-01 0.099999999 %", PROVISIONAL, "2026-05-01", REVIEW),
    Example("0.1 % exactly", _NEGATIVE + "2026-05-01 0.1 %", PROVISIONAL, "2026-05-01", URGENT),
    Example("confirmed", _NEGATIVE + "2026-05-01 0.01 % | 2026-05-22 0.02 %", CONFIRMED, "2026-05-01", URGENT),
    Example("not confirmed", _NEGATIVE + "2026-05-01 0.01 % | 2026-05-22 <0.001 %", NOT_CONFIRMED, "2026-05-01"),
    Example(
        "a less sensitive negative after it", _NEGATIVE + "2026-05-01 0.02 % | 2026-05-22 <0.05 %", PROVISIONAL, ""
    ),
    Example("negative at 0.01 % only", _IN + "2026-03-05 <0.01 % | 2026-05-01 0.02 %", PROVISIONAL, "", REVIEW),
    Example(
        "negative at 0.05 % only",
        _IN + "2026-03-05 <0.05 % | 2026-05-01 0.4 % | 2026-05-22 0.4 %",
        PROVISIONAL,
        "",
        REVIEW,
    ),
    Example(
        "a transcript below 0.01 %", _IN + "2026-03-05 mrd_molecular 0 % | 2026-05-01 0.003 %", PROVISIONAL, "", REVIEW
    ),
    Example(
        "a transcript, tenfold less a little",
        _IN + "2026-03-05 mrd_molecular 0.003 % | 2026-05-01 0.029999999 %",
        NOT_RAISED,
    ),
    Example(
        "a transcript, tenfold", _IN + "2026-03-05 mrd_molecular 0.003 % | 2026-05-01 0.03 %", PROVISIONAL, "", REVIEW
    ),
    Example(
        "not detected at a limit of 0.01 %",
        _IN + "2026-03-05 0 % limit:0.01 | 2026-05-01 0.02 % | 2026-05-22 0.02 %",
        CONFIRMED,
        "2026-05-01",
        URGENT,
    ),
    Example(
        "not detected at a limit of 0.05 %",
        _IN + "2026-03-05 0 % limit:0.05 | 2026-05-01 0.06 % | 2026-05-22 0.06 %",
        PROVISIONAL,
        "",
        REVIEW,
    ),
    Example("not detected, below its limit", _IN + "2026-03-05 0 % limit:0.05 | 2026-05-01 0.02 %", NOT_EVALUABLE),
    Example(
        "BCR::ABL1, loss of a negative result",
        _IN + "2026-03-05 mrd_molecular 0 % target:BCR::ABL1 limit:0.001 | 2026-05-01 0.003 % target:BCR::ABL1",
        PROVISIONAL,
        "2026-05-01",
        REVIEW,
    ),
    Example(
        "another target",
        _IN + "2026-03-05 mrd_molecular 0 % target:BCR::ABL1 | 2026-05-01 0.05 % target:KMT2A",
        NOT_EVALUABLE,
    ),
    Example("negative only before the remission", _IN + "2025-10-01 0 % | 2026-05-01 0.05 %", NOT_EVALUABLE),
    Example("another disease", "disease AML | 2026-03-05 0 % | 2026-05-01 0.05 %", NOT_APPLICABLE),
)


def residual_relapse(cohort: Cohort) -> Signal:
    """Conversion, or a tenfold rise, by any method."""
    m = residual(cohort, READS)
    transcript = by(m, "mrd_molecular")
    earlier = came_before(m, np.ones(m.size, np.int64))
    times = int(TENFOLD.value)
    converted = earlier.positive & (earlier.negative <= m.low)
    measurable = m.low >= LOST.amount
    sure = converted & measurable & (earlier.negative <= LOST.amount)
    seen = transcript | (m.low > NONE.amount)  # only of a transcript may a bound be a rise
    rise = seen & earlier.positive & (earlier.low < NOTHING) & (m.high >= times * earlier.low)
    hits = converted | rise
    return weighed(
        m,
        criterion,
        sure=sure,
        weak=hits,
        against=reference(earlier, converted),
        terms=Terms(
            alone=np.where(m.low >= HIGH.amount, int(URGENT), int(REVIEW)),
            weak_level=np.where(measurable | transcript, int(REVIEW), int(INFO)),
        ),
        keeps=cannot_refute(m, earlier),
        silences=silences(m, earlier, hits),
        notes=notes_on(earlier),
        extras=lambda row: compared(m, earlier, converted, row, times),
        words=Words(weak="not by itself a loss of remission: below 0.01 %, a tenfold rise, or after a blunt negative"),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Positive, and the two bars; what it is compared with depends on what came before."""
    return (
        above("residual disease", value, NONE)
        | at_least("residual disease, bar of URGENT", value, HIGH)
        | at_least("residual disease, bar of REVIEW", value, LOST)
    )


RULE = Rule(
    code="ALL-MRD",
    title="Residual disease of ALL back",
    criteria_version="ELN-ALL-2024",
    diseases=frozenset({"ALL"}),
    reads=READS,
    thresholds=(NONE, LOST, HIGH, TENFOLD),
    sources=(GOKBUGET_2024, BLINATUMOMAB_LABEL, VIGIL),
    examples=EXAMPLES,
    evaluate=residual_relapse,
    confounders=LEUKAEMIA,
    would_confirm="A second marrow by the same method and laboratory, of the same target, in 2 to 4 weeks. Flow "
    "cytometry is to exclude hematogones, and after CD19 therapy a CD19-negative clone.",
    would_clear="A second marrow, as sensitive, that is negative; flow cytometry that shows regenerating precursors.",
)
