"""Bands of the clone, of another isotype and of a drug for one patient, in plain Decimal code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tests.oracles.plain import D, Mark, PlainPatient, PlainResult, Said, series, tell

FLUIDS = (("serum_m", "ife_serum"), ("urine_m", "ife_urine"))
RANKS = ("negative", "equivocal", "other", "open", "same")


@dataclass(frozen=True)
class Day:
    """What one fluid showed on one day. `band`: one of RANKS, or "" where immunofixation was not done."""

    day: date
    amount: Decimal | None
    limit: Decimal
    band: str
    drug: bool


def days(patient: PlainPatient, measured: str, fixed: str) -> Iterator[tuple[date | None, list[Day]]]:
    """Each line of therapy with its days."""
    m, ife = _by_day(patient, measured), _by_day(patient, fixed)
    out: dict[date | None, list[Day]] = {}
    for day in sorted(m.keys() | ife.keys()):
        best = min(m.get(day, []), key=lambda r: (-r.low, r.group), default=None)
        films = sorted(ife.get(day, []), key=lambda r: (-_rank(r, patient), -_like_drug(r), r.group))
        film = films[0] if films else None
        amount = None if best is None else best.low
        under = measured == "serum_m" and patient.under(day, {"antibody": 183})
        faint = best is None or (best.low <= D("0.1") and best.high <= D("0.1"))
        seen = _like_drug(film) if film else amount is not None and amount > 0
        limit = (best.limit or D("0.1")) if best and measured == "serum_m" else D("0.000001")
        band = RANKS[_rank(film, patient)] if film else ""
        out.setdefault(patient.line_of(day), []).append(Day(day, amount, limit, band, under and faint and seen))
    yield from out.items()


def _by_day(patient: PlainPatient, analyte: str) -> dict[date, list[PlainResult]]:
    out: dict[date, list[PlainResult]] = {}
    for results in series(patient, analyte).values():
        for r in results:
            out.setdefault(r.day, []).append(r)
    return out


def _chains(text: str) -> list[list[str]]:
    """[heavy, light] of each band named; "" where not said, "free" without heavy chain."""
    named = text.split(": ")[1].split(", ") if ": " in text else []
    pairs = [name.replace("free ", "free-").split("-") for name in named]
    return [[*pair, ""][:2] for pair in pairs]


def _rank(r: PlainResult, patient: PlainPatient) -> int:
    if r.coded == "negative":
        return 0
    clone = ["free" if patient.heavy_chain == "none" else patient.heavy_chain, patient.light_chain]
    named = _chains(r.coded)
    own = [pair for pair in named if _fits(pair, clone) or pair == ["free", clone[1]]]
    if named and not own:
        return 2
    if r.coded.startswith("equivocal"):
        return 1
    return 4 if all(clone) and any(all(pair) for pair in own) else 3


def _fits(pair: list[str], clone: list[str]) -> bool:
    return all(a in ("", b) or b == "" for a, b in zip(pair, clone, strict=True))


def _like_drug(r: PlainResult) -> bool:
    named = _chains(r.coded)
    return r.coded != "negative" and (not named or any(_fits(pair, ["IgG", "kappa"]) for pair in named))


def _complete(patient: PlainPatient, line: date | None) -> bool:
    recorded = patient.response in ("CR", "sCR") and patient.remission is not None
    return recorded and (line is None or patient.remission is None or line <= patient.remission)


def loss(patient: PlainPatient) -> list[Said]:
    out: list[Said] = []
    for measured, fixed in FLUIDS if patient.disease == "MM" else ():
        for line, row in days(patient, measured, fixed):
            if _complete(patient, line) and patient.remission:
                out += tell(_loss_marks(row, patient.remission), line)
    return out


def _loss_marks(row: list[Day], since: date) -> list[Mark]:
    marks: list[Mark] = []
    by_band_only = persists = False
    for d in row:
        amount = d.amount or D(0)
        measured = amount >= d.limit and d.band != "other" and not d.drug
        mark = Mark(d.day, both=2)
        if not d.drug and (d.band == "same" or (measured and d.band != "negative")):
            mark.hit = "sure"
        elif not d.drug and (d.band in ("open", "equivocal") or measured):
            mark.hit = "weak"
            mark.alone = 1 if d.band == "equivocal" and not measured else 2
        blind = d.band == "" and not mark.hit and by_band_only
        if mark.hit:
            by_band_only = not measured
            persists = persists or since - timedelta(days=60) <= d.day <= since
        elif d.band in ("negative", "other") or (d.band == "" and amount == 0 and not blind):
            persists = False
        faint = not mark.hit and d.band == "" and 0 < amount < d.limit
        if d.day > since and not persists and not faint and (mark.hit or not (d.drug or blind)):
            marks.append(mark)
    return marks


def oligoclonal(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM" or not (patient.heavy_chain and patient.light_chain):
        return []
    out: list[Said] = []
    for measured, fixed in FLUIDS:
        for line, row in days(patient, measured, fixed):
            hits = [
                Mark(d.day, "sure" if d.band == "other" and not d.drug else "", alone=1, both=1)
                for d in row
                if d.band not in ("", "open")
            ]
            out += tell(hits, line, needed=1, one_a_line=False)
    return out


def drug(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM":
        return []
    own = patient.heavy_chain in ("", "IgG") and patient.light_chain in ("", "kappa")
    out: list[Said] = []
    for line, row in days(patient, "serum_m", "ife_serum"):
        if own and not _complete(patient, line):
            continue
        judged = [d for d in row if not own or (patient.remission and d.day > patient.remission)]
        out += tell([Mark(d.day, "weak" if d.drug else "", alone=1, both=1) for d in judged], line)
    return out


def signs(patient: PlainPatient) -> list[Said]:
    if patient.disease != "MM":
        return []
    out: list[Said] = []
    for code in ("plasma_cells_marrow", "lesion_new"):
        for (_, line), row in series(patient, code).items():
            if not _complete(patient, line) or not patient.remission:
                continue
            marks = []
            for r in (r for r in row if r.day > patient.remission):
                least, most = (r.low, r.high) if code == "plasma_cells_marrow" else (5 * (r.coded == "yes"),) * 2
                marks.append(Mark(r.day, "sure" if least >= 5 else "weak" if most >= 5 else "", both=2))
            out += tell(marks, line, needed=1, one_a_line=False)
    return out
