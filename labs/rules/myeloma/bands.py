"""What immunofixation and electrophoresis show of a clone: a band of its isotype, of another, or of a drug.

The antibodies given in myeloma (daratumumab, isatuximab, elotuzumab) are IgG-kappa and can be seen themselves: at most
0.1 g/dL by electrophoresis, while they are given and for months after. A band of another isotype cannot be the drug.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from labs.rules.arrays import AnyInts, Bools, Ints, all_true, distinct, firsts_of_runs, numbered
from labs.rules.base import Threshold
from labs.rules.cohort import Cohort
from labs.rules.confounders import under
from labs.rules.facts import PatientFacts
from labs.rules.markers import series_of
from labs.rules.series import Series
from labs.rules.sources import ANTIBODY_BAND, VIGIL
from labs.vocabulary.isotypes import Isotype, isotypes_in

SEEN = Threshold("0.1", "g/dL", ANTIBODY_BAND, date(2026, 1, 1))
AFTER = Threshold("183", "d", VIGIL, date(2026, 1, 1))
DRUG = Isotype("IgG", "kappa")


class Band:
    """What one immunofixation shows, held against the isotype at diagnosis.

    Plain numbers: a column is held against them five times as fast as against members of an enumeration.
    """

    NOT_DONE = 0
    NEGATIVE = 1
    EQUIVOCAL = 2
    OTHER = 3  # an isotype the clone does not have
    OPEN = 4  # a band that may be the clone's: its isotype, or that of the clone, is not on record
    SAME = 5


@dataclass(frozen=True, slots=True)
class Fluid:
    """Serum, or urine: a row a day. `series.sources` are the assessment that decides the row, and the other (or -1).

    amount   M-protein as measured; -1 where none was
    band     what immunofixation of that day showed (`Band`)
    may_be_drug   an antibody was given, and what was seen can be the antibody itself
    """

    series: Series
    amount: Ints
    band: Ints
    may_be_drug: Bools


def isotype_of_clone(facts: PatientFacts) -> Isotype:
    """Heavy and light chain at diagnosis; an empty part is not recorded."""
    return Isotype(facts.heavy_chain, facts.light_chain)


def is_recorded(clone: Isotype) -> bool:
    """Both chains are on record, so that a band can be told from the clone's."""
    return bool(clone.heavy and clone.light)


def band_of(finding: str, clone: Isotype) -> int:
    """What a finding in words says of a clone. Free light chains of the clone's own kind are the clone's."""
    word = finding.partition(":")[0]
    if word == "negative":
        return Band.NEGATIVE
    named = isotypes_in(finding)
    own = [one for one in named if one.may_be(clone) or one == Isotype("none", clone.light)]
    if named and not own:
        return Band.OTHER
    if word == "equivocal":
        return Band.EQUIVOCAL
    return Band.SAME if is_recorded(clone) and any(one.heavy and one.light for one in own) else Band.OPEN


def may_be_the_drug(finding: str) -> bool:
    """A band IgG-kappa, or one that is not typed in full."""
    named = isotypes_in(finding)
    return finding.partition(":")[0] != "negative" and (not named or any(one.may_be(DRUG) for one in named))


def serum(cohort: Cohort) -> Fluid:
    """Serum M-protein and serum immunofixation, a row a day."""
    return cohort.worked_out(_fluid, "serum_m", "ife_serum")


def urine(cohort: Cohort) -> Fluid:
    """Urine M-protein of 24 hours and urine immunofixation, a row a day."""
    return cohort.worked_out(_fluid, "urine_m", "ife_urine")


def _fluid(cohort: Cohort, code: str, fixation: str) -> Fluid:
    measured, fixations = series_of(cohort, code), series_of(cohort, fixation)
    bands, drug = _read(cohort, fixations)
    kept_m, kept = by_day(measured, measured.low), by_day(fixations, 2 * bands + drug)
    m, fixed = kept_m[0], kept[0]
    keys = distinct(np.concatenate([m.patient_days, fixed.patient_days]))
    of_m, of_fixed = _places(m.patient_days, keys), _places(fixed.patient_days, keys)
    band, amount = _at(bands[kept[1]], of_fixed, Band.NOT_DONE), _at(m.low, of_m, -1)
    faint = (amount <= SEEN.amount) & (_at(m.high, of_m, 0) <= SEEN.amount)
    seen = np.where(band == Band.NOT_DONE, amount > 0, _at(drug[kept[1]], of_fixed, 0) > 0)
    series = _merged(m, fixed, of_m, of_fixed, band >= Band.EQUIVOCAL)
    may_be = faint & seen & under(cohort, series, "antibody") if code == "serum_m" else np.zeros(keys.size, bool)
    return Fluid(series, amount, band, may_be)


def by_day(series: Series, rank: Ints) -> tuple[Series, Ints]:
    """One row a patient and day whatever the assay, that of the highest rank, and which rows these were.

    Segments are a patient's lines of therapy.
    """
    keys = series.patient_days
    if all_true(keys[1:] > keys[:-1]):  # one row a day already, as of one laboratory
        return series, np.arange(series.size)
    order = np.lexsort((-rank, series.day, series.patient))
    patient, day = series.patient[order], series.day[order]
    rows = order[firsts_of_runs(patient, day)]
    return series.only_rows(rows), rows


def _merged(m: Series, fixed: Series, of_m: Ints, of_fixed: Ints, fixation_decides: Bools) -> Series:
    """Both on their days. Immunofixation decides a day on which it saw something, else the measured protein does."""
    use = (of_fixed >= 0) & (fixation_decides | (of_m < 0))
    patient = np.where(of_m >= 0, _at(m.patient, of_m, 0), _at(fixed.patient, of_fixed, 0)).astype(np.int32)
    day = np.where(of_m >= 0, _at(m.day, of_m, 0), _at(fixed.day, of_fixed, 0)).astype(np.int32)
    line = np.where(of_m >= 0, _at(m.line, of_m, 0), _at(fixed.line, of_fixed, 0))
    ours, theirs = _at(m.sources[0], of_m, -1), _at(fixed.sources[0], of_fixed, -1)
    value = np.where(use, _at(fixed.low, of_fixed, 0), _at(m.low, of_m, 0))
    return m._replace(
        patient=patient,
        day=day,
        line=line,
        low=value,
        high=value,
        first=firsts_of_runs(patient, line),
        sources=(np.where(use, theirs, ours), np.where(use, ours, theirs)),
        mixed=True,
    )


def _read(cohort: Cohort, fixed: Series) -> tuple[Ints, Bools]:
    """Of each immunofixation: the band, and whether it may be that of a therapeutic antibody."""
    rows = cohort.assessments.rows[fixed.sources[0]]
    note = cohort.columns.note[rows].astype(np.int64)
    place = np.where(note > 0, note, -1 - fixed.low)  # without words the place on the scale speaks
    clones = sorted({isotype_of_clone(facts) for facts in cohort.patients})
    number = {clone: at for at, clone in enumerate(clones)}
    whose = np.array([number[isotype_of_clone(facts)] for facts in cohort.patients], np.int64)[fixed.patient]
    packed, of_row = numbered(place * len(clones) + whose)
    pairs = [divmod(pair, len(clones)) for pair in packed.tolist()]
    words = [_words(cohort, at) for at, _ in pairs]
    bands = np.array([band_of(text, clones[one]) for text, (_, one) in zip(words, pairs, strict=True)], np.int64)
    drug = np.array([may_be_the_drug(text) for text in words], bool)
    return bands[of_row], drug[of_row]


def _words(cohort: Cohort, place: int) -> str:
    return cohort.notes[place].coded if place > 0 else ("negative", "equivocal", "positive")[-1 - place]


def _places(keys: Ints, wanted: Ints) -> Ints:
    """Where each wanted key stands among sorted keys; -1 where it does not."""
    if not keys.size:
        return np.full(wanted.size, -1, np.int64)
    at = np.minimum(keys.searchsorted(wanted), keys.size - 1)
    return np.where(keys[at] == wanted, at, -1)


def _at(values: AnyInts | Bools, places: Ints, otherwise: int) -> Ints:
    if not values.size:
        return np.full(places.size, otherwise, np.int64)
    return np.where(places >= 0, values[np.maximum(places, 0)], otherwise)
