"""What a patient's latest value is held against: the personal reference, and from where on a criterion is met.

Both come from the rule itself, so that a chart never shows another line than the one that raises signals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from labs.models import Result
from labs.rules.arrays import UNBOUNDED
from labs.rules.cohort import Cohort, Event, PatientFacts, Row
from labs.rules.registry import BY_CODE
from labs.rules.signals import Signal
from labs.selectors.rows import is_marked, note_from, range_limit
from labs.selectors.said import Said
from labs.vocabulary.fixed_point import from_amount
from patients.models import Diagnosis, Patient, TreatmentEvent

NOTHING_SAID = Said()


@dataclass(frozen=True, slots=True)
class Held:
    """The value compared against (None for a rule with a fixed bar), and the nearest value that meets the criterion.

    `analyte` is that of the rule's series; a rule over a difference or a pool of analytes has a name of its own there.
    """

    analyte: str
    reference: Decimal | None
    how: str
    confirmed: bool
    falls: bool
    meets_from: Decimal | None


def bars(
    *,
    patient: Patient,
    diagnosis: Diagnosis,
    results: Iterable[Result],
    events: Iterable[TreatmentEvent],
    rules: Collection[str],
    said: Said = NOTHING_SAID,
) -> dict[str, Held]:
    """Rule code -> what it held the latest value against. Reads prefetched lines; asks the database nothing."""
    cohort = Cohort.build([_facts(patient, diagnosis, events, said)], [_row(result) for result in results])
    held = {}
    for code in rules:
        rule = BY_CODE.get(code)
        if (
            rule is None
            or diagnosis.disease not in rule.diseases
            or not any(cohort.has(analyte) for analyte in rule.reads)
        ):
            continue
        answer = _held(rule.evaluate(cohort))
        if answer is not None:
            held[code] = answer
    return held


def _held(signal: Signal) -> Held | None:
    """The bars at the last assessment that the rule judges."""
    rows = np.flatnonzero(signal.judged())
    if not rows.size:
        return None
    row = int(rows[-1])
    places, against = signal.series.places, signal.against
    known = against is not None and bool(against.known[row])
    reference = None
    if against is not None and known:
        amount = against.low[row] if signal.direction == "below" else against.high[row]
        reference = from_amount(round(int(amount) / against.scale), places)
    elif signal.direction != "bar":
        return None
    met = _nearest_met(signal, row)
    return Held(
        analyte=signal.series.code,
        reference=reference,
        how=against.how if against is not None and known else "",
        confirmed=bool(against.confirmed[row]) if against is not None and known else False,
        falls=signal.direction == "below",
        meets_from=None if met is None else from_amount(met, places),
    )


def _nearest_met(signal: Signal, row: int) -> int | None:
    """The least amount (of a fall, the greatest) that meets the criterion at a row, by halving; None if none does."""
    series, against = signal.series, signal.against
    reference = (
        np.zeros_like(series.low) if against is None else (against.low if signal.direction == "below" else against.high)
    )

    def meets(amount: int) -> bool:
        values = series.low.copy()
        values[row] = amount
        return bool(signal.criterion(values, reference).met[row])

    if signal.direction == "below":
        unmet, met = UNBOUNDED, 0
    else:
        unmet, met = -1, UNBOUNDED
    if not meets(met) or (unmet >= 0 and meets(unmet)):
        return None
    while abs(met - unmet) > 1:
        middle = (met + unmet) // 2
        met, unmet = (middle, unmet) if meets(middle) else (met, middle)
    return met


def _facts(patient: Patient, diagnosis: Diagnosis, events: Iterable[TreatmentEvent], said: Said) -> PatientFacts:
    return PatientFacts(
        key=patient.pk,
        disease=diagnosis.disease,
        birth_date=patient.birth_date,
        sex=patient.sex,
        heavy_chain=diagnosis.heavy_chain,
        light_chain=diagnosis.light_chain,
        disease_type=diagnosis.disease_type,
        measurable=frozenset(diagnosis.measurable),
        line_starts=_line_starts(diagnosis),
        remission_on=diagnosis.remission_on,
        response=diagnosis.response,
        therapy_ended_on=diagnosis.therapy_ended_on,
        events=tuple(Event(one.kind, one.started_on, one.ended_on, one.ongoing) for one in events),
        **said.facts(patient=patient.pk, site=patient.site_id, diagnosis=diagnosis.pk),
    )


def _line_starts(diagnosis: Diagnosis) -> tuple[date, ...]:
    """First day of each line; the phases of one line share its number."""
    starts: dict[int, list[date]] = defaultdict(list)
    for line in diagnosis.lines.all():
        starts[line.number].append(line.started_on)
    return tuple(sorted(min(days) for days in starts.values()))


def _row(result: Result) -> Row:
    return Row(
        result.patient_id, result.analyte, result.collected_on, result.amount, result.comparator, result.specimen,
        f"{result.method_family} {result.target}".strip(), result.laboratory,
        result.collected_at if result.time_known else None, "", result.pk, "final",
        range_limit(result.reference_low, result.analyte), range_limit(result.reference_high, result.analyte),
        note_from(result.analyte, result.coded, result.detection_limit, result.cells_counted, result.target),
    )  # fmt: skip


def usable_now(results: Sequence[Result]) -> list[Result]:
    """The versions rules read: current ones not marked as spurious, of results already known to be usable."""
    return [one for one in results if one.is_current and one.amount is not None and not is_marked(one)]
