"""Comparisons that start anew, and taking that back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labs.actions.evaluate import evaluate_patients
from labs.actions.rebaseline import rebaseline, withdraw_rebaseline
from labs.models import Evaluation, Flag, Rebaseline, Signal
from labs.rules.answers import NO_EARLIER_VALUE
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import AuditEvent, Patient, User
from tests.factories import make_diagnosis, make_nurse, make_patient, make_physician, make_rebaseline, make_series

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
RULE = "MM-PD-SERUM-M"
POINTS = {date(2026, 1, 5): "0.3", date(2026, 4, 6): "0.3", date(2026, 10, 10): "0.9"}
BETWEEN = date(2026, 9, 1)


@pytest.fixture
def patient() -> Patient:
    patient = make_patient()
    make_diagnosis(patient)
    make_series(patient, "serum_m", POINTS, method_family="spep", laboratory="North")
    evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=NOW)
    return patient


@pytest.fixture
def physician(patient: Patient) -> User:
    return make_physician(patient.site)


def state(patient: Patient) -> list[object]:
    flags = Flag.objects.filter(patient=patient).order_by("rule", "onset_on")
    answers = Evaluation.objects.get(patient=patient).answers
    return [list(flags.values_list("rule", "signal", "level", "onset_on", "explanation", "finding")), answers]


@pytest.mark.parametrize("analyte", ["serum_m", ""])
def test_values_are_not_compared_across_the_new_start(patient: Patient, physician: User, analyte: str) -> None:
    rebaseline(patient=patient, analyte=analyte, starts_on=BETWEEN, reason="new assay", by=physician, now=NOW)
    assert Flag.objects.get(patient=patient, rule=RULE).signal == Signal.WITHDRAWN
    said = Evaluation.objects.get(patient=patient).answers[RULE]
    assert said == {"answer": "not_evaluable", "missing": [NO_EARLIER_VALUE]}
    assert AuditEvent.objects.get(verb="comparisons.start_anew").detail["reason"] == "new assay"


def test_another_marker_is_compared_as_before(patient: Patient, physician: User) -> None:
    before = state(patient)
    rebaseline(patient=patient, analyte="creatinine", starts_on=BETWEEN, reason="new kidney", by=physician, now=NOW)
    assert state(patient) == before


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    day=st.dates(date(2026, 1, 1), date(2026, 11, 1)),
    analyte=st.sampled_from(["serum_m", "", "creatinine"]),
)
def test_taking_it_back_leaves_flags_and_answers_as_before(patient: Patient, day: date, analyte: str) -> None:
    physician, before = make_physician(patient.site), state(patient)
    with transaction.atomic():
        row = rebaseline(patient=patient, analyte=analyte, starts_on=day, reason="a try", by=physician, now=NOW)
        withdraw_rebaseline(row=row, reason="it was none", by=physician, now=NOW)
        assert state(patient) == before
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({"starts_on": date(2026, 11, 21)}, "starts_on"),
        ({"starts_on": date(1900, 1, 1)}, "starts_on"),
        ({"analyte": "gold"}, "analyte"),
        ({"reason": "  "}, "reason"),
    ],
)
def test_bad_facts_are_refused_by_field(patient: Patient, physician: User, given_: dict[str, Any], field: str) -> None:
    facts: dict[str, Any] = {"starts_on": BETWEEN, "analyte": "serum_m", "reason": "new assay"} | given_
    with pytest.raises(ValidationError) as refused:
        rebaseline(patient=patient, by=physician, now=NOW, **facts)
    assert list(refused.value.message_dict) == [field]


def test_it_is_stated_once_and_taken_back_once(patient: Patient, physician: User) -> None:
    facts: dict[str, Any] = {"starts_on": BETWEEN, "analyte": "serum_m", "reason": "new assay"}
    row = rebaseline(patient=patient, by=physician, now=NOW, **facts)
    with pytest.raises(ValidationError):
        rebaseline(patient=patient, by=physician, now=NOW, **facts)
    withdraw_rebaseline(row=row, reason="no", by=physician, now=NOW)
    with pytest.raises(ValidationError):
        withdraw_rebaseline(row=row, reason="no", by=physician, now=NOW)
    rebaseline(patient=patient, by=physician, now=NOW, **facts)
    assert Rebaseline.objects.count() == 2


def test_only_physicians_of_the_patient(patient: Patient) -> None:
    for person in (make_nurse(patient.site), make_physician()):
        with pytest.raises(AccessRefused):
            rebaseline(patient=patient, starts_on=BETWEEN, reason="new assay", by=person, now=NOW)
        with pytest.raises(AccessRefused):
            withdraw_rebaseline(row=make_rebaseline(make_patient(), by=person), reason="no", by=person, now=NOW)


@pytest.mark.parametrize("fields", [{"reason": ""}, {"withdrawn_at": NOW}])
def test_the_database_refuses_bad_states(patient: Patient, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_rebaseline(patient, **fields)
