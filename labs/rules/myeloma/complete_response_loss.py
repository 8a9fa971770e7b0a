"""M-protein of the clone is seen again after a complete response: relapse from complete response.

What it checks
    Serum and urine, each by electrophoresis and by immunofixation, after the day of a recorded complete response (CR or
    sCR) and in its line of therapy, whatever the assay. Seen again means: a band of the isotype of the diagnosis by
    immunofixation; or serum M-protein of at least 0.1 g/dL, which is what electrophoresis surely sees (or the limit of
    detection printed with the result); or any urine M-protein in a 24-hour collection. One assessment is PROVISIONAL
    at REVIEW, the next of the same fluid that shows it again confirms, still at REVIEW: relapse from complete response
    counts for disease-free survival only. A positive immunofixation alone is not progression; MM-PD-SERUM-M and
    MM-PD-URINE-M judge that. Where the isotype of the diagnosis, or of the band, is not on record, or where
    immunofixation of the same day is negative, the finding stays PROVISIONAL and says what is missing; an equivocal
    immunofixation is INFO.
When it stays silent
    Another disease, or the response recorded is less than complete: NOT_APPLICABLE. Response or its date not recorded,
    or a later line of therapy has begun: NOT_EVALUABLE. A fainter serum value without immunofixation of that day:
    NOT_EVALUABLE, it asks for immunofixation; with a negative immunofixation it is nothing. The clone was still seen
    on the day of the response, or within the 60 days before, and was never absent since: NOT_EVALUABLE, since what was
    never gone cannot come back, and the record contradicts itself. A band of another isotype
    belongs to MM-OLIGOCLONAL, one that may be a therapeutic antibody to MM-DRUG-BAND. A value printed as below a limit
    is no reappearance. Electrophoresis that sees nothing does not take back a band that only immunofixation saw.
Source
    Kumar 2016 (IMWG), relapse from complete response: reappearance of serum or urine M-protein by immunofixation or
    electrophoresis. What electrophoresis sees: laboratory reports of daratumumab. Asking for immunofixation below it,
    what was never gone, and the levels: defaults of this project.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labs.rules.arrays import Ints, one_of
from labs.rules.base import (
    CONFIRMED,
    INFO,
    NOT_APPLICABLE,
    NOT_CONFIRMED,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    Comparison,
    Example,
    Rule,
)
from labs.rules.checks import Check, Word
from labs.rules.cohort import Cohort
from labs.rules.confounders import PROTEINS
from labs.rules.evidence import result_at
from labs.rules.myeloma.bands import SEEN, Band, is_recorded, isotype_of_clone, serum, urine
from labs.rules.myeloma.clone_seen import AT_RESPONSE, Seen, cannot_refute, limits_of, persists, seen_in
from labs.rules.myeloma.complete_response import unless_complete
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.myeloma.side_by_side import side_by_side
from labs.rules.series import Series
from labs.rules.signals import Signal, Silence, Terms, Words, weighed
from labs.rules.sources import ANTIBODY_BAND, KUMAR_2016, VIGIL
from labs.rules.wording import amount_text
from labs.vocabulary.fixed_point import PLACES

READS = ("serum_m", "urine_m", "ife_serum", "ife_urine")
NOT_TYPED = "the isotype of the band: the report does not name heavy and light chain"
NO_ISOTYPE = "the isotype at diagnosis (heavy and light chain): it is not recorded"
NOT_FIXED = "immunofixation of the same day, with isotype"
FIXED_NEGATIVE = "why electrophoresis measures a protein and immunofixation of the same day is negative"
EQUIVOCAL = "a clear immunofixation: this one is equivocal"
TOO_FAINT = "immunofixation: electrophoresis alone cannot tell so faint a value"
NEVER_GONE = "an assessment without the clone: it was still seen when the response was recorded, and ever since"
FIXED_ABSENT = (Band.NEGATIVE, Band.OTHER)

_CR = "response CR | remission 2026-01-10 | "
_KAPPA = "heavy_chain IgG | light_chain kappa | " + _CR
# fmt: off
EXAMPLES = (
    Example("none", _CR + "2026-02-05 0 g/dL | 2026-03-05 0", NOT_RAISED),
    Example("below detection", _CR + "2026-02-05 0 g/dL | 2026-03-05 <0.1 | 2026-04-05 <0.1", NOT_RAISED),
    Example("before the response", _CR + "2025-11-05 0.8 g/dL | 2026-02-05 0", NOT_RAISED),
    Example("on the day of the response", _CR + "2026-01-10 0.3 g/dL", NOT_EVALUABLE),
    Example("a band of another isotype", _KAPPA + "2026-03-05 ife_serum positive:_IgA-lambda", NOT_RAISED),
    Example("what was measured is the band of the other isotype", _KAPPA
            + "2026-03-05 ife_serum positive:_IgA-lambda | 2026-03-05 serum_m 0.2 g/dL", NOT_RAISED),
    Example("0.1 g/dL less a little: too faint to tell", _CR + "2026-02-05 0 g/dL | 2026-03-05 0.0999", NOT_EVALUABLE),
    Example("0.1 g/dL less a little, immunofixation negative", _CR + "2026-02-05 0 g/dL | 2026-03-05 0.0999 | "
            "2026-03-05 ife_serum negative", NOT_RAISED),
    Example("0.1 g/dL exactly", _CR + "2026-02-05 0 g/dL | 2026-03-05 0.1", PROVISIONAL, "2026-03-05", REVIEW),
    Example("above the limit the laboratory prints", _CR + "2026-02-05 0 g/dL | 2026-03-05 0.06 limit:0.05",
            PROVISIONAL, "2026-03-05", REVIEW),
    Example("E12 measurable again", _CR + "2026-01-15 0 g/dL | 2026-02-05 0 | 2026-03-05 0.3",
            PROVISIONAL, "2026-03-05", REVIEW),
    Example("E12 and again", _CR + "2026-01-15 0 g/dL | 2026-02-05 0 | 2026-03-05 0.3 | 2026-04-05 0.5 | "
            "2026-05-05 0.5", CONFIRMED, "2026-03-05", REVIEW),
    Example("E12 a band of the isotype of the diagnosis", _KAPPA + "2026-02-05 ife_serum negative | "
            "2026-03-05 positive:_IgG-kappa", PROVISIONAL, "2026-03-05", REVIEW),
    Example("twice by immunofixation, nothing by electrophoresis between", _KAPPA
            + "2026-03-05 ife_serum positive:_IgG-kappa | 2026-03-20 serum_m 0 g/dL | "
            "2026-04-05 ife_serum positive:_IgG-kappa", CONFIRMED, "2026-03-05", REVIEW),
    Example("immunofixation negative again", _KAPPA + "2026-03-05 ife_serum positive:_IgG-kappa | "
            "2026-04-05 negative", NOT_CONFIRMED, "2026-03-05"),
    Example("a normal urine takes nothing back", _CR + "2026-03-05 serum_m 0.3 g/dL | 2026-03-20 urine_m 0 | "
            "2026-04-05 serum_m 0.4", CONFIRMED, "2026-03-05", REVIEW),
    Example("isotype of the diagnosis not recorded", _CR + "2026-03-05 ife_serum positive:_IgG-kappa | "
            "2026-04-05 positive:_IgG-kappa", PROVISIONAL, "2026-03-05", REVIEW),
    Example("isotype of the band not said", _KAPPA + "2026-03-05 ife_serum positive", PROVISIONAL, "", REVIEW),
    Example("equivocal", _KAPPA + "2026-03-05 ife_serum equivocal", PROVISIONAL, "", INFO),
    Example("measured, immunofixation negative", _KAPPA + "2026-03-05 serum_m 0.3 g/dL | "
            "2026-03-05 ife_serum negative", PROVISIONAL, "2026-03-05", REVIEW),
    Example("free light chains of the clone in urine", _KAPPA + "2026-03-05 ife_urine positive:_free_kappa",
            PROVISIONAL, "2026-03-05", REVIEW),
    Example("not again", _CR + "2026-02-05 0 g/dL | 2026-03-05 0.2 | 2026-04-05 0", NOT_CONFIRMED, "2026-03-05"),
    Example("in urine", _CR + "2026-02-05 urine_m 0 mg/(24.h) | 2026-03-05 urine_m 60",
            PROVISIONAL, "2026-03-05", REVIEW),
    Example("E14 possible band of the antibody: see MM-DRUG-BAND", _KAPPA + "event antibody 2026-02-01 | "
            "2026-02-05 serum_m 0 g/dL | 2026-03-05 0.1", NOT_RAISED),
    Example("above 0.1 g/dL: more than the antibody leaves", _KAPPA + "event antibody 2026-02-01 | "
            "2026-02-05 serum_m 0 g/dL | 2026-03-05 0.11", PROVISIONAL, "2026-03-05", REVIEW),
    Example("0.1 g/dL, 184 days after the antibody", _KAPPA + "event antibody 2026-02-01 | "
            "2026-02-05 serum_m 0 g/dL | 2026-08-04 0.1", PROVISIONAL, "2026-08-04", REVIEW),
    Example("another isotype cannot be the antibody", "heavy_chain IgA | light_chain kappa | " + _CR
            + "event antibody 2026-02-01 | 2026-03-05 ife_serum positive:_IgA-kappa",
            PROVISIONAL, "2026-03-05", REVIEW),
    Example("never gone: still seen 60 days before the response", _KAPPA
            + "2025-11-11 ife_serum positive:_IgG-kappa | 2026-03-05 positive:_IgG-kappa", NOT_EVALUABLE),
    Example("last seen 61 days before the response", _KAPPA + "2025-11-10 ife_serum positive:_IgG-kappa | "
            "2026-03-05 positive:_IgG-kappa", PROVISIONAL, "2026-03-05", REVIEW),
    Example("still seen at the response, gone later, and back", _KAPPA
            + "2026-01-10 ife_serum positive:_IgG-kappa | 2026-02-05 negative | 2026-03-05 positive:_IgG-kappa",
            PROVISIONAL, "2026-03-05", REVIEW),
    Example("a later line of therapy", _CR + "line 2026-06-01 | 2026-02-05 0 g/dL | 2026-06-05 0.9", NOT_EVALUABLE),
    Example("response not recorded", "remission 2026-01-10 | 2026-02-05 0 g/dL | 2026-03-05 0.3", NOT_EVALUABLE),
    Example("date of the response not recorded", "response CR | 2026-02-05 0 g/dL | 2026-03-05 0.3", NOT_EVALUABLE),
    Example("less than complete", "response VGPR | remission 2026-01-10 | 2026-02-05 0 g/dL | 2026-03-05 0.3",
            NOT_APPLICABLE),
    Example("another disease", "disease AML | " + _CR + "2026-02-05 0 g/dL | 2026-03-05 0.3", NOT_APPLICABLE),
)
# fmt: on


def loss(cohort: Cohort) -> Signal:
    """Serum and urine, each on its own, since the complete response."""
    fluids = (serum(cohort), urine(cohort))
    seen = [seen_in(fluid, limits_of(fluid)) for fluid in fluids]
    series, order = side_by_side([fluid.series for fluid in fluids])
    sure, weak, faint, by_band, level = (
        np.concatenate([getattr(part, name) for part in seen])[order] for name in Seen.__slots__
    )
    band = np.concatenate([fluid.band for fluid in fluids])[order]
    amount = np.concatenate([fluid.amount for fluid in fluids])[order]
    drug = np.concatenate([fluid.may_be_drug for fluid in fluids])[order]
    shown = (sure | weak).astype(np.int64)
    series = series._replace(low=shown, high=shown)
    unable = cannot_refute(series, band, by_band)
    absent = (shown == 0) & one_of(band, FIXED_ABSENT) | (band == Band.NOT_DONE) & (amount == 0) & ~unable

    def missing(_: Series, row: int) -> Sequence[str]:
        return _missing(series, row, int(band[row]), measured=int(amount[row]) > 0)

    return weighed(
        series,
        criterion,
        sure=sure,
        weak=weak,
        terms=Terms(alone=level, both=REVIEW, weak_level=level),
        keeps=drug | unable,
        silences=(
            *unless_complete(series),
            Silence(persists(series, shown > 0, absent), NOT_EVALUABLE, NEVER_GONE),
            Silence(faint, NOT_EVALUABLE, TOO_FAINT),
        ),
        notes=missing,
        extras=lambda row: _compared(series, row, int(band[row])),
        words=Words(
            sure="relapse from complete response; it counts for disease-free survival only",
            weak="it may be relapse from complete response",
        ),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Seen."""
    return Word("M-protein of the clone", "seen again", value > 0)


def _compared(series: Series, row: int, band: int) -> list[Comparison]:
    """The measured amount, and the isotype of the band beside that of the diagnosis."""
    cohort = series.cohort
    clone = isotype_of_clone(cohort.patients[int(series.patient[row])])
    out = []
    for part in (int(source[row]) for source in series.sources if source[row] >= 0):
        at = int(cohort.assessments.rows[part])
        shown = result_at(series, at)
        if shown.analyte.startswith("ife"):
            what = f"band, with {clone} at diagnosis" if is_recorded(clone) else "band by immunofixation"
            needed = "the isotype of the diagnosis" + " or its light chain alone" * ("free" in shown.value)
            out.append(Comparison(what, shown.value, needed, band == Band.SAME))
        elif shown.analyte == "serum_m":
            amount = int(cohort.columns.amount[at])
            limit = cohort.note_of(at).detection_limit or SEEN.amount
            needed = f"at least {amount_text(limit, PLACES, SEEN.unit)}"
            what = "amount, against what electrophoresis sees"
            out.append(Comparison(what, f"{shown.value} {shown.unit}", needed, amount >= limit))
    return out


def _missing(series: Series, row: int, band: int, *, measured: bool) -> list[str]:
    if band == Band.NOT_DONE:
        return [NOT_FIXED]
    if band == Band.NEGATIVE:
        return [FIXED_NEGATIVE]
    out = [EQUIVOCAL] if band == Band.EQUIVOCAL else []
    if not is_recorded(isotype_of_clone(series.cohort.patients[int(series.patient[row])])):
        return [*out, NO_ISOTYPE]
    return [*out, NOT_TYPED] if band == Band.OPEN else out


RULE = Rule(
    code="MM-CR-LOSS",
    title="M-protein seen again after complete response",
    criteria_version="IMWG-2016",
    diseases=MYELOMA,
    reads=READS,
    thresholds=(SEEN, AT_RESPONSE),
    sources=(KUMAR_2016, ANTIBODY_BAND, VIGIL),
    examples=EXAMPLES,
    evaluate=loss,
    confounders=PROTEINS,
    would_confirm="Electrophoresis and immunofixation with isotype on another day; under a therapeutic antibody an "
    "interference test.",
    would_clear="A negative immunofixation on the next occasion, or a band of another isotype.",
)
