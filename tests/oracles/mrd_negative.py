"""Relapse of myeloma from MRD-negative for one patient, in plain Decimal code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.oracles.plain import INFINITY, D, Mark, PlainPatient, PlainResult, Said, series, tell

FINE = D("0.001")


def loss(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM":
        return []
    out: list[Said] = []
    for code in ("mrd_flow", "mrd_sequencing"):
        for (_, line), row in series(patient, code).items():
            out += tell(_of_tests(patient, row, line), line, needed=1, one_a_line=False)
    for (_, line), row in series(patient, "imaging_disease").items():
        seen = [(r, "sure" if r.coded == "positive" else "") for r in row]
        out += tell(_of_others(patient, seen, line), line, needed=1, one_a_line=False)
    clonal = _clonality(patient)
    for (_, line), row in series(patient, "plasma_cells_marrow").items():
        seen = [
            (r, "" if r.low < 5 else {"clonal": "sure", "polyclonal": ""}.get(clonal.get(r.day, ""), "weak"))
            for r in row
        ]
        out += tell(_of_others(patient, seen, line), line, needed=1, one_a_line=False)
    return out


def _clonality(patient: PlainPatient) -> dict[date, str]:
    """Of several groups the last by name."""
    rows = sorted(series(patient, "marrow_clonality").items(), key=lambda item: item[0][0])
    return {r.day: r.coded for _, row in rows for r in row}


def _bound(r: PlainResult) -> Decimal:
    """What a negative test would have seen; 0 where it is not printed."""
    return min((b for b in (r.high, r.limit) if b), default=D(0))


def _negative(r: PlainResult) -> bool:
    return r.low == 0 and r.high < INFINITY


def _of_tests(patient: PlainPatient, row: list[PlainResult], line: date | None) -> list[Mark]:
    marks = []
    for i, r in enumerate(row):
        earlier = [_bound(e) for e in row[:i] if _negative(e)]
        finest = min((b for b in earlier if b > 0), default=INFINITY)
        if r.low == 0:
            marks.append(Mark(r.day))
        elif finest <= FINE and r.low >= finest:
            marks.append(Mark(r.day, "sure", both=2))
        elif finest > FINE and D(0) in earlier:
            marks.append(Mark(r.day, "weak", both=2))
    return marks


def _of_others(patient: PlainPatient, seen: list[tuple[PlainResult, str]], line: date | None) -> list[Mark]:
    tests = [
        t
        for code in ("mrd_flow", "mrd_sequencing")
        for (_, its), row in series(patient, code).items()
        for t in row
        if its == line and _negative(t)
    ]
    marks = []
    for r, hit in seen:
        before = [_bound(t) for t in tests if t.day < r.day]
        if before:
            known = any(0 < bound <= FINE for bound in before)
            marks.append(Mark(r.day, hit if known or not hit else "weak", both=2))
    return marks
