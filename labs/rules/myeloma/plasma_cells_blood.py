"""Plasma cells make up at least 5 % of the cells in blood: plasma cell leukaemia is to be ruled out.

What it checks
    The share of plasma cells in blood since the remission of myeloma, whatever else is measurable. At 5 % or more it is
    PROVISIONAL at URGENT, and CONFIRMED when the next sample has as many. It stands beside progression by IMWG, which
    counts plasma cells in blood only where nothing else can be measured (MM-PD-CIRCULATING).
When it stays silent
    Another disease: NOT_APPLICABLE. Results from before the recorded remission are not judged. A share given only as a
    bound that may reach the bar is REVIEW. Counts without a share are judged by MM-PD-CIRCULATING alone.
Source
    That 5 % stands for plasma cell leukaemia whatever else is measurable, and that one sample is URGENT, are defaults
    of this project, to be checked against the consensus of the International Myeloma Working Group on its definition.
"""

from __future__ import annotations

from datetime import date

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
from labs.rules.checks import Check, at_least
from labs.rules.cohort import Cohort
from labs.rules.markers import pooled
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.remission import before_remission, remission_note
from labs.rules.signals import Confirmation, Signal, Terms, weighed
from labs.rules.sources import VIGIL

SHARE = Threshold("5", "%", VIGIL, date(2026, 1, 1))
TWICE = Confirmation(2, words="on two consecutive samples")

_IN = "remission 2026-01-01 | "
EXAMPLES = (
    Example("none", _IN + "2026-04-01 0 % | 2026-05-01 0 %", NOT_RAISED),
    Example("5 % less a little", _IN + "2026-04-01 0 % | 2026-05-01 4.9 %", NOT_RAISED),
    Example("5 % exactly", _IN + "2026-04-01 0 % | 2026-05-01 5 %", PROVISIONAL, "2026-05-01", URGENT),
    Example("twice", _IN + "2026-05-01 12 % | 2026-05-08 30 %", CONFIRMED, "2026-05-01", URGENT),
    Example("and gone", _IN + "2026-05-01 6 % | 2026-05-08 1 %", NOT_CONFIRMED, "2026-05-01", REVIEW),
    Example("perhaps 5 %", _IN + "2026-05-01 <6 %", PROVISIONAL, "2026-05-01", REVIEW),
    Example("only from before the remission", _IN + "2025-10-01 14 %", NOT_EVALUABLE),
    Example("another disease", "disease AML | 2026-05-01 12 %", NOT_APPLICABLE),
)


def plasma_cells(cohort: Cohort) -> Signal:
    """The share of plasma cells in blood against its bar."""
    p = pooled(cohort, "plasma_cells_blood_percent")
    return weighed(
        p,
        criterion,
        sure=criterion(p.low, p.low).met,
        weak=criterion(p.high, p.high).met,
        terms=Terms(TWICE, alone=URGENT, both=URGENT, lapsed=REVIEW),
        silences=before_remission(p),
        notes=remission_note,
    )


def criterion(value: Ints, _: Ints) -> Check:
    """At least 5 %."""
    return at_least("plasma cells in blood", value, SHARE)


RULE = Rule(
    code="MM-PLASMA-CELLS",
    title="Plasma cells in blood",
    criteria_version="VIGIL-1",
    diseases=MYELOMA,
    reads=("plasma_cells_blood_percent",),
    thresholds=(SHARE,),
    sources=(VIGIL,),
    examples=EXAMPLES,
    evaluate=plasma_cells,
    would_confirm="A smear read by eye, flow cytometry of blood, LDH and calcium, and a marrow without waiting.",
    would_clear="A smear and flow cytometry without clonal plasma cells; an infection that explains reactive ones.",
)
