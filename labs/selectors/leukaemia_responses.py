"""The response of an AML at its latest marrow, read from the record when it is asked for; nothing of it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from labs.rules.acute_myeloid.response import Response, response_of
from labs.selectors.cohort import cohort_of
from patients.models import Diagnosis, Disease


@dataclass(frozen=True, slots=True)
class LeukaemiaResponse:
    """What the latest marrow shows; `recorded` is the response a physician stated."""

    diagnosis: Diagnosis
    response: Response
    recorded: str


def leukaemia_response(diagnosis: Diagnosis, *, as_of: date) -> LeukaemiaResponse | None:
    """The response by the record up to a day; None for another disease than AML."""
    if diagnosis.disease != Disease.AML:
        return None
    cohort = cohort_of([diagnosis.patient_id], diagnosis_id=diagnosis.pk, as_of=as_of).cohort
    return LeukaemiaResponse(diagnosis, response_of(cohort, as_of), diagnosis.response)
