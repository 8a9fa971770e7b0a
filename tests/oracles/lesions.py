"""Lesions on images and hyperviscosity, one patient at a time, in plain Python."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from tests.oracles.plain import Mark, PlainPatient, PlainResult, Said, one_a_day, tell

Key = tuple[str, str]


def by_lesion(patient: PlainPatient, analyte: str) -> dict[Key, list[PlainResult]]:
    """Lesion and kind of images -> one result a day."""
    sorted_out: dict[Key, list[PlainResult]] = defaultdict(list)
    for result in patient.results:
        if result.analyte == analyte:
            sorted_out[result.specimen, result.group].append(result)
    return {key: one_a_day(results) for key, results in sorted_out.items()}


def by_line(patient: PlainPatient, results: list[PlainResult]) -> dict[date | None, list[PlainResult]]:
    lines: dict[date | None, list[PlainResult]] = defaultdict(list)
    for result in results:
        lines[patient.line_of(result.day)].append(result)
    return lines


def new(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM":
        return []
    told = []
    for results in by_lesion(patient, "lesion_new").values():
        for line, row in by_line(patient, results).items():
            marks = [Mark(r.day, "sure" if r.value == 2 else "", alone=3) for r in row]
            told += tell(marks, line, needed=1, one_a_line=False)
    return told


def growth(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM":
        return []
    told = []
    for (names, _), results in by_lesion(patient, "lesion_spd").items():
        for line, row in by_line(patient, results).items():
            marks = [
                Mark(r.day, "sure" if _grown(r, row[:i]) and ("+" in names or _by(r, row[:i]) >= 100) else "", alone=3)
                for i, r in enumerate(row)
            ]
            told += tell(marks, line, needed=1, one_a_line=False)
    return told


def diameter(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM":
        return []
    told = []
    short = by_lesion(patient, "lesion_short_axis")
    for key, results in by_lesion(patient, "lesion_diameter").items():
        wide = [r.day for r in short.get(key, []) if r.value > 10]
        for line, row in by_line(patient, results).items():
            marks = []
            for i, r in enumerate(row):
                was_wide = any(day < r.day for day in wide)
                marks.append(Mark(r.day, "sure" if was_wide and _grown(r, row[:i]) else "", alone=3))
            told += tell(marks, line, needed=1, one_a_line=False)
    return told


def hyperviscosity(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM":
        return []
    found = [r for r in patient.results if r.analyte == "hyperviscosity"]
    best: dict[date, Decimal] = {}
    for group in {r.group for r in found}:
        for r in one_a_day(r for r in found if r.group == group):
            best[r.day] = max(best.get(r.day, Decimal(0)), r.value)
    told = []
    days = [PlainResult("hyperviscosity", day, best[day]) for day in sorted(best)]
    for line, row in by_line(patient, days).items():
        marks = [Mark(r.day, {2: "sure", 1: "weak"}.get(int(r.value), ""), alone=3) for r in row]
        told += tell(marks, line, needed=1, one_a_line=False)
    return told


def _by(result: PlainResult, earlier: list[PlainResult]) -> Decimal:
    """By how much more than the smallest before."""
    return result.value - min(r.value for r in earlier) if earlier else Decimal(0)


def _grown(result: PlainResult, earlier: list[PlainResult]) -> bool:
    up = _by(result, earlier)
    return up > 0 and 2 * up >= result.value - up


def extramedullary(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM":
        return []
    days: dict[str, dict[date, int]] = defaultdict(dict)
    for analyte in ("extramedullary", "biopsy"):
        for (place, _), results in by_lesion(patient, analyte).items():
            for r in results:
                says_nothing = analyte == "biopsy" and (r.value == 1 or "marrow" in place)
                if not says_nothing and (patient.remission is None or r.day >= patient.remission):
                    site = days[place.lower()]
                    site[r.day] = max(site.get(r.day, 0), int(r.value))
    told = []
    for site in days.values():
        row = [PlainResult("extramedullary", day, Decimal(site[day])) for day in sorted(site)]
        for line, found in by_line(patient, row).items():
            marks = [_suspicion(r) for r in found]
            told += tell(marks, line, needed=1, one_a_line=False, lapsed=2)
    return told


def _suspicion(result: PlainResult) -> Mark:
    return Mark(result.day, ("", "weak", "sure")[int(result.value)], alone=3 if result.value == 2 else 2)
