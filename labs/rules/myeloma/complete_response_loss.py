"""M-protein is measurable again after a complete response: relapse from complete response.

What it checks
    Serum M-protein, or urine M-protein in a 24-hour collection, above zero since a recorded complete response (CR or
    sCR), in the line of therapy of that response, whatever the assay. One value is PROVISIONAL at REVIEW, the next
    assessment that also shows it confirms, still at REVIEW: relapse from complete response counts for disease-free
    survival and is not progression by IMWG, which MM-PD-SERUM-M and MM-PD-URINE-M judge. A serum value of at most
    0.1 g/dL during, or up to 183 days after, a therapeutic antibody may be the antibody itself: PROVISIONAL at INFO,
    asking for an interference test.
When it stays silent
    Another disease, or the response recorded is less than complete: NOT_APPLICABLE. Response or its date not recorded,
    or a later line of therapy has begun: NOT_EVALUABLE. A value printed as below a limit is no reappearance.
    Immunofixation is not read: a band seen by immunofixation alone, of the clone or of another isotype (an oligoclonal
    band after transplant), raises nothing here, and every finding says so.
Source
    Kumar 2016 (IMWG), relapse from complete response: reappearance of serum or urine M-protein by immunofixation or
    electrophoresis. Level of a therapeutic antibody in electrophoresis: laboratory reports of daratumumab. How long it
    lasts, and the levels: defaults of this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from labs.rules.arrays import DAY_OFFSET, Bools, Ints
from labs.rules.base import (
    CONFIRMED,
    INFO,
    NOT_APPLICABLE,
    NOT_CONFIRMED,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, above
from labs.rules.cohort import Cohort
from labs.rules.confounders import PROTEINS, under
from labs.rules.markers import pooled
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.remission import before_remission
from labs.rules.series import Series
from labs.rules.signals import Signal, Silence, Terms, Words, weighed
from labs.rules.sources import ANTIBODY_BAND, KUMAR_2016, VIGIL

NONE = Threshold("0", "g/dL", KUMAR_2016, date(2016, 8, 1))
FAINT = Threshold("0.1", "g/dL", ANTIBODY_BAND, date(2026, 1, 1))
AFTER = Threshold("183", "d", VIGIL, date(2026, 1, 1))
READS = ("serum_m", "urine_m")
COMPLETE = ("CR", "sCR")
LESS = ("VGPR", "PR", "MR", "SD", "PD")
NOT_READ = "immunofixation of serum and urine: this rule does not read it"
INTERFERENCE = (
    "whether the band is the therapeutic antibody: an interference test (DIRA, Hydrashift, mass spectrometry)"
)

_CR = "response CR | remission 2026-01-10 | "
EXAMPLES = (
    Example("none", _CR + "2026-02-05 0 g/dL | 2026-03-05 0", NOT_RAISED),
    Example("below detection", _CR + "2026-02-05 0 g/dL | 2026-03-05 <0.1 | 2026-04-05 <0.1", NOT_RAISED),
    Example("before the response", _CR + "2025-11-05 0.8 g/dL | 2026-02-05 0", NOT_RAISED),
    Example(
        "E12 measurable again",
        _CR + "2026-01-15 0 g/dL | 2026-02-05 0 | 2026-03-05 0.3",
        PROVISIONAL,
        "2026-03-05",
        REVIEW,
    ),
    Example(
        "E12 and again",
        _CR + "2026-01-15 0 g/dL | 2026-02-05 0 | 2026-03-05 0.3 | 2026-04-05 0.5 | 2026-05-05 0.5",
        CONFIRMED,
        "2026-03-05",
        REVIEW,
    ),
    Example("not again", _CR + "2026-02-05 0 g/dL | 2026-03-05 0.2 | 2026-04-05 0", NOT_CONFIRMED, "2026-03-05"),
    Example(
        "in urine", _CR + "2026-02-05 urine_m 0 mg/(24.h) | 2026-03-05 urine_m 60", PROVISIONAL, "2026-03-05", REVIEW
    ),
    Example(
        "E14 possible band of the antibody",
        _CR + "event antibody 2026-02-01 | 2026-02-05 0 g/dL | 2026-03-05 0.05",
        PROVISIONAL,
        "2026-03-05",
        INFO,
    ),
    Example(
        "0.1 g/dL exactly, 183 days after the antibody",
        _CR + "event antibody 2026-02-01 | 2026-02-05 0 g/dL | 2026-08-03 0.1",
        PROVISIONAL,
        "2026-08-03",
        INFO,
    ),
    Example(
        "0.1 g/dL, 184 days after the antibody",
        _CR + "event antibody 2026-02-01 | 2026-02-05 0 g/dL | 2026-08-04 0.1",
        PROVISIONAL,
        "2026-08-04",
        REVIEW,
    ),
    Example(
        "above 0.1 g/dL: more than the antibody leaves",
        _CR + "event antibody 2026-02-01 | 2026-02-05 0 g/dL | 2026-03-05 0.11",
        PROVISIONAL,
        "2026-03-05",
        REVIEW,
    ),
    Example("a later line of therapy", _CR + "line 2026-06-01 | 2026-02-05 0 g/dL | 2026-06-05 0.9", NOT_EVALUABLE),
    Example("response not recorded", "remission 2026-01-10 | 2026-02-05 0 g/dL | 2026-03-05 0.3", NOT_EVALUABLE),
    Example("date of the response not recorded", "response CR | 2026-02-05 0 g/dL | 2026-03-05 0.3", NOT_EVALUABLE),
    Example(
        "less than complete",
        "response VGPR | remission 2026-01-10 | 2026-02-05 0 g/dL | 2026-03-05 0.3",
        NOT_APPLICABLE,
    ),
    Example("another disease", "disease AML | " + _CR + "2026-02-05 0 g/dL | 2026-03-05 0.3", NOT_APPLICABLE),
)


def loss(cohort: Cohort) -> Signal:
    """M-protein above zero since the complete response."""
    m = pooled(cohort, *READS)
    there = criterion(m.low, m.low).met
    faint = _faint(m) & under(cohort, m, "antibody")

    def missing(_: Series, row: int) -> Sequence[str]:
        return [INTERFERENCE, NOT_READ] if faint[row] else [NOT_READ]

    return weighed(
        m,
        criterion,
        sure=there & ~faint,
        weak=there & faint,
        terms=Terms(both=REVIEW, weak_level=INFO),
        silences=(*_silences(m), *before_remission(m)),
        notes=missing,
        words=Words(sure="relapse from complete response", weak="it may be the therapeutic antibody"),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Any."""
    return above("M-protein", value, NONE)


def _faint(m: Series) -> Bools:
    """Rows of serum at a level a therapeutic antibody can reach."""
    cohort = m.cohort
    analyte = cohort.columns.analyte[cohort.assessments.rows[m.sources[0]]]
    faint: Bools = (analyte == cohort.codes["serum_m"]) & (m.high <= FAINT.amount)
    return faint


def _silences(m: Series) -> tuple[Silence, ...]:
    facts = m.cohort.patients
    less = np.array([one.response in LESS for one in facts], bool)[m.patient]
    unknown = np.array([one.response not in COMPLETE for one in facts], bool)[m.patient]
    undated = np.array([one.remission_on is None for one in facts], bool)[m.patient]
    later = m.line_start - DAY_OFFSET > m.cohort.remission_days[m.patient]
    return (
        Silence(less, NOT_APPLICABLE, "the response recorded is less than complete"),
        Silence(unknown, NOT_EVALUABLE, "whether a complete response was reached: the record does not say so"),
        Silence(undated, NOT_EVALUABLE, "the date of the complete response"),
        Silence(later, NOT_EVALUABLE, "the response to the present line of therapy: the one recorded is of an earlier"),
    )


RULE = Rule(
    code="MM-CR-LOSS",
    title="M-protein measurable again after complete response",
    criteria_version="IMWG-2016",
    diseases=MYELOMA,
    reads=READS,
    thresholds=(NONE, FAINT, AFTER),
    sources=(KUMAR_2016, ANTIBODY_BAND, VIGIL),
    examples=EXAMPLES,
    evaluate=loss,
    confounders=PROTEINS,
    would_confirm="Immunofixation with isotype, and a second electrophoresis on another day; under a therapeutic "
    "antibody an interference test.",
)
