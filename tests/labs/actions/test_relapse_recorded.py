"""A relapse, whoever records it: one row, one date, the rules asked again, and no signal undone by it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from labs.actions.evaluate import evaluate_patients
from labs.actions.mark_result import mark_result
from labs.actions.record_course import record_relapse, record_remission, withdraw_course_event
from labs.actions.review_flag import ReviewRefused, reopen_flag, resolve_flag
from labs.models import Decision, Evaluation, Flag, Review, Signal, SpuriousMark
from patients.actions.system_account import system_account
from patients.models import CourseEvent, Patient, User
from tests.factories import make_diagnosis, make_patient, make_physician, make_series

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
FIRST, ONSET = date(2025, 6, 1), date(2026, 5, 1)
BLASTS = {date(2026, 1, 5): "0", ONSET: "2", date(2026, 5, 9): "3"}


def followed(values: dict[date, str] | None = None) -> Patient:
    """AML in remission, and blasts in blood on two days a week apart."""
    patient = make_patient()
    make_diagnosis(patient, "AML", remission_on=FIRST, diagnosed_on=date(2025, 1, 1), response="CR")
    make_series(patient, "blasts_blood_percent", BLASTS if values is None else values)
    evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=NOW)
    return patient


def blood(patient: Patient) -> Flag:
    return Flag.objects.get(patient=patient, rule="AML-BLOOD")


def decide(flag: Flag, by: User, decision: str = Decision.RELAPSE_CONFIRMED) -> Flag:
    return resolve_flag(flag_id=flag.pk, version=flag.version, decision=decision, by=by, now=NOW)


@pytest.mark.django_db
def test_the_decision_on_a_signal_records_the_relapse_and_leaves_the_signal() -> None:
    patient = followed()
    physician, flag = make_physician(patient.site), blood(patient)
    done = decide(flag, physician)
    relapse = CourseEvent.objects.get(kind="relapse")
    assert (relapse.on, relapse.sites, relapse.recorded_by) == (ONSET, ["blood"], physician)
    assert patient.diagnoses.get().relapsed_on == ONSET
    assert (done.signal, done.review, done.finding) == (Signal.CONFIRMED, Review.RESOLVED, flag.finding)
    assert not done.events.filter(kind="withdrawn").exists()


@pytest.mark.django_db
def test_blasts_that_persist_raise_nothing_until_the_next_remission() -> None:
    patient = followed()
    physician = make_physician(patient.site)
    decide(blood(patient), physician)
    make_series(patient, "blasts_marrow", {date(2026, 5, 20): "60"})
    evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=NOW)
    said = Evaluation.objects.get(patient=patient).answers["AML-MARROW"]
    assert said["answer"] == "not_applicable"
    assert said["missing"] == ["not in remission: relapse recorded on 1 May 2026, no remission since"]
    record_remission(diagnosis=patient.diagnoses.get(), on=date(2026, 8, 1), by=physician, now=NOW)
    make_series(patient, "blasts_marrow", {date(2026, 10, 20): "12"})
    evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=NOW)
    assert Flag.objects.get(patient=patient, rule="AML-MARROW").onset_on == date(2026, 10, 20)


@pytest.mark.django_db
def test_a_relapse_recorded_already_is_not_recorded_again() -> None:
    patient = followed()
    physician = make_physician(patient.site)
    record_relapse(diagnosis=patient.diagnoses.get(), on=date(2026, 5, 3), by=physician, now=NOW)
    decide(blood(patient), physician)
    assert CourseEvent.objects.filter(kind="relapse").count() == 1


@pytest.mark.django_db
def test_another_decision_records_none_and_taking_it_back_keeps_the_relapse() -> None:
    patient = followed()
    physician = make_physician(patient.site)
    flag = decide(blood(patient), physician, Decision.EXPLAINED_INFECTION)
    assert not CourseEvent.objects.filter(kind="relapse").exists()
    flag = reopen_flag(flag_id=flag.pk, version=flag.version, by=physician, now=NOW)
    flag = decide(flag, physician)
    reopen_flag(flag_id=flag.pk, version=flag.version, by=physician, now=NOW)
    relapse = CourseEvent.objects.get(kind="relapse")
    withdraw_course_event(event=relapse, reason="it was none", by=physician, now=NOW)
    assert patient.diagnoses.get().relapsed_on is None


@pytest.mark.django_db
def test_a_relapse_before_the_diagnosis_is_refused_and_nothing_is_decided() -> None:
    patient = followed()
    patient.diagnoses.update(diagnosed_on=date(2026, 5, 2), remission_on=None)
    flag = blood(patient)
    with pytest.raises(ReviewRefused, match="before the diagnosis"):
        decide(flag, make_physician(patient.site))
    assert blood(patient).review == Review.OPEN


@pytest.mark.django_db
def test_recording_and_taking_back_leaves_flags_and_answers_as_before() -> None:
    patient = followed()
    physician = make_physician(patient.site)
    fields = ("rule", "signal", "level", "onset_on", "explanation", "finding")

    def state() -> list[Any]:
        flags = list(Flag.objects.filter(patient=patient).order_by("rule", "onset_on").values(*fields))
        return [flags, Evaluation.objects.get(patient=patient).answers]

    before = state()
    for on in (date(2026, 4, 1), ONSET, date(2026, 6, 1)):
        row = record_relapse(diagnosis=patient.diagnoses.get(), on=on, by=physician, now=NOW)
        withdraw_course_event(event=row, reason="a slip", by=physician, now=NOW)
        assert state() == before


def at_once(*works: Callable[[], Any]) -> list[str]:
    """Do these at the same time, each on a connection of its own; what became of each, sorted."""
    both, came = threading.Barrier(len(works)), []

    def run(work: Callable[[], Any]) -> None:
        try:
            both.wait(10)
            work()
            came.append("done")
        except (ValidationError, ReviewRefused):
            came.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    return sorted(came)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_mark_one_result_at_once_one_is_told() -> None:
    patient = followed()
    result = patient.results.get(collected_on=ONSET)
    people = [make_physician(patient.site), make_physician(patient.site)]
    came = at_once(
        *(lambda by=by: mark_result(result=result, reason="clotted", by=by, now=NOW) for by in people)  # type: ignore[misc]
    )
    assert came == ["done", "refused"]
    assert SpuriousMark.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_decision_and_a_recorded_relapse_at_once_make_one_relapse() -> None:
    patient = followed()
    system_account()
    one, other, flag = make_physician(patient.site), make_physician(patient.site), blood(patient)
    diagnosis = patient.diagnoses.get()
    came = at_once(
        lambda: decide(flag, one),
        lambda: record_relapse(diagnosis=diagnosis, on=ONSET, by=other, now=NOW),
    )
    assert came in (["done", "done"], ["done", "refused"])
    assert CourseEvent.objects.filter(kind="relapse").count() == 1
    assert patient.diagnoses.get().relapsed_on == ONSET
