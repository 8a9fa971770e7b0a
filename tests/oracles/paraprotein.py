"""Significant paraprotein relapse for one patient, in plain Decimal code."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.oracles.myeloma import flc_rows, measurable, pd_serum
from tests.oracles.plain import (
    INFINITY,
    D,
    Mark,
    PlainPatient,
    Point,
    Said,
    lowest_confirmed,
    points,
    rising_marks,
    series,
    tell,
)


def doubled_or_up(value: Decimal, nadir: Decimal) -> bool:
    return value >= 2 * max(nadir, D("0.5")) or value - nadir >= 1


def serum(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM":
        return []
    out = []
    for (_, line), results in series(patient, "serum_m").items():
        row = points(results)
        together = [i > 0 and _together(row, i) for i in range(len(row))]
        out += tell(rising_marks(row, doubled_or_up), line, together=together)
    return out


def _together(row: list[Point], i: int) -> bool:
    """Two doublings within 62 days, or two rises of 1 g/dL at any distance."""
    return (row[i].day - row[i - 1].day).days <= 62 or (_up(row, i - 1) and _up(row, i))


def _up(row: list[Point], i: int) -> bool:
    nadir = lowest_confirmed(row[:i])
    return nadir is not None and row[i].low - nadir[1] >= 1


def urine(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM":
        return []
    out = []
    for (_, line), results in series(patient, "urine_m").items():
        out += tell(rising_marks(points(results), lambda value, nadir: value - nadir >= 500), line)
    return out


def light_chains(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM" or not patient.light_chain:
        return []
    out = []
    for (_, line), row in flc_rows(patient).items():
        pairs: list[Any] = [point.extra for point in row]
        chains = [kappa if patient.light_chain == "kappa" else lambda_ for kappa, lambda_ in pairs]
        marks = rising_marks(points(chains), lambda v, nadir: v - nadir >= max(D(200), nadir / 4))
        for mark, (kappa, lambda_) in zip(marks, pairs, strict=True):
            surely = kappa.low > D("1.65") * lambda_.high or kappa.high < D("0.26") * lambda_.low
            possibly = kappa.high > D("1.65") * lambda_.low or kappa.low < D("0.26") * lambda_.high
            if mark.hit and not surely:
                mark.hit = "weak" if possibly else ""
        out += tell(marks, line)
    return out


def rising(patient: PlainPatient) -> list[Said]:
    """Two consecutive assessments that meet one half of the criterion of progression."""
    if patient.disease != "MM" or (patient.measurable and "serum_m" not in patient.measurable):
        return []
    out = []
    for (_, line), results in series(patient, "serum_m").items():
        row = points(results)
        kinds = [_rises(point.low, lowest_confirmed(row[:i])) for i, point in enumerate(row)]
        marks = []
        for i, (point, kind) in enumerate(zip(row, kinds, strict=True)):
            beside = kinds[i - 1 : i] + kinds[i + 1 : i + 2]
            sure = kind == "half" and "half" in beside
            if kind != "progression":
                marks.append(Mark(point.day, "sure" if sure else "", alone=1, both=1))
        out += tell(marks, line)
    return out


def _rises(value: Decimal, nadir: tuple[Decimal, Decimal] | None) -> str:
    if nadir is None or nadir[1] == INFINITY:
        return ""
    up = value - nadir[1]
    if pd_serum(value, nadir[1]):
        return "progression"
    return "half" if up >= D("0.5") or (up >= D("0.2") and 4 * up >= nadir[1]) else ""


def circulating(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM" or "marrow" in patient.measurable:
        return []
    out = []
    for (_, line), results in series(patient, "plasma_cells_blood_count").items():
        if {"yes", "unknown"} & {measurable(patient, m, line) for m in ("serum_m", "urine_m", "flc")}:
            continue
        marks = rising_marks(points(results), lambda value, nadir: value >= D("0.2") and 2 * value >= 3 * nadir)
        out += tell(marks, line)
    return out
