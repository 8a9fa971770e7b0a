"""Residual disease has come back, or has risen tenfold, in remission of acute myeloid leukaemia.

What it checks
    Residual disease since the remission, within one method, specimen, method family, target (NPM1, RUNX1::RUNX1T1,
    CBFB::MYH11, PML::RARA ...), laboratory and line of therapy. Either it turns from negative to positive: any
    transcript by PCR, at least 0.1 % by flow cytometry or sequencing. Or a transcript rises at least tenfold (1
    log10) above the lowest earlier positive value, where that was below 2 %. The first such sample is PROVISIONAL
    at REVIEW; a second in a row confirms: URGENT, onset is the first. The second sample is best taken within 4
    weeks, and from marrow. The tenfold rise is compared by whole numbers. A tenfold rise by flow or sequencing,
    from 2 % or more, or only within printed bounds is PROVISIONAL at REVIEW and does not confirm.
When it stays silent
    Another disease: NOT_APPLICABLE. The first result of an assay, target, specimen or laboratory: NOT_EVALUABLE,
    since there is nothing to compare it with. `<0.01 %`, or "not detected" with a limit of detection of 0.01 %, is
    negative at that sensitivity only: a positive value below the bound of the earlier negative results is
    NOT_EVALUABLE, and a less sensitive negative result does not end an episode. Results from before the recorded
    remission are neither judged nor compared with. "Not detected" without a bound counts as negative, and the
    finding asks for its limit of detection. Where no target is recorded, one method, specimen and laboratory are
    taken to be of one target, and the finding says so. DNMT3A, TET2 and ASXL1 are no markers of residual disease
    and do not come in as such. Flow and sequencing below 0.1 % are not positive by the criterion, though they may
    matter. A negative result silences no other rule: some relapses have lost their marker. After a relapse that is
    recorded, until a further remission is: NOT_APPLICABLE; what began before goes on. In a line of therapy begun
    since the remission while neither is recorded: NOT_EVALUABLE.
Source
    Heuser 2021 (ELN MRD) and Doehner 2022 (ELN): conversion by any method, or a rise of at least 1 log10 of copies
    in patients with low-level molecular residual disease, confirmed in a second consecutive sample. The 4 weeks are
    given less firmly. The levels, the handling of bounds, and what is said of other tenfold rises are defaults of
    this project.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from labs.rules.arrays import Ints
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
from labs.rules.checks import Check, above
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
from labs.rules.signals import Signal, Words, weighed
from labs.rules.sources import DOEHNER_2022, HEUSER_2021, VIGIL
from labs.vocabulary.fixed_point import MRD_PLACES

SINCE = date(2021, 12, 30)
NONE = Threshold("0", "%", HEUSER_2021, SINCE, MRD_PLACES)
POSITIVE = Threshold("0.1", "%", HEUSER_2021, SINCE, MRD_PLACES)
LOW_LEVEL = Threshold("2", "%", HEUSER_2021, SINCE, MRD_PLACES)
TENFOLD = Threshold("10", "{ratio}", HEUSER_2021, SINCE, places=0)
READS = ("mrd_molecular", "mrd_flow", "mrd_sequencing")

_IN = "remission 2026-01-01 | "
EXAMPLES = (
    Example("negative throughout", _IN + "2026-02-01 0 % | 2026-05-01 <0.01 %", NOT_RAISED),
    Example("E32 0.05 to 0.40: less than 1 log10", _IN + "2026-02-01 0.05 % | 2026-05-01 0.40 %", NOT_RAISED),
    Example("tenfold less a little", _IN + "2026-02-01 0.05 % | 2026-05-01 0.499999999 %", NOT_RAISED),
    Example("tenfold exactly", _IN + "2026-02-01 0.05 % | 2026-05-01 0.5 %", PROVISIONAL, "2026-05-01", REVIEW),
    Example("E32 0.05 to 0.90", _IN + "2026-02-01 0.05 % | 2026-05-01 0.90 %", PROVISIONAL, "2026-05-01", REVIEW),
    Example(
        "E32 0.05 to 0.90, confirmed",
        _IN + "2026-02-01 0.05 % | 2026-05-01 0.90 % | 2026-05-22 1.1 %",
        CONFIRMED,
        "2026-05-01",
        URGENT,
    ),
    Example(
        "E31 negative, negative, positive twice",
        _IN + "2026-01-05 0 % | 2026-03-05 0 % | 2026-05-01 0.05 % | 2026-05-22 0.08 %",
        CONFIRMED,
        "2026-05-01",
        URGENT,
    ),
    Example(
        "the second sample is negative",
        _IN + "2026-03-05 0 % | 2026-05-01 0.05 % | 2026-05-22 <0.01 %",
        NOT_CONFIRMED,
        "2026-05-01",
    ),
    Example(
        "the second sample is negative, but less sensitive",
        _IN + "2026-03-05 0 % | 2026-05-01 0.05 % | 2026-05-22 <0.1 %",
        PROVISIONAL,
        "2026-05-01",
    ),
    Example(
        "E33 blood, then marrow",
        _IN + "2026-02-01 <0.01 % @A/pcr/blood | 2026-05-01 0.02 @A/pcr/bone_marrow",
        NOT_EVALUABLE,
    ),
    Example("another laboratory", _IN + "2026-02-01 0 % @A | 2026-05-01 0.05 @B", NOT_EVALUABLE),
    Example("another method", _IN + "2026-02-01 mrd_flow 0 % | 2026-05-01 mrd_molecular 0.05 %", NOT_EVALUABLE),
    Example("E40 positive below the earlier bound", _IN + "2026-02-01 <0.01 % | 2026-05-01 0.003 %", NOT_EVALUABLE),
    Example("a little below the bound", _IN + "2026-02-01 <0.01 % | 2026-05-01 0.009999999 %", NOT_EVALUABLE),
    Example("at the bound", _IN + "2026-02-01 <0.01 % | 2026-05-01 0.01 %", PROVISIONAL, "2026-05-01", REVIEW),
    Example(
        "E33 the limit of detection is stated", _IN + "2026-02-01 0 % limit:0.01 | 2026-05-01 0.003 %", NOT_EVALUABLE
    ),
    Example(
        "at the limit of detection", _IN + "2026-02-01 0 % limit:0.01 | 2026-05-01 0.01 %", PROVISIONAL, "", REVIEW
    ),
    Example("another target", _IN + "2026-02-01 0 % target:NPM1 | 2026-05-01 0.05 % target:FLT3-ITD", NOT_EVALUABLE),
    Example(
        "promyelocytic leukaemia, the same target",
        _IN
        + "2026-02-01 0 % target:PML::RARA | 2026-05-01 0.05 % target:PML::RARA | 2026-05-15 0.1 % target:PML::RARA",
        CONFIRMED,
        "2026-05-01",
        URGENT,
    ),
    Example("flow below 0.1 %", _IN + "2026-02-01 mrd_flow 0 % | 2026-05-01 0.099999999 %", NOT_RAISED),
    Example("flow at 0.1 %", _IN + "2026-02-01 mrd_flow 0 % | 2026-05-01 0.1 %", PROVISIONAL, "2026-05-01", REVIEW),
    Example("from below 2 %", _IN + "2026-02-01 1.99 % | 2026-05-01 20 % | 2026-05-22 21 %", CONFIRMED, "", URGENT),
    Example("from 2 %", _IN + "2026-02-01 2 % | 2026-05-01 20 % | 2026-05-22 21 %", PROVISIONAL, "", REVIEW),
    Example("negative only before the remission", _IN + "2025-10-01 0 % | 2026-05-01 0.05 %", NOT_EVALUABLE),
    Example("no earlier result", _IN + "2026-05-01 0.05 %", NOT_EVALUABLE),
    Example("another disease", "disease MM | 2026-02-01 0 % | 2026-05-01 0.05 %", NOT_APPLICABLE),
)


def residual_relapse(cohort: Cohort) -> Signal:
    """Conversion by any method, or a tenfold rise of a transcript."""
    m = residual(cohort, READS)
    transcript = by(m, "mrd_molecular")
    earlier = came_before(m, np.where(transcript, 1, POSITIVE.amount))
    times = int(TENFOLD.value)
    converted = earlier.positive & (earlier.negative <= m.low)
    rise = transcript & (earlier.high < LOW_LEVEL.amount) & (m.low >= times * earlier.high)
    sure = converted | (earlier.positive & rise)
    weak = earlier.positive & (earlier.low < NOTHING) & (m.high >= times * earlier.low)
    return weighed(
        m,
        criterion,
        sure=sure,
        weak=weak,
        against=reference(earlier, converted),
        keeps=cannot_refute(m, earlier),
        silences=silences(m, earlier, sure | weak),
        notes=notes_on(earlier),
        extras=lambda row: compared(m, earlier, converted, row, times),
        words=Words(weak="tenfold, but not surely, or not by the method or from the level of the criterion"),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Found at all; what it is compared with depends on what came before."""
    return above("residual disease", value, NONE)


RULE = Rule(
    code="AML-MRD",
    title="Residual disease of AML back or rising",
    criteria_version="ELN-MRD-2021",
    diseases=frozenset({"AML"}),
    reads=READS,
    thresholds=(NONE, POSITIVE, LOW_LEVEL, TENFOLD),
    sources=(HEUSER_2021, DOEHNER_2022, VIGIL),
    examples=EXAMPLES,
    evaluate=residual_relapse,
    confounders=LEUKAEMIA,
    would_confirm="A second sample by the same method and laboratory, of the same target and preferably of marrow, "
    "within 4 weeks.",
    would_clear="A second sample, as sensitive, that is negative.",
)
