"""The usable results of some patients as columns, read on the connection of the transaction.

One statement that gives plain numbers and texts: a patient's 500 results are there in two milliseconds, a quarter of
what it takes to make rows of them. The ADBC reading of `cohort_between` gives the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np

from labs.rules.arrays import Ints
from labs.rules.columns import COMPARATORS, NO_LIMIT, NO_NOTE, TIME_UNKNOWN, Columns, Note
from labs.rules.facts import Group
from labs.selectors.questions import Question, Rows, answer_to
from labs.selectors.rows import USABLE, note_from, place_on_scale, range_limit
from labs.vocabulary.analytes import ANALYTES

CODES: Final = {code: index for index, code in enumerate(ANALYTES)}

# What many results have alike comes as one text, taken apart once for all that have it. The laboratory is last, since
# anything may stand in it; the other words are of the vocabulary or were checked to be printable.
BETWEEN: Final = "\x1f"
ALIKE: Final = (
    "r.analyte", "r.comparator", "r.specimen", "r.method_family", "coalesce(r.reference_low::text, '')",
    "coalesce(r.reference_high::text, '')", "coalesce(r.detection_limit::text, '')",
    "coalesce(r.cells_counted::text, '')", "r.coded", "r.target", "r.laboratory",
)  # fmt: skip

READ: Final = f"""
    select r.patient_id, r.collected_on - date '1970-01-01', r.amount,
           case when r.time_known then (extract(epoch from r.collected_at) * 1000000)::bigint end,
           r.report_id, r.id, {" || chr(31) || ".join(ALIKE)}
    from labs_result r
    where r.patient_id = any(%(patients)s) and r.is_current and (r.amount is not null or r.coded <> '')
      and r.status = any(%(usable)s)
      and not exists (select from labs_spuriousmark m where m.result_id = r.id and m.withdrawn_at is null)
"""  # noqa: S608 (names of our own columns)
REPORTS: Final = "select id, accession from labs_report where patient_id = any(%(patients)s)"
SOME_REPORTS: Final = "select id, accession from labs_report where id = any(%(reports)s)"


@dataclass(frozen=True, slots=True)
class ReadResults:
    """Results as columns, with the tables of their groups and notes."""

    columns: Columns
    groups: list[Group]
    notes: list[Note]
    accessions: list[str]


class _Alike(NamedTuple):
    """What many results have alike."""

    analyte: str
    comparator: str
    group: Group
    lower: int | None
    upper: int | None
    coded: str
    note: Note


def usable_results(patient_ids: Collection[int]) -> Question:
    """The current, usable results of these patients that nobody marked as spurious."""
    return Question(READ, {"patients": list(patient_ids), "usable": list(USABLE)})


def their_reports(patient_ids: Collection[int]) -> Question:
    """The reports of these patients: few, so that they are quicker read by themselves than beside every result."""
    return Question(REPORTS, {"patients": list(patient_ids)})


def results_from(read: Rows, reports: Rows, places: Mapping[int, Sequence[int]]) -> ReadResults:
    """Columns, from the answers to `usable_results` and `their_reports`. `places`: where each patient stands in the
    cohort.

    A patient with two diseases stands there twice, and so do the results.
    """
    patient = [place for row in read for place in places[row[0]]]
    if not patient:
        no, days = np.zeros(0, np.int64), np.zeros(0, np.int32)
        return ReadResults(Columns.complete(patient=no, analyte=no, day=days, amount=no), [], [], [])
    columns = list(zip(*(row for row in read for _ in places[row[0]]), strict=True))
    return _as_columns(patient, columns, _accessions(columns[4], dict(reports)))


def _accessions(of: Sequence[int], known: dict[int, str]) -> list[str]:
    """The accession of each report. Should one be another patient's, the results in it count all the same."""
    if others := set(of) - known.keys():
        known |= dict(answer_to(Question(SOME_REPORTS, {"reports": sorted(others)})))
    return [known[report] for report in of]


def _as_columns(patient: list[int], read: list[tuple[Any, ...]], accessions: list[str]) -> ReadResults:
    _, day, amounts, instant, _, result, texts = read
    kinds = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    alike = [_taken_apart(text) for text in kinds]
    kind = [kinds[text] for text in texts]
    groups = {group: place for place, group in enumerate(dict.fromkeys(one.group for one in alike))}
    notes = {note: place for place, note in enumerate(dict.fromkeys([NO_NOTE, *(one.note for one in alike)]))}
    ranks = {text: rank for rank, text in enumerate(sorted(set(accessions)))}
    columns = Columns(
        patient=np.array(patient, np.int32),
        analyte=np.array([CODES[one.analyte] for one in alike], np.int16)[kind],
        day=np.array(day, np.int32),
        amount=np.array(
            [
                place_on_scale(alike[at].analyte, alike[at].coded) if amount is None else amount
                for amount, at in zip(amounts, kind, strict=True)
            ],
            np.int64,
        ),
        comparator=np.array([COMPARATORS[one.comparator] for one in alike], np.int8)[kind],
        group=np.array([groups[one.group] for one in alike], np.int32)[kind],
        instant=_known_or(TIME_UNKNOWN, instant),
        rank=np.array([ranks[text] for text in accessions], np.int32),
        result=np.array(result, np.int64),
        lower=_known_or(NO_LIMIT, [one.lower for one in alike])[kind],
        upper=_known_or(NO_LIMIT, [one.upper for one in alike])[kind],
        note=np.array([notes[one.note] for one in alike], np.int32)[kind],
    )
    return ReadResults(columns, list(groups), list(notes), accessions)


@lru_cache(1 << 12)  # laboratories print the same few again and again
def _taken_apart(text: str) -> _Alike:
    code, comparator, specimen, method, low, high, limit, cells, coded, target, laboratory = text.split(
        BETWEEN, len(ALIKE) - 1
    )
    return _Alike(
        code,
        comparator,
        (specimen, f"{method} {target}".lstrip() if target else method, laboratory),
        range_limit(Decimal(low) if low else None, code),
        range_limit(Decimal(high) if high else None, code),
        coded,
        note_from(code, coded, limit or None, int(cells) if cells else None, target),
    )


def _known_or(unknown: int, values: Sequence[int | None]) -> Ints:
    return np.array([unknown if value is None else value for value in values], np.int64)
