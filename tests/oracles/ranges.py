"""Rules that hold values against their range, for one patient in plain Decimal code."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from tests.oracles.counts import BARS, lowest_of_days
from tests.oracles.course import judged
from tests.oracles.myeloma import pooled
from tests.oracles.others import since_remission
from tests.oracles.plain import (
    INFINITY,
    D,
    Mark,
    PlainPatient,
    PlainResult,
    Said,
    highest_confirmed,
    lowest_confirmed,
    points,
    series,
    tell,
)

# Days of age from which, before which; sex; lower and upper limit.
YEARS = [int(Decimal("365.25") * years) for years in range(20)]
ADULT = (YEARS[18], 10**6)
TYPICAL: dict[str, list[tuple[tuple[int, int], str, str, str]]] = {
    "ldh": [(ADULT, "", "120", "250")],
    "wbc": [
        (ADULT, "", "4", "11"),
        ((YEARS[1], YEARS[2]), "", "6", "17"),
        ((YEARS[2], YEARS[4]), "", "5.5", "15.5"),
        ((YEARS[4], YEARS[8]), "", "5", "14.5"),
        ((YEARS[8], YEARS[14]), "", "4.5", "13.5"),
    ],
    "lymphocytes": [
        (ADULT, "", "1", "4"),
        ((YEARS[1], YEARS[2]), "", "3", "9.5"),
        ((YEARS[2], YEARS[5]), "", "2", "8"),
        ((YEARS[5], YEARS[18]), "", "1.25", "7"),
    ],
    "haemoglobin": [
        (ADULT, "male", "13.5", "17.5"),
        (ADULT, "female", "12", "15.5"),
        ((YEARS[6], YEARS[12]), "", "11.5", "15.5"),
        ((YEARS[12], YEARS[18]), "male", "13", "16"),
        ((YEARS[12], YEARS[18]), "female", "12", "16"),
    ],
}
LOW_COUNT_DAYS = LDH_DAYS = timedelta(days=14)
THERAPY = {"chemotherapy": 90, "transplant_autologous": 90, "transplant_allogeneic": 90, "car_t": 90}


def limits(patient: PlainPatient, r: PlainResult) -> tuple[Decimal | None, Decimal | None]:
    """Lower and upper: each the laboratory's own, else the typical one."""
    low = high = None
    if patient.born is not None:
        age = (r.day - patient.born).days
        for (since, before), sex, lower, upper in TYPICAL[r.analyte]:
            if since <= age < before and sex in ("", patient.sex):
                low, high = D(lower), D(upper)
    return r.lower or low, r.upper or high


def _told(marks: dict[date | None, list[Mark]]) -> list[Said]:
    return [said for line, row in marks.items() for said in tell(row, line, one_a_line=False, recovers=True)]


def lactate_dehydrogenase(patient: PlainPatient) -> list[Said]:
    low_days = [day for code, bar in BARS.items() for day, r in lowest_of_days(patient, code).items() if r.high < bar]
    out = []
    for (_, line), row in series(patient, "ldh").items():
        marks = []
        for i, r in enumerate(row):
            limit, earlier = limits(patient, r)[1], points(row[:i])
            if limit is None or not since_remission(patient, r.day):
                continue
            possibly = 2 * r.high > 3 * limit
            if not earlier and not possibly:
                continue
            near = any(r.day - LOW_COUNT_DAYS <= day <= r.day for day in low_days)
            level = 3 if near and r.low > 3 * limit else 2
            mark = Mark(r.day, alone=level, both=level)
            confirmed = lowest_confirmed(earlier)
            if level == 3 or (confirmed and 2 * r.low > 3 * limit and _risen(r.low, confirmed[1])):
                mark.hit = "sure"
            elif possibly and earlier:
                single = min(p.high for p in earlier)
                lowest = confirmed[0] if confirmed else min(p.low for p in earlier)
                mark.hit = "weak" if _risen(r.low, single) or _risen(r.high, lowest) else ""
            marks.append(mark)
        out += tell(marks, line, one_a_line=False, recovers=True)
    return out


def _risen(value: Decimal, lowest: Decimal) -> bool:
    if lowest == INFINITY:
        return False
    return value == INFINITY or (value - lowest) * 1000 > 175 * lowest


def highest_of_days(patient: PlainPatient, analyte: str) -> list[PlainResult]:
    out: dict[date, PlainResult] = {}
    for row in series(patient, analyte).values():
        for r in row:
            if r.day not in out or (r.low, r.high) > (out[r.day].low, out[r.day].high):
                out[r.day] = r
    return [out[day] for day in sorted(out)]


def blast_days(patient: PlainPatient) -> set[date]:
    rows = pooled(patient, "blasts_blood_percent", "blasts_blood_count").values()
    return {r.day for row in rows for r in row if r.low > 0 or r.high == INFINITY}


def white_cells(patient: PlainPatient) -> list[Said]:
    blasts = blast_days(patient)
    marks: dict[date | None, list[Mark]] = {}
    for r in highest_of_days(patient, "wbc"):
        limit = limits(patient, r)[1]
        if not since_remission(patient, r.day) or (limit is None and r.high <= 30):
            continue
        over = limit is not None and 2 * r.low > 3 * limit
        possibly = r.high > 30 or (limit is not None and 2 * r.high > 3 * limit)
        level = 1 if patient.under(r.day, {"g_csf": 14, "steroid": 28}) else 2
        level = 3 if r.low > 30 or (over and r.day in blasts) else level
        hit = "sure" if over or r.low > 30 else "weak" if possibly else ""
        marks.setdefault(patient.line_of(r.day), []).append(Mark(r.day, hit, level, level))
    return _told(marks)


def lymphocytes(patient: PlainPatient) -> list[Said]:
    if patient.disease != "ALL":
        return []
    well: set[date | None] = set()
    marks: dict[date | None, list[tuple[date, Mark | None]]] = {}
    for r in highest_of_days(patient, "lymphocytes"):
        limit, line = limits(patient, r)[1], patient.line_of(r.day)
        if limit is None or not since_remission(patient, r.day):
            continue
        if r.high <= limit:
            well.add(line)
            marks.setdefault(line, []).append((r.day, Mark(r.day, both=2)))
        elif line in well:
            marks.setdefault(line, []).append((r.day, Mark(r.day, "sure" if r.low > limit else "weak", 2, 2)))
    return _told({line: judged(patient, row) for line, row in marks.items()})


CATEGORIES = [D(90), D(60), D(45), D(30), D(15)]


def filtration(patient: PlainPatient) -> list[Said]:
    out = []
    for (_, line), row in series(patient, "egfr").items():
        marks = []
        for i, p in enumerate(points(row)):
            earlier = points(row[:i])
            mark = Mark(p.day, both=2)
            if earlier:
                single = max(e.low for e in earlier), max(e.high for e in earlier)
                confirmed = highest_confirmed(list(earlier))
                if confirmed and _fallen(p.high, confirmed[0]):
                    mark.hit = "sure"
                elif _fallen(p.high, single[0]) or _fallen(p.low, (confirmed or single)[1]):
                    mark.hit = "weak"
            marks.append(mark)
        out += tell(marks, line, one_a_line=False, recovers=True)
    return out


def _fallen(value: Decimal, highest: Decimal) -> bool:
    if value == INFINITY:
        return False
    quarter = highest == INFINITY or (highest - value) * 4 >= highest
    return quarter and any(value < bar <= highest for bar in CATEGORIES)


def creatinine(patient: PlainPatient) -> list[Said]:
    out = []
    for (_, line), row in series(patient, "creatinine").items():
        marks = []
        for i, p in enumerate(points(row)):
            earlier = points(row[:i])
            mark = Mark(p.day, both=2)
            if earlier:
                single = min(e.low for e in earlier), min(e.high for e in earlier)
                confirmed = lowest_confirmed(earlier)
                if confirmed and _half_more(p.low, confirmed[1]):
                    mark.hit = "sure"
                elif _half_more(p.low, single[1]) or _half_more(p.high, (confirmed or single)[0]):
                    mark.hit = "weak"
            marks.append(mark)
        out += tell(marks, line, one_a_line=False, recovers=True)
    return out


def _half_more(value: Decimal, lowest: Decimal) -> bool:
    if lowest == INFINITY:
        return False
    return value - lowest >= D("0.3") and value * 2 >= lowest * 3


def plasma_cells(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM":
        return []
    out = []
    for line, row in pooled(patient, "plasma_cells_blood_percent").items():
        marks = []
        for r in row:
            if since_remission(patient, r.day):
                sure = r.low >= 5
                marks.append(Mark(r.day, "sure" if sure else "weak" if r.high >= 5 else "", alone=3 if sure else 2))
        out += tell(marks, line, one_a_line=False, lapsed=2)
    return out


def myeloma_blasts(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM":
        return []
    out = []
    for line, row in pooled(patient, "blasts_blood_percent", "blasts_blood_count").items():
        marks = [
            Mark(r.day, "sure" if r.low > 0 or r.high == INFINITY else "", alone=3)
            for r in row
            if since_remission(patient, r.day)
        ]
        out += tell(marks, line, one_a_line=False, lapsed=2)
    return out


def transfusion_need(patient: PlainPatient) -> list[Said]:
    counted = sorted(r.day for r in patient.results if r.analyte in ("haemoglobin", "platelets"))
    remissions = {*patient.remissions, *([patient.remission] if patient.remission else [])}
    needs: dict[date, date] = {}
    for since in sorted(remissions):
        relapse = min((day for day in patient.relapses if day >= since), default=date.max)
        again = min((day for day in remissions if day > since), default=date.max)
        given = [e.start for e in patient.events if e.kind.startswith("transfusion_")]
        given = [day for day in given if since <= day <= relapse and day < again]
        day = next((day for day in counted if given and day >= min(given)), None)
        if day is not None:
            needs.setdefault(day, min(given))
    marks: dict[date | None, list[Mark]] = {}
    for day in sorted(set(counted)):
        if since_remission(patient, day):
            level = 1 if day in needs and patient.under(needs[day], THERAPY) else 2
            marks.setdefault(patient.line_of(day), []).append(Mark(day, "sure" if day in needs else "", level))
    return [said for line, row in marks.items() for said in tell(row, line, needed=1, one_a_line=False, recovers=True)]
