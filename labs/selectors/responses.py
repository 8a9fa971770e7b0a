"""The response of the present line of therapy, read from the record when it is asked for; nothing of it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from labs.rules.myeloma.response import Response, Step, response_of
from labs.rules.registry import RULES, evaluate
from labs.selectors.cohort import cohort_of
from patients.models import Diagnosis, Disease

CRITERIA = "IMWG-2016"
PROGRESSION = tuple(
    rule for rule in RULES if rule.code.startswith("MM-PD-") or rule.code in ("MM-LESION-NEW", "MM-LESION-GROWTH")
)


@dataclass(frozen=True, slots=True)
class ResponseOfDiagnosis:
    """What a myeloma has reached in its present line; `recorded` is the response a physician stated."""

    diagnosis: Diagnosis
    response: Response
    recorded: str
    criteria: str = CRITERIA

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        response, tag = self.response, self.response.residual
        return {
            "diagnosis": self.diagnosis.pk,
            "criteria": self.criteria,
            "line_started_on": response.line_started_on,
            "now": _step(response.now),
            "pending": None if response.pending is None else _step(response.pending),
            "steps": [_step(step) for step in response.steps],
            "rests_on": list(response.rests_on),
            "next": "" if response.next is None else response.next.label,
            "missing": list(response.missing),
            "residual_disease": tag
            and {"negative": tag.negative, "on": tag.on, "sustained": tag.sustained, "text": tag.text},
            "recorded": self.recorded,
        }


def response_of_diagnosis(diagnosis: Diagnosis, *, as_of: date) -> ResponseOfDiagnosis | None:
    """The response by the record up to a day; None for another disease than myeloma."""
    if diagnosis.disease != Disease.MM:
        return None
    cohort = cohort_of([diagnosis.patient_id], diagnosis_id=diagnosis.pk, as_of=as_of).cohort
    found = evaluate(cohort, PROGRESSION).findings
    return ResponseOfDiagnosis(diagnosis, response_of(cohort, found, as_of), diagnosis.response)


def _step(step: Step) -> dict[str, Any]:
    return {"category": step.category.label, "since": step.since, "confirmed": step.confirmed}
