"""White cells are high.

What it checks
    White cells since the remission, of one day the highest, whatever the laboratory: above 1.5 times the upper limit
    of the range of that result at REVIEW; above 30 ×10⁹/L, or above 1.5 times the limit with blasts in blood of the
    same day, at URGENT. PROVISIONAL once, CONFIRMED when the next assessment is high too. Within 14 days of G-CSF or
    28 days of a corticosteroid, which explain white cells up to 30, it is at INFO.
When it stays silent
    No range printed, and age not on record or none typical for it (14 to 17 years, below one year): NOT_EVALUABLE,
    except above 30. Results from before the recorded remission are not judged. Infection is not known to this rule
    and explains most: CRP and the patient come first.
Source
    All bars, INFO under G-CSF or corticosteroid, and the levels are defaults of this project; the range is the
    laboratory's own, else one typical for the age.
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
    Comparison,
    Example,
    Rule,
    Threshold,
)
from labs.rules.blood_counts.baseline import ALL_DISEASES
from labs.rules.blood_counts.low_counts import TWICE, blasts_of_day
from labs.rules.checks import Check, above
from labs.rules.cohort import Cohort
from labs.rules.confounders import COUNTS, under
from labs.rules.markers import highest_of_day
from labs.rules.ranges import NO_RANGE, upper_limit
from labs.rules.remission import before_remission, remission_note
from labs.rules.signals import Signal, Silence, Terms, weighed
from labs.rules.sources import VIGIL

HIGH = Threshold("1.5", "{ULN}", VIGIL, date(2026, 1, 1))
VERY_HIGH = Threshold("30", "10*3/uL", VIGIL, date(2026, 1, 1))
EXPLAINED_BY = ("g_csf", "steroid")

_OWN = "[4.0..10.0]"
EXAMPLES = (
    Example("1.5 times the limit exactly", f"2026-04-05 15.0 10*3/uL {_OWN}", NOT_RAISED),
    Example("within the range", f"2026-04-05 8 10*3/uL {_OWN}", NOT_RAISED),
    Example("no range and no age", "2026-04-05 25 10*3/uL", NOT_EVALUABLE),
    Example("at 15 years no range is known", "born 2011-01-01 | 2026-04-05 25 10*3/uL", NOT_EVALUABLE),
    Example("at 5 years 14.5 is the limit: 21.75", "born 2021-01-01 | 2026-04-05 21.75 10*3/uL", NOT_RAISED),
    Example("and a little", "born 2021-01-01 | 2026-04-05 21.8 10*3/uL", PROVISIONAL, "2026-04-05", REVIEW),
    Example("above 1.5 times once", f"2026-04-05 15.1 10*3/uL {_OWN}", PROVISIONAL, "2026-04-05", REVIEW),
    Example("twice", f"2026-04-05 16 10*3/uL {_OWN} | 2026-04-12 18 {_OWN}", CONFIRMED, "2026-04-05", REVIEW),
    Example("and back", f"2026-04-05 16 10*3/uL {_OWN} | 2026-04-12 9 {_OWN}", NOT_CONFIRMED, "2026-04-05"),
    Example("soon after G-CSF", f"event g_csf 2026-04-01 | 2026-04-05 22 10*3/uL {_OWN}", PROVISIONAL, "", INFO),
    Example(
        "under a corticosteroid", f"event steroid 2026-04-01 | 2026-04-05 22 10*3/uL {_OWN}", PROVISIONAL, "", INFO
    ),
    Example(
        "30 exactly, soon after G-CSF", f"event g_csf 2026-04-01 | 2026-04-05 30 10*3/uL {_OWN}", PROVISIONAL, "", INFO
    ),
    Example(
        "above 30, without a range, soon after G-CSF",
        "event g_csf 2026-04-01 | 2026-04-05 30.1 10*3/uL",
        PROVISIONAL,
        "",
        URGENT,
    ),
    Example(
        "with blasts",
        f"2026-04-05 16 10*3/uL {_OWN} | 2026-04-05 blasts_blood_percent 1 %",
        PROVISIONAL,
        "2026-04-05",
        URGENT,
    ),
    Example(
        "no blasts in a smear",
        f"2026-04-05 16 10*3/uL {_OWN} | 2026-04-05 blasts_blood_percent 0 %",
        PROVISIONAL,
        "",
        REVIEW,
    ),
    Example("only before the remission", f"remission 2026-06-01 | 2026-04-05 40 10*3/uL {_OWN}", NOT_EVALUABLE),
)


def leukocytosis(cohort: Cohort) -> Signal:
    """White cells against their range, and against 30."""
    w = highest_of_day(cohort, "wbc")
    limit, blasts = upper_limit(w, "wbc"), blasts_of_day(w)
    high, very_high = limit.exceeded(w.low, HIGH), w.low > VERY_HIGH.amount
    urgent = very_high | (high & blasts)
    explained = under(cohort, w, *EXPLAINED_BY)
    level = np.select([urgent, explained], [int(URGENT), int(INFO)], int(REVIEW))
    possibly = limit.exceeded(w.high, HIGH) | (w.high > VERY_HIGH.amount)

    def compared(row: int) -> list[Comparison]:
        seen = Comparison("blasts in blood", "seen", "with blasts in blood of the same day", met=True)
        against = limit.compared(w, row, w.low if high[row] else w.high, HIGH)
        return against + ([seen] if blasts[row] else [])

    return weighed(
        w,
        criterion,
        sure=high | very_high,
        weak=possibly,
        terms=Terms(TWICE, alone=level, both=level, weak_level=level),
        silences=(*before_remission(w), Silence(~limit.known & ~possibly, NOT_EVALUABLE, NO_RANGE)),
        notes=remission_note,
        extras=compared,
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Above 30."""
    return above("white cells", value, VERY_HIGH)


RULE = Rule(
    code="CBC-WBC",
    title="White cells high",
    criteria_version="VIGIL-1",
    diseases=ALL_DISEASES,
    reads=("wbc", "blasts_blood_percent", "blasts_blood_count"),
    judges=("wbc",),
    thresholds=(HIGH, VERY_HIGH),
    sources=(VIGIL,),
    examples=EXAMPLES,
    evaluate=leukocytosis,
    confounders=(*COUNTS, "steroid"),
    recovers=True,
    would_confirm="A repeat count with smear and differential; CRP, infection, drugs.",
    would_clear="A repeat count within the range, or an infection that explains it and passes.",
)
