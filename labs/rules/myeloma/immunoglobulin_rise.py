"""The immunoglobulin of the clone rises: a surrogate where electrophoresis measures the band badly.

What it checks
    Quantitative IgG, IgA or IgM of the clone's own class, by one method and laboratory, against its lowest confirmed
    value of this line: a rise of at least 500 mg/dL and at least 25 %, the bars of serum M-protein. It is asked where
    electrophoresis measures badly: a clone of class IgA, which often hides among beta globulins, or a serum M-protein
    below 0.3 g/dL at the last measurement of this line, or none on record in it. One assessment is INFO, the next one
    confirms at REVIEW; a rise met only against a single lowest value (at least 25 % below the confirmed one) stays
    INFO. It is a surrogate: normal immunoglobulin of the class is measured with it, and it is not progression by IMWG.
    Where immunoglobulin was given within 90 days (class IgG), or the latest pair of free light chains of the last 30
    days has a normal ratio, the rise may be polyclonal: INFO, PROVISIONAL, never more.
When it stays silent
    Another disease, a clone without such a class (light chains only, IgD, IgE), or a larger M-protein that
    electrophoresis measures: NOT_APPLICABLE. The heavy chain is not recorded, or there is no earlier value of the same
    method in this line: NOT_EVALUABLE.
Source
    Dispenzieri 2009 and Katzmann 2011 for following the immunoglobulin by the same method, and below which size. The
    bars, which lie beyond what chance explains (8 to 14 % for IgG), the windows and the levels: defaults of this
    project.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from labs.rules.arrays import Bools, Ints
from labs.rules.base import (
    CONFIRMED,
    INFO,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, at_least, at_least_percent
from labs.rules.cohort import Cohort
from labs.rules.confounders import PROTEINS, under
from labs.rules.markers import concatenated, series_of
from labs.rules.myeloma.light_chains import abnormal_ratio, flc_difference
from labs.rules.myeloma.progression import MYELOMA, SET_APART
from labs.rules.series import Series
from labs.rules.signals import Signal, Silence, Terms, Words, rise
from labs.rules.sources import DISPENZIERI_2009, KATZMANN_2011, VIGIL

RISE = Threshold("500", "mg/dL", VIGIL, date(2026, 1, 1))
PERCENT = Threshold("25", "%", VIGIL, date(2026, 1, 1))
SMALL = Threshold("0.3", "g/dL", KATZMANN_2011, date(2011, 12, 1))
PAIR_WITHIN = Threshold("30", "d", VIGIL, date(2026, 1, 1))
CLASSES = {"IgG": "igg", "IgA": "iga", "IgM": "igm"}
JUDGES = ("igg", "iga", "igm")
READS = (*JUDGES, "serum_m", "flc_kappa", "flc_lambda")
SURROGATE = "M-protein itself: the immunoglobulin is a surrogate, and holds the normal one too"
POLYCLONAL = "whether the rise is of the clone: immunoglobulin was given, or the ratio of free light chains is normal"

_IGA = "heavy_chain IgA | light_chain kappa | "
_IGG = "heavy_chain IgG | light_chain kappa | 2026-01-05 serum_m 0.29 g/dL | "
_A = "2026-01-05 iga 800 mg/dL | 2026-02-05 iga 800 | "
_G = "2026-01-05 igg 800 mg/dL | 2026-02-05 igg 800 | "
_NORMAL = "2026-03-05 flc_kappa 20 mg/L | 2026-03-05 flc_lambda 18 | "
# fmt: off
EXAMPLES = (
    Example("500 mg/dL less a little", _IGA + _A + "2026-03-05 iga 1299 | 2026-04-05 iga 1299", NOT_RAISED),
    Example("25 % less a little", _IGA + "2026-01-05 iga 2400 mg/dL | 2026-02-05 iga 2400 | 2026-03-05 iga 2999 | "
            "2026-04-05 iga 2999", NOT_RAISED),
    Example("both exactly, once", _IGA + _A + "2026-03-05 iga 1300", PROVISIONAL, "2026-03-05", INFO),
    Example("25 % exactly, twice", _IGA + "2026-01-05 iga 2400 mg/dL | 2026-02-05 iga 2400 | 2026-03-05 iga 3000 | "
            "2026-04-05 iga 3000", CONFIRMED, "2026-03-05", REVIEW),
    Example("500 mg/dL exactly, twice", _IGA + _A + "2026-03-05 iga 1300 | 2026-04-05 iga 1300", CONFIRMED, "", REVIEW),
    Example("a band below 0.3 g/dL", _IGG + _G + "2026-03-05 igg 1400 | 2026-04-05 igg 1400", CONFIRMED, "", REVIEW),
    Example("a band of 0.3 g/dL: it is measured itself", _IGG.replace('0.29', '0.3') + _G + "2026-03-05 igg 1400 | "
            "2026-04-05 igg 1400", NOT_APPLICABLE),
    Example("immunoglobulin was given", _IGG + "event ivig 2026-02-20 | " + _G + "2026-03-05 igg 1400 | "
            "2026-04-05 igg 1400", PROVISIONAL, "2026-03-05", INFO),
    Example("given to a person whose clone is IgA", _IGA + "event ivig 2026-02-20 | " + _A + "2026-03-05 iga 1300 | "
            "2026-04-05 iga 1300", CONFIRMED, "2026-03-05", REVIEW),
    Example("the ratio of free light chains is normal", _IGA + _A + "2026-03-05 iga 1300 | 2026-04-05 iga 1300 | "
            "2026-03-05 flc_kappa 20 mg/L | 2026-03-05 flc_lambda 18 | 2026-04-04 flc_kappa 20 | "
            "2026-04-04 flc_lambda 18", PROVISIONAL, "2026-03-05", INFO),
    Example("a normal ratio 30 days before", _IGA + _A + _NORMAL + "2026-03-05 iga 1300 | 2026-04-04 iga 1300",
            PROVISIONAL, "2026-03-05", INFO),
    Example("a normal ratio 31 days before", _IGA + _A + _NORMAL + "2026-04-05 iga 1300 | 2026-05-05 iga 1300",
            CONFIRMED, "2026-04-05", REVIEW),
    Example("another class", _IGA + "2026-01-05 igg 800 mg/dL | 2026-02-05 igg 800 | 2026-03-05 igg 1900",
            NOT_EVALUABLE),
    Example("another method", _IGA + _A + "2026-03-05 iga 1400 @North/turbidimetry", NOT_EVALUABLE),
    Example("light chains only", "heavy_chain none | light_chain kappa | " + _A + "2026-03-05 iga 1400",
            NOT_APPLICABLE),
    Example("heavy chain not recorded", _A + "2026-03-05 iga 1400", NOT_EVALUABLE),
    Example("another disease", "disease AML | " + _IGA + _A + "2026-03-05 iga 1400", NOT_APPLICABLE),
)
# fmt: on


def rising(cohort: Cohort) -> Signal:
    """The clone's immunoglobulin against its lowest confirmed value."""
    series = of_the_clone(cohort)
    lowest, single = series.lowest_confirmed(), series.lowest()
    signal = rise(series, criterion, against=lowest, early=single, apart=SET_APART)
    polyclonal = _given(cohort, series) | _normal_ratio(cohort, series)
    hit = signal.sure | signal.weak
    return replace(
        signal,
        sure=signal.sure & ~polyclonal,
        weak=hit & (polyclonal | ~signal.sure),
        early=single._replace(known=single.known & ~signal.sure),
        terms=Terms(alone=INFO, both=REVIEW, weak_level=INFO),
        silences=_silences(cohort, series),
        notes=lambda _, row: _missing(polyclonal=bool(polyclonal[row])),
        words=Words(sure="a surrogate of M-protein"),
    )


def criterion(value: Ints, lowest: Ints) -> Check:
    """+500 mg/dL and +25 %."""
    up = value - lowest
    return at_least("rise", up, RISE) & at_least_percent("rise in percent of the lowest", up, lowest, PERCENT)


def of_the_clone(cohort: Cohort) -> Series:
    """Of each patient the immunoglobulin of the clone's class; of patients without one every class, to say why not."""
    wanted = [CLASSES.get(facts.heavy_chain, "") for facts in cohort.patients]
    parts = []
    for code in JUDGES:
        series = series_of(cohort, code)
        parts.append(series.only(np.array([one in ("", code) for one in wanted], bool)[series.patient]))
    joined = concatenated(parts[0], parts)
    order = joined.patient.argsort(kind="stable")
    first = np.concatenate([part.first for part in parts])[order]
    return joined.only_rows(order)._replace(first=first, name="Immunoglobulin of the clone")


def _given(cohort: Cohort, series: Series) -> Bools:
    """Immunoglobulin was given to a person whose clone is IgG."""
    igg = cohort.which(lambda facts: facts.heavy_chain == "IgG")[series.patient]
    return igg & under(cohort, series, "ivig")


def _normal_ratio(cohort: Cohort, series: Series) -> Bools:
    """The latest pair of free light chains of the last 30 days surely has a normal ratio."""
    pairs = flc_difference(cohort)
    if not (pairs.size and series.size):
        return np.zeros(series.size, bool)
    _, possibly = abnormal_ratio(cohort)
    order = np.lexsort((possibly, pairs.patient_days))
    keys = pairs.patient_days[order]
    at = keys.searchsorted(series.patient_days, side="right") - 1
    there = np.maximum(at, 0)
    near = (at >= 0) & (keys[there] >= series.owner) & (series.patient_days - keys[there] <= int(PAIR_WITHIN.value))
    out: Bools = near & ~possibly[order][there]
    return out


def _silences(cohort: Cohort, series: Series) -> tuple[Silence, ...]:
    heavy = [facts.heavy_chain for facts in cohort.patients]
    unknown = np.array([chain == "" for chain in heavy], bool)[series.patient]
    other = np.array([chain != "" and chain not in CLASSES for chain in heavy], bool)[series.patient]
    measured = np.array([chain != "IgA" for chain in heavy], bool)[series.patient] & _large_band(cohort, series)
    return (
        Silence(unknown, NOT_EVALUABLE, "the heavy chain of the clone"),
        Silence(other, NOT_APPLICABLE, "the clone has no immunoglobulin of class IgG, IgA or IgM"),
        Silence(measured, NOT_APPLICABLE, "serum M-protein is large enough to be measured itself"),
    )


def _large_band(cohort: Cohort, series: Series) -> Bools:
    """The last serum M-protein of the same line, up to each row, is at least 0.3 g/dL."""
    m = series_of(cohort, "serum_m")
    if not (m.size and series.size):
        return np.zeros(series.size, bool)
    order = np.lexsort((m.low, m.patient_days))
    keys = m.patient_days[order]
    at = keys.searchsorted(series.patient_days, side="right") - 1
    there = np.maximum(at, 0)
    same = (at >= 0) & (keys[there] >= series.owner) & (m.line[order][there] == series.line)
    out: Bools = same & (m.low[order][there] >= SMALL.amount)
    return out


def _missing(*, polyclonal: bool) -> Sequence[str]:
    return [POLYCLONAL, SURROGATE] if polyclonal else [SURROGATE]


RULE = Rule(
    code="MM-IG-RISE",
    title="Immunoglobulin of the clone is rising",
    criteria_version="VIGIL-1",
    diseases=MYELOMA,
    reads=READS,
    judges=JUDGES,
    thresholds=(RISE, PERCENT, SET_APART, SMALL, PAIR_WITHIN),
    sources=(DISPENZIERI_2009, KATZMANN_2011, VIGIL),
    examples=EXAMPLES,
    evaluate=rising,
    confounders=PROTEINS,
    would_confirm="A second value by the same method; electrophoresis with immunofixation, and free light chains.",
    would_clear="A polyclonal pattern in electrophoresis, or a value back at its earlier level.",
)
