"""Rise of the clone's immunoglobulin for one patient, in plain Decimal code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tests.oracles.myeloma import flc_rows
from tests.oracles.plain import D, PlainPatient, Said, points, rising_marks, series, tell


def rising(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM" or patient.heavy_chain not in ("IgG", "IgA", "IgM"):
        return []
    out: list[Said] = []
    for (_, line), results in series(patient, patient.heavy_chain.lower()).items():
        marks = []
        for mark in rising_marks(points(results), _up, both=2):
            if patient.heavy_chain != "IgA" and _band(patient, mark.day, line) >= D("0.3"):
                continue
            mark.alone = 1
            given = patient.heavy_chain == "IgG" and patient.under(mark.day, {"ivig": 90})
            if mark.hit and (given or _normal(patient, mark.day)):
                mark.hit = "weak"
            marks.append(mark)
        out += tell(marks, line)
    return out


def _up(value: Decimal, lowest: Decimal) -> bool:
    return value - lowest >= 500 and 4 * (value - lowest) >= lowest


def _band(patient: PlainPatient, day: date, line: date | None) -> Decimal:
    mine = [r for row in series(patient, "serum_m").values() for r in row if r.day <= day]
    last = max((r.day for r in mine), default=None)
    if last is None or patient.line_of(last) != line:
        return D(0)
    return max(r.low for r in mine if r.day == last)


def _normal(patient: PlainPatient, day: date) -> bool:
    pairs: list[tuple[date, Any]] = [(p.day, p.extra) for row in flc_rows(patient).values() for p in row]
    near = [d for d, _ in pairs if 0 <= (day - d).days <= 30]
    if not near:
        return False
    return not any(_odd(*pair) for d, pair in pairs if d == max(near))


def _odd(kappa: Any, lambda_: Any) -> bool:
    return bool(kappa.high > D("1.65") * lambda_.low or kappa.low < D("0.26") * lambda_.high)
