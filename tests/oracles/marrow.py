"""Blasts in marrow for one patient, in plain Decimal code."""

from __future__ import annotations

from datetime import date

from tests.oracles.course import judged
from tests.oracles.myeloma import pooled
from tests.oracles.others import since_remission
from tests.oracles.plain import Mark, PlainPatient, PlainResult, Said, tell


def acute_myeloid(patient: PlainPatient) -> list[Said]:
    return _marrows(patient, "AML", _weigh_myeloid)


def _weigh_myeloid(patient: PlainPatient, r: PlainResult) -> Mark:
    if r.low >= 5:
        return Mark(r.day, "sure", alone=3)
    if _may_reach(r, 5):
        return Mark(r.day, "weak", alone=2)
    return Mark(r.day, "weak" if r.low >= 3 else "", alone=1)


def acute_lymphoblastic(patient: PlainPatient) -> list[Said]:
    return _marrows(patient, "ALL", _weigh_lymphoblastic)


def _weigh_lymphoblastic(patient: PlainPatient, r: PlainResult) -> Mark:
    young = child(patient, r.day)
    told, likely = _regeneration(patient, r) if r.low < 25 and r.high >= 3 else (False, False)
    if r.low >= (25 if young or told else 5):
        return Mark(r.day, "sure", alone=3)
    if _may_reach(r, 5):
        return Mark(r.day, "weak", alone=1 if likely or (told and young) else 2)
    return Mark(r.day, "weak" if r.low >= 3 else "", alone=1)


def older_paediatric(patient: PlainPatient) -> list[Said]:
    return _marrows(patient, "ALL", _weigh_m3)


def _weigh_m3(patient: PlainPatient, r: PlainResult) -> Mark:
    if r.low > 25:
        return Mark(r.day, "sure", alone=3)
    if not _may_reach(r, 5):
        return Mark(r.day)
    return Mark(r.day, "weak", alone=1 if any(_regeneration(patient, r)) else 2)


def child(patient: PlainPatient, day: date) -> bool:
    if patient.born is None:
        return False
    years = day.year - patient.born.year - ((day.month, day.day) < (patient.born.month, patient.born.day))
    return years < 18


def near(patient: PlainPatient, analyte: str, day: date, before: int, after: int) -> list[PlainResult]:
    """What was found from so many days before to so many after, one result a day."""
    return [r for row in pooled(patient, analyte).values() for r in row if -before <= (r.day - day).days <= after]


def _may_reach(r: PlainResult, bar: int) -> bool:
    return r.high > bar or (r.high == bar and r.comparator != "<")


def _regeneration(patient: PlainPatient, r: PlainResult) -> tuple[bool, bool]:
    """Told by a clinician; likely in a child off therapy. Not where flow finds disease."""
    if any(q.low >= 1 for q in near(patient, "mrd_flow", r.day, 7, 7)):
        return False, False
    told = any(q.low >= 1 for q in near(patient, "hematogones", r.day, 7, 7))
    off = patient.therapy_ended is not None and r.day >= patient.therapy_ended
    return told, off and child(patient, r.day) and r.high <= 8


def _marrows(patient: PlainPatient, disease: str, weigh) -> list[Said]:  # type: ignore[no-untyped-def]
    if patient.disease != disease:
        return []
    out = []
    for line, row in pooled(patient, "blasts_marrow").items():
        marks = [(r.day, weigh(patient, r)) for r in row if since_remission(patient, r.day)]
        out += tell(judged(patient, marks), line, needed=1, one_a_line=False)
    return out
