"""Stable is said only where everything was measured, is final, and every rule said no; each doubt has its reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labs.models import Evaluation, Result, ScheduledTest
from labs.selectors.stability import ROUND, LastRound, candidates, last_rounds
from patients.models import Diagnosis, Patient
from tests.factories import (
    make_flag,
    make_mark,
    make_nurse,
    make_patient,
    make_quarantine,
    make_result,
    make_scheduled_test,
    make_site,
)
from tests.factories.letter_ground import DAY, NOW, TODAY, make_stable

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient() -> Patient:
    patient = make_patient(site=make_site(time_zone="UTC"))
    make_stable(patient)
    return patient


def last_round(patient: Patient) -> LastRound:
    return last_rounds(patient_ids=[patient.pk], now=NOW)[patient.pk]


def answer(patient: Patient, **answers: str) -> None:
    row = Evaluation.objects.get(patient=patient)
    row.answers |= {rule.replace("_", "-"): {"answer": said, "missing": []} for rule, said in answers.items()}
    row.save()


def test_stable_names_the_day_of_the_results_and_the_next_tests(patient: Patient) -> None:
    found = last_round(patient)
    assert found.why_not == ""
    assert found.results_on == TODAY - 20 * DAY
    assert [test.due_on for test in found.next_tests] == [TODAY + 70 * DAY]


def test_a_rule_about_what_was_not_measured_does_not_count(patient: Patient) -> None:
    assert Evaluation.objects.get(patient=patient).answers["MM-LESION-NEW"]["answer"] == "not_evaluable"
    assert last_round(patient).why_not == ""


def open_flag(patient: Patient) -> None:
    make_flag(patient, level="INFO")


def flag_that_cannot_tell(patient: Patient) -> None:
    make_flag(patient, signal="not_evaluable")


def waiting_evaluation(patient: Patient) -> None:
    Evaluation.objects.filter(patient=patient).update(pending=True)


def no_evaluation(patient: Patient) -> None:
    Evaluation.objects.filter(patient=patient).update(evaluated_at=None)


def raised_anywhere(patient: Patient) -> None:
    answer(patient, CBC_TREND="raised")


def cannot_tell(patient: Patient) -> None:
    answer(patient, MM_PD_FLC="not_evaluable")


def only_does_not_apply(patient: Patient) -> None:
    answer(patient, MM_PD_FLC="not_applicable", MM_PD_SERUM_M="not_applicable")


def relapse(patient: Patient) -> None:
    Diagnosis.objects.filter(patient=patient).update(relapsed_on=TODAY - 10 * DAY)


def in_quarantine(patient: Patient) -> None:
    make_quarantine(patient=patient)


def sample_without_result(patient: Patient) -> None:
    make_scheduled_test(patient, "cbc", due_on=TODAY - 5 * DAY, collected_on=TODAY - 3 * DAY)


def preliminary(patient: Patient) -> None:
    make_result(patient, "serum_m", "0.3", collected_on=TODAY - 20 * DAY, status="preliminary")


def spurious(patient: Patient) -> None:
    make_mark(Result.objects.filter(patient=patient, analyte="serum_m").get())


def overdue_test(patient: Patient) -> None:
    make_scheduled_test(patient, "cbc", due_on=TODAY - 60 * DAY)


def nothing_ahead(patient: Patient) -> None:
    ScheduledTest.objects.filter(patient=patient, due_on__gt=TODAY).update(
        skipped_because="declined", skipped_at=NOW, skipped_by=make_nurse()
    )


def image_vigil_cannot_read(patient: Patient) -> None:
    make_scheduled_test(patient, "mri", due_on=TODAY - 20 * DAY, collected_on=TODAY - 20 * DAY)


@pytest.mark.parametrize(
    ("doubt", "reason"),
    [
        (open_flag, "signal is open"),
        (flag_that_cannot_tell, "signal is open"),
        (waiting_evaluation, "wait to be evaluated"),
        (no_evaluation, "not asked yet"),
        (raised_anywhere, "CBC-TREND is raised"),
        (cannot_tell, "MM-PD-FLC cannot tell"),
        (only_does_not_apply, "No rule could judge"),
        (relapse, "relapse is recorded"),
        (in_quarantine, "could not be used"),
        (sample_without_result, "waits for its result"),
        (preliminary, "not final"),
        (spurious, "marked as spurious"),
        (overdue_test, "overdue"),
        (nothing_ahead, "No next test"),
        (image_vigil_cannot_read, "No rule could judge the last MRI"),
    ],
)
def test_every_doubt_keeps_a_letter_from_saying_stable(
    patient: Patient, doubt: Callable[[Patient], None], reason: str
) -> None:
    doubt(patient)
    assert reason in last_round(patient).why_not


def test_a_flag_that_was_answered_and_no_longer_stands_is_no_doubt(patient: Patient) -> None:
    make_flag(patient, signal="withdrawn")
    assert last_round(patient).why_not == ""


def test_a_patient_of_whom_nothing_is_known_is_not_stable() -> None:
    assert last_round(make_patient()).why_not == "The rules were not asked yet."


@pytest.mark.parametrize(("days", "belongs"), [(ROUND.days, True), (ROUND.days + 1, False)])
def test_tests_of_one_month_are_one_round(patient: Patient, days: int, belongs: bool) -> None:
    day = TODAY - (20 + days) * DAY
    make_scheduled_test(patient, "mri", due_on=day, collected_on=day)
    assert ("mri" in last_round(patient).kinds) == belongs
    assert bool(last_round(patient).why_not) == belongs


@pytest.mark.parametrize(("days", "together"), [(14, 2), (15, 1)])
def test_next_tests_within_a_fortnight_are_named_together(patient: Patient, days: int, together: int) -> None:
    make_scheduled_test(patient, "marrow", due_on=TODAY + timedelta(days=70 + days))
    assert len(last_round(patient).next_tests) == together


def test_a_booked_day_is_the_next_one(patient: Patient) -> None:
    make_scheduled_test(patient, "visit", due_on=TODAY + 90 * DAY, booked_for=TODAY + 3 * DAY)
    assert [test.kind for test in last_round(patient).next_tests] == ["visit"]


@pytest.mark.parametrize(("days", "refused"), [(-1, True), (0, False), (1, False)])
def test_a_next_date_in_the_past_is_no_next_date(patient: Patient, days: int, refused: bool) -> None:
    make_scheduled_test(patient, "visit", due_on=TODAY + days * DAY)
    assert ("has passed" in last_round(patient).why_not) == refused


def test_the_number_of_queries_does_not_grow(patient: Patient) -> None:
    others = [make_patient(site=patient.site) for _ in range(4)]
    for other in others:
        make_stable(other)
    with CaptureQueriesContext(connection) as one:
        last_rounds(patient_ids=[patient.pk], now=NOW)
    with CaptureQueriesContext(connection) as five:
        last_rounds(patient_ids=[patient.pk, *(other.pk for other in others)], now=NOW)
    assert len(one) == len(five) <= 11


def test_candidates_leave_out_only_who_cannot_be_stable(patient: Patient) -> None:
    flagged, dead, waiting = (make_patient(site=patient.site) for _ in range(3))
    for one in (flagged, dead, waiting):
        make_stable(one)
    make_flag(flagged)
    Patient.objects.filter(pk=dead.pk).update(deceased_on=TODAY)
    Evaluation.objects.filter(patient=waiting).update(pending=True)
    assert list(candidates(Patient.objects.all())) == [patient]


def test_answers_of_rules_that_are_no_longer_there_are_not_read(patient: Patient) -> None:
    row = Evaluation.objects.get(patient=patient)
    row.answers["GONE"] = {"answer": "raised", "missing": []}
    row.save()
    assert last_round(patient).why_not == ""
