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
from labs.rules.arrays import UNBOUNDED, Ints
from labs.rules.base import Comparison
from labs.rules.checks import Bar, Both, Check, Known, Share
from labs.rules.cohort import Cohort, Event, PatientFacts, Row, to_date
from labs.rules.registry import BY_CODE
from labs.rules.signals import Signal
from labs.selectors.rows import is_marked, note_from, range_limit
from labs.selectors.said import Said
from labs.vocabulary.fixed_point import from_amount
from patients.models import Diagnosis, Patient, TreatmentEvent

NOTHING_SAID = Said()
COUNTS = frozenset({"", "{count}", "d"})
"""Units of series that count findings or days: no marker lies so and so far from a bar."""


@dataclass(frozen=True, slots=True)
class Held:
    """The value compared against (None for a rule with a fixed bar), and the nearest value that meets the criterion.

    analyte      that of the rule's series; a rule over a difference or a pool of analytes has a name of its own there
    on           the day of the latest assessment that the rule judges
    low, high    between which its value lies: equal for a plain number; `high` None where it has no end (">5")
    met          whether that value meets the criterion, which need not be enough for a signal
    in_numbers   whether the way to the bar can be told in the unit of the series: not for findings in words, counts,
                 several units at once, or where any amount at all counts
    comparisons  what was compared there, in words
    """

    analyte: str
    reference: Decimal | None
    how: str
    confirmed: bool
    falls: bool
    meets_from: Decimal | None
    name: str = ""
    unit: str = ""
    on: date | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    met: bool = False
    in_numbers: bool = False
    comparisons: tuple[Comparison, ...] = ()


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
        answer = held_of(rule.evaluate(cohort))
        if answer is not None:
            held[code] = answer
    return held


def held_of(signal: Signal) -> Held | None:
    """The bars at the latest assessment that the rule judges; None where there is nothing to hold it against."""
    rows = np.flatnonzero(signal.judged())
    if not rows.size:
        return None
    series, against = signal.series, signal.against
    row = int(rows[::-1][np.argmax(series.day[rows][::-1])])  # rows are sorted by assay first: the last need not be it
    places = series.places
    known = against is not None and bool(against.known[row])
    reference = None
    if against is not None and known:
        amount = against.low[row] if signal.direction == "below" else against.high[row]
        reference = from_amount(round(int(amount) / against.scale), places)
    elif signal.direction != "bar":
        return None
    falls, met = _nearest_met(signal, row)
    check = signal.criterion(series.low, _reference(signal))
    high = int(series.high[row])
    return Held(
        analyte=series.code,
        reference=reference,
        how=against.how if against is not None and known else "",
        confirmed=bool(against.confirmed[row]) if against is not None and known else False,
        falls=falls,
        meets_from=None if met is None else from_amount(met, places),
        name=series.name.rstrip(":"),
        unit=series.unit,
        on=to_date(int(series.day[row])),
        low=from_amount(int(series.low[row]), places),
        high=from_amount(high, places) if high < UNBOUNDED else None,
        met=bool(check.met[row]),
        in_numbers=met not in (None, 0, 1) and not (series.mixed or series.unit in COUNTS or _says_words(check)),
        comparisons=tuple(check.comparisons(row)),
    )


def _says_words(check: Check) -> bool:
    """Whether a finding in words is a part of it."""
    if isinstance(check, Both):
        return _says_words(check.left) or _says_words(check.right)
    return _says_words(check.check) if isinstance(check, Known) else not isinstance(check, Bar | Share)


def _reference(signal: Signal) -> Ints:
    """What the criterion compares each row with; zeros for a rule with a fixed bar."""
    against = signal.against
    if against is None:
        return np.zeros_like(signal.series.low)
    return against.low if signal.direction == "below" else against.high


def _nearest_met(signal: Signal, row: int) -> tuple[bool, int | None]:
    """Whether it falls to its bar, and the least amount (of a fall, the greatest) that meets the criterion at a row.

    Found by halving; None if no amount does, or any. A fixed bar can lie above or below.
    """
    reference = _reference(signal)

    def meets(amount: int) -> bool:
        values = signal.series.low.copy()
        values[row] = amount
        return bool(signal.criterion(values, reference).met[row])

    falls = signal.direction == "below" or (signal.direction == "bar" and meets(0) and not meets(UNBOUNDED))
    unmet, met = (UNBOUNDED, 0) if falls else (-1, UNBOUNDED)
    if not meets(met) or meets(unmet):
        return falls, None
    while abs(met - unmet) > 1:
        middle = (met + unmet) // 2
        met, unmet = (middle, unmet) if meets(middle) else (met, middle)
    return falls, met


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
