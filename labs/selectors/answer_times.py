"""How soon a signal wants an answer, as the site of its patient decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import cached_property
from typing import Final

from labs.models import Level
from patients.models import Patient

ANSWER_TIMES: Final[Mapping[str, timedelta | None]] = {
    Level.URGENT: timedelta(hours=4),
    Level.REVIEW: timedelta(days=7),
    Level.INFO: None,
}
"""Where a site decided nothing (design section 4)."""


class AnswerTimes:
    """The times of some patients, read when the first is asked for: most evaluations ask for none."""

    def __init__(self, patient_ids: Collection[int]) -> None:
        self._patients = patient_ids

    def limit(self, patient_id: int, level: str) -> timedelta | None:
        """How long an answer may take; None where none is asked for."""
        return self._by_patient.get(patient_id, ANSWER_TIMES)[level]

    @cached_property
    def _by_patient(self) -> dict[int, Mapping[str, timedelta | None]]:
        found = Patient.objects.filter(pk__in=list(self._patients), site__review_settings__isnull=False).values_list(
            "pk", "site__review_settings__urgent_hours", "site__review_settings__review_days"
        )
        return {
            patient: {Level.URGENT: timedelta(hours=hours), Level.REVIEW: timedelta(days=days), Level.INFO: None}
            for patient, hours, days in found
        }
