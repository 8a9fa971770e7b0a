"""From rows that meet a criterion to episodes: consecutive hits are one, a confirmed one absorbs what follows it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labs.rules.arrays import Bools, Ints, before, last_of_runs
from labs.rules.base import Level, State
from labs.rules.signals import Confirmation, Signal


@dataclass(frozen=True, slots=True)
class Episode:
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
    if not hit.any():
        return []
    counted = judged if signal.keeps is None else judged & (hit | ~signal.keeps)
    rows = counted.nonzero()[0]
    place = np.flatnonzero(hit[rows])
    row = rows[place]
    hits = _Hits(row, place, signal.series.segment[row], signal.sure[row])
    number = _numbered(hits, signal.confirmation.misses)
    confirms = _confirming(hits, number, signal)
    if signal.confirmation.one_a_line:
        number = _absorbed(hits, number, confirms)
    return _settle(signal, hits, number, confirms, rows, away)


def _new_segment(hits: _Hits) -> Bools:
    new = np.ones(hits.row.size, bool)
    new[1:] = hits.segment[1:] != hits.segment[:-1]
    return new


def _numbered(hits: _Hits, misses: int) -> Ints:
    """Episode of each hit: a new one after so many misses, and in each segment."""
    new = _new_segment(hits)
    new[1:] |= hits.place[1:] - hits.place[:-1] > misses
    return new.cumsum() - 1


def _confirming(hits: _Hits, number: Ints, signal: Signal) -> Bools:
    """Hits that complete a confirmation."""
    confirmation = signal.confirmation
    if confirmation.assessments == 1:
        return hits.sure
    if confirmation.consecutive:
        pair = np.zeros(hits.row.size, bool)
        pair[1:] = (np.diff(hits.place) == 1) & (np.diff(hits.segment) == 0) & hits.sure[:-1]
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
    starts = _new_segment(hits)
    at_start = np.maximum.accumulate(np.where(starts, so_far - confirms, 0))
    confirmed_before = before(so_far) - at_start > 0
    new = np.ones(number.size, bool)
    new[1:] = number[1:] != number[:-1]
    return np.cumsum(new & (starts | ~confirmed_before)) - 1


def _settle(signal: Signal, hits: _Hits, number: Ints, confirms: Bools, rows: Ints, away: int) -> list[Episode]:
    """State, level and dates of each episode: one step for each, since each becomes a finding."""
    starts = np.flatnonzero(np.diff(number, prepend=-1))
    ends = last_of_runs(starts, number.size)
    alone, both = _levels(signal, hits, confirms)
    segment = signal.series.segment
    out = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        own = slice(start, end + 1)
        done = np.flatnonzero(confirms[own])
        opened, last = int(hits.row[start]), int(hits.row[end])
        level = Level(int(max(alone[own].max(), both[own].max())))
        if done.size:
            at = start + int(done[0])
            onset = _onset(signal.confirmation, hits, start, at)
            recovered = _recovered(signal, rows, int(hits.place[end]), away)
            level = level if recovered < 0 else Level.INFO
            state = signal.terms.stands_as
            out.append(Episode(state, level, opened, last, onset, int(hits.row[at]), sure=True, recovered=recovered))
            continue
        missed = int(hits.place[end]) + signal.confirmation.misses
        if missed < rows.size and segment[rows[missed]] == hits.segment[end]:
            failed = int(rows[missed])
            sure = bool(hits.sure[own].any())
            out.append(Episode(State.NOT_CONFIRMED, signal.terms.lapsed, opened, last, opened, failed, sure))
            continue
        surest = start + int(np.argmax(hits.sure[own]))
        settled = int(hits.row[surest])
        out.append(Episode(State.PROVISIONAL, level, opened, last, opened, settled, bool(hits.sure[surest])))
    return out


def _recovered(signal: Signal, rows: Ints, last: int, away: int) -> int:
    """The row at which a confirmed episode ended, if it has stayed away for so many days; else -1."""
    segment, day = signal.series.segment, signal.series.day
    missed = last + signal.confirmation.misses
    if not away or missed >= rows.size or segment[rows[missed]] != segment[rows[last]]:
        return -1
    latest = int(segment[rows].searchsorted(segment[rows[last]], side="right")) - 1
    return int(rows[missed]) if day[rows[latest]] - day[rows[last]] >= away else -1


def _onset(confirmation: Confirmation, hits: _Hits, start: int, confirming: int) -> int:
    """First of the confirming rows."""
    if confirmation.assessments == 1:
        return int(hits.row[confirming])
    if confirmation.consecutive:
        return int(hits.row[confirming - 1])
    return int(hits.row[start + int(np.argmax(hits.sure[start : confirming + 1]))])


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
