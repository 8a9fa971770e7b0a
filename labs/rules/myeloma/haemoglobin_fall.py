"""Haemoglobin has fallen by 2 g/dL: a sign of clinical relapse of myeloma.

What it checks
    Haemoglobin against the highest level reached on two consecutive assessments of this line of therapy: a fall of at
    least 2 g/dL. One assessment is PROVISIONAL at REVIEW; the next on another day that also meets it makes it
    CONFIRMED and URGENT. A fall met only against a single highest value stays PROVISIONAL at REVIEW. Values within 90
    days of a red cell transfusion neither make the reference nor end an episode.
When it stays silent
    Another disease: NOT_APPLICABLE. No earlier value of the same series: NOT_EVALUABLE. Therapy and other conditions
    are listed as confounders and never silence it: whether they explain the fall is the physician's judgement.
Source
    Kumar 2016 (IMWG), clinical relapse: decrease of >= 2 g/dL not related to therapy or other conditions. The
    reference, the second assessment and the transfusion window are defaults of this project.
"""

from __future__ import annotations

from datetime import date

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, at_least
from labs.rules.cohort import Cohort
from labs.rules.confounders import COUNTS, under
from labs.rules.markers import series_of
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.signals import Signal, fall
from labs.rules.sources import KUMAR_2016, VIGIL

FALL = Threshold("2", "g/dL", KUMAR_2016, date(2016, 8, 1))

EXAMPLES = (
    Example(
        "2 less a little", "2026-01-05 12.8 g/dL | 2026-02-05 12.8 | 2026-03-05 10.81 | 2026-04-05 10.9", NOT_RAISED
    ),
    Example(
        "2 exactly",
        "2026-01-05 12.8 g/dL | 2026-02-05 12.8 | 2026-03-05 10.8 | 2026-04-05 10.8",
        CONFIRMED,
        "2026-03-05",
        URGENT,
    ),
    Example(
        "one assessment", "2026-01-05 12.8 g/dL | 2026-02-05 12.8 | 2026-03-05 10.8", PROVISIONAL, "2026-03-05", REVIEW
    ),
    Example(
        "E25 on lenalidomide",
        "event chemotherapy 2026-01-01..2026-12-31 | 2026-01-05 12.8 g/dL | 2026-02-05 10.6",
        PROVISIONAL,
        "2026-02-05",
        REVIEW,
    ),
    Example(
        "E26 a transfusion clears nothing",
        "event transfusion_red_cells 2026-03-10 | 2026-01-05 12.5 g/dL | 2026-02-05 11.2 | 2026-03-05 9.6 | "
        "2026-03-17 10.9 | 2026-03-24 10.8",
        PROVISIONAL,
        "2026-03-05",
        REVIEW,
    ),
    Example("g/L are converted", "2026-01-05 128 g/L | 2026-02-05 128 | 2026-03-05 10.8 g/dL", PROVISIONAL),
    Example("the first value", "2026-01-05 9.0 g/dL", NOT_EVALUABLE),
    Example("another disease", "disease ALL | 2026-01-05 12.8 g/dL | 2026-02-05 12.8 | 2026-03-05 9.8", NOT_APPLICABLE),
)


def haemoglobin_fall(cohort: Cohort) -> Signal:
    """Haemoglobin against its highest confirmed level."""
    h = series_of(cohort, "haemoglobin")
    transfused = under(cohort, h, "transfusion_red_cells")
    highest = h.highest_confirmed(among=~transfused)
    return fall(h, criterion, against=highest, early=h.highest(among=~transfused), keeps=transfused)


def criterion(value: Ints, highest: Ints) -> Check:
    """-2 g/dL."""
    return at_least("fall", highest - value, FALL)


RULE = Rule(
    code="MM-HB",
    title="Haemoglobin fall of 2 g/dL in myeloma",
    criteria_version="IMWG-2016",
    diseases=MYELOMA,
    reads=("haemoglobin",),
    thresholds=(FALL,),
    sources=(KUMAR_2016, VIGIL),
    examples=EXAMPLES,
    evaluate=haemoglobin_fall,
    confounders=COUNTS,
    would_confirm="A second haemoglobin on another day, and no other cause: therapy, bleeding, iron, B12, "
    "infection, kidneys.",
    would_clear="A second haemoglobin back near the baseline, or a cause other than myeloma.",
)
