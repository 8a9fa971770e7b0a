"""Reports of symptoms as a series: one row a day on which a patient was asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date

import numpy as np

from labs.rules.arrays import Ints, firsts_of_runs, starts_of_runs
from labs.rules.base import Comparison, Level, Threshold
from labs.rules.cohort import Cohort, Key, Note, Row, to_date
from labs.rules.markers import series_of
from labs.rules.series import Series
from labs.rules.signals import Confirmation, Criterion, Signal, Terms, Words, weighed
from labs.rules.sources import VIGIL
from labs.rules.wording import day_text, listed
from labs.vocabulary.symptoms import SYMPTOMS, Symptom

ANALYTE = "symptom"
NOT_TOLD, TOLD = 0, 1
ANY = Threshold("1", "{symptoms}", VIGIL, date(2026, 1, 1), places=0)
GONE = "Another cause found on examination, or the symptom gone when the patient is asked again."
PERSISTING = Confirmation(2, words="when asked twice in a row")


def rows_of_report(patient: Key, reported_on: date, codes: Collection[str], accession: str) -> Iterator[Row]:
    """One report as rows of a cohort: a row a symptom; one that says "not told" when nothing was told."""
    known = [SYMPTOMS[code] for code in dict.fromkeys(codes) if code in SYMPTOMS]
    for symptom in known:
        note = Note(coded=symptom.label)
        yield Row(patient, ANALYTE, reported_on, TOLD, specimen=symptom.code, accession=accession, note=note)
    if not known:
        yield Row(patient, ANALYTE, reported_on, NOT_TOLD, accession=accession)


def days_told(cohort: Cohort, level: str) -> Series:
    """A row a day of asking: TOLD where a symptom of that level was told. Its sources are those symptoms."""
    s = series_of(cohort, ANALYTE)
    order = np.lexsort((s.sources[0], s.day, s.patient))
    s = s.only_rows(order)
    wanted = np.array([_code_at(s, row) in _of_level(level) for row in range(s.size)], bool) & (s.low == TOLD)
    starts = starts_of_runs(s.patient_days)
    told = np.logical_or.reduceat(wanted, starts).astype(np.int64) if starts.size else np.zeros(0, np.int64)
    return s._replace(
        name="Symptoms",
        patient=s.patient[starts],
        day=s.day[starts],
        line=s.line[starts],
        low=told,
        high=told,
        first=firsts_of_runs(s.patient[starts]),
        sources=tuple(_sources(s, wanted.tolist(), starts.tolist())),
    )


def symptoms_at(series: Series, row: int) -> list[Symptom]:
    """The symptoms behind a row of `days_told`, in the order of the vocabulary."""
    found = {_code(series, int(part[row])) for part in series.sources if part[row] >= 0}
    return [symptom for code, symptom in SYMPTOMS.items() if code in found]


def sentence(series: Series, row: int) -> str:
    """What was told, when, and what it may stand for."""
    told = symptoms_at(series, row)
    labels = listed([told[0].label, *(symptom.label[0].lower() + symptom.label[1:] for symptom in told[1:])])
    disease = series.cohort.patients[int(series.patient[row])].disease
    behind = list(dict.fromkeys(filter(None, (symptom.behind(disease) for symptom in told))))
    may = f"; may stand for {'; '.join(behind)}" if behind else ""
    return f"{labels} told on {day_text(to_date(int(series.day[row])))}{may}."


def comparisons(series: Series, row: int) -> list[Comparison]:
    """Each symptom, with where its level comes from."""
    return [
        Comparison(symptom.label, "told", f"{symptom.level.lower()} by {symptom.source}", met=True)
        for symptom in symptoms_at(series, row)
    ]


def _of_level(level: str) -> frozenset[str]:
    return frozenset(code for code, symptom in SYMPTOMS.items() if symptom.level == level)


def _code_at(series: Series, row: int) -> str:
    return _code(series, int(series.sources[0][row]))


def _code(series: Series, assessment: int) -> str:
    cohort = series.cohort
    return cohort.groups[int(cohort.columns.group[cohort.assessments.rows[assessment]])][0]


def _sources(series: Series, wanted: list[bool], starts: list[int]) -> Iterable[Ints]:
    """The wanted rows of each day side by side, -1 where a day has fewer; of a day without any, the first row."""
    ends = [*starts[1:], series.size]
    days = [[at for at in range(start, end) if wanted[at]] or [start] for start, end in zip(starts, ends, strict=True)]
    for place in range(max(map(len, days), default=1)):
        yield np.array([int(series.sources[0][day[place]]) if place < len(day) else -1 for day in days], np.int64)


def told(cohort: Cohort, level: Level, criterion: Criterion) -> Signal:
    """The signal of days on which a symptom of a level was told; the level stays the same when it persists."""
    s = days_told(cohort, level.name)
    return weighed(
        s,
        criterion,
        sure=criterion(s.low, s.low).met,
        terms=Terms(PERSISTING, alone=level, both=level),
        extras=lambda row: comparisons(s, row),
        words=Words(sentence=sentence),
    )
