"""Findings of clinicians site by site, for one patient, in plain code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tests.oracles.course import judged
from tests.oracles.others import since_remission
from tests.oracles.plain import Mark, PlainPatient, PlainResult, Said, one_a_day, tell

Words = Callable[[str], str]


def acute_myeloid(patient: PlainPatient) -> list[Said]:
    return _sites(patient, "AML", "extramedullary", str.casefold, lambda place: "marrow" not in place, 2)


def acute_lymphoblastic(patient: PlainPatient) -> list[Said]:
    return _sites(
        patient,
        "ALL",
        "extramedullary",
        str.casefold,
        lambda place: "marrow" not in place and "testi" not in place,
        2,
    )


def testicular(patient: PlainPatient) -> list[Said]:
    return _sites(
        patient, "ALL", "testis", lambda place: place.replace("testis", "").strip(), lambda place: "testi" in place, 3
    )


def _sites(
    patient: PlainPatient, disease: str, analyte: str, site: Words, biopsied: Callable[[str], bool], suspected: int
) -> list[Said]:
    if patient.disease != disease:
        return []
    found: dict[str, dict[date, int]] = {}
    for r in _assessed(patient, analyte) + [r for r in _assessed(patient, "biopsy") if biopsied(r.specimen)]:
        if r.analyte == "biopsy" and r.value == 1:
            continue
        days = found.setdefault(site(r.specimen), {})
        days[r.day] = max(days.get(r.day, 0), int(r.value))
    out = []
    for days in found.values():
        lines: dict[date | None, list[tuple[date, Mark | None]]] = {}
        for day in sorted(day for day in days if since_remission(patient, day)):
            hit = ("", "weak", "sure")[days[day]]
            mark = Mark(day, hit, alone=3 if hit == "sure" else suspected)
            lines.setdefault(patient.line_of(day), []).append((day, mark))
        for line, rows in lines.items():
            out += tell(judged(patient, rows), line, needed=1, one_a_line=False, lapsed=2)
    return out


def _assessed(patient: PlainPatient, analyte: str) -> list[PlainResult]:
    own = [r for r in patient.results if r.analyte == analyte]
    groups = {(r.specimen, r.group) for r in own}
    return [r for group in groups for r in one_a_day(r for r in own if (r.specimen, r.group) == group)]
