"""Recording what rules read beside results (diagnosis, course, therapy, events, symptoms), and asking the rules again.

Each is the action of the ground floor with the same arguments; the new answers come in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from labs.actions.close_tests import close_for
from labs.actions.end_waits import end_waits
from labs.actions.evaluate import evaluate_patients, lock_patients
from labs.vocabulary.symptoms import SYMPTOMS
from patients.actions import end_treatment, record_diagnosis, record_symptoms, record_treatment
from patients.actions import record_remission as record_course_events
from patients.actions import withdraw_line as withdraw_lines
from patients.actions.system_account import system_account
from patients.models import Patient, SymptomReport

P = ParamSpec("P")
Row = TypeVar("Row")


def then_evaluate(action: Callable[P, Row], patient_of: Callable[[Any], Patient]) -> Callable[P, Row]:
    """The action, with the rules asked again about its patient; both happen or neither."""

    @wraps(action)
    @transaction.atomic
    def recorded(*args: P.args, **kwargs: P.kwargs) -> Row:
        lock_patients([_patient_named(kwargs).pk])
        row = action(*args, **kwargs)
        now: Any = kwargs["now"]
        ask_again(patient=patient_of(row), now=now)
        return row

    return recorded


def _patient_named(arguments: dict[str, Any]) -> Patient:
    """The patient an action is about, by one of its arguments: locked first, as everywhere."""
    for name in ("patient", "diagnosis", "line", "event"):
        found = arguments.get(name)
        while found is not None and not isinstance(found, Patient):
            found = getattr(found, "patient", None) or getattr(found, "diagnosis", None)
        if found is not None:
            return found
    raise TypeError("The action names no patient.")


def ask_again(*, patient: Patient, now: datetime) -> None:
    """Ask every rule about a patient whose course was changed."""
    evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=now)


diagnose = then_evaluate(record_diagnosis.record_diagnosis, lambda diagnosis: diagnosis.patient)
record_line = then_evaluate(record_treatment.record_line, lambda line: line.diagnosis.patient)
record_event = then_evaluate(record_treatment.record_event, lambda event: event.patient)
withdraw_line = then_evaluate(withdraw_lines.withdraw_line, lambda line: line.diagnosis.patient)
end_line = then_evaluate(end_treatment.end_line, lambda line: line.diagnosis.patient)
end_event = then_evaluate(end_treatment.end_event, lambda event: event.patient)
record_remission = then_evaluate(record_course_events.record_remission, lambda row: row.diagnosis.patient)
record_relapse = then_evaluate(record_course_events.record_relapse, lambda row: row.diagnosis.patient)
correct_course_event = then_evaluate(record_course_events.correct_course_event, lambda row: row.diagnosis.patient)
withdraw_course_event = then_evaluate(record_course_events.withdraw_course_event, lambda row: row.diagnosis.patient)
_tell_symptoms = then_evaluate(record_symptoms.record_symptoms, lambda report: report.patient)


@transaction.atomic
def tell_symptoms(**told: Any) -> SymptomReport:
    """The symptoms of one day, in the codes of the vocabulary; arguments as of `record_symptoms` but for `known`.

    The visit that was planned for these days is done with it.
    """
    report = _tell_symptoms(known=SYMPTOMS.keys(), **told)
    closed = close_for(patient_ids=[report.patient_id], by=told["by"], now=told["now"])
    end_waits(patient_ids=closed.ordered, by=told["by"], now=told["now"])
    return report
