"""Neutrophils are low.

What it checks
    Neutrophils since the remission: below 1.0 ×10⁹/L at REVIEW, below 0.5 ×10⁹/L at URGENT; below 1.0 with fever told
    on that day or in the 3 days before at URGENT, too, also where it is printed as `<1.0`. PROVISIONAL once, CONFIRMED
    when the next assessment is low too. Of one day the lowest counts, whatever the laboratory.
When it stays silent
    1.0 ×10⁹/L and above: such values are common in health with the Duffy-null type. No result since the remission:
    NOT_EVALUABLE. Therapy, antibodies, transplant and G-CSF are listed as confounders and silence nothing. Fever that
    nobody recorded, or that came after the count, is not known to this rule (a report of fever has a signal of its
    own): fever below 1.0 is an emergency whatever is shown here.
Source
    The bars are those of CTCAE grades 3 (below 1.0) and 4 (below 0.5), which grade toxicity, not relapse. Using them
    here, the levels, the 3 days and the repetition are defaults of this project.
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
from labs.rules.blood_counts.low_counts import TWICE, below_or_bound, told_days, within_days
from labs.rules.checks import Check, below
from labs.rules.cohort import Cohort, to_date
from labs.rules.confounders import COUNTS
from labs.rules.evidence import value_text
from labs.rules.markers import lowest_of_day
from labs.rules.remission import before_remission, remission_note
from labs.rules.series import Series
from labs.rules.signals import Signal, Terms, Words, weighed
from labs.rules.sources import VIGIL
from labs.rules.wording import amount_text, day_text

LOW = Threshold("1.0", "10*3/uL", VIGIL, date(2026, 1, 1))
VERY_LOW = Threshold("0.5", "10*3/uL", VIGIL, date(2026, 1, 1))
FEVER = Threshold("3", "d", VIGIL, date(2026, 1, 1))
WITH_FEVER = f"with fever told on the day or in the {FEVER.value} days before"

EXAMPLES = (
    Example("1.0 exactly", "2026-01-05 1.0 10*3/uL | 2026-02-05 1.0", NOT_RAISED),
    Example("1.0 less a little", "2026-01-05 2.0 10*3/uL | 2026-02-05 0.99", PROVISIONAL, "2026-02-05", REVIEW),
    Example("twice", "2026-01-05 2.0 10*3/uL | 2026-02-05 0.9 | 2026-02-12 0.8", CONFIRMED, "2026-02-05", REVIEW),
    Example("and back", "2026-01-05 2.0 10*3/uL | 2026-02-05 0.9 | 2026-02-12 1.4", NOT_CONFIRMED, "2026-02-05"),
    Example("0.5 exactly", "2026-01-05 2.0 10*3/uL | 2026-02-05 0.5", PROVISIONAL, "", REVIEW),
    Example("0.5 less a little", "2026-01-05 2.0 10*3/uL | 2026-02-05 0.49", PROVISIONAL, "", URGENT),
    Example("printed as a bound", "2026-02-05 <0.5 10*3/uL", PROVISIONAL, "2026-02-05", URGENT),
    Example("a bound at the bar", "2026-02-05 <1.0 10*3/uL", PROVISIONAL, "2026-02-05", REVIEW),
    Example("a bound that leaves it open", "2026-02-05 <1.5 10*3/uL", PROVISIONAL, "2026-02-05", REVIEW),
    Example("1.0 exactly, with fever", "2026-02-05 1.0 10*3/uL | 2026-02-05 symptom told @//fever", NOT_RAISED),
    Example(
        "with another symptom", "2026-02-05 0.99 10*3/uL | 2026-02-05 symptom told @//fatigue", PROVISIONAL, "", REVIEW
    ),
    Example("with fever", "2026-02-05 0.99 10*3/uL | 2026-02-05 symptom told @//fever", PROVISIONAL, "", URGENT),
    Example(
        "a bound at the bar, with fever",
        "2026-02-05 <1.0 10*3/uL | 2026-02-05 symptom told @//fever",
        PROVISIONAL,
        "",
        URGENT,
    ),
    Example(
        "3 days after fever", "2026-02-08 0.99 10*3/uL | 2026-02-05 symptom told @//fever", PROVISIONAL, "", URGENT
    ),
    Example(
        "4 days after fever", "2026-02-09 0.99 10*3/uL | 2026-02-05 symptom told @//fever", PROVISIONAL, "", REVIEW
    ),
    Example(
        "fever before, then asked again",
        "2026-02-06 0.99 10*3/uL | 2026-02-05 symptom told @//fever | 2026-02-06 symptom not_told",
        PROVISIONAL,
        "",
        URGENT,
    ),
    Example(
        "of two laboratories of one day the lower counts",
        "2026-02-05 0.9 10*3/uL @A | 2026-02-05 1.2 @B",
        PROVISIONAL,
        "2026-02-05",
    ),
    Example("only before the remission", "remission 2026-03-01 | 2026-02-05 0.3 10*3/uL", NOT_EVALUABLE),
    Example("a unit that cannot be used", "2026-02-05 0.3 ?", NOT_EVALUABLE),
)


def neutropenia(cohort: Cohort) -> Signal:
    """Neutrophils against two bars."""
    n = lowest_of_day(cohort, "neutrophils")
    feverish = below_or_bound(n, LOW) & within_days(n, told_days(cohort, "fever"), int(FEVER.value))
    level = np.where(below_or_bound(n, VERY_LOW) | feverish, int(URGENT), int(REVIEW))

    def compared(row: int) -> list[Comparison]:
        return [Comparison("fever", "told", WITH_FEVER, met=True)] if feverish[row] else []

    def sentence(series: Series, row: int) -> str:
        """Of a bound that leaves the bar open: nothing more than what is known."""
        if series.high[row] < LOW.amount:
            return ""
        day = day_text(to_date(int(series.day[row])))
        open_ = WITH_FEVER if feverish[row] else f"perhaps below {amount_text(LOW.amount, LOW.places, LOW.unit)}"
        return f"{series.name} {value_text(series, row)} on {day}, known only as a bound, {open_}."

    return weighed(
        n,
        criterion,
        sure=n.high < LOW.amount,
        weak=n.low < LOW.amount,
        direction="below",
        terms=Terms(TWICE, alone=level, both=level, weak_level=level),
        silences=before_remission(n),
        notes=remission_note,
        extras=compared,
        words=Words(sentence=sentence),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Below 1.0, or below 0.5."""
    return below("neutrophils", value, LOW) | below("neutrophils", value, VERY_LOW)


RULE = Rule(
    code="CBC-NEUTROPHILS",
    title="Neutropenia",
    criteria_version="VIGIL-1",
    diseases=ALL_DISEASES,
    reads=("neutrophils", "symptom"),
    judges=("neutrophils",),
    thresholds=(LOW, VERY_LOW, FEVER),
    sources=(VIGIL,),
    examples=EXAMPLES,
    evaluate=neutropenia,
    confounders=COUNTS,
    recovers=True,
    would_confirm="A repeat count with smear; drugs, infection; fever at once.",
    would_clear="A count that recovers, or a drug or infection that explains it.",
)
