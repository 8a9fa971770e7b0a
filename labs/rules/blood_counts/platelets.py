"""Platelets are low, or have fallen below the patient's own baseline.

What it checks
    Platelets since the remission: below 100 ×10⁹/L at REVIEW, below 50 ×10⁹/L at URGENT, baseline or not; PROVISIONAL
    once, CONFIRMED when the next assessment says so too, URGENT when both lie below 50. A fall of at least 30 % below
    the personal baseline (as in CBC-HB-FALL; here platelet transfusions too are left out of it): INFO once, REVIEW
    when confirmed. Without three agreeing results the highest single value stands in, and such a fall stays
    PROVISIONAL.
When it stays silent
    100 ×10⁹/L and above with no earlier result since the remission: NOT_EVALUABLE. Values within 7 days of a platelet
    transfusion never end an episode. Therapy and transplant are listed as confounders and silence nothing; clumping
    in EDTA must be thought of.
Source
    Variation within one person of 7.3 % (EFLM database) with analytical variation half of it gives a reference change
    value of -20.2 %; the fall of 30 % lies beyond it. The bars of 100, 50 and 30 % and their levels are defaults of
    this project; 50 is where CTCAE grade 3 begins, which grades toxicity, not relapse.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    INFO,
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
from labs.rules.blood_counts.baseline import ALL_DISEASES, EARLIEST, SUPPORT, baseline
from labs.rules.blood_counts.low_counts import TWICE, below_or_bound
from labs.rules.checks import Check, at_least_percent, below, where_known
from labs.rules.cohort import Cohort
from labs.rules.confounders import COUNTS, under
from labs.rules.markers import series_of
from labs.rules.remission import before_remission, remission_note
from labs.rules.signals import Signal, Terms, weighed
from labs.rules.sources import EFLM_HAEMATOLOGY, VIGIL

LOW = Threshold("100", "10*3/uL", VIGIL, date(2026, 1, 1))
VERY_LOW = Threshold("50", "10*3/uL", VIGIL, date(2026, 1, 1))
FALL = Threshold("30", "%", VIGIL, date(2026, 1, 1))
CHANGE = Threshold("20.2", "%", EFLM_HAEMATOLOGY, date(2026, 1, 1))
TRANSFUSION = "transfusion_platelets"

_BASE = "remission 2025-12-01 | 2026-01-05 200 10*3/uL | 2026-02-05 200 | 2026-03-05 200 | "
EXAMPLES = (
    Example("30 % less a little", _BASE + "2026-04-05 140.1 | 2026-05-05 140.1", NOT_RAISED),
    Example("100 exactly, from 120", "2026-01-05 120 10*3/uL | 2026-02-05 100 | 2026-03-05 100", NOT_RAISED),
    Example("30 % exactly, once", _BASE + "2026-04-05 140", PROVISIONAL, "2026-04-05", INFO),
    Example("30 % twice", _BASE + "2026-04-05 140 | 2026-05-05 138", CONFIRMED, "2026-04-05", REVIEW),
    Example("30 % and back", _BASE + "2026-04-05 140 | 2026-05-05 190", NOT_CONFIRMED, "2026-04-05", INFO),
    Example("30 % from a single value", "2026-01-05 200 10*3/uL | 2026-02-05 140", PROVISIONAL, "", INFO),
    Example("100 less a little", "2026-01-05 120 10*3/uL | 2026-02-05 99.9", PROVISIONAL, "2026-02-05", REVIEW),
    Example("below 100 twice", "2026-01-05 120 10*3/uL | 2026-02-05 99 | 2026-03-05 98", CONFIRMED, "", REVIEW),
    Example("50 exactly", "2026-02-05 50 10*3/uL", PROVISIONAL, "", REVIEW),
    Example("50 less a little", "2026-02-05 49.9 10*3/uL", PROVISIONAL, "", URGENT),
    Example("printed as a bound", "2026-02-05 <50 10*3/uL", PROVISIONAL, "", URGENT),
    Example("a bound at the bar", "2026-02-05 <100 10*3/uL", PROVISIONAL, "", REVIEW),
    Example("100 exactly, nothing before", "2026-02-05 100 10*3/uL", NOT_EVALUABLE),
    Example(
        "a value after a platelet transfusion makes no baseline",
        "event transfusion_platelets 2026-01-04 | 2026-01-05 200 10*3/uL | 2026-02-05 130 | 2026-03-05 130",
        NOT_RAISED,
    ),
    Example(
        "a transfusion ends nothing",
        "event transfusion_platelets 2026-02-10 | 2026-01-05 120 10*3/uL | 2026-02-05 40 | 2026-02-12 110",
        PROVISIONAL,
        "2026-02-05",
        URGENT,
    ),
    Example("only before the remission", "remission 2026-03-01 | 2026-02-05 30 10*3/uL", NOT_EVALUABLE),
)


def thrombocytopenia(cohort: Cohort) -> Signal:
    """Platelets against two bars, and against the personal baseline."""
    p = series_of(cohort, "platelets")
    own = baseline(cohort, p, CHANGE, (*SUPPORT, TRANSFUSION))
    low, very_low = p.high < LOW.amount, below_or_bound(p, VERY_LOW)
    fallen = fall_of(p.high, own.low).met & own.known
    alone = np.select([very_low, below_or_bound(p, LOW)], [int(URGENT), int(REVIEW)], int(INFO))
    return weighed(
        p,
        criterion,
        sure=low | (fallen & own.confirmed),
        weak=fallen | (p.low < LOW.amount) | (fall_of(p.low, own.high).met & own.confirmed),
        against=own,
        direction="below",
        keeps=under(cohort, p, TRANSFUSION),
        terms=Terms(
            TWICE,
            alone=alone,
            both=np.where(very_low, int(URGENT), int(REVIEW)),
            weak_level=np.minimum(alone, int(REVIEW)),
        ),
        silences=before_remission(p),
        notes=remission_note,
    )


def criterion(value: Ints, own: Ints) -> Check:
    """What is compared: the fall, and the value itself."""
    return fall_of(value, own) | below("platelets", value, LOW) | below("platelets", value, VERY_LOW)


def fall_of(value: Ints, own: Ints) -> Check:
    """-30 % of a baseline held as the sum of three; the value itself stands for none."""
    fallen = at_least_percent("fall in percent of the baseline", own - 3 * value, own, FALL)
    return where_known(fallen, own != value)


RULE = Rule(
    code="CBC-PLATELETS",
    title="Platelets low, or below the personal baseline",
    criteria_version="VIGIL-1",
    diseases=ALL_DISEASES,
    reads=("platelets",),
    thresholds=(LOW, VERY_LOW, FALL, CHANGE, EARLIEST),
    sources=(EFLM_HAEMATOLOGY, VIGIL),
    examples=EXAMPLES,
    evaluate=thrombocytopenia,
    confounders=(*COUNTS, TRANSFUSION),
    recovers=True,
    would_confirm="A repeat count in citrate with smear, to rule out clumping; drugs, infection, spleen.",
    would_clear="A normal count in citrate (clumping), a count that recovers, or a cause found.",
)
