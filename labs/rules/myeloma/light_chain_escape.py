"""Light chains rise while another marker is followed: light-chain escape.

What it checks
    In a person followed by serum or urine M-protein, dFLC against its lowest confirmed value, by the bars of MM-PD-FLC:
    a rise of more than 100 mg/L and of at least 25 %. It is not progression by IMWG; it asks for a 24-hour urine and a
    look at the kidneys: the urine is named as missing where none was collected since, nor in the 30 days before. One
    assessment is enough for REVIEW.
When it stays silent
    Free light chains are themselves the marker: NOT_APPLICABLE, MM-PD-FLC judges. The light chain of the clone is not
    recorded, or there is no earlier pair of the same assay: NOT_EVALUABLE.
Source
    Bars of Kumar 2016 (IMWG) for dFLC; their use as a watch beside a measurable M-protein is a default of this project.
"""

from __future__ import annotations

from dataclasses import replace

from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    Example,
    Rule,
)
from labs.rules.cohort import Cohort
from labs.rules.confounders import PROTEINS
from labs.rules.myeloma.flc_marker import flc_marker, unless_clone_known
from labs.rules.myeloma.flc_progression import JUDGES, PERCENT, READS, RISE, URINE_WITHIN, rising
from labs.rules.myeloma.light_chains import flc_difference
from labs.rules.myeloma.progression import MYELOMA, SET_APART
from labs.rules.signals import Signal, Silence, Terms
from labs.rules.sources import KUMAR_2016, URINE_BY_FLC, VIGIL

_INTACT = "light_chain kappa | 2025-10-05 serum_m 3.2 g/dL | 2026-01-05 serum_m 0.3 | "
_STABLE = (
    "2026-01-05 flc_kappa 30 mg/L | 2026-01-05 flc_lambda 10 | 2026-02-05 flc_kappa 30 | 2026-02-05 flc_lambda 10 | "
)
EXAMPLES = (
    Example("100 mg/L exactly", _INTACT + _STABLE + "2026-03-05 flc_kappa 130 | 2026-03-05 flc_lambda 10", NOT_RAISED),
    Example(
        "E17 dFLC 20, 20, 200",
        _INTACT + _STABLE + "2026-03-05 flc_kappa 210 | 2026-03-05 flc_lambda 10",
        PROVISIONAL,
        "2026-03-05",
        REVIEW,
    ),
    Example(
        "and again",
        _INTACT
        + _STABLE
        + "2026-03-05 flc_kappa 210 | 2026-03-05 flc_lambda 10 | 2026-04-05 flc_kappa 220 | 2026-04-05 flc_lambda 10",
        CONFIRMED,
        "2026-03-05",
        REVIEW,
    ),
    Example(
        "light chains are the marker",
        "measurable flc | light_chain kappa | " + _STABLE + "2026-03-05 flc_kappa 210 | 2026-03-05 flc_lambda 10",
        NOT_APPLICABLE,
    ),
    Example("clone not known", _STABLE + "2026-03-05 flc_kappa 210 | 2026-03-05 flc_lambda 10", NOT_EVALUABLE),
)


def escape(cohort: Cohort) -> Signal:
    """dFLC against its lowest confirmed value, where it is not the marker."""
    silences = (
        unless_clone_known(cohort, flc_difference(cohort)),
        Silence(flc_marker(cohort).yes, NOT_APPLICABLE, "free light chains are the marker: see MM-PD-FLC"),
    )
    return replace(rising(cohort), terms=Terms(both=REVIEW), silences=silences)


RULE = Rule(
    code="MM-LIGHT-CHAIN-ESCAPE",
    title="Light-chain escape",
    criteria_version="VIGIL-1",
    diseases=MYELOMA,
    reads=READS,
    judges=JUDGES,
    thresholds=(RISE, PERCENT, SET_APART, URINE_WITHIN),
    sources=(KUMAR_2016, URINE_BY_FLC, VIGIL),
    examples=EXAMPLES,
    evaluate=escape,
    confounders=(*PROTEINS, "dialysis"),
    would_confirm="A 24-hour urine with electrophoresis and immunofixation, creatinine, and a second pair of free "
    "light chains.",
    would_clear="The next pair of free light chains back near its lowest level, or a kidney or "
    "infection that explains both chains.",
)
