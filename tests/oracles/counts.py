"""Low counts and trends for one patient, in plain code."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import combinations

from tests.oracles.others import SUPPORT, baseline, since_remission
from tests.oracles.plain import (
    INFINITY,
    D,
    Mark,
    PlainPatient,
    PlainResult,
    Point,
    Said,
    one_a_day,
    points,
    series,
    tell,
)

BARS = {"haemoglobin": D(10), "neutrophils": D("1.5"), "platelets": D(100)}
LIFTED = {
    "haemoglobin": {"transfusion_red_cells": 90, "esa": 90},
    "neutrophils": {"g_csf": 14},
    "platelets": {"transfusion_platelets": 7},
}


def lowest_of_days(patient: PlainPatient, analyte: str) -> dict[date, PlainResult]:
    """Of each day, over all laboratories, the lowest."""
    out: dict[date, PlainResult] = {}
    for row in series(patient, analyte).values():
        for r in row:
            if r.day not in out or (r.low, r.high) < (out[r.day].low, out[r.day].high):
                out[r.day] = r
    return out


def cytopenia(patient: PlainPatient) -> list[Said]:
    counts = {code: lowest_of_days(patient, code) for code in BARS}
    days = sorted({day for found in counts.values() for day in found})
    marks: dict[date | None, list[Mark]] = {}
    for day in days:
        if not since_remission(patient, day):
            continue
        measured = [code for code in BARS if day in counts[code]]
        told = [_low_and_new(patient, code, counts[code], day) for code in measured]
        if len(measured) < 2:
            continue
        sure, possible, unknown = told.count("sure"), told.count("possible"), told.count("unknown")
        level = 3 if sure >= 2 and _alarming(patient, day) else 2
        mark = Mark(day, "sure" if sure >= 2 else "weak" if sure + possible >= 2 else "", alone=level, both=level)
        if not mark.hit and sure + possible + unknown >= 2:
            continue
        supported = patient.under(day, {kind: days for windows in LIFTED.values() for kind, days in windows.items()})
        if mark.hit or not supported:
            marks.setdefault(patient.line_of(day), []).append(mark)
    return [said for line, row in marks.items() for said in tell(row, line, one_a_line=False, recovers=True)]


def _alarming(patient: PlainPatient, day: date) -> bool:
    """Blasts in blood of the day, or LDH above twice its limit on it or within 14 days before."""
    from tests.oracles.ranges import blast_days, limits

    enzymes = [r for row in series(patient, "ldh").values() for r in row if 0 <= (day - r.day).days <= 14]
    high = [r for r in enzymes if (limit := limits(patient, r)[1]) is not None and r.low > 2 * limit]
    return day in blast_days(patient) or bool(high)


def _low_and_new(patient: PlainPatient, code: str, found: dict[date, PlainResult], day: date) -> str:
    bar: Decimal = BARS[code]
    earlier = [
        r
        for other, r in found.items()
        if other < day
        and patient.line_of(other) == patient.line_of(day)
        and since_remission(patient, other)
        and not patient.under(other, LIFTED[code])
    ]
    if found[day].low >= bar:
        return "well"
    if not earlier:
        return "unknown"
    if not any(r.low >= bar for r in earlier):
        return "old"
    return "sure" if found[day].high < bar else "possible"


def haemoglobin_trend(patient: PlainPatient) -> list[Said]:
    out = []
    for (_, line), row in series(patient, "haemoglobin").items():
        marks = []
        for i, r in enumerate(row):
            window = _window(patient, row[: i + 1])
            if len(window) < 5 or (window[-1].day - window[0].day).days < 90:
                continue
            values = [w.value for w in window]
            fallen = (values[0] - values[-1]) * 100 > 8 * values[0] and _share_as_low(values)
            limit = _lower_limit(patient, r)
            if fallen and values[0] - values[-1] < 1:
                if limit is None:
                    continue
                fallen = values[-1] < limit
            marks.append(Mark(r.day, "sure" if fallen else "", alone=2))
        out += tell(marks, line, needed=1, one_a_line=False, recovers=True)
    return out


def _lower_limit(patient: PlainPatient, r: PlainResult) -> Decimal | None:
    from tests.oracles.ranges import limits

    return limits(patient, r)[0]


def _window(patient: PlainPatient, row: list[PlainResult]) -> list[PlainResult]:
    """The last result and up to nine before it, 21 days apart; empty where the last one itself is not fit."""
    out: list[PlainResult] = []
    for r in reversed(row):
        fit = not r.comparator and since_remission(patient, r.day)
        fit = fit and not patient.under(r.day, {"transfusion_red_cells": 90, "esa": 90})
        if not out and not fit:
            return []
        if fit and len(out) < 10 and (not out or out[-1].day - r.day >= timedelta(days=21)):
            out.append(r)
    return out[::-1]


def _share_as_low(values: list[Decimal]) -> bool:
    """Whether at most one in a hundred orders has as many falls."""
    falls = sum(a > b for a, b in combinations(values, 2))
    kinds = sorted(set(values))
    ways = _orders(tuple(values.count(kind) for kind in kinds))
    return 100 * sum(n for made, n in ways.items() if made >= falls) <= sum(ways.values())


@cache
def _orders(left: tuple[int, ...]) -> dict[int, int]:
    """Orders of what is left (how many of each value, least first), by falls: whichever comes first is tried."""
    if not any(left):
        return {0: 1}
    out: dict[int, int] = {}
    for kind, number in enumerate(left):
        if number:
            rest = (*left[:kind], number - 1, *left[kind + 1 :])
            for falls, ways in _orders(rest).items():
                made = falls + sum(left[:kind])
                out[made] = out.get(made, 0) + ways
    return out


def _under(found: PlainResult | Point, bar: Decimal) -> bool:
    return found.high < bar or (found.high == bar and found.low < bar)


def fever_days(patient: PlainPatient) -> set[date]:
    """Days on which fever was told, as the last report of the day has it."""
    own = [r for r in patient.results if r.analyte == "symptom" and r.specimen == "fever"]
    reports = [r for group in {r.group for r in own} for r in one_a_day(r for r in own if r.group == group)]
    return {r.day for r in reports if r.value == 1}


def neutrophils(patient: PlainPatient) -> list[Said]:
    fever = fever_days(patient)
    marks: dict[date | None, list[Mark]] = {}
    for day, r in sorted(lowest_of_days(patient, "neutrophils").items()):
        if since_remission(patient, day):
            feverish = _under(r, D(1)) and any(0 <= (day - told).days <= 3 for told in fever)
            level = 3 if _under(r, D("0.5")) or feverish else 2
            hit = "sure" if r.high < 1 else "weak" if r.low < 1 else ""
            marks.setdefault(patient.line_of(day), []).append(Mark(day, hit, alone=level, both=level))
    return [said for line, row in marks.items() for said in tell(row, line, one_a_line=False, recovers=True)]


def platelets(patient: PlainPatient) -> list[Said]:
    out = []
    for (_, line), results in series(patient, "platelets").items():
        row = points(results)
        marks = []
        for i, p in enumerate(row):
            if not since_remission(patient, p.day):
                continue
            own = baseline(patient, row[:i], D("20.2"), SUPPORT | {"transfusion_platelets": 7})
            mark = Mark(p.day, alone=1, both=2)
            if p.high < 100:
                level = 3 if _under(p, D(50)) else 2
                mark = Mark(p.day, "sure", level, level)
            elif own and p.high < INFINITY and (own[0] - Fraction(p.high)) * 10 >= 3 * own[0]:
                mark.hit = "sure" if own[1] else "weak"
            elif p.low < 100 or (own and own[1] and (own[0] - Fraction(p.low)) * 10 >= 3 * own[0]):
                mark.hit = "weak"
            if mark.hit and _under(p, D(100)):
                mark.alone = max(mark.alone, 2)
            if mark.hit or not patient.under(p.day, {"transfusion_platelets": 7}):
                marks.append(mark)
        out += tell(marks, line, one_a_line=False, recovers=True)
    return out
