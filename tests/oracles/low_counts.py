"""Low counts in remission of AML for one patient, in plain Decimal code."""

from __future__ import annotations

from datetime import date

from tests.oracles.course import judged
from tests.oracles.others import since_remission
from tests.oracles.plain import D, Mark, PlainPatient, PlainResult, Said, series, tell

BARS = {"platelets": D(100), "neutrophils": D(1)}
THERAPY = {
    "chemotherapy": 28,
    "radiotherapy": 90,
    "transplant_autologous": 90,
    "transplant_allogeneic": 90,
    "car_t": 90,
}
LIFTS = {"transfusion_platelets": 7, "g_csf": 14}


def acute_myeloid(patient: PlainPatient) -> list[Said]:
    if patient.disease != "AML":
        return []
    days: dict[date, dict[str, PlainResult]] = {}
    for code in BARS:
        for row in series(patient, code).values():
            for r in row:
                held = days.setdefault(r.day, {}).get(code)
                if held is None or (r.low, r.high) < (held.low, held.high):
                    days[r.day][code] = r
    rows: dict[date | None, list[tuple[date, Mark | None]]] = {}
    for day in sorted(days):
        rows.setdefault(patient.line_of(day), []).append((day, _mark(patient, day, days[day])))
    marks = {line: judged(patient, own) for line, own in rows.items()}
    return [said for line, own in marks.items() for said in tell(own, line, one_a_line=False, recovers=True)]


def _mark(patient: PlainPatient, day: date, counts: dict[str, PlainResult]) -> Mark | None:
    if not since_remission(patient, day):
        return None
    level = 1 if patient.under(day, THERAPY) else 2
    if any(r.high < BARS[code] for code, r in counts.items()):
        return Mark(day, "sure", level, level)
    if any(r.low < BARS[code] for code, r in counts.items()):
        return Mark(day, "weak", level, level)
    if len(counts) < 2 or patient.under(day, LIFTS):
        return None
    return Mark(day)
