"""The ratio of free light chains by kidney function for one patient, in plain Decimal code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from labs.vocabulary.kidney import egfr_ckd_epi_2021
from tests.oracles.myeloma import flc_rows, pd_flc
from tests.oracles.plain import (
    INFINITY,
    D,
    Mark,
    PlainPatient,
    PlainResult,
    Said,
    lowest_confirmed,
    points,
    rising_marks,
    series,
    tell,
)

BANDS = (
    (D(60), D("0.26"), D("1.65")),
    (D(45), D("0.46"), D("2.62")),
    (D(30), D("0.48"), D("3.38")),
    (D(0), D("0.54"), D("3.30")),
)
STANDARD = (D("0.26"), D("1.65"))


def light_chains(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM" or not patient.light_chain:
        return []
    printed = {
        (group, r.day): (r.lower, r.upper) for (group, _), row in series(patient, "flc_ratio").items() for r in row
    }
    out: list[Said] = []
    for (group, line), row in flc_rows(patient).items():
        chains: list[Any] = [p.extra for p in row]
        involved = points([k if patient.light_chain == "kappa" else lam for k, lam in chains])
        marks, was = [], False
        progressed = [mark.hit for mark in rising_marks(row, pd_flc)]
        for i, (kappa, lambda_) in enumerate(chains):
            rate = _rate(patient, kappa.day)
            own = printed.get((group, kappa.day), (None, None))
            has_own = None not in own and own != STANDARD
            low, high = own if has_own else _band(rate)
            surely, possibly = _beyond(patient.light_chain, kappa, lambda_, low, high)
            by_standard = _beyond(patient.light_chain, kappa, lambda_, *STANDARD)[1]
            mark = Mark(kappa.day, alone=1, both=2)
            top = (kappa.upper or D("19.4")) if patient.light_chain == "kappa" else (lambda_.upper or D("26.3"))
            value = involved[i].low
            pair = lowest_confirmed(involved[:i])
            single = min((p.high for p in involved[:i]), default=INFINITY)
            if value > top:
                if pair and _up(value, pair[1]) and surely:
                    mark.hit = "sure"
                elif surely and not by_standard and not has_own and rate is not None and rate < 60 and was:
                    mark.hit, mark.alone = "weak", 2
                elif possibly and _up(value, pair[1] if pair else single):
                    mark.hit = "weak"
            was = surely
            both_low = kappa.high <= (kappa.lower or D("3.3")) and lambda_.high <= (lambda_.lower or D("5.7"))
            if not progressed[i] and not both_low and not (possibly and patient.under(kappa.day, {"dialysis": 28})):
                marks.append(mark)
        out += tell(marks, line)
    return out


def _up(value: Decimal, lowest: Decimal) -> bool:
    return lowest < INFINITY and value > lowest * D("2.16")


def _band(rate: Decimal | None) -> tuple[Decimal, Decimal]:
    if rate is None:
        return STANDARD
    return next((low, high) for least, low, high in BANDS if rate >= least)


def _beyond(chain: str, kappa: PlainResult, lambda_: PlainResult, low: Any, high: Any) -> tuple[bool, bool]:
    if chain == "kappa":
        surely = lambda_.high < INFINITY and kappa.low > high * lambda_.high
        return surely, kappa.high == INFINITY or kappa.high > high * lambda_.low
    surely = kappa.high < INFINITY and kappa.high < low * lambda_.low
    return surely, lambda_.high == INFINITY or kappa.low < low * lambda_.high


def _rate(patient: PlainPatient, day: date) -> Decimal | None:
    reported = _latest(patient, "egfr", day)
    if reported is not None:
        return reported.value
    creatinine = _latest(patient, "creatinine", day)
    if creatinine is None or creatinine.value == 0 or patient.born is None:
        return None
    had = (creatinine.day.month, creatinine.day.day) >= (patient.born.month, patient.born.day)
    return egfr_ckd_epi_2021(creatinine.value, creatinine.day.year - patient.born.year - (not had), patient.sex)


def _latest(patient: PlainPatient, analyte: str, day: date) -> PlainResult | None:
    near = [r for row in series(patient, analyte).values() for r in row if 0 <= (day - r.day).days <= 30]
    if not near:
        return None
    last = max(r.day for r in near)
    best = min((r for r in near if r.day == last), key=lambda r: (r.low, r.group))
    return best if best.low == best.high else None
