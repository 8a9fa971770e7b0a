"""Blasts in cerebrospinal fluid and signs of the nervous system for one patient, in plain Decimal code."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tests.oracles.course import in_remission, judged
from tests.oracles.marrow import near
from tests.oracles.myeloma import pooled
from tests.oracles.others import since_remission
from tests.oracles.plain import INFINITY, Mark, PlainPatient, PlainResult, Said, tell

Counts = dict[str, PlainResult]


def acute_lymphoblastic(patient: PlainPatient) -> list[Said]:
    if patient.disease != "ALL":
        return []
    days: dict[date, Counts] = {}
    for code in ("csf_blasts", "csf_wbc", "csf_rbc", "wbc", "rbc", "cns_signs"):
        for row in pooled(patient, code).values():
            for r in row:
                if code != "cns_signs" or r.low >= 1:
                    days.setdefault(r.day, {})[code] = r
    lines: dict[date | None, list[date]] = {}
    for day in sorted(day for day in days if {"csf_blasts", "csf_wbc", "cns_signs"} & days[day].keys()):
        if since_remission(patient, day):
            lines.setdefault(patient.line_of(day), []).append(day)
    return [said for line, own in lines.items() for said in _line(patient, line, [(day, days[day]) for day in own])]


def _line(patient: PlainPatient, line: date | None, taps: list[tuple[date, Counts]]) -> list[Said]:
    rows: list[tuple[date, Mark | None]] = []
    open_since: list[date] = []
    for day, counts in taps:
        blasts = counts.get("csf_blasts")
        there = blasts is not None and (blasts.low > 0 or blasts.high == INFINITY)
        inside = in_remission(patient, day)
        again = there and inside and any((day - first).days >= 7 for first in open_since)
        if blasts is not None and inside:
            open_since = [*open_since, day] if there else []
        if there and (_third(patient, day, counts) or again):
            rows.append((day, Mark(day, "sure", alone=3)))
        elif there or "cns_signs" in counts:
            rows.append((day, Mark(day, "weak", alone=3)))
        else:
            rows.append((day, None if blasts is None else Mark(day)))
    return tell(judged(patient, rows), line, needed=1, one_a_line=False, lapsed=2)


def _third(patient: PlainPatient, day: date, counts: Counts) -> bool:
    if any(sign.low >= 1 for sign in near(patient, "cns_signs", day, 7, 7)):
        return True
    white, red = counts.get("csf_wbc"), counts.get("csf_rbc")
    return white is not None and white.low >= 5 and red is not None and (red.high < 10 or _traumatic(counts))


def _traumatic(counts: Counts) -> bool:
    """Steinherz and Bleyer, with the bounds that make it hardest; cells per microlitre on both sides."""
    if not {"wbc", "rbc"} <= counts.keys():
        return False
    red, blood_white = counts["csf_rbc"].high, counts["wbc"].high * 1000
    white, blood_red = counts["csf_wbc"].low, counts["rbc"].low * 1000000
    if INFINITY in (red, blood_white) or red == 0 or blood_red == 0:
        return False
    return Fraction(white) / Fraction(red) > 2 * Fraction(blood_white) / Fraction(blood_red)
