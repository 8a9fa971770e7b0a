"""Which of the tables that say something of few patients say anything of these."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from django.db import connection, models

from labs.models import AssayBridge, ClinicalFinding, CriteriaChange, Quarantine, Rebaseline, SpuriousMark
from patients.models import CourseEvent, SymptomReport

OF_PATIENT: Final = "patient_id = any(%(patients)s)"
CONDITIONS: Final[Mapping[type[models.Model], str]] = {
    Quarantine: f"{OF_PATIENT} and state = 'open'",
    ClinicalFinding: OF_PATIENT,
    SymptomReport: OF_PATIENT,
    Rebaseline: OF_PATIENT,
    CourseEvent: f"exists (select from patients_diagnosis d where d.id = diagnosis_id and d.{OF_PATIENT})",
    SpuriousMark: f"exists (select from labs_result r where r.id = result_id and r.{OF_PATIENT})",
    AssayBridge: "true",
    CriteriaChange: "state = 'active'",
}
_EACH: Final = (f"exists (select from {model._meta.db_table} where {what})" for model, what in CONDITIONS.items())
_ASK: Final = f"select {', '.join(_EACH)}"

Present = Collection[type[models.Model]]


def present_of(patient_ids: Collection[int]) -> Present:
    """The tables with rows that may matter to these patients: one statement, so that the others need not be asked."""
    with connection.cursor() as cursor:
        cursor.execute(_ASK, {"patients": list(patient_ids)})
        row: tuple[Any, ...] = cursor.fetchone()
    return frozenset(model for model, there in zip(CONDITIONS, row, strict=True) if there)
