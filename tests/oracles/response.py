"""The response category of one patient, in plain Decimal code: every day and category anew, nothing carried along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tests.oracles.bands import days as band_days
from tests.oracles.myeloma import flc_rows
from tests.oracles.plain import INFINITY, D, PlainPatient, one_a_day

NAMES = ("not evaluable", "PD", "SD", "MR", "PR", "VGPR", "CR", "sCR")
SD, MR, PR, VGPR, CR, SCR = range(2, 8)


@dataclass(frozen=True)
class Told:
    """What both sides must agree on: the category, its day, whether confirmed; all that were confirmed."""

    now: tuple[str, date | None, bool]
    steps: tuple[tuple[str, date | None, bool], ...] = ()


Reading = tuple[date, int]
Bounds = tuple[date, Decimal, Decimal, str]
NOTHING = Told(("not evaluable", None, False))


def response(patient: PlainPatient, last: date) -> Told:
    """Without progression, which the rules tell."""
    start = max((day for day in patient.lines if day <= last), default=None)
    if start is None:
        return NOTHING
    follow = _followed(patient, start, last)
    if follow is None or any(not readings for _, _, readings in follow):
        return NOTHING
    markers = [*follow, *_complete(patient, start, last, light=follow[0][0] not in ("serum_m", "urine_m"))]
    spd = _values(patient, "lesion_spd", last)
    base = _baseline(spd, start)
    if base and base[1] > 0:
        seen = _after(spd, base, start)
        levels = [(d, SCR if high == 0 else VGPR if _down(base, high, 50) else MR) for d, _, high, _ in seen]
        markers.append(("once", PR, levels))
    return _judge(markers)


def _judge(markers: list[tuple[str, int, list[Reading]]]) -> Told:
    steps: list[tuple[str, date | None, bool]] = []
    best, shown = 0, ("not evaluable", None, False)
    for day in sorted({d for _, _, readings in markers for d, _ in readings}):
        held = []
        for category in range(SCR, MR - 2, -1):
            runs = [(kind, _run(readings, day, category)) for kind, needed, readings in markers if needed <= category]
            if all(run for _, run in runs):
                twice = all(len(run) > 1 or kind == "once" for kind, run in runs)
                held.append((category, max(run[0] for _, run in runs), twice))
        confirmed = [one for one in held if one[2]]
        shown = (NAMES[held[0][0]], held[0][1], held[0][2]) if held else ("not evaluable", None, False)
        if confirmed and confirmed[0][0] > best:
            best = confirmed[0][0]
            steps.append((NAMES[best], confirmed[0][1], True))
    return Told(steps[-1] if steps else shown, tuple(steps))


def _run(readings: list[Reading], day: date, category: int) -> list[date]:
    """Days of the latest unbroken run that shows the category."""
    out: list[date] = []
    for d, level in readings:
        if d <= day:
            out = [*out, d] if level >= category else []
    return out


def _followed(patient: PlainPatient, start: date, last: date) -> list[tuple[str, int, list[Reading]]] | None:
    states = {m: _measurable(patient, m, start, last) for m in ("serum_m", "urine_m")}
    if None in states.values():
        return None
    if any(states.values()):
        return [(m, SD, _protein(patient, m, start, last)) for m, yes in states.items() if yes]
    pairs = _pairs(patient, last)
    counts = "flc" in patient.measurable if patient.measurable else bool(pairs) or _any_pairs(patient)
    if counts and not patient.light_chain:
        return None
    base = _baseline([p[0] for p in pairs], start)
    if patient.light_chain and _flc_measurable(patient, pairs, base):
        if base is None or base[1] <= 0:
            return None
        rows = _after([p[0] for p in pairs], base, start)
        return [
            ("flc", SD, [(d, SCR if _down(base, h, 90) else PR if _down(base, h, 50) else SD) for d, _, h, _ in rows])
        ]
    marrow = _values(patient, "plasma_cells_marrow", last)
    base = _baseline(marrow, start)
    if base is None or base[1] < 30:
        return None
    rows = _after(marrow, base, start)
    return [("once", SD, [(d, SCR if h < 5 else PR if _down(base, h, 50) else SD) for d, _, h, _ in rows])]


def _flc_measurable(patient: PlainPatient, pairs: list[tuple[Bounds, bool]], base: Bounds | None) -> bool:
    if patient.measurable:
        return "flc" in patient.measurable
    return base is not None and next(ok for b, ok in pairs if b == base)


def _any_pairs(patient: PlainPatient) -> bool:
    return bool(flc_rows(patient))


def _pairs(patient: PlainPatient, last: date) -> list[tuple[Bounds, bool]]:
    out = []
    for (group, _), row in flc_rows(patient).items():
        for p in row:
            kappa, lambda_ = p.extra  # type: ignore[misc]
            involved = kappa if patient.light_chain == "kappa" else lambda_
            odd = kappa.low < D("0.26") * lambda_.low or kappa.low > D("1.65") * lambda_.low
            if p.day <= last:
                out.append(((p.day, p.low, p.high, group), involved.low >= 100 and odd))
    return sorted(out, key=lambda pair: (pair[0][0], pair[0][3]))


def _protein(patient: PlainPatient, marker: str, start: date, last: date) -> list[Reading]:
    values = _values(patient, marker, last)
    base = _baseline(values, start)
    if base is None or base[1] <= 0:
        return []
    return [(d, _level(marker, base, low, high)) for d, low, high, _ in _after(values, base, start)]


def _level(marker: str, base: Bounds, low: Decimal, high: Decimal) -> int:
    if marker == "serum_m":
        if low == 0:
            return SCR
        return VGPR if _down(base, high, 90) else PR if _down(base, high, 50) else MR if _down(base, high, 25) else SD
    if high < 100:
        return SCR if low == 0 else VGPR
    return PR if high < 200 or _down(base, high, 90) else MR if _down(base, high, 50) else SD


def _down(base: Bounds, value: Decimal, percent: int) -> bool:
    return value < INFINITY and value <= base[1] * (100 - percent) / 100


def _values(patient: PlainPatient, analyte: str, last: date) -> list[Bounds]:
    mine = [r for r in patient.results if r.analyte == analyte and r.day <= last]
    groups = sorted({r.group for r in mine})
    kept = [(r, g) for g in groups for r in one_a_day(r for r in mine if r.group == g)]
    return sorted(((r.day, r.low, r.high, g) for r, g in kept), key=lambda b: (b[0], b[3]))


def _baseline(values: list[Bounds], start: date) -> Bounds | None:
    before = [b for b in values if start - timedelta(days=60) <= b[0] <= start]
    after = [b for b in values if start < b[0] <= start + timedelta(days=14)]
    return before[-1] if before else after[0] if after else None


def _after(values: list[Bounds], base: Bounds, start: date) -> list[Bounds]:
    return [b for b in values if b[0] > max(base[0], start) and b[3] == base[3]]


def _measurable(patient: PlainPatient, marker: str, start: date, last: date) -> bool | None:
    if patient.measurable:
        return marker in patient.measurable
    if patient.disease_type == "nonsecretory" or (patient.disease_type == "light_chain_only" and marker == "serum_m"):
        return False
    base = _baseline(_values(patient, marker, last), start)
    return None if base is None else base[1] >= (1 if marker == "serum_m" else 200)


def _complete(patient: PlainPatient, start: date, last: date, *, light: bool) -> list[tuple[str, int, list[Reading]]]:
    out: list[tuple[str, int, list[Reading]]] = []
    for measured, fixed in (("serum_m", "ife_serum"), ("urine_m", "ife_urine")):
        seen = [d for _, row in band_days(patient, measured, fixed) for d in row if d.band and start < d.day <= last]
        gone = [(d.day, SCR if d.band in ("negative", "other") else VGPR) for d in sorted(seen, key=lambda d: d.day)]
        out.append(("fixed", CR, gone))
    marrow = [(d, SCR if high < 5 else VGPR) for d, _, high, _ in _values(patient, "plasma_cells_marrow", last)]
    out.append(("once", CR, _worst(marrow, start)))
    ratios = []
    for row in flc_rows(patient).values():
        for p in row:
            kappa, lambda_ = p.extra  # type: ignore[misc]
            odd = kappa.high > D("1.65") * lambda_.low or kappa.low < D("0.26") * lambda_.high
            if p.day <= last:
                ratios.append((p.day, (VGPR if light else CR) if odd else SCR))
    out.append(("ratio", CR if light else SCR, _worst(ratios, start)))
    stained = [(d, CR if low else SCR) for d, low, _, _ in _values(patient, "marrow_clonality", last)]
    flow = [(d, CR if low else SCR) for d, low, _, _ in _values(patient, "mrd_flow", last)]
    out.append(("once", SCR, _worst(stained + flow, start)))
    return out


def _worst(readings: list[Reading], start: date) -> list[Reading]:
    days = {d for d, _ in readings if d > start}
    return [(d, min(level for day, level in readings if day == d)) for d in sorted(days)]
