"""How soon a signal wants an answer, as the site of its patient decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import cached_property
from typing import Final

from labs.models import Level
from labs.models.review import REVIEW_DAYS, URGENT_HOURS
from patients.models import Patient


def times_of(urgent_hours: int, review_days: int) -> Mapping[str, timedelta | None]:
    """How long an answer may take by level; None where none is asked for."""
    return {Level.URGENT: timedelta(hours=urgent_hours), Level.REVIEW: timedelta(days=review_days), Level.INFO: None}


ANSWER_TIMES: Final = times_of(URGENT_HOURS, REVIEW_DAYS)
"""Where a site decided nothing."""


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
        return {patient: times_of(hours, days) for patient, hours, days in found}
