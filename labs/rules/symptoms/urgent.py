"""The patient tells a symptom that wants an answer the same day.

What it checks
    A report of symptoms with at least one of level URGENT in the table of symptoms: of cord compression,
    hyperviscosity or hypercalcaemia in myeloma; bleeding, fever, disease outside the marrow or leukostasis in acute
    leukaemia; of the nervous system, the testis or the mediastinum in acute lymphoblastic leukaemia. PROVISIONAL at
    once, CONFIRMED when the next report tells such a symptom again, NOT_CONFIRMED when it does not. A laboratory
    signal of the same fortnight takes the symptom in, so that there is one signal and not two.
When it stays silent
    The patient was asked and told none. Nobody asked: NOT_EVALUABLE.
Source
    Each symptom names its own: patient articles on relapse, NICE NG35, CTCAE v6.0, CNS classes of ALL, or clinical
    knowledge. That a symptom by itself raises a signal, and its level, are defaults of this project.
"""

from __future__ import annotations

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_CONFIRMED,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    URGENT,
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
    Example("one that can wait", "2026-01-05 symptom told @//bone_pain", NOT_RAISED),
    Example("confusion", "disease MM | 2026-01-05 symptom told @//confusion", PROVISIONAL, "2026-01-05", URGENT),
    Example(
        "told again",
        "2026-01-05 symptom told @//headache | 2026-01-12 symptom told @//vomiting",
        CONFIRMED,
        "2026-01-05",
        URGENT,
    ),
    Example(
        "gone at the next visit",
        "2026-01-05 symptom told @//headache | 2026-01-12 symptom told @//fatigue",
        NOT_CONFIRMED,
        "2026-01-05",
    ),
    Example("nobody asked", "2026-01-05 haemoglobin 12.0 g/dL", NOT_EVALUABLE),
)


def urgent(cohort: Cohort) -> Signal:
    """Days on which a symptom of level URGENT was told."""
    return told(cohort, URGENT, criterion)


def criterion(value: Ints, _: Ints) -> Check:
    """Any."""
    return stands_at("symptoms that want an answer the same day", value, {TOLD}, "any told")


RULE = Rule(
    code="SYMPTOM-URGENT",
    title="Symptom that wants an answer the same day",
    criteria_version="VIGIL-1",
    diseases=frozenset({"MM", "AML", "ALL"}),
    reads=(ANALYTE,),
    thresholds=(ANY,),
    sources=(VIGIL,),
    examples=EXAMPLES,
    evaluate=urgent,
    recovers=True,
    asks_for="any report of symptoms",
    would_confirm="Examination on the same day, and the tests that the symptom asks for.",
    would_clear=GONE,
)
