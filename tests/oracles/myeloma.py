"""The rules of myeloma for one patient, in plain Decimal code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from tests.oracles.plain import (
    INFINITY,
    D,
    Mark,
    PlainPatient,
    PlainResult,
    Point,
    Said,
    highest_confirmed,
    one_a_day,
    points,
    rising_marks,
    series,
    tell,
)

TRANSFUSED = {"transfusion_red_cells": 90}


def pd_serum(value: Decimal, nadir: Decimal) -> bool:
    up = value - nadir
    return (up >= D("0.5") and value >= D("1.25") * nadir) or (nadir >= 5 and up >= 1)


def pd_urine(value: Decimal, nadir: Decimal) -> bool:
    return value - nadir >= 200 and value >= D("1.25") * nadir


def pd_flc(value: Decimal, nadir: Decimal) -> bool:
    return value - nadir > 100 and value >= D("1.25") * nadir


def serum(patient: PlainPatient) -> list[Said]:
    return _progression(patient, "serum_m", pd_serum)


def urine(patient: PlainPatient) -> list[Said]:
    return _progression(patient, "urine_m", pd_urine)


def _progression(patient: PlainPatient, marker: str, met: Callable[[Decimal, Decimal], bool]) -> list[Said]:
    if patient.disease != "MM" or (patient.measurable and marker not in patient.measurable):
        return []
    out = []
    for (_, line), results in series(patient, marker).items():
        out += tell(rising_marks(points(results), met), line)
    return out


def flc(patient: PlainPatient) -> list[Said]:
    """PD by dFLC, where it is the marker."""
    return _flc(patient, when="is the marker", both=3)


def escape(patient: PlainPatient) -> list[Said]:
    """The same bars where it is not."""
    return _flc(patient, when="is not the marker", both=2)


def _flc(patient: PlainPatient, *, when: str, both: int) -> list[Said]:
    if patient.disease != "MM" or not patient.light_chain:
        return []
    out = []
    for (_, line), row in flc_rows(patient).items():
        marker = flc_is_marker(patient, line)
        if marker is (when == "is the marker") or (marker is None and when == "is not the marker"):
            out += tell(rising_marks(row, pd_flc, both=both), line)
    return out


def flc_rows(patient: PlainPatient) -> dict[tuple[str, date | None], list[Point]]:
    kappa, lambda_ = series(patient, "flc_kappa"), series(patient, "flc_lambda")
    out: dict[tuple[str, date | None], list[Point]] = {}
    for key, results in kappa.items():
        others = {r.day: r for r in lambda_.get(key, [])}
        for k in results:
            if other := others.get(k.day):
                involved, free = (k, other) if patient.light_chain == "kappa" else (other, k)
                out.setdefault(key, []).append(
                    Point(k.day, _less(involved.low, free.high), _less(involved.high, free.low), (k, other))
                )
    return out


def _less(a: Decimal, b: Decimal) -> Decimal:
    if b == INFINITY:
        return D(0)
    return max(D(0), a - b)


def flc_is_marker(patient: PlainPatient, line: date | None) -> bool | None:
    """True, False, or None when the record cannot tell."""
    if patient.measurable and "flc" not in patient.measurable:
        return False
    states = [measurable(patient, marker, line) for marker in ("serum_m", "urine_m")]
    if "yes" in states:
        return False
    return None if "unknown" in states else True


def measurable(patient: PlainPatient, marker: str, line: date | None) -> str:
    """yes, no, unknown or unmeasured, in one line of therapy."""
    if patient.measurable:
        return "yes" if marker in patient.measurable else "no"
    if patient.disease_type == "light_chain_only" and marker == "serum_m":
        return "no"
    if patient.disease_type == "nonsecretory" and marker in ("serum_m", "urine_m"):
        return "no"
    values = _baseline_values(patient, marker)
    if line is None:
        first = min((day for day, _, _ in values), default=None)
        # of several groups on the first day, the one named first counts
        if first is None:
            return "unmeasured"
        return "yes" if min((g, ok) for day, ok, g in values if day == first)[1] else "unknown"
    window = [ok for day, ok, _ in values if line - timedelta(days=60) <= day <= line + timedelta(days=14)]
    if window:
        return "yes" if any(window) else "no"
    return "unknown" if any(day >= line - timedelta(days=60) for day, _, _ in values) else "unmeasured"


def _baseline_values(patient: PlainPatient, marker: str) -> list[tuple[date, bool, str]]:
    if marker == "flc":
        out = []
        for (group, _), row in flc_rows(patient).items():
            for p in row:
                k, other = p.extra  # type: ignore[misc]
                involved = k if patient.light_chain == "kappa" else other
                abnormal = k.low < D("0.26") * other.low or k.low > D("1.65") * other.low
                out.append((p.day, bool(patient.light_chain) and involved.low >= 100 and abnormal, group))
        return out
    bar = D(1) if marker == "serum_m" else D(200)
    return [(r.day, r.low >= bar, group) for (group, _), row in series(patient, marker).items() for r in row]


def pooled(patient: PlainPatient, *analytes: str) -> dict[date | None, list[PlainResult]]:
    """One result a day whatever the assay: a positive one first, then the analyte named first, then the greatest."""
    per_day: dict[date, list[PlainResult]] = {}
    for analyte in analytes:
        for row in series(patient, analyte).values():
            for r in row:
                per_day.setdefault(r.day, []).append(r)
    out: dict[date | None, list[PlainResult]] = {}
    for day in sorted(per_day):
        positive = [r for r in per_day[day] if r.low > 0]
        among = positive or per_day[day]
        top = max(r.low for r in among)
        out.setdefault(patient.line_of(day), []).append(
            min((r for r in among if r.low == top), key=lambda r: analytes.index(r.analyte))
        )
    return out


def marrow(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM":
        return []
    out = []
    for line, row in pooled(patient, "plasma_cells_marrow").items():
        if {"yes", "unknown"} & {measurable(patient, m, line) for m in ("serum_m", "urine_m", "flc")}:
            continue
        marks = []
        for i, r in enumerate(row):
            mark = Mark(r.day, alone=3)
            if i:
                low, high = min(p.low for p in row[:i]), min(p.high for p in row[:i])
                quarter = high < INFINITY and 4 * (r.low - high) >= high
                if quarter and r.low - high >= 10:
                    mark.hit = "sure"
                elif (
                    (quarter and r.low >= 10)
                    or r.high == INFINITY
                    or (r.high - low >= 10 and 4 * (r.high - low) >= low)
                ):
                    mark.hit, mark.alone = "weak", 2
            marks.append(mark)
        out += tell(marks, line, needed=1, one_a_line=False)
    return out


def marrow_2011(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM":
        return []
    out = []
    for line, row in pooled(patient, "plasma_cells_marrow").items():
        if {"yes", "unknown"} & {measurable(patient, m, line) for m in ("serum_m", "urine_m", "flc")}:
            continue
        marks = [Mark(r.day, alone=3) for r in row]
        for i in range(1, len(row)):
            low, high = min(p.low for p in row[:i]), min(p.high for p in row[:i])
            if row[i].low >= 10 and high < INFINITY and 100 * row[i].low >= 125 * high:
                marks[i].hit = "sure"
            elif row[i].high >= 10 and (row[i].high == INFINITY or 100 * row[i].high >= 125 * low):
                marks[i].hit, marks[i].alone = "weak", 2
        out += tell(marks, line, needed=1, one_a_line=False)
    return out


def haemoglobin(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM":
        return []
    out = []
    for (_, line), results in series(patient, "haemoglobin").items():
        row = points(results)
        marks = []
        for i, point in enumerate(row):
            mark = Mark(point.day)
            earlier = [None if patient.under(p.day, TRANSFUSED) else p for p in row[:i]]
            real = [p for p in earlier if p is not None]
            if real:
                confirmed = highest_confirmed(earlier)
                single = max(p.low for p in real), max(p.high for p in real)
                low, high = confirmed or single
                if confirmed and low - point.high >= 2:
                    mark.hit = "sure"
                elif single[0] - point.high >= 2 or (any(p.low != p.high for p in row) and high - point.low >= 2):
                    mark.hit = "weak"
            if mark.hit or not patient.under(point.day, TRANSFUSED):
                marks.append(mark)
        out += tell(marks, line)
    return out


def creatinine(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM":
        return []
    out = []
    for (_, line), results in series(patient, "creatinine").items():
        row = points(results)
        marks = []
        for i, point in enumerate(row):
            mark = Mark(point.day, alone=3)
            week = [p.high for p in row[:i] if (point.day - p.day).days <= 7]
            two = [p.high for p in row[:i] if (point.day - p.day).days <= 2]
            if i and point.low - min(p.high for p in row[:i]) >= 2:
                mark.hit = "sure"
            elif (week and 2 * point.low >= 3 * min(week)) or (two and point.low - min(two) >= D("0.3")):
                mark.hit, mark.alone = "weak", 2
            marks.append(mark)
        out += tell(marks, line, needed=1, one_a_line=False)
    return out


def calcium(patient: PlainPatient) -> list[Said]:
    """Best calcium of a day: corrected by us, else by the laboratory, else measured; of several the greatest."""
    if patient.disease != "MM":
        return []
    albumin: dict[date, Decimal] = {}
    for (_, _), row in sorted(series(patient, "albumin").items(), key=lambda item: item[0][0]):
        for r in row:
            albumin[r.day] = r.value  # of several groups the last by name
    days: dict[date, list[tuple[int, Decimal]]] = {}
    for row in series(patient, "calcium").values():
        for r in row:
            known = r.day in albumin
            value = r.value + D("0.8") * (4 - albumin[r.day]) if known else r.value
            days.setdefault(r.day, []).append((0 if known else 2, value))
    for row in series(patient, "calcium_corrected").values():
        for r in row:
            days.setdefault(r.day, []).append((1, r.value))
    lines: dict[date | None, list[Mark]] = {}
    for day in sorted(days):
        rank = min(kind for kind, _ in days[day])
        value = max(v for kind, v in days[day] if kind == rank)
        if value > 11:
            lines.setdefault(patient.line_of(day), []).append(Mark(day, "sure", alone=3 if value > D("11.5") else 2))
        elif rank < 2:
            lines.setdefault(patient.line_of(day), []).append(Mark(day))
    return [said for line, marks in lines.items() for said in tell(marks, line, needed=1, one_a_line=False)]


__all__ = [
    "calcium",
    "creatinine",
    "escape",
    "flc",
    "haemoglobin",
    "marrow",
    "marrow_2011",
    "one_a_day",
    "serum",
    "urine",
]
