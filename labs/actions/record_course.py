"""Recording what rules read beside results (diagnosis, therapy, events, symptoms), and asking the rules again.

Each is the action of the ground floor with the same arguments; the new answers come in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from labs.actions.close_tests import close_for
from labs.actions.evaluate import evaluate_patients
from labs.vocabulary.symptoms import SYMPTOMS
from patients.actions import end_treatment, record_diagnosis, record_symptoms, record_treatment
from patients.actions.system_account import system_account
from patients.models import Patient, SymptomReport

P = ParamSpec("P")
Row = TypeVar("Row")


def then_evaluate(action: Callable[P, Row], patient_of: Callable[[Any], Patient]) -> Callable[P, Row]:
    """The action, with the rules asked again about its patient; both happen or neither."""

    @wraps(action)
    @transaction.atomic
    def recorded(*args: P.args, **kwargs: P.kwargs) -> Row:
        row = action(*args, **kwargs)
        now: Any = kwargs["now"]
        ask_again(patient=patient_of(row), now=now)
        return row

    return recorded


def ask_again(*, patient: Patient, now: datetime) -> None:
    """Ask every rule about a patient whose course was changed."""
    evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=now)


diagnose = then_evaluate(record_diagnosis.record_diagnosis, lambda diagnosis: diagnosis.patient)
record_line = then_evaluate(record_treatment.record_line, lambda line: line.diagnosis.patient)
record_event = then_evaluate(record_treatment.record_event, lambda event: event.patient)
end_line = then_evaluate(end_treatment.end_line, lambda line: line.diagnosis.patient)
end_event = then_evaluate(end_treatment.end_event, lambda event: event.patient)
_tell_symptoms = then_evaluate(record_symptoms.record_symptoms, lambda report: report.patient)


@transaction.atomic
def tell_symptoms(**told: Any) -> SymptomReport:
    """The symptoms of one day, in the codes of the vocabulary; arguments as of `record_symptoms` but for `known`.

    The visit that was planned for these days is done with it.
    """
    report = _tell_symptoms(known=SYMPTOMS.keys(), **told)
    close_for(patient_ids=[report.patient_id], by=told["by"], now=told["now"])
    return report
