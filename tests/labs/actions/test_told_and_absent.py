"""Symptoms raise signals and join those of the laboratory; planned tests that did not come are signals, too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from labs.actions.evaluate import evaluate_patients, evaluate_range
from labs.actions.evaluate_overdue import evaluate_overdue
from labs.models import Evaluation, Flag, FlagEvent, ScheduledTest, Signal
from patients.actions.system_account import system_account
from patients.models import Patient
from tests.factories import (
    make_care_team,
    make_diagnosis,
    make_line,
    make_patient,
    make_physician,
    make_plan,
    make_report,
    make_scheduled_test,
    make_series,
    make_site,
    make_symptom_report,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
RISING = {date(2026, 1, 5): "0.3", date(2026, 4, 6): "0.3", date(2026, 10, 10): "0.9", date(2026, 11, 7): "1.0"}
STABLE = {date(2026, 1, 5): "0.3", date(2026, 4, 6): "0.3"}
DUE = date(2026, 7, 6)
INTERVAL = 91


@pytest.fixture
def patient() -> Patient:
    """Myeloma in remission, with a physician who answers."""
    site = make_site()
    patient = make_patient(site=site)
    make_line(make_diagnosis(patient))
    make_care_team(patient, physician=make_physician(site))
    return patient


def look(patient: Patient, now: datetime = NOW) -> None:
    evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=now)


def on_screen(patient: Patient) -> dict[str, Flag]:
    """Rule -> flag that asks for an answer."""
    standing = (Signal.PROVISIONAL, Signal.CONFIRMED, Signal.NOT_EVALUABLE)
    return {flag.rule: flag for flag in Flag.objects.filter(patient=patient, signal__in=standing)}


def kinds(flag: Flag) -> list[str]:
    return list(flag.events.values_list("kind", flat=True))


def planned(patient: Patient, kind: str = "spep") -> list[ScheduledTest]:
    """Three tests, a quarter apart; the first was due on DUE."""
    plan = make_plan(patient.diagnoses.get())
    return [
        make_scheduled_test(
            patient, kind, plan=plan, step=kind, sequence=number, due_on=DUE + timedelta(days=number * INTERVAL)
        )
        for number in range(3)
    ]


def test_a_symptom_raises_a_signal_with_what_it_may_stand_for(patient: Patient) -> None:
    make_symptom_report(patient, "confusion", "bone_pain", reported_on=date(2026, 11, 1))
    look(patient)

    urgent, other = on_screen(patient)["SYMPTOM-URGENT"], on_screen(patient)["SYMPTOM-OTHER"]

    assert (urgent.level, other.level) == ("URGENT", "REVIEW")
    assert urgent.explanation == ("Confusion told on 1 Nov 2026; may stand for hypercalcaemia, hyperviscosity.")
    assert [item["value"] for item in urgent.finding["evidence"]] == ["Confusion"]
    assert urgent.answer_by == NOW + timedelta(hours=4)


def test_a_symptom_within_a_fortnight_joins_the_signal_of_the_laboratory(patient: Patient) -> None:
    make_symptom_report(patient, "bone_pain", reported_on=date(2026, 11, 21))
    make_series(patient, "serum_m", RISING)
    look(patient, NOW + timedelta(days=2))

    flags = on_screen(patient)

    assert "SYMPTOM-OTHER" not in flags
    assert flags["MM-PD-SERUM-M"].explanation.endswith("Bone pain told on 21 Nov 2026.")
    assert "symptom" in {item["role"] for item in flags["MM-PD-SERUM-M"].finding["evidence"]}


def test_a_symptom_fifteen_days_after_stands_by_itself(patient: Patient) -> None:
    make_symptom_report(patient, "bone_pain", reported_on=date(2026, 11, 22))
    make_series(patient, "serum_m", RISING)
    look(patient, NOW + timedelta(days=2))

    assert {"SYMPTOM-OTHER", "MM-PD-SERUM-M"} <= on_screen(patient).keys()


def test_an_urgent_symptom_makes_the_signal_it_joins_urgent(patient: Patient) -> None:
    make_series(patient, "serum_m", {**STABLE, date(2026, 11, 7): "1.0"})
    look(patient)
    assert {flag.level for flag in on_screen(patient).values()} == {"REVIEW"}

    make_symptom_report(patient, "leg_weakness", reported_on=date(2026, 11, 10))
    look(patient)

    assert "SYMPTOM-URGENT" not in on_screen(patient)
    urgent = [flag for flag in on_screen(patient).values() if flag.level == "URGENT"]
    assert len(urgent) == 1
    assert "Leg weakness told on 10 Nov 2026; may stand for cord compression." in urgent[0].explanation


def test_a_flag_that_came_before_the_laboratorys_lives_on_in_it_and_says_so(patient: Patient) -> None:
    make_series(patient, "serum_m", STABLE)
    make_symptom_report(patient, "bone_pain", reported_on=date(2026, 11, 1))
    look(patient)
    symptom = on_screen(patient)["SYMPTOM-OTHER"]

    make_series(patient, "serum_m", {date(2026, 10, 20): "0.9", date(2026, 11, 7): "1.0"})
    look(patient)
    look(patient)

    symptom.refresh_from_db()
    assert symptom.signal == Signal.WITHDRAWN
    assert kinds(symptom) == ["raised", "joined"]
    assert symptom.events.get(kind=FlagEvent.Kind.JOINED).note == "MM-PD-SERUM-M"


def test_a_planned_test_late_by_half_its_interval_is_a_signal_and_not_a_day_before(patient: Patient) -> None:
    make_series(patient, "serum_m", STABLE)
    planned(patient)
    late = datetime(2026, 8, 21, 9, tzinfo=UTC)  # 46 days after DUE: half of 91, up

    look(patient, late - timedelta(days=1))
    assert "TEST-OVERDUE" not in on_screen(patient)
    assert Evaluation.objects.get(patient=patient).answers["TEST-OVERDUE"]["answer"] == "not_raised"

    look(patient, late)
    flag = on_screen(patient)["TEST-OVERDUE"]
    assert (flag.signal, flag.level) == (Signal.NOT_EVALUABLE, "REVIEW")
    assert flag.explanation == (
        "SPEP: planned for 6 Jul 2026 and not there by 21 Aug 2026, 46 days late; "
        "the absence of a result is not stability."
    )
    answers = Evaluation.objects.get(patient=patient).answers
    assert answers["MM-PD-SERUM-M"] == {"answer": "not_evaluable", "missing": ["a newer result: SPEP is overdue"]}


def test_the_signal_stays_the_same_from_day_to_day_and_ends_with_the_result(patient: Patient) -> None:
    first, *_ = planned(patient)
    for day in range(3):
        evaluate_overdue(by=system_account(), now=datetime(2026, 9, 1 + day, 9, tzinfo=UTC))
    flag = on_screen(patient)["TEST-OVERDUE"]
    assert kinds(flag) == ["raised"]

    first.closed_by = make_report(patient, collected_on=date(2026, 9, 4))
    first.save()
    for _ in range(2):
        evaluate_overdue(by=system_account(), now=datetime(2026, 9, 5, 9, tzinfo=UTC))

    flag.refresh_from_db()
    assert (flag.signal, kinds(flag)) == (Signal.NOT_CONFIRMED, ["raised", "ended"])
    assert flag.answer_by is None


def test_nothing_is_late_without_a_plan_and_nobody_is_told_that_all_is_well(patient: Patient) -> None:
    make_series(patient, "serum_m", STABLE)
    look(patient)

    assert "TEST-OVERDUE" not in on_screen(patient)
    answer = Evaluation.objects.get(patient=patient).answers["TEST-OVERDUE"]
    assert answer == {"answer": "not_evaluable", "missing": ["a plan with tests that follow the disease"]}


def test_tests_of_an_ended_plan_skipped_ones_and_those_of_other_kinds_are_not_late(patient: Patient) -> None:
    nurse = make_physician(patient.site)
    for number, test in enumerate(planned(patient)):
        if number < 2:
            test.skipped_because, test.skipped_at, test.skipped_by = "unwell", NOW, nurse
            test.save()
    planned(patient, "visit")
    ended = planned(patient, "marrow")[0].plan
    assert ended is not None
    ended.ended_on, ended.ended_because = date(2026, 8, 1), "moved away"
    ended.save()

    look(patient)

    assert "TEST-OVERDUE" not in on_screen(patient)


@pytest.mark.django_db(transaction=True)
def test_the_whole_cohort_is_told_the_same(patient: Patient) -> None:
    make_series(patient, "serum_m", RISING)
    make_symptom_report(patient, "leg_weakness", reported_on=date(2026, 11, 10))
    planned(patient, "flc")
    look(patient)
    before = {rule: flag.finding for rule, flag in on_screen(patient).items()}
    assert {"TEST-OVERDUE", "MM-PD-SERUM-M"} <= before.keys()

    evaluate_range(first=patient.pk, last=patient.pk, by=system_account(), now=NOW)

    assert {rule: flag.finding for rule, flag in on_screen(patient).items()} == before
    assert FlagEvent.objects.filter(kind="changed").count() == 0
