"""Symptoms told and tests not done, of one patient, in plain code."""

from __future__ import annotations

from datetime import date

from labs.vocabulary.symptoms import SYMPTOMS
from tests.oracles.plain import LEVELS, Mark, PlainPatient, Said, one_a_day, tell


def urgent(patient: PlainPatient) -> list[Said]:
    return _told(patient, "URGENT", level=3)


def other(patient: PlainPatient) -> list[Said]:
    return _told(patient, "REVIEW", level=2)


def _told(patient: PlainPatient, wanted: str, level: int) -> list[Said]:
    """Every day of asking, whatever the line of therapy: told or not."""
    asked: dict[date, set[str]] = {}
    for code in {r.specimen for r in patient.results}:
        for laboratory in {r.group for r in patient.results}:
            own = (r for r in patient.results if r.analyte == "symptom" and (r.specimen, r.group) == (code, laboratory))
            for result in one_a_day(own):
                told = asked.setdefault(result.day, set())
                if result.value == 1 and code and SYMPTOMS[code].level == wanted:
                    told.add(code)
    marks = [Mark(day, "sure" if asked[day] else "", alone=level, both=level) for day in sorted(asked)]
    said = tell(marks, None, one_a_line=False, recovers=True)
    return [Said(s.state, s.level, s.opened, s.onset, s.detected, s.last, patient.line_of(_day_told(s))) for s in said]


def _day_told(said: Said) -> date:
    """The day whose line of therapy the finding belongs to."""
    assert said.level in LEVELS.values()
    return said.opened if said.state == "not_confirmed" else said.detected


def overdue(patient: PlainPatient) -> list[Said]:
    """Each test that is late by at least what is let pass: a finding of its own day."""
    kinds = sorted({(r.specimen, r.group) for r in patient.results})
    return [
        Said("not_evaluable", "REVIEW", r.day, r.day, r.day, r.day, patient.line_of(r.day))
        for specimen, group in kinds
        for r in one_a_day(r for r in patient.results if (r.specimen, r.group) == (specimen, group))
        if r.upper is not None and r.value >= r.upper
    ]
