"""Two at work on one patient: whoever comes second waits, and nothing the first has written is undone by it."""

from __future__ import annotations

import contextlib
import io
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from labs.actions import evaluate as room
from labs.actions import register_incoming
from labs.actions.evaluate import evaluate_patients, evaluate_pending
from labs.actions.import_file import Source, import_patients
from labs.actions.receive_report import receive_report, receive_reports
from labs.models import Flag, Result, Signal
from labs.selectors.cohort import cohort_of
from patients.actions.system_account import system_account
from patients.models import Patient
from patients.selectors.matching import match_claims
from tests.factories import make_diagnosis, make_patient, make_scheduled_test, make_series
from tests.labs.actions.test_receive_report import as_report, incoming

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
STABLE = {date(2026, 1, 5): "0.3", date(2026, 4, 6): "0.3", date(2026, 7, 6): "0.5"}
PEOPLE = b"""mrn,family_name,given_name,birth_date,sex,site
1,Okafor,Ines,1958-03-14,female,north
2,Lund,Per,1960-01-01,male,north
"""
LONG_ENOUGH = 1.0  # seconds in which the second would have finished, had it not to wait


@pytest.mark.django_db(transaction=True)
def test_a_flag_raised_while_a_job_evaluates_the_same_patient_is_not_withdrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    patient = make_patient(mrn="007")
    make_diagnosis(patient)
    make_series(patient, "serum_m", STABLE, method="SPEP", method_family="spep", laboratory="Lab")
    actor, risen = system_account(), as_report(incoming("0.9", collected_on=date(2026, 10, 10)))
    job_has_read, received = threading.Event(), threading.Event()

    def read_and_dawdle(*args: Any, **options: Any) -> Any:
        watched = cohort_of(*args, **options)
        if threading.current_thread() is job:
            job_has_read.set()
            received.wait(LONG_ENOUGH)
        return watched

    def evaluate() -> None:
        try:
            evaluate_patients(patient_ids=[patient.pk], by=actor, now=NOW)
        finally:
            connection.close()

    monkeypatch.setattr(room, "cohort_of", read_and_dawdle)
    job = threading.Thread(target=evaluate)
    job.start()
    assert job_has_read.wait(10)
    receive_report(report=risen, by=actor, now=NOW)
    received.set()
    job.join()
    assert Flag.objects.get(patient=patient, rule="MM-PD-SERUM-M").signal == Signal.PROVISIONAL


@pytest.mark.django_db(transaction=True)
def test_of_two_imports_with_the_same_new_people_the_second_finds_them_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> None:
    settings.VIGIL_HOME = tmp_path
    system_account()
    both, outcomes = threading.Barrier(2), []

    def match_together(*args: Any, **options: Any) -> Any:
        found = match_claims(*args, **options)
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(LONG_ENOUGH)
        return found

    def take_in() -> None:
        file = Source(io.BytesIO(PEOPLE), "patients.csv")
        try:
            outcomes.append(import_patients(source=file, by=system_account(), now=NOW).counts)
        finally:
            connection.close()

    monkeypatch.setattr(register_incoming, "match_claims", match_together)
    imports = [threading.Thread(target=take_in) for _ in range(2)]
    for one in imports:
        one.start()
    for one in imports:
        one.join()
    assert sorted(counts["people registered"] for counts in outcomes) == [0, 2]
    assert Patient.objects.count() == 2


@pytest.mark.django_db
def test_catching_up_closes_the_tests_whose_results_came_before_the_crash() -> None:
    patient = make_patient(mrn="007")
    test = make_scheduled_test(patient, kind="spep_flc", due_on=date(2025, 6, 1))
    values = [
        ("33358-3", "1.5", "g/dL", "serum"),
        ("36916-5", "12", "mg/L", "serum"),
        ("33944-0", "10", "mg/L", "serum"),
    ]
    results = [incoming(value, code=code, unit=unit, specimen=kind) for code, value, unit, kind in values]
    receive_reports(reports=[as_report(*results)], by=system_account(), now=NOW, evaluate=False)
    assert Result.objects.count() == len(values)
    evaluate_pending(by=system_account(), now=NOW)
    test.refresh_from_db()
    assert test.closed_by is not None
