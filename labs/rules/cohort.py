"""Patients and their usable results as columns: the form in which rules read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple, TypeAlias, TypeVar, cast

import numpy as np

from labs.rules.arrays import DAY_BITS, DAY_OFFSET, AnyInts, Bools, Codes, Days, Ints
from labs.rules.assessments import Assessments, assess
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.statuses import is_usable

Key: TypeAlias = str | int
T = TypeVar("T")
Group: TypeAlias = tuple[str, str, str]

EPOCH_DAY = date(1970, 1, 1).toordinal()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
TIME_UNKNOWN = np.iinfo(np.int64).min
COMPARATORS: Mapping[str, int] = {"": 0, "<": 1, "<=": 2, ">": 3, ">=": 4}
COMPARATOR_TEXTS = ("", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Event:
    """Something given to the patient that changes counts or markers. Without an end: one day, unless `ongoing`."""

    kind: str
    started_on: date
    ended_on: date | None = None
    ongoing: bool = False

    @property
    def last_day(self) -> date:
        """The last day it was given; the end of time while it goes on."""
        return date.max if self.ongoing else self.ended_on or self.started_on


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """What rules must know of a patient besides results. Empty means not recorded, never "no".

    measurable   of serum_m, urine_m, flc, marrow, as a physician stated it; empty: derived from the baseline
    line_starts  first days of the lines of therapy; each resets the values changes are measured from
    """

    key: Key
    disease: str = ""
    birth_date: date | None = None
    sex: str = ""
    heavy_chain: str = ""
    light_chain: str = ""
    disease_type: str = ""
    measurable: frozenset[str] = frozenset()
    line_starts: tuple[date, ...] = ()
    remission_on: date | None = None
    response: str = ""
    therapy_ended_on: date | None = None
    events: tuple[Event, ...] = ()


class Row(NamedTuple):
    """One result. `amount` is fixed point; None when the value cannot be used (its unit is not known, say)."""

    patient: Key
    analyte: str
    collected_on: date
    amount: int | None
    comparator: str = ""
    specimen: str = ""
    method: str = ""
    laboratory: str = ""
    collected_at: datetime | None = None
    accession: str = ""
    result: int = 0
    status: str = "final"


@dataclass(frozen=True, slots=True)
class Columns:
    """Results, a row each; `patient`, `analyte` and `group` are places in their tables.

    day      days since 1970-01-01, the calendar day at the site
    instant  microseconds since then, TIME_UNKNOWN when only the day is known
    rank     order of the accession among all (breaks ties between results of one instant)
    """

    patient: AnyInts
    analyte: AnyInts
    day: Days
    amount: Ints
    comparator: Codes
    group: AnyInts
    instant: Ints
    rank: AnyInts
    result: Ints

    def take(self, rows: Ints | Bools) -> Columns:
        """The given rows only."""
        return Columns(*(getattr(self, name)[rows] for name in self.__slots__))


@dataclass(frozen=True)
class Cohort:
    """Patients and columns. Everything else is derived once and kept.

    unreadable  results that were received but cannot be used: (patient, analyte, day); they make "no" impossible
    """

    patients: Sequence[PatientFacts]
    columns: Columns
    analytes: tuple[str, ...] = tuple(ANALYTES)
    groups: Sequence[Group] = (("", "", ""),)
    accessions: Sequence[str] | None = None
    unreadable: Sequence[tuple[int, str, int]] = field(default=())

    @classmethod
    def build(cls, patients: Sequence[PatientFacts], rows: Iterable[Row]) -> Cohort:
        """A cohort from plain rows, in any order. Rows of unusable status or of strangers are left out."""
        place = {facts.key: index for index, facts in enumerate(patients)}
        usable = [row for row in rows if is_usable(row.status) and row.patient in place]
        readable = [row for row in usable if row.amount is not None]
        unreadable = [(place[r.patient], r.analyte, day_number(r.collected_on)) for r in usable if r.amount is None]
        codes = {code: index for index, code in enumerate(ANALYTES)}
        groups = {group: index for index, group in enumerate(sorted({row[5:8] for row in readable}))}
        accessions = [row.accession for row in readable]
        ranks = {text: rank for rank, text in enumerate(sorted(set(accessions)))}
        columns = Columns(
            patient=np.array([place[row.patient] for row in readable], np.int32),
            analyte=np.array([codes[row.analyte] for row in readable], np.int16),
            day=np.array([row.collected_on.toordinal() - EPOCH_DAY for row in readable], np.int32),
            amount=np.array([row.amount for row in readable], np.int64),
            comparator=np.array([COMPARATORS[row.comparator] for row in readable], np.int8),
            group=np.array([groups[row[5:8]] for row in readable], np.int32),
            instant=np.array([_instant(row.collected_at) for row in readable], np.int64),
            rank=np.array([ranks[text] for text in accessions], np.int32),
            result=np.array([row.result for row in readable], np.int64),
        )
        return cls(patients, columns, tuple(ANALYTES), tuple(groups) or (("", "", ""),), accessions, unreadable)

    @classmethod
    def from_columns(
        cls,
        patients: Sequence[PatientFacts],
        *,
        patient: AnyInts,
        analyte: AnyInts,
        day: Days,
        amount: Ints,
        comparator: Codes | None = None,
        group: AnyInts | None = None,
        instant: Ints | None = None,
        rank: AnyInts | None = None,
        result: Ints | None = None,
        analytes: tuple[str, ...] = tuple(ANALYTES),
        groups: Sequence[Group] = (("", "", ""),),
        accessions: Sequence[str] | None = None,
        unreadable: Sequence[tuple[int, str, int]] = (),
    ) -> Cohort:
        """A cohort from columns. `patient` indexes `patients`, `analyte` and `group` their tables.

        Nothing is copied, unless `groups` are not in order: their order must not depend on who else is there.
        """
        size = patient.size
        if group is not None and list(groups) != sorted(groups):
            places = {label: place for place, label in enumerate(sorted(groups))}
            group = np.array([places[label] for label in groups], np.int32)[group]
            groups = sorted(groups)
        columns = Columns(
            patient=patient,
            analyte=analyte,
            day=day,
            amount=amount,
            comparator=np.zeros(size, np.int8) if comparator is None else comparator,
            group=np.zeros(size, np.int32) if group is None else group,
            instant=np.full(size, TIME_UNKNOWN) if instant is None else instant,
            rank=np.zeros(size, np.int32) if rank is None else rank,
            result=np.arange(size, dtype=np.int64) if result is None else result,
        )
        return cls(patients, columns, analytes, groups, accessions, unreadable)

    def until(self, as_of: date) -> Cohort:
        """What was collected on or before a day; later lines of therapy and events do not touch it."""
        last = day_number(as_of)
        keep = np.flatnonzero(self.columns.day <= last)
        accessions = None if self.accessions is None else [self.accessions[row] for row in keep.tolist()]
        unreadable = [entry for entry in self.unreadable if entry[2] <= last]
        return replace(self, columns=self.columns.take(keep), accessions=accessions, unreadable=unreadable)

    @cached_property
    def assessments(self) -> Assessments:
        """One row a calendar day, sorted by analyte, patient, group and day."""
        return assess(self.columns)

    @cached_property
    def codes(self) -> Mapping[str, int]:
        """Place of each analyte code in `analytes`."""
        return {code: index for index, code in enumerate(self.analytes)}

    @cached_property
    def derived(self) -> dict[str, object]:
        """What `once` keeps."""
        return {}

    def once(self, name: str, work: Callable[[], T]) -> T:
        """What `work` gives, done once while the cohort lives."""
        if name not in self.derived:
            self.derived[name] = work()
        return cast(T, self.derived[name])

    @cached_property
    def diseases(self) -> list[str]:
        """Disease of each patient."""
        return [facts.disease for facts in self.patients]

    def all_of(self, diseases: frozenset[str]) -> bool:
        """Whether every patient has one of the diseases."""
        return diseases.issuperset(self.diseases)

    def any_of(self, diseases: frozenset[str]) -> bool:
        """Whether any patient has one of the diseases."""
        return not diseases.isdisjoint(self.diseases)

    def in_diseases(self, diseases: frozenset[str]) -> Bools:
        """Patients that have one of the diseases."""
        return np.array([disease in diseases for disease in self.diseases], bool)

    @cached_property
    def remission_days(self) -> Days:
        """First day of remission of each patient; the earliest possible day where it is not recorded."""
        return np.array([_day_or_first(facts.remission_on) for facts in self.patients], np.int32)

    @cached_property
    def line_keys(self) -> Ints:
        """(patient, first day) of every line of therapy, packed and sorted."""
        keys = [
            pack_day(index, day_number(start))
            for index, facts in enumerate(self.patients)
            for start in facts.line_starts
        ]
        return np.array(sorted(set(keys)), np.int64)

    def line_of(self, patient: AnyInts, day: AnyInts) -> Ints:
        """Number of lines of therapy begun by that day (the first day of a line belongs to it); 0 before any."""
        if not self.line_keys.size:
            return np.zeros(patient.size, np.int64)
        owner = patient.astype(np.int64) << DAY_BITS
        begun = self.line_keys.searchsorted(owner + (day + DAY_OFFSET), side="right")
        return begun - self.line_keys.searchsorted(owner, side="left")

    def line_start(self, patient: int, day: int) -> date | None:
        """First day of the line of therapy a day belongs to."""
        begun = [start for start in self.patients[patient].line_starts if day_number(start) <= day]
        return max(begun, default=None)

    def has(self, analyte: str) -> bool:
        """Whether any result of the analyte is there."""
        first, end = self.assessments.bounds(self.codes[analyte])
        return end > first


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH_DAY


def to_date(day: int) -> date:
    """The calendar day of a day number."""
    return date.fromordinal(int(day) + EPOCH_DAY)


def pack_day(patient: int, day: int) -> int:
    """Patient and day in one sortable number."""
    return (patient << DAY_BITS) + day + DAY_OFFSET


def _instant(moment: datetime | None) -> int:
    return TIME_UNKNOWN if moment is None else (moment - EPOCH) // MICROSECOND


def _day_or_first(day: date | None) -> int:
    return -DAY_OFFSET if day is None else day_number(day)
