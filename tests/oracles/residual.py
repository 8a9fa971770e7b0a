"""Residual disease for one patient, in plain Decimal code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from tests.oracles.course import judged
from tests.oracles.others import since_remission
from tests.oracles.plain import INFINITY, D, Mark, PlainPatient, PlainResult, Point, Said, series, tell

Weigh = Callable[[str, Point, list[Point], list[Point]], Mark]


def acute_myeloid(patient: PlainPatient) -> list[Said]:
    codes = {"mrd_molecular": D(0), "mrd_flow": D("0.1"), "mrd_sequencing": D("0.1")}
    return _residual(patient, "AML", codes, _weigh_myeloid)


def _weigh_myeloid(code: str, p: Point, negative: list[Point], positive: list[Point]) -> Mark:
    mark = Mark(p.day)
    lowest = min((q.high for q in positive), default=INFINITY)
    possible = min((q.low for q in positive), default=None)
    if any(p.low >= q.high for q in negative) or (code == "mrd_molecular" and lowest < 2 and p.low / 10 >= lowest):
        mark.hit = "sure"
    elif possible is not None and p.high >= 10 * possible:
        mark.hit = "weak"
    return mark


def acute_lymphoblastic(patient: PlainPatient) -> list[Said]:
    codes = dict.fromkeys(("mrd_receptor", "mrd_flow", "mrd_sequencing", "mrd_molecular"), D(0))
    return _residual(patient, "ALL", codes, _weigh_lymphoblastic)


def _weigh_lymphoblastic(code: str, p: Point, negative: list[Point], positive: list[Point]) -> Mark:
    mark = Mark(p.day)
    shown = [q for q in negative if q.high <= p.low]
    if p.low >= D("0.01") and any(q.high <= D("0.01") for q in shown):
        mark.hit, mark.alone = "sure", 3 if p.low >= D("0.1") else 2
    elif shown or ((code == "mrd_molecular" or p.low > 0) and positive and p.high / 10 >= min(q.low for q in positive)):
        mark.hit, mark.alone = "weak", 1 if p.low < D("0.01") and code != "mrd_molecular" else 2
    return mark


def _residual(patient: PlainPatient, disease: str, codes: dict, weigh: Weigh) -> list[Said]:  # type: ignore[type-arg]
    if patient.disease != disease:
        return []
    out = []
    for code, bar in codes.items():
        for target in {r.target for r in patient.results if r.analyte == code}:
            own = replace(patient, results=tuple(r for r in patient.results if r.target == target))
            for (_, line), results in series(own, code).items():
                out += tell(_marks(patient, code, _seen(results), bar, weigh), line)
    return out


def _seen(results: list[PlainResult]) -> list[Point]:
    """Not detected means: somewhere below the limit of detection."""
    return [Point(r.day, r.low, r.limit if r.high == 0 and r.limit else r.high) for r in results]


def _marks(patient: PlainPatient, code: str, row: list[Point], bar: D, weigh: Weigh) -> list[Mark]:
    def is_positive(p: Point) -> bool:
        return p.low > 0 and p.low >= bar

    marks: list[tuple[date, Mark | None]] = []
    for i, p in enumerate(row):
        if not since_remission(patient, p.day):
            continue
        earlier = [q for q in row[:i] if since_remission(patient, q.day)]
        negative = [q for q in earlier if not is_positive(q) and q.high < INFINITY]
        if not is_positive(p):
            open_ = i and is_positive(row[i - 1]) and p.high > row[i - 1].low
            marks.append((p.day, None if open_ else Mark(p.day)))
            continue
        mark = weigh(code, p, negative, [q for q in earlier if is_positive(q)])
        unclear = negative and not mark.hit  # below what the earlier negative ones could have shown: not judged
        marks.append((p.day, None if unclear else mark))
    return judged(patient, marks)
