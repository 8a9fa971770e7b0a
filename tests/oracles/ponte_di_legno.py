"""The table of Ponte di Legno for one patient, in plain Decimal code."""

from __future__ import annotations

from datetime import date

from tests.oracles.course import in_remission, judged
from tests.oracles.myeloma import pooled
from tests.oracles.others import since_remission
from tests.oracles.plain import Mark, PlainPatient, PlainResult, Said, series, tell

RESIDUAL = ("mrd_flow", "mrd_receptor", "mrd_sequencing", "mrd_molecular")
Marrow = dict[str, PlainResult]


def marrow(patient: PlainPatient) -> list[Said]:
    if patient.disease != "ALL":
        return []
    days: dict[date, Marrow] = {}
    for code in (*RESIDUAL, "mrd_fish"):
        for row in series(patient, code).values():
            for r in row:
                held = days.setdefault(r.day, {}).setdefault(code, r)
                days[r.day][code] = max(held, r, key=lambda one: (one.low, one.high))
    for row in pooled(patient, "blasts_marrow").values():
        for r in row:
            days.setdefault(r.day, {})["blasts_marrow"] = r
    lines: dict[date | None, list[date]] = {}
    for day in sorted(days):
        if since_remission(patient, day):
            lines.setdefault(patient.line_of(day), []).append(day)
    return [said for line, own in lines.items() for said in _line(patient, line, [(day, days[day]) for day in own])]


def _line(patient: PlainPatient, line: date | None, marrows: list[tuple[date, Marrow]]) -> list[Said]:
    marks: list[tuple[date, Mark | None]] = []
    suspected: list[date] = []
    for day, tests in marrows:
        residual = [r for code, r in tests.items() if code in RESIDUAL]
        main = residual or list(tests.values())
        low, high = max(r.low for r in main), max(r.high for r in main)
        enough = sum(r.low >= 1 for r in tests.values())
        others = enough - (low >= 1)
        table = low >= 25 or (low >= 5 and others >= 1) or (low >= 1 and others >= 2)
        bar = 1 if residual else 5
        hit = low >= bar or high > bar
        second = enough >= 2 and any(7 <= (day - first).days <= 28 for first in suspected)
        if (residual and table) or (hit and second):
            marks.append((day, Mark(day, "sure", alone=3)))
        elif hit:
            marks.append((day, Mark(day, "weak", alone=3 if low >= 25 else 2)))
        else:  # a marrow without a residual disease test ends no episode, and no run through a relapse
            marks.append((day, Mark(day) if residual else None))
        if hit and in_remission(patient, day):
            suspected.append(day)
    return tell(judged(patient, marks), line, needed=1, one_a_line=False, lapsed=2)
