"""Lactate dehydrogenase is high, and higher than it was.

What it checks
    LDH since the remission: above 1.5 times the upper limit of its range, and more than 17.5 % (the reference change
    value) above the lowest value reached on two consecutive assessments of the same series. PROVISIONAL at REVIEW
    once, CONFIRMED at REVIEW when the next assessment says so too. Above 3 times the upper limit, with haemoglobin
    below 10.0 g/dL, neutrophils below 1.5 or platelets below 100 ×10⁹/L on the same day or within 14 days before:
    URGENT at once, whatever it was before. Against a single earlier value the finding stays PROVISIONAL.
When it stays silent
    Above the bar with no earlier value of the series: NOT_EVALUABLE. No range printed, and age or sex not on record
    or none typical for them (children): NOT_EVALUABLE. Results from before the recorded remission are not judged,
    though they may be the lowest. Red cells that burst in the tube raise LDH: a repeat sample comes first.
Source
    Reference change value, log-normal and two-sided, from a within-subject variation of 5.2 % with analytical
    variation half of it (EuBIVAS, not checked against the paper). All bars, the 14 days and the levels are defaults
    of this project; the range is the laboratory's own, else one typical for adults.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_CONFIRMED,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Comparison,
    Example,
    Rule,
    Threshold,
)
from labs.rules.blood_counts.baseline import ALL_DISEASES
from labs.rules.blood_counts.cytopenia import BARS
from labs.rules.blood_counts.low_counts import TWICE, low_days, within_days
from labs.rules.checks import Check, more_than_percent, where_known
from labs.rules.cohort import Cohort
from labs.rules.confounders import COUNTS
from labs.rules.markers import series_of
from labs.rules.ranges import NO_RANGE, upper_limit
from labs.rules.remission import before_remission, remission_note
from labs.rules.signals import Signal, Silence, Terms
from labs.rules.sources import EUBIVAS_LDH, GREENBERG_1997, VIGIL

HIGH = Threshold("1.5", "{ULN}", VIGIL, date(2026, 1, 1))
VERY_HIGH = Threshold("3", "{ULN}", VIGIL, date(2026, 1, 1))
CHANGE = Threshold("17.5", "%", EUBIVAS_LDH, date(2026, 1, 1))
NEAR = Threshold("14", "d", VIGIL, date(2026, 1, 1))

_TWO = "2026-01-05 200 U/L [120..250] | 2026-02-05 200 [120..250] | "
_LOW = "2026-04-01 platelets 99 10*3/uL | "
EXAMPLES = (
    Example("1.5 times the limit exactly", _TWO + "2026-04-05 375 [120..250] | 2026-05-05 375 [120..250]", NOT_RAISED),
    Example("17.5 % exactly", "2026-01-05 320 [..250] | 2026-02-05 320 [..200] | 2026-04-05 376 [..250]", NOT_RAISED),
    Example("high as ever", "2026-01-05 400 [..250] | 2026-02-05 400 [..250] | 2026-04-05 410 [..250]", NOT_RAISED),
    Example("the first value, normal", "2026-04-05 200 U/L [120..250]", NOT_RAISED),
    Example("the first value, high", "2026-04-05 380 U/L [120..250]", NOT_EVALUABLE),
    Example("no range and no age", "2026-01-05 200 U/L | 2026-02-05 200 | 2026-04-05 900", NOT_EVALUABLE),
    Example(
        "a child without a printed range",
        "born 2020-01-01 | sex male | 2026-01-05 200 U/L | 2026-02-05 200 | 2026-04-05 900",
        NOT_EVALUABLE,
    ),
    Example("above 1.5 times once", _TWO + "2026-04-05 375.1 [120..250]", PROVISIONAL, "2026-04-05", REVIEW),
    Example("twice", _TWO + "2026-04-05 380 [120..250] | 2026-05-05 390 [120..250]", CONFIRMED, "2026-04-05", REVIEW),
    Example("and back", _TWO + "2026-04-05 380 [120..250] | 2026-04-12 220 [120..250]", NOT_CONFIRMED, "2026-04-05"),
    Example(
        "17.5 % and a little",
        "2026-01-05 320 [..250] | 2026-02-05 320 [..250] | 2026-04-05 376.1 [..250]",
        PROVISIONAL,
        "2026-04-05",
        REVIEW,
    ),
    Example(
        "a single earlier value",
        "2026-02-05 200 U/L [..250] | 2026-04-05 400 [..250] | 2026-05-05 400 [..250]",
        PROVISIONAL,
        "2026-04-05",
        REVIEW,
    ),
    Example(
        "by the range typical for adults",
        "born 1960-01-01 | 2026-01-05 200 U/L | 2026-02-05 200 | 2026-04-05 376",
        PROVISIONAL,
        "2026-04-05",
        REVIEW,
    ),
    Example("3 times exactly, with platelets 99", _TWO + _LOW + "2026-04-05 ldh 750 [..250]", PROVISIONAL, "", REVIEW),
    Example("above 3 times, with platelets 99", _LOW + "2026-04-05 ldh 750.1 [..250]", PROVISIONAL, "", URGENT),
    Example("14 days after", _LOW + "2026-04-15 ldh 760 [..250]", PROVISIONAL, "2026-04-15", URGENT),
    Example("15 days after", _TWO + _LOW + "2026-04-16 ldh 760 [..250]", PROVISIONAL, "2026-04-16", REVIEW),
    Example(
        "platelets 100",
        _TWO + "2026-04-05 platelets 100 10*3/uL | 2026-04-05 ldh 760 [..250]",
        PROVISIONAL,
        "2026-04-05",
        REVIEW,
    ),
    Example("only before the remission", "remission 2026-06-01 | " + _TWO + "2026-04-05 900 [..250]", NOT_EVALUABLE),
)


def lactate_dehydrogenase(cohort: Cohort) -> Signal:
    """LDH against its range and against its own lowest value."""
    s = series_of(cohort, "ldh")
    limit, own, single = upper_limit(s, "ldh"), s.lowest_confirmed(), s.lowest()
    near = within_days(s, low_days(cohort, BARS), int(NEAR.value))
    urgent = limit.exceeded(s.low, VERY_HIGH) & near
    high, possibly = limit.exceeded(s.low, HIGH), limit.exceeded(s.high, HIGH)
    risen = criterion(s.low, own.high).met & own.confirmed
    risen_at_all = (criterion(s.low, single.high).met | criterion(s.high, own.low).met) & own.known
    level = np.where(urgent, int(URGENT), int(REVIEW))

    def compared(row: int) -> list[Comparison]:
        low = Comparison(
            "a low count of the last 14 days", "yes" if near[row] else "none known", "yes", bool(near[row])
        )
        both = limit.compared(s, row, s.low, VERY_HIGH)
        return limit.compared(s, row, s.low if high[row] else s.high, HIGH) + ([low, *both] if urgent[row] else [])

    sure = urgent | (high & risen)
    return Signal(
        s,
        criterion,
        sure,
        possibly & risen_at_all & ~sure,
        own,
        "above",
        early=single,
        terms=Terms(TWICE, alone=level, both=level),
        silences=(
            *before_remission(s),
            Silence(~limit.known, NOT_EVALUABLE, NO_RANGE),
            Silence(~own.known & ~possibly, NOT_RAISED, ""),
        ),
        notes=remission_note,
        extras=compared,
    )


def criterion(value: Ints, lowest: Ints) -> Check:
    """More than +17.5 % of the lowest, which stands for itself where nothing came before."""
    risen = more_than_percent("rise in percent of the lowest", value - lowest, lowest, CHANGE)
    return where_known(risen, value != lowest)


RULE = Rule(
    code="CBC-LDH",
    title="Lactate dehydrogenase high and rising",
    criteria_version="VIGIL-1",
    diseases=ALL_DISEASES,
    reads=("ldh", *BARS),
    judges=("ldh",),
    thresholds=(HIGH, VERY_HIGH, CHANGE, NEAR, *BARS.values()),
    sources=(EUBIVAS_LDH, GREENBERG_1997, VIGIL),
    examples=EXAMPLES,
    evaluate=lactate_dehydrogenase,
    confounders=COUNTS,
    recovers=True,
    would_confirm="A repeat LDH from a sample without haemolysis; liver enzymes, haptoglobin, CRP; a smear.",
    would_clear="A repeat LDH from a clean sample that lies within the range.",
)
