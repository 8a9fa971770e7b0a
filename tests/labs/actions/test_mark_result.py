"""Spurious results: left out by the rules, still there for people, and back when the mark is taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from labs.actions.evaluate import evaluate_patients
from labs.actions.mark_result import mark_result, unmark_result
from labs.models import Evaluation, Flag, Result, Signal, SpuriousMark
from labs.selectors.cohort import cohort_between, cohort_of
from labs.selectors.taken_back import taken_back
from patients.access import AccessRefused
from patients.actions.record_access import record_access
from patients.actions.system_account import system_account
from patients.models import AuditEvent, Patient, User
from tests.factories import (
    make_diagnosis,
    make_mark,
    make_nurse,
    make_patient,
    make_physician,
    make_result,
    make_series,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
RULE = "MM-PD-SERUM-M"
STABLE = {date(2026, 1, 5): "0.3", date(2026, 4, 6): "0.3", date(2026, 7, 6): "0.5"}
RISEN, HIGHER = date(2026, 10, 10), date(2026, 11, 7)
NAMED = {"method_family": "spep", "laboratory": "North"}


@pytest.fixture
def patient() -> Patient:
    patient = make_patient()
    make_diagnosis(patient)
    make_series(patient, "serum_m", STABLE, **NAMED)
    return patient


@pytest.fixture
def physician(patient: Patient) -> User:
    return make_physician(patient.site)


def risen(patient: Patient) -> Result:
    result = make_series(patient, "serum_m", {RISEN: "0.9"}, **NAMED)[0]
    evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=NOW)
    return result


def problem_of(refused: pytest.ExceptionInfo[ValidationError]) -> str:
    return str(refused.value)


def test_the_flag_that_rests_on_it_is_withdrawn_with_the_reason(patient: Patient, physician: User) -> None:
    result = risen(patient)
    mark_result(result=result, reason="clotted sample", by=physician, now=NOW)
    flag = Flag.objects.get(patient=patient, rule=RULE)
    assert (flag.signal, flag.answer_by) == (Signal.WITHDRAWN, None)
    event = flag.events.order_by("-pk")[0]
    assert (event.kind, event.note) == ("withdrawn", "A result was marked as spurious: clotted sample")
    assert result.pk in {item["result"] for item in flag.finding["evidence"]}
    assert AuditEvent.objects.get(verb="result.mark_spurious").by == physician


def test_whoever_saw_the_signal_is_told_with_the_reason(patient: Patient, physician: User) -> None:
    result, colleague = risen(patient), make_physician(patient.site)
    record_access(by=colleague, patient=patient, view="signal")
    mark_result(result=result, reason="clotted sample", by=physician, now=timezone.now())
    [told] = taken_back(user=colleague, now=timezone.now())
    assert (told.flag.rule, told.note) == (RULE, "A result was marked as spurious: clotted sample")


def test_no_answer_hides_that_something_was_left_out(patient: Patient, physician: User) -> None:
    mark_result(result=risen(patient), reason="clotted sample", by=physician, now=NOW)
    said = Evaluation.objects.get(patient=patient).answers[RULE]
    assert said == {"answer": "not_raised", "missing": ["1 result marked spurious is left out"]}


def test_a_flag_counts_what_was_left_out(patient: Patient, physician: User) -> None:
    risen(patient)
    low = Result.objects.get(collected_on=date(2026, 7, 6))
    mark_result(result=low, reason="diluted", by=physician, now=NOW)
    flag = Flag.objects.get(patient=patient, rule=RULE)
    assert flag.explanation.endswith(". 1 result marked spurious is left out.")
    assert flag.finding["explanation"] == flag.explanation
    [told] = flag.finding["spurious"]
    assert (told["result"], told["reason"], told["by"]) == (low.pk, "diluted", str(physician))


def state(patient: Patient) -> list[object]:
    flags = Flag.objects.filter(patient=patient).order_by("rule", "onset_on")
    answers = Evaluation.objects.get(patient=patient).answers
    return [list(flags.values_list("rule", "signal", "level", "onset_on", "explanation", "finding")), answers]


def test_marking_and_taking_it_back_leaves_flags_and_answers_as_before(patient: Patient, physician: User) -> None:
    risen(patient)
    before = state(patient)
    for result in Result.objects.order_by("collected_on"):
        mark = mark_result(result=result, reason="clotted sample", by=physician, now=NOW)
        assert state(patient) != before
        unmark_result(mark=mark, reason="the laboratory looked again", by=physician, now=NOW)
        assert state(patient) == before


def test_both_readers_leave_it_out(patient: Patient) -> None:
    make_mark(make_series(patient, "serum_m", {RISEN: "0.9"}, **NAMED)[0])
    taken_back = make_series(patient, "serum_m", {HIGHER: "1.0"}, **NAMED)[0]
    make_mark(taken_back, withdrawn_at=NOW, withdrawn_by=system_account(), withdrawn_because="wrong patient")
    one = cohort_of([patient.pk]).cohort
    assert len(one.columns.result) == len(STABLE) + 1
    assert taken_back.pk in one.columns.result


@pytest.mark.django_db(transaction=True)
def test_the_reader_of_whole_cohorts_leaves_it_out_too() -> None:
    patient = make_patient()
    make_diagnosis(patient)
    kept, marked, back = make_series(patient, "serum_m", STABLE, **NAMED)
    make_mark(marked)
    make_mark(back, withdrawn_at=NOW, withdrawn_by=system_account(), withdrawn_because="wrong patient")
    many = cohort_between(patient.pk, patient.pk).cohort
    assert sorted(many.columns.result) == sorted(cohort_of([patient.pk]).cohort.columns.result) == [kept.pk, back.pk]


def test_the_version_that_comes_later_is_read(patient: Patient, physician: User) -> None:
    wrong = risen(patient)
    mark_result(result=wrong, reason="clotted sample", by=physician, now=NOW)
    Result.objects.filter(pk=wrong.pk).update(is_current=False)
    make_result(
        patient, "serum_m", "1.0", collected_on=RISEN, report=wrong.report, status="corrected", version=2,
        supersedes=wrong, method_family="spep",
    )  # fmt: skip
    evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=NOW)
    flag = Flag.objects.get(patient=patient, rule=RULE)
    assert flag.signal == Signal.PROVISIONAL
    assert "spurious" not in flag.explanation


def test_it_is_marked_once_and_taken_back_once(patient: Patient, physician: User) -> None:
    result = risen(patient)
    mark = mark_result(result=result, reason="clotted sample", by=physician, now=NOW)
    with pytest.raises(ValidationError) as twice:
        mark_result(result=result, reason="again", by=physician, now=NOW)
    assert "has marked this result already" in problem_of(twice)
    unmark_result(mark=mark, reason="it was right", by=physician, now=NOW)
    with pytest.raises(ValidationError) as again:
        unmark_result(mark=mark, reason="it was right", by=physician, now=NOW)
    assert "taken this back already" in problem_of(again)
    mark_result(result=result, reason="it was wrong after all", by=physician, now=NOW)
    assert SpuriousMark.objects.filter(result=result).count() == 2


def test_what_cannot_be_marked(patient: Patient, physician: User) -> None:
    replaced = make_result(patient, "serum_m", "0.4", is_current=False)
    cancelled = make_result(patient, "serum_m", "0.4", status="cancelled")
    words = make_result(patient, "serum_m", None, value_printed="see comment")
    for result in (replaced, cancelled, words):
        with pytest.raises(ValidationError):
            mark_result(result=result, reason="clotted sample", by=physician, now=NOW)
    with pytest.raises(ValidationError) as silent:
        mark_result(result=risen(patient), reason=" ", by=physician, now=NOW)
    assert list(silent.value.message_dict) == ["reason"]
    assert not SpuriousMark.objects.exists()


def test_only_physicians_of_the_patient(patient: Patient) -> None:
    result = risen(patient)
    for person in (make_nurse(patient.site), make_physician()):
        with pytest.raises(AccessRefused):
            mark_result(result=result, reason="clotted sample", by=person, now=NOW)
        with pytest.raises(AccessRefused):
            unmark_result(mark=make_mark(make_result(patient)), reason="no", by=person, now=NOW)


@pytest.mark.parametrize("fields", [{"reason": ""}, {"withdrawn_at": NOW}, {"withdrawn_because": "so"}])
def test_the_database_refuses_bad_states(patient: Patient, fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_mark(Result.objects.all()[0], **fields)


def test_the_database_refuses_two_standing_marks(patient: Patient) -> None:
    result = Result.objects.all()[0]
    make_mark(result)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_mark(result)
