"""Which of the tables that say something of few patients say anything of these."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from django.db import models

from labs.models import AssayBridge, ClinicalFinding, CriteriaChange, Quarantine, SpuriousMark
from labs.selectors.questions import Question, Rows, answer_to

OF_PATIENT: Final = "patient_id = any(%(patients)s)"
CONDITIONS: Final[Mapping[type[models.Model], str]] = {
    Quarantine: f"{OF_PATIENT} and state = 'open'",
    ClinicalFinding: OF_PATIENT,
    SpuriousMark: f"exists (select from labs_result r where r.id = result_id and r.{OF_PATIENT})",
    AssayBridge: "true",
    CriteriaChange: "state = 'active'",
}
_EACH: Final = (f"exists (select from {model._meta.db_table} where {what})" for model, what in CONDITIONS.items())
_ASK: Final = f"select {', '.join(_EACH)}"

Present = Collection[type[models.Model]]


def what_is_present(patient_ids: Collection[int]) -> Question:
    """Which tables have rows that may matter to these patients, so that the others need not be asked."""
    return Question(_ASK, {"patients": list(patient_ids)})


def present_from(read: Rows) -> Present:
    """The tables, from the answer to `what_is_present`."""
    return frozenset(model for model, there in zip(CONDITIONS, read[0], strict=True) if there)


def present_of(patient_ids: Collection[int]) -> Present:
    """The tables with rows that may matter to these patients."""
    return present_from(answer_to(what_is_present(patient_ids)))
