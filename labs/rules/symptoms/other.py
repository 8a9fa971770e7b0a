"""The patient tells a symptom that may belong to a relapse.

What it checks
    A report of symptoms with at least one of level REVIEW in the table of symptoms: pain,
    weakness, weight loss, infections, enlarged organs and the like. PROVISIONAL at REVIEW, CONFIRMED when the next
    report tells such a symptom again, NOT_CONFIRMED when it does not. A laboratory signal of the same fortnight takes
    the symptom in, so that there is one signal and not two.
When it stays silent
    The patient was asked and told none, or only symptoms of SYMPTOM-URGENT. Nobody asked: NOT_EVALUABLE.
Source
    Each symptom names its own: patient articles on relapse, NICE NG35, or clinical knowledge. That a symptom by itself
    raises a signal, and its level, are defaults of this project.
"""

from __future__ import annotations

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_CONFIRMED,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    Example,
    Rule,
)
from labs.rules.checks import Check, stands_at
from labs.rules.cohort import Cohort
from labs.rules.signals import Signal
from labs.rules.sources import VIGIL
from labs.rules.symptoms.told import ANALYTE, ANY, GONE, TOLD, told

EXAMPLES = (
    Example("asked, none told", "2026-01-05 symptom not_told", NOT_RAISED),
    Example("an urgent one only", "2026-01-05 symptom told @//headache", NOT_RAISED),
    Example("bone pain", "2026-01-05 symptom told @//bone_pain", PROVISIONAL, "2026-01-05", REVIEW),
    Example(
        "weight loss and fatigue, again with bone pain",
        "2026-01-05 symptom told @//weight_loss | 2026-01-05 symptom told @//fatigue "
        "| 2026-03-05 symptom told @//bone_joint_pain",
        CONFIRMED,
        "2026-01-05",
        REVIEW,
    ),
    Example(
        "gone at the next visit",
        "2026-01-05 symptom told @//fatigue | 2026-03-05 symptom not_told",
        NOT_CONFIRMED,
        "2026-01-05",
    ),
    Example("nobody asked", "2026-01-05 haemoglobin 12.0 g/dL", NOT_EVALUABLE),
)


def other(cohort: Cohort) -> Signal:
    """Days on which a symptom of level REVIEW was told."""
    return told(cohort, REVIEW, criterion)


def criterion(value: Ints, _: Ints) -> Check:
    """Any."""
    return stands_at("symptoms that may belong to a relapse", value, {TOLD}, "any told")


RULE = Rule(
    code="SYMPTOM-OTHER",
    title="Symptom that may belong to a relapse",
    criteria_version="VIGIL-1",
    diseases=frozenset({"MM", "AML", "ALL"}),
    reads=(ANALYTE,),
    thresholds=(ANY,),
    sources=(VIGIL,),
    examples=EXAMPLES,
    evaluate=other,
    recovers=True,
    asks_for="any report of symptoms",
    would_confirm="Examination, and the tests that the symptom asks for.",
    would_clear=GONE,
)
