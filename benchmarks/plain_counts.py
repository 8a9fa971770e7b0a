"""The comparisons of the rules on counts and chemistry as plain numpy passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from benchmarks.plain import (
    DAYS,
    FAR,
    ONE,
    Array,
    Pass,
    Rows,
    Sorted,
    by,
    highest,
    highest_pair,
    on_the_day,
    one_a_day,
    risen,
    twice,
)

TRANSFUSED, SUPPORT = ("transfusion_red_cells",), ("transfusion_red_cells", "esa", "g_csf")


def fallen(given: Sorted) -> tuple[Rows, Array]:
    """Haemoglobin 2 g/dL below the highest confirmed, or the highest single, value without transfusion."""
    rows = given.rows("haemoglobin")
    own = np.where(given.supported(rows, *TRANSFUSED), -1, rows.low)
    sure, weak = highest_pair(own, rows.first), highest(own, rows.first)
    return rows, (sure - rows.high >= 2 * ONE) | (weak - rows.low >= 2 * ONE)


def creatinine(given: Sorted) -> tuple[Rows, Array]:
    """+2 mg/dL of the line; +50 % in 7 days; +0.3 in 2 days."""
    rows = given.rows("creatinine")
    hit = risen(rows, by(2, 0))
    segment = np.cumsum(rows.first)
    for back in range(1, 8):
        near = (segment[back:] == segment[:-back]) & (rows.day[back:] - rows.day[:-back] <= 7)
        if not near.any():
            break
        up, base, days = rows.low[back:] - rows.high[:-back], rows.high[:-back], rows.day[back:] - rows.day[:-back]
        hit[back:] |= near & ((up * 2 >= base) | ((up >= 3 * ONE // 10) & (days <= 2)))
    return rows, hit


def calcium(given: Sorted) -> tuple[Rows, Array]:
    """Corrected with the albumin of the day, against two bars."""
    rows, albumin = given.rows("calcium"), given.rows("albumin")
    at, there = on_the_day(rows, albumin)
    shift = np.where(there, 8 * (4 * ONE - albumin.low[at]), 0) if albumin.day.size else 0
    own = replace(rows, low=rows.low * 10 + shift, high=rows.high * 10 + shift)
    best = one_a_day(own, np.where(there, FAR, 0) + own.low)
    return best, (best.high > 110 * ONE) | (best.high > 115 * ONE)


def low(*bars: tuple[str, float], least: int, support: Mapping[str, tuple[str, ...]]) -> Pass:
    """Counts of one day below their bars, and whether each was ever well; so many of them."""

    def made(given: Sorted) -> tuple[Rows, Array]:
        counts = [one_a_day(rows, -rows.high) for rows in (given.rows(code) for code, _ in bars)]
        days = given.pooled(*(code for code, _ in bars))
        number = np.zeros(days.day.size, np.int64)
        for (code, bar), rows in zip(bars, counts, strict=True):
            well = (rows.low >= bar * ONE) & ~given.supported(rows, *support.get(code, ()))
            was_well = highest(well.astype(np.int64), rows.first) > 0
            at, there = on_the_day(days, rows)
            if rows.day.size:
                number += there & ((rows.low < bar * ONE) & (was_well | (least == 1)))[at]
        hit = number >= least
        return days, (twice(hit, days.first) | hit) & given.since_remission(days)

    return made


def baseline(code: str, spread: float, met: Callable[[Array, Array], Array], support: tuple[str, ...]) -> Pass:
    """A count against three agreeing results among the earliest ten (their sum), or the highest single value."""

    def made(given: Sorted) -> tuple[Rows, Array]:
        rows = given.rows(code)
        since = given.since_remission(rows)
        fit = np.flatnonzero(since & ~given.supported(rows, *support))
        value, segment = rows.low[fit], np.cumsum(rows.first)[fit]
        first = np.diff(segment, prepend=-1) != 0
        place = np.arange(fit.size) - np.maximum.accumulate(np.where(first, np.arange(fit.size), 0))
        one, two = (np.concatenate((value[:back], value[:-back])) if value.size > back else value for back in (1, 2))
        least, most = np.minimum(np.minimum(value, one), two), np.maximum(np.maximum(value, one), two)
        agree = (place >= 2) & (place < 10) & (least * 1000 >= most * round(1000 - 10 * spread))
        three = np.maximum.accumulate(np.where(agree, value + one + two, -1) + segment * FAR) - segment * FAR
        single = np.maximum.accumulate(np.where(place < 10, value, -1) + segment * FAR) - segment * FAR
        own = np.where(three >= 0, three, 3 * single)
        at = np.searchsorted(fit, np.arange(rows.day.size)) - 1
        known = (at >= 0) & (segment[at] == np.cumsum(rows.first)) if fit.size else np.zeros(rows.day.size, bool)
        base = np.where(known, own[at], -1) if fit.size else np.full(rows.day.size, -1)
        hit = (met(rows.high, base) | met(rows.low, base)) & since
        return rows, twice(hit, rows.first) | hit

    return made


def trend(given: Sorted) -> tuple[Rows, Array]:
    """Up to ten results at least 21 days apart: a fall of more than 8 % from the first, over 90 days."""
    rows = given.rows("haemoglobin")
    fit = np.flatnonzero(
        given.since_remission(rows) & (rows.low == rows.high) & ~given.supported(rows, *TRANSFUSED, "esa")
    )
    segment, day, value = np.cumsum(rows.first)[fit], rows.day[fit], rows.low[fit]
    key = segment * DAYS + day
    back = key.searchsorted(key - 21, side="right") - 1
    back = np.where((back >= 0) & (segment[back] == segment), back, -1)
    hit, at, number = np.zeros(fit.size, bool), np.arange(fit.size), np.ones(fit.size, np.int64)
    for _ in range(9):
        at = np.where(back[at] >= 0, back[at], at)
        number += day[at] < day
        hit = (number >= 4) & (day - day[at] >= 90) & ((value[at] - value) * 100 > value[at] * 8)
    out = np.zeros(rows.day.size, bool)
    out[fit] = hit
    return rows, out
