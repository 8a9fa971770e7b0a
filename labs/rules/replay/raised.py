"""When each signal was first raised, with the results until then only.

The plain way is to ask a rule again after every day with results. For a rule whose answer at a day rests on nothing
later, one evaluation of all results tells the same: an episode was first raised on its first assessment, and confirmed
on the day that completed the confirmation. `tests/labs/rules/replay/test_raised.py` holds both ways against each other
for every rule in `ONE_PASS`; any other rule is asked day by day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

import numpy as np

from labs.rules.arrays import Ints
from labs.rules.base import Finding, Rule, State
from labs.rules.cohort import Cohort, Key, PatientFacts, to_date
from labs.rules.registry import Failure, evaluate

ONE_PASS = frozenset(
    {
        "MM-PD-SERUM-M",
        "MM-PD-URINE-M",
        "MM-HB",
        "MM-CREATININE",
        "MM-CALCIUM",
        "AML-MARROW",
        "AML-BLOOD",
        "ALL-BLOOD",
        "CBC-HB-FALL",
        "CBC-RBC-FALL",
        "ASSAY-CHANGED",
    }
)
"""Rules for which one evaluation is shown to give the days of the plain way. A rule is added here with its test."""

ROWS_AT_ONCE = 500_000
"""Rows of the results repeated for each day that are held at a time."""

Episode: TypeAlias = tuple[Key, str, date]
"""Patient, rule and first day: what tells two signals apart, on whatever day they are looked at. Two series of one rule
that begin on one day are one signal."""


@dataclass(frozen=True, slots=True)
class RaisedSignal:
    """One signal. `note`: it says that a comparison cannot be made, and is no sign of relapse."""

    patient: Key
    rule: str
    raised_on: date
    confirmed_on: date | None = None
    note: bool = False


@dataclass(frozen=True, slots=True)
class Replay:
    """Signals of all rules that could be asked."""

    signals: list[RaisedSignal] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def as_they_stand(cohort: Cohort, rules: Iterable[Rule]) -> Replay:
    """Signals that stand when all results are known, on the day that completed their present state.

    This looks back: signals that later results did not confirm are left out.
    """
    said = evaluate(cohort, rules)
    signals: dict[Episode, RaisedSignal] = {}
    for finding in said.findings:
        if finding.signal is not State.NOT_CONFIRMED:
            confirmed = finding.detected_on if finding.signal is State.CONFIRMED else None
            _keep(signals, _episode(finding), _signal(finding, finding.detected_on, confirmed))
    return Replay(list(signals.values()), said.failures)


def after_every_result(cohort: Cohort, rules: Iterable[Rule]) -> Replay:
    """Signals as they came up from day to day, those among them that were given up later."""
    asked = list(rules)
    replay = in_one_pass(cohort, [rule for rule in asked if rule.code in ONE_PASS])
    for rule in asked:
        if rule.code not in ONE_PASS:
            more = day_by_day(cohort, rule)
            replay.signals.extend(more.signals)
            replay.failures.extend(more.failures)
    return replay


def in_one_pass(cohort: Cohort, rules: Iterable[Rule]) -> Replay:
    """The days of every signal from one evaluation of all results; for rules in `ONE_PASS`."""
    said = evaluate(cohort, rules)
    signals: dict[Episode, RaisedSignal] = {}
    for finding in said.findings:
        confirmed = finding.detected_on if finding.signal is State.CONFIRMED else None
        _keep(signals, _episode(finding), _signal(finding, finding.opened_on, confirmed))
    return Replay(list(signals.values()), said.failures)


def day_by_day(cohort: Cohort, rule: Rule) -> Replay:
    """The plain way: the rule asked anew after each day on which a result it reads was collected."""
    signals: dict[Episode, RaisedSignal] = {}
    failures: list[Failure] = []
    for part, days in _as_known_each_day(cohort, rule):
        said = evaluate(part.cohort, [rule])
        failures.extend(said.failures)
        for finding in said.findings:
            if finding.signal is not State.NOT_CONFIRMED:
                place = int(finding.patient_key)
                day = days[place]
                own = finding._replace(patient_key=part.keys[place])
                confirmed = day if finding.signal is State.CONFIRMED else None
                _keep(signals, _episode(own), _signal(own, day, confirmed))
    return Replay(list(signals.values()), failures[:1])


@dataclass(frozen=True, slots=True)
class _Part:
    """A cohort in which each row is one patient as known on one day, and the keys of those patients."""

    cohort: Cohort
    keys: Sequence[Key]


def _as_known_each_day(cohort: Cohort, rule: Rule) -> Iterator[tuple[_Part, list[date]]]:
    """Patients as known on each of their days, many at a time; the days beside them."""
    read = np.isin(cohort.columns.analyte, [cohort.codes[code] for code in rule.reads])
    rows = np.flatnonzero(read)
    rows = rows[np.lexsort((cohort.columns.day[rows], cohort.columns.patient[rows]))]
    patients, starts = np.unique(cohort.columns.patient[rows], return_index=True)
    if not rows.size:
        return
    taken: list[Ints] = []
    owners: list[int] = []
    days: list[date] = []
    size = 0
    for patient, own in zip(patients.tolist(), np.split(rows, starts[1:]), strict=True):
        day = cohort.columns.day[own]
        for end in np.flatnonzero(np.append(day[1:] != day[:-1], values=True)).tolist():
            taken.append(own[: end + 1])
            owners.append(patient)
            days.append(to_date(int(day[end])))
            size += end + 1
        if size >= ROWS_AT_ONCE:
            yield _part(cohort, taken, owners), days
            taken, owners, days, size = [], [], [], 0
    if taken:
        yield _part(cohort, taken, owners), days


def _part(cohort: Cohort, taken: list[Ints], owners: list[int]) -> _Part:
    rows = np.concatenate(taken)
    columns = replace(cohort.columns.take(rows), patient=np.repeat(np.arange(len(taken)), [own.size for own in taken]))
    facts: list[PatientFacts] = [replace(cohort.patients[owner], key=place) for place, owner in enumerate(owners)]
    accessions = None if cohort.accessions is None else [cohort.accessions[row] for row in rows.tolist()]
    known = Cohort(facts, columns, cohort.analytes, cohort.groups, accessions, notes=cohort.notes)
    return _Part(known, [cohort.patients[owner].key for owner in owners])


def _episode(finding: Finding) -> Episode:
    return finding.patient_key, finding.rule, finding.opened_on


def _signal(finding: Finding, raised_on: date, confirmed_on: date | None) -> RaisedSignal:
    note = finding.signal is State.NOT_EVALUABLE
    return RaisedSignal(finding.patient_key, finding.rule, raised_on, confirmed_on, note)


def _keep(signals: dict[Episode, RaisedSignal], episode: Episode, new: RaisedSignal) -> None:
    """The first day a signal was raised and the first day it was confirmed."""
    old = signals.get(episode)
    if old is None:
        signals[episode] = new
        return
    confirmed = min((day for day in (old.confirmed_on, new.confirmed_on) if day is not None), default=None)
    signals[episode] = replace(old, raised_on=min(old.raised_on, new.raised_on), confirmed_on=confirmed)
