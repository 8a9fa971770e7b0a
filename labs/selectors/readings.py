"""How a value is read beside its number: the range and whose it is, the grade of toxicity, the change against chance.

For the eye only. What raises signals is in `labs/rules`, which read none of this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from labs.models import Result
from labs.selectors.bars import NOTHING_SAID, bars, usable_now
from labs.selectors.criteria import in_force_at
from labs.selectors.rows import is_marked
from labs.selectors.said import Said
from labs.vocabulary import variation
from labs.vocabulary.grades import CTCAE, DEFAULT, Grade, Version, anaemia, ctcae_grade
from labs.vocabulary.reference_ranges import ReferenceRange, reference_range
from labs.vocabulary.statuses import is_usable
from patients.models import Patient, TreatmentEvent

BASELINES: Mapping[str, str] = {"haemoglobin": "CBC-HB-FALL", "rbc": "CBC-RBC-FALL", "platelets": "CBC-PLATELETS"}
"""The rules that know a personal baseline of these analytes."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value. `outside`: "low", "high", or "" where it surely lies within, or cannot be told.

    anaemia  the class of WHO, "" for none or where it cannot be told
    """

    range: ReferenceRange | None = None
    outside: str = ""
    grade: Grade | None = None
    anaemia: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """The latest value of an analyte against the personal baseline, or (`on` tells its day) against the one before."""

    result: Result
    before: Decimal
    on: date | None
    change: variation.Change


def grading_of(patient: Patient) -> Version:
    """The edition of toxicity grades in force for the disease at the patient's site. One query."""
    diagnosis = next(iter(patient.diagnoses.all()), None)
    chosen = in_force_at(patient.site, diagnosis.disease).grading if diagnosis is not None else DEFAULT
    return next((version for version in CTCAE if version == chosen), DEFAULT)


def readings(results: Iterable[Result], *, patient: Patient, version: Version = DEFAULT) -> dict[int, Reading]:
    """Result id -> how it is read. What is cancelled, entered in error or marked spurious is not read."""
    return {one.pk: reading_of(one, patient=patient, version=version) for one in results}


def reading_of(result: Result, *, patient: Patient, version: Version = DEFAULT) -> Reading:
    """The laboratory's own range first, else that for age and sex on the day of collection."""
    age = (result.collected_on - patient.birth_date).days
    known = reference_range(
        result.analyte, age_days=age, sex=patient.sex, low=result.reference_low, high=result.reference_high
    )
    if result.value is None or not is_usable(result.status) or is_marked(result):
        return Reading(known)
    low, high = (known.range.low, known.range.high) if known else (None, None)
    exact = result.analyte == "haemoglobin" and not result.comparator
    return Reading(
        range=known,
        outside=_outside(result.value, result.comparator, low, high),
        grade=ctcae_grade(
            result.analyte, result.value, comparator=result.comparator, low=low, high=high, version=version
        ),
        anaemia=anaemia(result.value, age_days=age, sex=patient.sex) or "" if exact else "",
    )


def _outside(value: Decimal, comparator: str, low: Decimal | None, high: Decimal | None) -> str:
    if high is not None and value > high and not comparator.startswith("<"):
        return "high"
    if low is not None and value < low and not comparator.startswith(">"):
        return "low"
    return ""


def moves(
    *,
    patient: Patient,
    results: Sequence[Result],
    events: Collection[TreatmentEvent],
    said: Said = NOTHING_SAID,
    upto: date | None = None,
) -> dict[str, Moved]:
    """Analyte -> how its latest value (up to a day) moved; none where there is nothing of the same assay before.

    Reads prefetched diagnoses and lines; asks the database nothing.
    """
    by_analyte: dict[str, list[Result]] = defaultdict(list)
    for one in usable_now([one for one in results if upto is None or one.collected_on <= upto]):
        if one.analyte in variation.VARIATIONS and not one.comparator:
            by_analyte[one.analyte].append(one)
    found = {code: _moved(code, own, patient, events, said) for code, own in by_analyte.items()}
    return {code: moved for code, moved in found.items() if moved is not None}


def _moved(
    code: str, results: list[Result], patient: Patient, events: Collection[TreatmentEvent], said: Said
) -> Moved | None:
    latest = results[-1]
    if any(one.collected_on == latest.collected_on and one.value != latest.value for one in results):
        return None
    own = [one for one in results if _assay(one) == _assay(latest) and one.collected_on < latest.collected_on]
    if not own:
        return None
    baseline = _baseline(code, results, patient, events, said)
    before, on = (own[-1].value, own[-1].collected_on) if baseline is None else (baseline, None)
    change = None if before is None or latest.value is None else variation.change_from(code, before, latest.value)
    return None if before is None or change is None else Moved(latest, before, on, change)


def _baseline(
    code: str, results: list[Result], patient: Patient, events: Collection[TreatmentEvent], said: Said
) -> Decimal | None:
    """The baseline the rule holds the latest value against: confirmed, and only where there is a single assay."""
    diagnosis = next(iter(patient.diagnoses.all()), None)
    if code not in BASELINES or diagnosis is None or len({_assay(one) for one in results}) > 1:
        return None
    rule = BASELINES[code]
    lines = bars(patient=patient, diagnosis=diagnosis, results=results, events=events, rules=[rule], said=said)
    held = lines.get(rule)
    return held.reference if held is not None and held.confirmed and held.analyte == code else None


def _assay(result: Result) -> tuple[str, str, str]:
    return result.specimen, result.method_family or result.method, result.laboratory
