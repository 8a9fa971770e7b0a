"""Leukaemias, blood counts and changes of assay for one patient, in plain Decimal code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from tests.oracles.course import judged
from tests.oracles.myeloma import pooled
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

TRANSFUSED = {"transfusion_red_cells": 90}
SUPPORT = {"transfusion_red_cells": 90, "esa": 90, "g_csf": 14}


def since_remission(patient: PlainPatient, day: date) -> bool:
    return patient.remission is None or day >= patient.remission


def aml_blood(patient: PlainPatient) -> list[Said]:
    return _blood(patient, "AML", needed=2, consecutive=False, days_apart=7, misses=2, one_a_line=True, lapsed=2)


def aml_blood_2017(patient: PlainPatient) -> list[Said]:
    return _blood(patient, "AML", needed=1, one_a_line=True)


def all_blood(patient: PlainPatient) -> list[Said]:
    return _blood(patient, "ALL", needed=1, one_a_line=False)


def _blood(patient: PlainPatient, disease: str, **how: object) -> list[Said]:
    if patient.disease != disease:
        return []
    out = []
    for line, row in pooled(patient, "blasts_blood_percent", "blasts_blood_count").items():
        marks = [
            (r.day, Mark(r.day, "sure" if r.low > 0 or r.high == INFINITY else "", alone=3))
            for r in row
            if since_remission(patient, r.day)
        ]
        out += tell(judged(patient, marks), line, **how)  # type: ignore[arg-type]
    return out


def baseline(
    patient: PlainPatient, earlier: list[Point], rcv: Decimal, support: dict[str, int] = SUPPORT
) -> tuple[Fraction, bool] | None:
    """Mean of the highest three agreeing among the first ten eligible; else the highest single one, unconfirmed."""
    eligible = [p for p in earlier if since_remission(patient, p.day) and not patient.under(p.day, support)]
    if not eligible:
        return None
    first = eligible[:10]
    threes = [first[i : i + 3] for i in range(len(first) - 2)]
    agreeing = [
        t for t in threes if min(p.low for p in t) * 100 >= (100 - rcv) * min(D(10) ** 9, max(p.high for p in t))
    ]
    if agreeing:
        return max(sum((Fraction(p.low) for p in t), Fraction(0)) / 3 for t in agreeing), True
    return max(Fraction(p.low) for p in first), False


def cbc_haemoglobin(patient: PlainPatient) -> list[Said]:
    out = []
    for (_, line), results in series(patient, "haemoglobin").items():
        row = points(results)
        marks = []
        for i, p in enumerate(row):
            if not since_remission(patient, p.day):
                continue
            own = baseline(patient, row[:i], D(8))
            mark = Mark(p.day, alone=1, both=2)
            fall = own[0] - Fraction(p.high) if own and p.high < INFINITY else Fraction(-1)
            possible = own[0] - Fraction(p.low) if own else Fraction(-1)
            if p.high < 8:
                mark = Mark(p.day, "sure", 3, 3)
            elif own and fall >= 1 and fall * 100 > 8 * own[0]:
                mark.hit = "sure" if own[1] else "weak"
                if fall >= 2:
                    mark.alone, mark.both = 2, 3
            elif own and own[1] and possible >= 1 and possible * 100 > 8 * own[0]:
                mark.hit = "weak"
            if mark.hit or not patient.under(p.day, TRANSFUSED):
                marks.append(mark)
        out += tell(marks, line, one_a_line=True, recovers=True)
    return out


def cbc_red_cells(patient: PlainPatient) -> list[Said]:
    out = []
    for (_, line), results in series(patient, "rbc").items():
        row = points(results)
        marks = []
        for i, p in enumerate(row):
            if not since_remission(patient, p.day):
                continue
            own = baseline(patient, row[:i], D("8.9"))
            mark = Mark(p.day, alone=1, both=2)
            falls = _haemoglobin_falls(patient, p.day)
            if own and p.high < INFINITY and (own[0] - Fraction(p.high)) * 1000 > 89 * own[0] and falls is not False:
                mark.hit = "sure" if own[1] and falls else "weak"
            elif own and own[1] and falls and (own[0] - Fraction(p.low)) * 1000 > 89 * own[0]:
                mark.hit = "weak"
            if mark.hit or not patient.under(p.day, TRANSFUSED):
                marks.append(mark)
        out += tell(marks, line, recovers=True)
    return out


def _haemoglobin_falls(patient: PlainPatient, day: date) -> bool | None:
    """Whether haemoglobin of the day is below its own baseline; None when it cannot be told."""
    told = None
    for (_, _), results in sorted(series(patient, "haemoglobin").items(), key=lambda item: item[0][0]):
        row = points(results)
        for i, p in enumerate(row):
            if p.day == day:  # of several groups the last by name
                own = baseline(patient, row[:i], D(8))
                told = None if own is None else p.high < INFINITY and Fraction(p.high) < own[0]
    return told


FOLLOWED = (
    "serum_m", "urine_m", "flc_kappa", "flc_lambda", "haemoglobin", "rbc", "creatinine",
    "mrd_flow", "mrd_molecular", "mrd_receptor", "mrd_sequencing",
)  # fmt: skip
STEPS = {"serum_m": D("0.5"), "urine_m": D(200), "flc_kappa": D(100), "flc_lambda": D(100)}


def assay_changed(patient: PlainPatient) -> list[tuple[str, date, str]]:
    """(marker, day, level) of each first result of a later group."""
    out = []
    for analyte in FOLLOWED:
        own = [r for r in patient.results if r.analyte == analyte]
        by_group = {g: one_a_day(r for r in own if r.group == g) for g in {r.group for r in own}}
        rows: list[PlainResult] = sorted((r for row in by_group.values() for r in row), key=lambda r: (r.day, r.group))
        seen: set[str] = set()
        for before, row in zip([None, *rows], rows, strict=False):
            if before is not None and row.group not in seen:
                high = before.high
                step = analyte in STEPS and high < INFINITY and row.low - high >= STEPS[analyte]
                turned = analyte.startswith("mrd_") and before.low <= 0 < row.low
                out.append((analyte, row.day, "REVIEW" if step or turned else "INFO"))
            seen.add(row.group)
    return out
