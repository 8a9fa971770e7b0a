"""The light chain of the clone rises and the ratio is abnormal for the kidney function.

What it checks
    Pairs of kappa and lambda of one day, laboratory and method, where all of this holds: the ratio kappa/lambda lies
    outside its range on the side of the clone; the light chain of the clone is above its upper limit; and it has risen
    by more than 116 % above its lowest confirmed value of this line, more than chance explains between two results. One
    pair is INFO, since the lowest of many values lies low by chance; the next pair confirms, at REVIEW. The range is
    the laboratory's own, else by eGFR of the last 30 days: 0.26 to 1.65 from 60 on, 0.46 to 2.62 below 60, 0.48 to 3.38
    below 45, 0.54 to 3.30 below 30. Second, at REVIEW and never more than PROVISIONAL: a ratio that was abnormal in the
    pair before and now lies inside the standard range, but not inside the range for the present eGFR. It has not become
    normal; the kidneys have changed.
When it stays silent
    Another disease: NOT_APPLICABLE. The light chain of the clone is not recorded: NOT_EVALUABLE. On dialysis no range
    is validated: NOT_EVALUABLE. Both chains at or below their lower limits (immune paresis), where a ratio means
    little: NOT_EVALUABLE. A rise that meets the bars of MM-PD-FLC belongs to that rule, or to MM-LIGHT-CHAIN-ESCAPE. No
    earlier pair of the same assay beside an abnormal ratio: NOT_EVALUABLE. A ratio in its range is
    "not raised" whatever the chains do.
Source
    Ranges by eGFR: iStopMM (Long 2022) as laboratories print them. Standard range: Dispenzieri 2009. Variation of free
    light chains in stable gammopathy: Katzmann 2011 (28.4 % in all, hence 116 %). Their use together, the levels, and
    the upper limits 19.4 and 26.3 mg/L where the laboratory prints none: defaults of this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    INFO,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    Comparison,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, more_than_percent
from labs.rules.cohort import Cohort
from labs.rules.confounders import PROTEINS
from labs.rules.myeloma.flc_marker import unless_clone_known
from labs.rules.myeloma.flc_progression import rising
from labs.rules.myeloma.light_chains import clones, involved_flc, pairs
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.myeloma.ratio_range import (
    ALL,
    STAGES,
    UNKNOWN,
    Ranges,
    beyond,
    changed_by_kidneys,
    kidney_sentence,
    range_text,
    ranges,
    ratio_text,
)
from labs.rules.series import Series
from labs.rules.signals import Signal, Silence, Terms, Words, weighed
from labs.rules.sources import DISPENZIERI_2009, FLC_BY_KIDNEY, FREELITE_RANGES, KATZMANN_2011, VIGIL
from labs.rules.wording import amount_text
from labs.vocabulary.fixed_point import PLACES

CHANCE = Threshold("116", "%", KATZMANN_2011, date(2011, 12, 1))
JUDGES = ("flc_kappa", "flc_lambda")
READS = (*JUDGES, "flc_ratio", "egfr", "creatinine")
NO_FILTRATION = "eGFR of the last 30 days: the standard range of the ratio was used"
DIALYSIS = "a range for the ratio: none is validated on dialysis"
BOTH_LOW = "a ratio that means something: both light chains lie at or below their lower limits"
ABNORMAL = "the ratio is abnormal for the kidney function"
RENAL = "inside the standard range, outside that of this kidney function: it has not become normal"

_KAPPA = "light_chain kappa | "
_LAMBDA = "light_chain lambda | "
_BASE = (
    "2026-01-05 flc_kappa 20 mg/L | 2026-01-05 flc_lambda 16 | 2026-02-05 flc_kappa 20 | 2026-02-05 flc_lambda 16 | "
)
# fmt: off
EXAMPLES = (
    Example("E42 up by 42 %, ratio normal", _KAPPA + "2026-01-05 flc_kappa 12 mg/L | 2026-01-05 flc_lambda 12 | "
            "2026-02-05 flc_kappa 17 | 2026-02-05 flc_lambda 12", NOT_RAISED),
    Example("E18 ratio 2.5 with eGFR 25", _KAPPA + _BASE + "2026-03-05 flc_kappa 95 mg/L | "
            "2026-03-05 flc_lambda 38 | 2026-03-05 egfr 25", NOT_RAISED),
    Example("E18 the same with eGFR 90", _KAPPA + _BASE + "2026-03-05 flc_kappa 95 mg/L | "
            "2026-03-05 flc_lambda 38 | 2026-03-05 egfr 90", PROVISIONAL, "2026-03-05", INFO),
    Example("ratio 3.30 exactly with eGFR 29.9", _KAPPA + _BASE + "2026-03-05 flc_kappa 99 mg/L | "
            "2026-03-05 flc_lambda 30 | 2026-03-05 egfr 29.9", NOT_RAISED),
    Example("ratio 3.30 and a little", _KAPPA + _BASE + "2026-03-05 flc_kappa 99.01 mg/L | "
            "2026-03-05 flc_lambda 30 | 2026-03-05 egfr 29.9", PROVISIONAL, "", INFO),
    Example("ratio 3.38 exactly with eGFR 30", _KAPPA + _BASE + "2026-03-05 flc_kappa 101.4 mg/L | "
            "2026-03-05 flc_lambda 30 | 2026-03-05 egfr 30", NOT_RAISED),
    Example("ratio 3.38 and a little", _KAPPA + _BASE + "2026-03-05 flc_kappa 101.5 mg/L | "
            "2026-03-05 flc_lambda 30 | 2026-03-05 egfr 44.9", PROVISIONAL, "", INFO),
    Example("ratio 2.62 exactly with eGFR 45", _KAPPA + _BASE + "2026-03-05 flc_kappa 78.6 mg/L | "
            "2026-03-05 flc_lambda 30 | 2026-03-05 egfr 45", NOT_RAISED),
    Example("ratio 2.62 and a little", _KAPPA + _BASE + "2026-03-05 flc_kappa 78.7 mg/L | "
            "2026-03-05 flc_lambda 30 | 2026-03-05 egfr 59.9", PROVISIONAL, "", INFO),
    Example("ratio 1.65 exactly with eGFR 60", _KAPPA + _BASE + "2026-03-05 flc_kappa 49.5 mg/L | "
            "2026-03-05 flc_lambda 30 | 2026-03-05 egfr 60", NOT_RAISED),
    Example("up by 116 % exactly", _KAPPA + _BASE + "2026-03-05 flc_kappa 43.2 mg/L | 2026-03-05 flc_lambda 16",
            NOT_RAISED),
    Example("up by 116 % and a little, eGFR not on record", _KAPPA + _BASE + "2026-03-05 flc_kappa 43.21 mg/L | "
            "2026-03-05 flc_lambda 16", PROVISIONAL, "2026-03-05", INFO),
    Example("eGFR from creatinine, 25 days before", "born 1960-01-01 | sex male | " + _KAPPA + _BASE
            + "2026-02-08 creatinine 3.2 mg/dL | 2026-03-05 flc_kappa 95 mg/L | 2026-03-05 flc_lambda 38", NOT_RAISED),
    Example("the laboratory's own range counts first", _KAPPA + _BASE + "2026-03-05 flc_kappa 95 mg/L | "
            "2026-03-05 flc_lambda 38 | 2026-03-05 flc_ratio 2.5 [0.37..3.1]", NOT_RAISED),
    Example("the standard range that laboratories print does not", _KAPPA + _BASE + "2026-03-05 flc_kappa 95 mg/L | "
            "2026-03-05 flc_lambda 38 | 2026-03-05 flc_ratio 2.5 [0.26..1.65] | 2026-03-05 egfr 25", NOT_RAISED),
    Example("a rise that meets the bars of MM-PD-FLC", _KAPPA + _BASE + "2026-03-05 flc_kappa 130 mg/L | "
            "2026-03-05 flc_lambda 20", NOT_RAISED),
    Example("and again", _KAPPA + _BASE + "2026-03-05 flc_kappa 95 mg/L | 2026-03-05 flc_lambda 20 | "
            "2026-04-05 flc_kappa 99 | 2026-04-05 flc_lambda 20 | 2026-03-05 egfr 90 | 2026-04-05 egfr 90",
            CONFIRMED, "2026-03-05", REVIEW),
    Example("E19 inside the standard range only because the kidneys failed", _LAMBDA
            + "2026-01-05 flc_kappa 20 mg/L | 2026-01-05 flc_lambda 100 | 2026-01-05 egfr 70 | "
            "2026-02-05 flc_kappa 45 | 2026-02-05 flc_lambda 100 | 2026-02-05 egfr 25",
            PROVISIONAL, "2026-02-05", REVIEW),
    Example("the same with a ratio of 0.54", _LAMBDA + "2026-01-05 flc_kappa 20 mg/L | 2026-01-05 flc_lambda 100 | "
            "2026-01-05 egfr 70 | 2026-02-05 flc_kappa 54 | 2026-02-05 flc_lambda 100 | 2026-02-05 egfr 25",
            NOT_RAISED),
    Example("abnormal on the side of the other chain", _LAMBDA + _BASE + "2026-03-05 flc_kappa 95 mg/L | "
            "2026-03-05 flc_lambda 38", NOT_RAISED),
    Example("not above its upper limit", _KAPPA + "2026-01-05 flc_kappa 6 mg/L | 2026-01-05 flc_lambda 8 | "
            "2026-02-05 flc_kappa 19.4 | 2026-02-05 flc_lambda 8", NOT_RAISED),
    Example("both chains at their lower limits", _KAPPA + _BASE + "2026-03-05 flc_kappa 3.3 mg/L | "
            "2026-03-05 flc_lambda 1.5", NOT_EVALUABLE),
    Example("on dialysis", _KAPPA + "event dialysis 2026-01-01..2026-06-01 | " + _BASE
            + "2026-03-05 flc_kappa 95 mg/L | 2026-03-05 flc_lambda 38", NOT_EVALUABLE),
    Example("the first pair", _KAPPA + "2026-03-05 flc_kappa 95 mg/L | 2026-03-05 flc_lambda 38", NOT_EVALUABLE),
    Example("clone not known", _BASE + "2026-03-05 flc_kappa 95 mg/L | 2026-03-05 flc_lambda 38", NOT_EVALUABLE),
    Example("another disease", "disease AML | " + _KAPPA + _BASE + "2026-03-05 flc_kappa 95 mg/L", NOT_APPLICABLE),
)
# fmt: on


def ratio(cohort: Cohort) -> Signal:
    """The light chain of the clone against its lowest confirmed value, where the ratio is abnormal."""
    p, r = pairs(cohort), ranges(cohort)
    kappa, lambda_ = p.kappa, p.lambda_
    involved = involved_flc(cohort)
    clone = clones(cohort)[involved.patient]
    surely, possibly = beyond(kappa, lambda_, r.low, r.high, clone)
    high = involved.low > np.where(clone > 0, r.upper_kappa, r.upper_lambda)
    lowest, single = involved.lowest_confirmed(), involved.lowest()
    up = criterion(involved.low, lowest.high).met & high
    early = criterion(involved.low, single.high).met & high & single.known & ~lowest.confirmed
    rise = rising(cohort)
    progressed = rise.sure | rise.weak
    renal = changed_by_kidneys(kappa, lambda_, r, clone, surely, involved) & high & ~progressed
    sure = up & surely & lowest.confirmed & ~progressed
    weak = ((up & lowest.confirmed) | early) & possibly & ~progressed | renal
    both_low = (kappa.high <= r.lower_kappa) & (lambda_.high <= r.lower_lambda)
    renal &= ~sure
    return weighed(
        involved,
        criterion,
        sure=sure,
        weak=weak,
        against=lowest._replace(known=lowest.known | ~possibly),
        direction="above",
        terms=Terms(alone=INFO, both=REVIEW, weak_level=np.where(renal, int(REVIEW), int(INFO))),
        keeps=progressed,
        silences=(
            unless_clone_known(cohort, involved),
            Silence(r.dialysis & possibly, NOT_EVALUABLE, DIALYSIS),
            Silence(both_low, NOT_EVALUABLE, BOTH_LOW),
        ),
        notes=lambda _, row: _missing(r, row, single_value=bool(weak[row] and not renal[row] and early[row])),
        extras=lambda row: _compared(kappa, lambda_, r, row, renal=bool(renal[row])),
        words=Words(
            sure=ABNORMAL,
            weak=ABNORMAL,
            sentence=lambda series, row: kidney_sentence(kappa, lambda_, r, series, row) if renal[row] else "",
        ),
    )


def criterion(value: Ints, lowest: Ints) -> Check:
    """More than chance above the lowest."""
    return more_than_percent("rise of the clone's light chain", value - lowest, lowest, CHANCE)


def _missing(r: Ranges, row: int, *, single_value: bool) -> Sequence[str]:
    out = [] if r.own[row] or r.egfr[row] != UNKNOWN else [NO_FILTRATION]
    return [*out, "a second pair confirming the lowest value"] if single_value else out


def _compared(kappa: Series, lambda_: Series, r: Ranges, row: int, *, renal: bool) -> list[Comparison]:
    """The ratio beside its range."""
    if r.own[row]:
        whose = "the laboratory's own"
    elif r.egfr[row] == UNKNOWN:
        whose = "the standard one"
    else:
        whose = f"for eGFR {amount_text(int(r.egfr[row]), PLACES, STAGES[0].unit)}"
    needed = f"outside {range_text(r, row)}, {whose}"
    if renal:
        needed += f"; {RENAL}"
    return [Comparison("ratio kappa/lambda", ratio_text(kappa, lambda_, row), needed, met=True)]


RULE = Rule(
    code="MM-FLC-RATIO",
    title="Light chain of the clone up, with a ratio abnormal for the kidneys",
    criteria_version="VIGIL-1",
    diseases=MYELOMA,
    reads=READS,
    judges=JUDGES,
    thresholds=(CHANCE, *ALL),
    sources=(FLC_BY_KIDNEY, FREELITE_RANGES, DISPENZIERI_2009, KATZMANN_2011, VIGIL),
    examples=EXAMPLES,
    evaluate=ratio,
    confounders=(*PROTEINS, "dialysis"),
    would_confirm="A second pair of free light chains with creatinine, and immunofixation of serum and urine.",
    would_clear="A ratio inside the range for the kidney function.",
)
