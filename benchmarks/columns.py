"""Serum M-protein of the demo cohort as columns in memory, as many times over as asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from labs.rules.cohort import Cohort, PatientFacts, day_number
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.comparable import Comparable, make_comparable
from labs.vocabulary.statuses import is_usable
from tracker.demo.cohort import Story, stories
from tracker.demo.options import CohortOptions

ANALYTE = "serum_m"
SOURCE_PATIENTS = 300
AS_OF = date(2026, 1, 15)


@dataclass(frozen=True, slots=True)
class Columns:
    """One result a row, in no order."""

    patients: list[PatientFacts]
    patient: NDArray[np.int32]
    day: NDArray[np.int32]
    amount: NDArray[np.int64]

    def cohort(self) -> Cohort:
        """The columns as rules take them; nothing of them is sorted or remembered yet."""
        place = list(ANALYTES).index(ANALYTE)
        analyte = np.full(self.patient.size, place, np.int16)
        return Cohort.from_columns(
            self.patients, patient=self.patient, analyte=analyte, day=self.day, amount=self.amount
        )


def serum_m_columns(values: int) -> Columns:
    """At least `values` results, made of copies of the patients of one demo cohort, shuffled."""
    series = [found for found in map(_serum_m, _stories()) if found]
    copies = -(-values // sum(len(found) for found in series))
    patient = np.concatenate([np.full(len(found), index, np.int32) for index, found in enumerate(series)])
    day, amount = (np.array([pair[at] for found in series for pair in found], np.int64) for at in (0, 1))
    everybody = np.concatenate([patient + np.int32(copy * len(series)) for copy in range(copies)])
    order = np.random.default_rng(1).permutation(everybody.size)
    facts = [
        PatientFacts(key=index, disease="MM", measurable=frozenset({ANALYTE})) for index in range(copies * len(series))
    ]
    return Columns(
        facts, everybody[order], np.tile(day, copies)[order].astype(np.int32), np.tile(amount, copies)[order]
    )


def _stories() -> list[Story]:
    return [story for story, _ in stories(CohortOptions(as_of=AS_OF, patients=SOURCE_PATIENTS))]


def _serum_m(story: Story) -> list[tuple[int, int]]:
    """(day, amount) of each usable result; a value below detection counts as its limit, for both sides alike."""
    found: dict[int, int] = {}
    for result in (result for report in story.reports for result in report.results):
        if result.code != "33358-3" or not is_usable(result.status) or result.collected_on is None:
            continue
        value = make_comparable(code=result.code, value_text=result.value_text, unit=result.unit, specimen="serum")
        if isinstance(value, Comparable) and value.amount is not None:
            found[day_number(result.collected_on)] = value.amount
    return list(found.items())
