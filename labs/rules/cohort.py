"""Patients and their usable results as columns: the form in which rules read them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar, Unpack

import numpy as np

from labs.rules.arrays import DAY_BITS, DAY_OFFSET, AnyInts, Bools, Days, Ints
from labs.rules.assessments import Assessments, assess
from labs.rules.bridges import bridged
from labs.rules.columns import (
    COMPARATOR_TEXTS,
    COMPARATORS,
    EPOCH_DAY,
    NO_LIMIT,
    NO_NOTE,
    TIME_UNKNOWN,
    Columns,
    Given,
    Note,
    Row,
    columns_of,
    notes_of,
)
from labs.rules.facts import Bridge, Event, Group, Key, PatientFacts, Rebaseline
from labs.rules.kept import kept
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.statuses import is_usable

__all__ = [
    "COMPARATORS",
    "COMPARATOR_TEXTS",
    "NO_LIMIT",
    "NO_NOTE",
    "TIME_UNKNOWN",
    "Bridge",
    "Cohort",
    "Columns",
    "Event",
    "Group",
    "Key",
    "Note",
    "PatientFacts",
    "Rebaseline",
    "Row",
    "day_number",
    "pack_day",
    "to_date",
]

T = TypeVar("T")


@dataclass(frozen=True)
class Cohort:
    """Patients and columns. Everything else is derived once and kept.

    unreadable  results that were received but cannot be used: (patient, analyte, day); they make "no" impossible
    notes       what few results carry besides a number; the empty note is at 0
    today       the day of asking, for rules about what is absent; None: they say nothing
    """

    patients: Sequence[PatientFacts]
    columns: Columns
    analytes: tuple[str, ...] = tuple(ANALYTES)
    groups: Sequence[Group] = (("", "", ""),)
    accessions: Sequence[str] | None = None
    unreadable: Sequence[tuple[int, str, int]] = field(default=())
    notes: Sequence[Note] = (NO_NOTE,)
    today: date | None = None

    @classmethod
    def build(cls, patients: Sequence[PatientFacts], rows: Iterable[Row], today: date | None = None) -> Cohort:
        """A cohort from plain rows, in any order. Rows of unusable status or of strangers are left out."""
        place = {facts.key: index for index, facts in enumerate(patients)}
        usable = [row for row in rows if is_usable(row.status) and row.patient in place]
        readable = [row for row in usable if row.amount is not None]
        unreadable = [(place[r.patient], r.analyte, day_number(r.collected_on)) for r in usable if r.amount is None]
        groups = {group: index for index, group in enumerate(sorted({row.group for row in readable}))}
        notes = notes_of(readable)
        return cls(
            patients,
            columns_of(readable, place, groups, notes),
            tuple(ANALYTES),
            tuple(groups) or (("", "", ""),),
            [row.accession for row in readable],
            unreadable,
            tuple(notes),
            today,
        )

    @classmethod
    def from_columns(
        cls,
        patients: Sequence[PatientFacts],
        *,
        analytes: tuple[str, ...] = tuple(ANALYTES),
        groups: Sequence[Group] = (("", "", ""),),
        accessions: Sequence[str] | None = None,
        unreadable: Sequence[tuple[int, str, int]] = (),
        notes: Sequence[Note] = (NO_NOTE,),
        today: date | None = None,
        **given: Unpack[Given],
    ) -> Cohort:
        """A cohort from columns. `patient` indexes `patients`; `analyte`, `group` and `note` their tables.

        Nothing is copied, unless `groups` are not in order: their order must not depend on who else is there.
        """
        if "group" in given and list(groups) != sorted(groups):
            places = {label: place for place, label in enumerate(sorted(groups))}
            given["group"] = np.array([places[label] for label in groups], np.int32)[given["group"]]
            groups = sorted(groups)
        return cls(patients, Columns.complete(**given), analytes, groups, accessions, unreadable, notes, today)

    def until(self, as_of: date) -> Cohort:
        """What was collected on or before a day; later lines of therapy and events do not touch it."""
        last = day_number(as_of)
        keep = np.flatnonzero(self.columns.day <= last)
        accessions = None if self.accessions is None else [self.accessions[row] for row in keep.tolist()]
        unreadable = [entry for entry in self.unreadable if entry[2] <= last]
        return replace(self, columns=self.columns.take(keep), accessions=accessions, unreadable=unreadable, today=as_of)

    @kept
    def assessments(self) -> Assessments:
        """One row a calendar day, sorted by analyte, patient, group and day."""
        return assess(self.columns, self.series_groups)

    @kept
    def series_groups(self) -> AnyInts:
        """The group whose series each row belongs to: its own, or the one it was declared interchangeable with."""
        return bridged(self.patients, self.columns, self.groups, self.codes)

    @kept
    def codes(self) -> Mapping[str, int]:
        """Place of each analyte code in `analytes`."""
        return {code: index for index, code in enumerate(self.analytes)}

    @kept
    def derived(self) -> dict[Hashable, Any]:
        """What `once` keeps."""
        return {}

    def worked_out(self, work: Callable[..., T], *of: Hashable) -> T:
        """What a function finds in this cohort, asked once while the cohort lives."""
        return self.once((work, *of), lambda: work(self, *of))

    def which(self, holds: Callable[[PatientFacts], object]) -> Bools:
        """Of each patient whether it holds."""
        return np.array([bool(holds(facts)) for facts in self.patients], bool)

    def once(self, name: Hashable, work: Callable[[], T]) -> T:
        """What `work` gives, done once while the cohort lives."""
        if name not in self.derived:
            self.derived[name] = work()
        found: T = self.derived[name]
        return found

    @kept
    def places(self) -> Mapping[Key, int]:
        """Place of each patient."""
        return {facts.key: index for index, facts in enumerate(self.patients)}

    @kept
    def by_disease(self) -> Mapping[str, Bools]:
        """Of each disease that occurs the patients who have it; "" of those without one on record."""
        diseases = [facts.disease for facts in self.patients]
        return {one: np.array([disease == one for disease in diseases], bool) for one in sorted(set(diseases))}

    def all_of(self, diseases: frozenset[str]) -> bool:
        """Whether every patient has one of the diseases."""
        return diseases.issuperset(self.by_disease)

    def any_of(self, diseases: frozenset[str]) -> bool:
        """Whether any patient has one of the diseases."""
        return not diseases.isdisjoint(self.by_disease)

    def in_diseases(self, diseases: Iterable[str]) -> Bools:
        """Patients that have one of the diseases."""
        found = np.zeros(len(self.patients), bool)
        for disease in diseases:
            if disease in self.by_disease:
                found |= self.by_disease[disease]
        return found

    @kept
    def remission_days(self) -> Days:
        """First day of remission of each patient; the earliest possible day where it is not recorded."""
        return np.array([_day_or_first(facts.remission_on) for facts in self.patients], np.int32)

    @kept
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
        return begun_by(self.line_keys, patient, day)

    def comparisons_begun(self, analyte: str, patient: AnyInts, day: AnyInts) -> Ints:
        """Number of times by that day that a clinician had comparisons of the analyte start anew."""
        keys = [
            pack_day(index, day_number(one.on))
            for index, facts in self.rebaselined
            for one in facts.rebaselines
            if one.analyte in ("", analyte)
        ]
        return begun_by(np.array(sorted(keys), np.int64), patient, day)

    @kept
    def rebaselined(self) -> list[tuple[int, PatientFacts]]:
        """The patients some of whose comparisons start anew on a day."""
        return [(index, facts) for index, facts in enumerate(self.patients) if facts.rebaselines]

    @kept
    def some_switched_off(self) -> frozenset[str]:
        """Rules that are switched off for any patient."""
        return frozenset().union(*(facts.switched_off for facts in self.patients))

    def switched_off(self, rule: str) -> Bools:
        """Patients whose site leaves the rule out."""
        return self.which(lambda facts: rule in facts.switched_off)

    def note_of(self, row: int) -> Note:
        """What a row of the columns carries besides its number."""
        return self.notes[int(self.columns.note[row])]

    def line_start(self, patient: int, day: int) -> date | None:
        """First day of the line of therapy a day belongs to."""
        on = to_date(day)
        return max([start for start in self.patients[patient].line_starts if start <= on], default=None)

    @kept
    def measured(self) -> frozenset[str]:
        """The analytes of which any result is there."""
        some, codes = self.assessments.some, self.codes
        return frozenset(code for code, place in codes.items() if place in some)

    def has(self, analyte: str) -> bool:
        """Whether any result of the analyte is there."""
        return analyte in self.measured


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH_DAY


@lru_cache(1 << 14)
def to_date(day: int) -> date:
    """The calendar day of a day number."""
    return date.fromordinal(int(day) + EPOCH_DAY)


@lru_cache(1 << 14)
def iso_text(day: int) -> str:
    """A day number as ISO 8601 writes the day."""
    return to_date(day).isoformat()


def pack_day(patient: int, day: int) -> int:
    """Patient and day in one sortable number."""
    return (patient << DAY_BITS) + day + DAY_OFFSET


def begun_by(keys: Ints, patient: AnyInts, day: AnyInts) -> Ints:
    """How many of the patient's own days, packed and sorted in `keys`, have come by each day."""
    if not keys.size:
        return np.zeros(patient.size, np.int64)
    owner = patient.astype(np.int64) << DAY_BITS
    before = keys.searchsorted(np.arange(int(patient.max(initial=0)) + 1) << DAY_BITS)
    return keys.searchsorted(owner + (day + DAY_OFFSET), side="right") - before[patient]


def _day_or_first(day: date | None) -> int:
    return -DAY_OFFSET if day is None else day_number(day)
