"""A marker is measured by another assay or laboratory than before.

What it checks
    For each marker that rules follow over time: the first result of a comparability group (specimen, method family,
    laboratory) after another group. Values are not compared across the change: the new group needs a baseline of its
    own, and until then the rules answer NOT_EVALUABLE there. INFO; REVIEW when the new value, taken at its word, is
    above the last old one by the bar of progression (0.5 g/dL, 200 mg/24 h, 100 mg/L), or when residual disease is
    positive (above 0 %) in the new group and was negative in the old one: repeat by the old method and specimen.
When it stays silent
    A group seen before comes back. The site declared the new group interchangeable with the old one, from a day on, by
    two people and on the word of the laboratory. Nothing of these markers was measured: NOT_EVALUABLE.
Source
    Laboratories state that free light chain platforms are not interchangeable (Dispenzieri 2009). The note itself and
    its two levels are defaults of this project.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from labs.rules.arrays import Bools, Ints, all_true, before, firsts_of_runs, one_of, starts_of_runs
from labs.rules.base import (
    INFO,
    NOT_EVALUABLE,
    NOT_RAISED,
    REVIEW,
    Example,
    Rule,
    State,
    Threshold,
)
from labs.rules.checks import Check, Word
from labs.rules.cohort import Cohort, to_date
from labs.rules.evidence import group_text, value_text
from labs.rules.markers import concatenated, series_of
from labs.rules.series import Series
from labs.rules.signals import Confirmation, Signal, Terms, Words, weighed
from labs.rules.sources import DISPENZIERI_2009, KUMAR_2016, VIGIL
from labs.rules.wording import day_text
from labs.vocabulary.analytes import ANALYTES

SERUM_STEP = Threshold("0.5", "g/dL", KUMAR_2016, date(2016, 8, 1))
URINE_STEP = Threshold("200", "mg/(24.h)", KUMAR_2016, date(2016, 8, 1))
FLC_STEP = Threshold("100", "mg/L", KUMAR_2016, date(2016, 8, 1))
STEPS = {"serum_m": SERUM_STEP, "urine_m": URINE_STEP, "flc_kappa": FLC_STEP, "flc_lambda": FLC_STEP}
RESIDUAL = ("mrd_flow", "mrd_molecular", "mrd_receptor", "mrd_sequencing")
POSITIVE = Threshold("0", "%", VIGIL, date(2026, 1, 1), places=ANALYTES["mrd_flow"].places)
FOLLOWED = (*STEPS, "haemoglobin", "rbc", "creatinine", *RESIDUAL)
FIRST_OF_A_GROUP = Confirmation(1, misses=0)

EXAMPLES = (
    Example("the same assay", "2026-01-05 0.4 g/dL @A/SPEP | 2026-02-05 0.4 @A/SPEP", NOT_RAISED),
    Example(
        "back to a known assay",
        "2026-01-05 0.4 g/dL @A/SPEP | 2026-02-05 0.4 @B/SPEP | 2026-03-05 0.4 @A/SPEP",
        State.NOT_EVALUABLE,
        "2026-02-05",
        INFO,
    ),
    Example(
        "another laboratory, declared interchangeable",
        "bridge serum_m A/SPEP B/SPEP 2026-02-05 | 2026-01-05 0.4 g/dL @A/SPEP | 2026-02-05 0.9 @B/SPEP",
        NOT_RAISED,
    ),
    Example(
        "declared interchangeable from the day after",
        "bridge serum_m A/SPEP B/SPEP 2026-02-06 | 2026-01-05 0.4 g/dL @A/SPEP | 2026-02-05 0.5 @B/SPEP",
        State.NOT_EVALUABLE,
        "2026-02-05",
        INFO,
    ),
    Example(
        "another laboratory",
        "2026-01-05 0.4 g/dL @A/SPEP | 2026-02-05 0.5 @B/SPEP",
        State.NOT_EVALUABLE,
        "2026-02-05",
        INFO,
    ),
    Example(
        "E08 another method, and higher",
        "2026-01-05 0.4 g/dL @A/SPEP | 2026-02-05 0.4 @A/SPEP | 2026-03-05 1.0 @A/nephelometry",
        State.NOT_EVALUABLE,
        "2026-03-05",
        REVIEW,
    ),
    Example(
        "higher by 0.5 less a little",
        "2026-01-05 0.4 g/dL @A/SPEP | 2026-03-05 0.89 @B/SPEP",
        State.NOT_EVALUABLE,
        "",
        INFO,
    ),
    Example("higher by 0.5", "2026-01-05 0.4 g/dL @A/SPEP | 2026-03-05 0.9 @B/SPEP", State.NOT_EVALUABLE, "", REVIEW),
    Example(
        "E40 positive below the limit of the old assay",
        "2026-01-05 mrd_flow <0.01 % @A/flow/marrow | 2026-03-05 0.003 @A/sequencing/marrow",
        State.NOT_EVALUABLE,
        "2026-03-05",
        REVIEW,
    ),
    Example("nothing measured", "2026-01-05 calcium 9.4 mg/dL", NOT_EVALUABLE),
)


def assay_changed(cohort: Cohort) -> Signal:
    """The first result of each later group of a patient's marker."""
    a = _changed_markers(cohort)
    new, level = _first_of_later_groups(a)
    return weighed(
        a,
        criterion,
        sure=new,
        terms=Terms(FIRST_OF_A_GROUP, alone=level, stands_as=State.NOT_EVALUABLE),
        seen=_patients_with(cohort, FOLLOWED),
        words=Words(sentence=_sentence, with_before=True),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Another group before it; what the finding compares is not the values."""
    return Word("first result by this assay or laboratory", "after results by another", np.ones(value.size, bool))


def _patients_with(cohort: Cohort, codes: tuple[str, ...]) -> Bools:
    """Patients with any result of these analytes."""
    seen = np.zeros(len(cohort.patients), bool)
    for first, end in (cohort.assessments.bounds(cohort.codes[code]) for code in codes):
        seen[cohort.columns.patient[cohort.assessments.rows[first:end]]] = True
    return seen


def _changed_markers(cohort: Cohort) -> Series:
    """Markers with more than one group, by patient, marker and day; a segment is one marker of one patient."""
    several = [code for code in FOLLOWED if cohort.has(code)] if len(cohort.groups) > 1 else []
    parts = [part for part in (_with_several_groups(series_of(cohort, code)) for code in several) if part.size]
    if not parts:
        return series_of(cohort, FOLLOWED[0]).only_rows(np.zeros(0, np.int64))
    rows = concatenated(parts[0], parts)
    which = np.repeat(np.arange(len(parts)), [part.size for part in parts])
    order = np.lexsort((_groups(rows), rows.day, which, rows.patient))
    first = firsts_of_runs(rows.patient[order], which[order])
    return rows.only_rows(order)._replace(first=first, mixed=True)


def _with_several_groups(series: Series) -> Series:
    """Only patients in whom this marker has more than one group."""
    groups = _groups(series)
    if all_true(groups == groups[0]):
        return series.only_rows(np.zeros(0, np.int64))
    starts = starts_of_runs(series.patient)
    several = np.minimum.reduceat(groups, starts) != np.maximum.reduceat(groups, starts)
    return series.only(np.repeat(several, np.diff(np.append(starts, series.size))))


def _groups(series: Series) -> Ints:
    cohort = series.cohort  # assays declared interchangeable are one
    groups: Ints = cohort.series_groups[cohort.assessments.rows[series.sources[0]]].astype(np.int64)
    return groups


def _first_of_later_groups(a: Series) -> tuple[Bools, Ints]:
    """Rows that begin a group in a segment that had another before; and the level each would have."""
    groups = _groups(a)
    _, firsts = np.unique(a.segment * (int(groups.max(initial=0)) + 1) + groups, return_index=True)
    new = np.zeros(a.size, bool)
    new[firsts] = True
    new &= ~a.first
    analyte = a.cohort.columns.analyte[a.cohort.assessments.rows[a.sources[0]]]
    level = np.full(a.size, int(INFO))
    for code, step in STEPS.items():
        of_marker = analyte == a.cohort.codes[code]
        level[of_marker & ~a.first & (a.low - before(a.high) >= step.amount)] = int(REVIEW)
    turned = (before(a.low) <= POSITIVE.amount) & (a.low > POSITIVE.amount) & ~a.first
    level[one_of(analyte, [a.cohort.codes[code] for code in RESIDUAL]) & turned] = int(REVIEW)
    return new, level


def _sentence(a: Series, row: int) -> str:
    """What was measured by what, before and now."""
    code = a.cohort.analytes[int(a.cohort.columns.analyte[a.cohort.assessments.rows[int(a.sources[0][row])]])]
    now, was = (group_text(a, at) or "an unnamed assay" for at in (row, row - 1))
    day = day_text(to_date(int(a.day[row])))
    then = day_text(to_date(int(a.day[row - 1])))
    return (
        f"{ANALYTES[code].name} {value_text(a, row)} on {day} by {now}, "
        f"after {value_text(a, row - 1)} on {then} by {was}: "
        "the two are not comparable, and the new series needs a baseline of its own."
    )


RULE = Rule(
    code="ASSAY-CHANGED",
    title="Change of assay or laboratory",
    criteria_version="VIGIL-1",
    diseases=frozenset({"MM", "AML", "ALL"}),
    reads=FOLLOWED,
    thresholds=(SERUM_STEP, URINE_STEP, FLC_STEP, POSITIVE),
    sources=(DISPENZIERI_2009, KUMAR_2016, VIGIL),
    examples=EXAMPLES,
    evaluate=assay_changed,
    would_confirm="A repeat by the old method, or a parallel measurement by both.",
    would_clear="The laboratory's statement that both assays give the same values, recorded as a bridge.",
)
