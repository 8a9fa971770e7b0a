"""Blasts in cerebrospinal fluid for one patient, in plain Decimal code."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tests.oracles.course import judged
from tests.oracles.myeloma import pooled
from tests.oracles.others import since_remission
from tests.oracles.plain import INFINITY, Mark, PlainPatient, PlainResult, Said, tell

Counts = dict[str, PlainResult]


def acute_lymphoblastic(patient: PlainPatient) -> list[Said]:
    if patient.disease != "ALL":
        return []
    days: dict[date, Counts] = {}
    for code in ("csf_blasts", "csf_wbc", "csf_rbc", "wbc", "rbc"):
        for row in pooled(patient, code).values():
            for r in row:
                days.setdefault(r.day, {})[code] = r
    rows: dict[date | None, list[tuple[date, Mark | None]]] = {}
    for day in sorted(days):
        looked = "csf_blasts" in days[day] and since_remission(patient, day)
        rows.setdefault(patient.line_of(day), []).append((day, _mark(day, days[day]) if looked else None))
    marks = {line: judged(patient, own) for line, own in rows.items()}
    return [said for line, own in marks.items() for said in tell(own, line, needed=1, one_a_line=False, lapsed=2)]


def _mark(day: date, counts: Counts) -> Mark:
    blasts, white, red = (counts.get(code) for code in ("csf_blasts", "csf_wbc", "csf_rbc"))
    if blasts is None or not (blasts.low > 0 or blasts.high == INFINITY):
        return Mark(day)
    third = white is not None and white.low >= 5 and red is not None and (red.high < 10 or _traumatic(counts))
    return Mark(day, "sure" if third else "weak", alone=3)


def _traumatic(counts: Counts) -> bool:
    """Steinherz and Bleyer, with the bounds that make it hardest; cells per microlitre on both sides."""
    if not {"wbc", "rbc"} <= counts.keys():
        return False
    red, blood_white = counts["csf_rbc"].high, counts["wbc"].high * 1000
    white, blood_red = counts["csf_wbc"].low, counts["rbc"].low * 1000000
    if INFINITY in (red, blood_white) or red == 0 or blood_red == 0:
        return False
    return Fraction(white) / Fraction(red) > 2 * Fraction(blood_white) / Fraction(blood_red)
