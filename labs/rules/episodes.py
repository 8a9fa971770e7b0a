"""From rows that meet a criterion to episodes: consecutive hits are one, a confirmed one absorbs what follows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from labs.rules.arrays import Bools, Ints, any_true, before, firsts_of_runs, last_of_runs, starts_of_runs
from labs.rules.base import INFO, NOT_CONFIRMED, PROVISIONAL, Level, State
from labs.rules.signals import Confirmation, Signal

LEVELS = {int(level): level for level in Level}


class Episode(NamedTuple):
    """Rows of the series: first and last hit, the first of the confirming rows, and the row that settled the state.

    recovered  the first row that no longer met the criterion, where it has stayed away long enough; else -1
    """

    state: State
    level: Level
    opened: int
    last: int
    onset: int
    settled: int
    sure: bool
    recovered: int = -1


@dataclass(frozen=True, slots=True)
class _Hits:
    """Hits in order: row in the series, place among the rows that count, segment, whether sure."""

    row: Ints
    place: Ints
    segment: Ints
    sure: Bools


def episodes(signal: Signal, judged: Bools, away: int = 0) -> list[Episode]:
    """Every episode of a signal, by patient and day. `away`: a confirmed one that ended so many days ago recovered."""
    hit = (signal.sure | signal.weak) & judged
    if not any_true(hit):
        return []
    counted = judged if signal.keeps is None else judged & (hit | ~signal.keeps)
    rows = counted.nonzero()[0]
    place = hit[rows].nonzero()[0]
    row = rows[place]
    hits = _Hits(row, place, signal.series.segment[row], signal.sure[row])
    number = _numbered(hits, signal.confirmation.misses)
    confirms = _confirming(hits, number, signal)
    if signal.confirmation.one_a_line:
        number = _absorbed(hits, number, confirms)
    return _settle(signal, hits, number, confirms, rows, away)


def _numbered(hits: _Hits, misses: int) -> Ints:
    """Episode of each hit: a new one after so many misses, and in each segment."""
    new = firsts_of_runs(hits.segment)
    new[1:] |= hits.place[1:] - hits.place[:-1] > misses
    return new.cumsum() - 1


def _confirming(hits: _Hits, number: Ints, signal: Signal) -> Bools:
    """Hits that complete a confirmation."""
    confirmation = signal.confirmation
    if confirmation.assessments == 1:
        return hits.sure
    if confirmation.consecutive:
        pair = np.zeros(hits.row.size, bool)
        next_one = hits.place[1:] - hits.place[:-1] == 1
        pair[1:] = next_one & (hits.segment[1:] == hits.segment[:-1]) & hits.sure[:-1]
        if signal.pairs is not None:
            pair &= signal.pairs[hits.row]
        consecutive: Bools = pair & hits.sure
        return consecutive
    day = signal.series.day[hits.row].astype(np.int64)
    first_sure = np.full(int(number[-1]) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first_sure, number[hits.sure], day[hits.sure])
    apart: Bools = hits.sure & (day - np.minimum(first_sure[number], day) >= confirmation.days_apart)
    return apart


def _absorbed(hits: _Hits, number: Ints, confirms: Bools) -> Ints:
    """Episodes after a confirmed one of the same segment joined to it."""
    so_far: Ints = confirms.cumsum()
    starts = firsts_of_runs(hits.segment)
    at_start = np.maximum.accumulate(np.where(starts, so_far - confirms, 0))
    confirmed_before = before(so_far) - at_start > 0
    new = firsts_of_runs(number)
    return np.cumsum(new & (starts | ~confirmed_before)) - 1


def _settle(signal: Signal, hits: _Hits, number: Ints, confirms: Bools, rows: Ints, away: int) -> list[Episode]:
    """State, level and dates of each episode."""
    starts = starts_of_runs(number)
    ends = last_of_runs(starts, number.size)
    levels = np.maximum.reduceat(np.maximum(*_levels(signal, hits, confirms)), starts)
    confirmed, sure = _first_of(confirms, starts), _first_of(hits.sure, starts)
    failed = _ended(signal, rows, hits.place[ends])
    recovered = _recovered(signal, rows, hits.place[ends], failed, away)
    row, none, terms = hits.row.tolist(), number.size, signal.terms
    out = []
    for start, end, level, done, surest, lapsed, well in zip(
        *(part.tolist() for part in (starts, ends, levels, confirmed, sure, failed, recovered)), strict=True
    ):
        opened, last = row[start], row[end]
        if done < none:
            onset, now = row[_onset(signal.confirmation, done, surest)], INFO if well >= 0 else LEVELS[level]
            out.append(Episode(terms.stands_as, now, opened, last, onset, row[done], sure=True, recovered=well))
        elif lapsed >= 0:
            was_sure = surest < none
            out.append(Episode(NOT_CONFIRMED, terms.lapsed, opened, last, opened, lapsed, was_sure))
        else:
            settled = row[surest] if surest < none else opened
            out.append(Episode(PROVISIONAL, LEVELS[level], opened, last, opened, settled, sure=surest < none))
    return out


def _ended(signal: Signal, rows: Ints, last: Ints) -> Ints:
    """The row that ended each episode, the last one of as many misses as it takes; -1 where it goes on."""
    missed = last + signal.confirmation.misses
    after, segment = rows[np.minimum(missed, rows.size - 1)], signal.series.segment
    return np.where((missed < rows.size) & (segment[after] == segment[rows[last]]), after, -1)


def _recovered(signal: Signal, rows: Ints, last: Ints, ended: Ints, away: int) -> Ints:
    """The row at which each episode ended, if it has stayed away for so many days; else -1."""
    if not away:
        return np.full(last.size, -1)
    segment, day = signal.series.segment[rows], signal.series.day[rows].astype(np.int64)
    latest = segment.searchsorted(segment[last], side="right") - 1
    return np.where(day[latest] - day[last] >= away, ended, -1)


def _first_of(chosen: Bools, starts: Ints) -> Ints:
    """The first chosen hit of each episode; one past the last hit where there is none."""
    first: Ints = np.minimum.reduceat(np.where(chosen, np.arange(chosen.size), chosen.size), starts)
    return first


def _onset(confirmation: Confirmation, confirming: int, first_sure: int) -> int:
    """First of the confirming hits."""
    if confirmation.assessments == 1:
        return confirming
    return confirming - 1 if confirmation.consecutive else first_sure


def _levels(signal: Signal, hits: _Hits, confirms: Bools) -> tuple[Ints, Ints]:
    """Level each hit has by itself, and the level each confirming hit gives."""
    terms = signal.terms
    alone = np.where(hits.sure, _of_rows(terms.alone, hits.row), _of_rows(terms.weak_level, hits.row))
    both = _of_rows(terms.both, hits.row)
    if signal.confirmation.assessments == 1:
        return alone, np.where(confirms, alone, 0)
    if signal.confirmation.consecutive:
        both = np.minimum(both, before(both))
    return alone, np.where(confirms, both, 0)


def _of_rows(level: Ints | Level, rows: Ints) -> Ints:
    return np.full(rows.size, int(level)) if isinstance(level, Level) else level[rows]
