"""Results as columns, a result a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, NotRequired, TypedDict, Unpack, cast

import numpy as np

from labs.rules.arrays import AnyInts, Bools, Codes, Days, Ints
from labs.rules.facts import Group, Key
from labs.vocabulary.analytes import ANALYTES

EPOCH_DAY = date(1970, 1, 1).toordinal()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
TIME_UNKNOWN = int(np.iinfo(np.int64).min)
NO_LIMIT = int(np.iinfo(np.int64).min)
COMPARATORS: Mapping[str, int] = {"": 0, "<": 1, "<=": 2, ">": 3, ">=": 4}
COMPARATOR_TEXTS = ("", "<", "<=", ">", ">=")


class Note(NamedTuple):
    """What few results carry besides a number.

    coded            the finding in words ("positive: IgG-lambda")
    detection_limit  fixed point, in the unit of the analyte
    cells_counted    of a share: how many cells it was counted in
    target           what a residual disease assay looks for; it is part of the method, too
    """

    coded: str = ""
    detection_limit: int | None = None
    cells_counted: int | None = None
    target: str = ""


NO_NOTE = Note()


class Row(NamedTuple):
    """One result. `amount` is fixed point; None when the value cannot be used (its unit is not known, say).

    Of a coded or ordinal analyte `amount` is the place on its scale. `lower`, `upper`: the range printed beside it.
    """

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
    lower: int | None = None
    upper: int | None = None
    note: Note = NO_NOTE

    @property
    def group(self) -> Group:
        """The comparability group."""
        return self[5:8]


class Given(TypedDict):
    """Columns that can be given; see `Columns`."""

    patient: AnyInts
    analyte: AnyInts
    day: Days
    amount: Ints
    comparator: NotRequired[Codes]
    group: NotRequired[AnyInts]
    instant: NotRequired[Ints]
    rank: NotRequired[AnyInts]
    result: NotRequired[Ints]
    lower: NotRequired[Ints]
    upper: NotRequired[Ints]
    note: NotRequired[AnyInts]


@dataclass(frozen=True, slots=True)
class Columns:
    """Results, a row each; `patient`, `analyte`, `group` and `note` are places in their tables.

    day           days since 1970-01-01, the calendar day at the site
    instant       microseconds since then, TIME_UNKNOWN when only the day is known
    rank          order of the accession among all (breaks ties between results of one instant)
    lower, upper  the range the laboratory printed, fixed point; NO_LIMIT where it printed none
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
    lower: Ints
    upper: Ints
    note: AnyInts

    def take(self, rows: Ints | Bools) -> Columns:
        """The given rows only."""
        return Columns(*(getattr(self, name)[rows] for name in self.__slots__))

    def as_given(self) -> Given:
        """The columns by name, as `complete` takes them."""
        return cast(Given, {name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def complete(cls, **given: Unpack[Given]) -> Columns:
        """What is not given is unknown; a constant column takes no memory."""
        size = given["patient"].size
        unknown: dict[str, Any] = {
            "comparator": np.int8(0),
            "group": np.int32(0),
            "instant": np.int64(TIME_UNKNOWN),
            "rank": np.int32(0),
            "lower": np.int64(NO_LIMIT),
            "upper": np.int64(NO_LIMIT),
            "note": np.int32(0),
        }
        columns: dict[str, Any] = dict(given)
        columns.update((name, np.broadcast_to(unknown[name], size)) for name in unknown.keys() - given.keys())
        if "result" not in given:
            columns["result"] = np.arange(size, dtype=np.int64)
        return cls(**columns)


def columns_of(
    rows: Sequence[Row], places: Mapping[Key, int], groups: Mapping[Group, int], notes: Mapping[Note, int]
) -> Columns:
    """Columns from readable rows."""
    codes = {code: index for index, code in enumerate(ANALYTES)}
    accessions = [row.accession for row in rows]
    ranks = {text: rank for rank, text in enumerate(sorted(set(accessions)))}
    return Columns(
        patient=np.array([places[row.patient] for row in rows], np.int32),
        analyte=np.array([codes[row.analyte] for row in rows], np.int16),
        day=np.array([row.collected_on.toordinal() - EPOCH_DAY for row in rows], np.int32),
        amount=np.array([row.amount for row in rows], np.int64),
        comparator=np.array([COMPARATORS[row.comparator] for row in rows], np.int8),
        group=np.array([groups[row[5:8]] for row in rows], np.int32),
        instant=np.array([_instant(row.collected_at) for row in rows], np.int64),
        rank=np.array([ranks[text] for text in accessions], np.int32),
        result=np.array([row.result for row in rows], np.int64),
        lower=_limits(row.lower for row in rows),
        upper=_limits(row.upper for row in rows),
        note=np.array([notes[row.note] for row in rows], np.int32),
    )


def notes_of(rows: Iterable[Row]) -> dict[Note, int]:
    """Every note among the rows and its place; the empty one is at 0."""
    return {note: place for place, note in enumerate(dict.fromkeys([NO_NOTE, *(row.note for row in rows)]))}


def joined(columns: Columns, more: Columns) -> Columns:
    """Rows of both, one after the other; their tables must be the same."""
    return replace(
        columns,
        **{
            name: np.concatenate([getattr(columns, name), getattr(more, name).astype(getattr(columns, name).dtype)])
            for name in Columns.__slots__
        },
    )


def _limits(limits: Iterable[int | None]) -> Ints:
    return np.array([NO_LIMIT if limit is None else limit for limit in limits], np.int64)


def _instant(moment: datetime | None) -> int:
    return TIME_UNKNOWN if moment is None else (moment - EPOCH) // MICROSECOND
