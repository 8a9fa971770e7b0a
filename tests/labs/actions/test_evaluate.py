"""Results in, flags out: raised, confirmed, not confirmed, withdrawn, reopened, and nothing lost when a rule fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from labs.actions import evaluate as room
from labs.actions.evaluate import evaluate_patients, evaluate_pending, evaluate_range, findings_as_of
from labs.actions.review_flag import acknowledge_flag, resolve_flag
from labs.models import Decision, Evaluation, Flag, FlagEvent, Level, Quarantine, Result, Review, RuleFailure, Signal
from labs.rules import registry
from labs.rules.cohort import Cohort
from labs.selectors.cohort import cohort_between, cohort_of
from patients.actions.system_account import system_account
from patients.models import Patient
from tests.factories.people import make_care_team, make_physician, make_site
from tests.factories.persons import make_diagnosis, make_line, make_patient
from tests.factories.results import make_result, make_series

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
RULE = "MM-PD-SERUM-M"
STABLE = {date(2026, 1, 5): "0.3", date(2026, 4, 6): "0.3", date(2026, 7, 6): "0.5"}
RISEN, HIGHER = date(2026, 10, 10), date(2026, 11, 7)


@pytest.fixture
def patient() -> Patient:
    """IgG kappa myeloma in remission, stable at 0.3 g/dL, with a physician who answers."""
    site = make_site()
    patient = make_patient(site=site)
    make_line(make_diagnosis(patient))
    make_care_team(patient, physician=make_physician(site))
    make_series(patient, "serum_m", STABLE, method_family="spep", laboratory="North")
    return patient


def add(patient: Patient, day: date, value: str, **fields: object) -> Result:
    """One more serum M-protein of the same assay."""
    return make_result(patient, "serum_m", value, collected_on=day, method_family="spep", laboratory="North", **fields)


def look(patient: Patient, now: datetime = NOW) -> room.Evaluated:
    """Ask the rules."""
    return evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=now)


def flag_of(patient: Patient) -> Flag:
    """The patient's only serum M-protein flag."""
    return Flag.objects.get(patient=patient, rule=RULE)


def kinds(flag: Flag) -> list[str]:
    """The flag's life, step by step."""
    return list(flag.events.values_list("kind", flat=True))


def test_stable_values_raise_nothing_and_say_so(patient: Patient) -> None:
    look(patient)
    assert not Flag.objects.filter(patient=patient).exists()
    assert Evaluation.objects.get(patient=patient).answers[RULE]["answer"] == "not_raised"


def test_a_first_rise_is_provisional_and_owned_with_an_answer_time(patient: Patient) -> None:
    add(patient, RISEN, "0.9")
    look(patient)
    flag = flag_of(patient)
    assert (flag.signal, flag.level, flag.review) == (Signal.PROVISIONAL, Level.REVIEW, Review.OPEN)
    assert flag.owner == patient.care_team.physician
    assert flag.answer_by == NOW + timedelta(days=7)
    assert flag.onset_on == RISEN
    assert kinds(flag) == ["raised"]


def test_a_second_rise_confirms_the_same_flag_and_restarts_the_clock(patient: Patient) -> None:
    add(patient, RISEN, "0.9")
    look(patient)
    add(patient, HIGHER, "1.0")
    later = NOW + timedelta(days=1)
    look(patient, later)
    flag = flag_of(patient)
    assert (flag.signal, flag.level, flag.onset_on) == (Signal.CONFIRMED, Level.URGENT, RISEN)
    assert flag.answer_by == later + timedelta(hours=4)
    assert kinds(flag) == ["raised", "confirmed"]


def test_both_at_once_give_the_flag_that_one_by_one_gives(patient: Patient) -> None:
    add(patient, RISEN, "0.9")
    add(patient, HIGHER, "1.0")
    look(patient)
    assert (flag_of(patient).signal, flag_of(patient).onset_on) == (Signal.CONFIRMED, RISEN)


def test_asking_again_changes_nothing(patient: Patient) -> None:
    add(patient, RISEN, "0.9")
    look(patient)
    before = Flag.objects.values().get(patient=patient, rule=RULE)
    assert look(patient, NOW + timedelta(days=2)).flags == {}
    assert Flag.objects.values().get(patient=patient, rule=RULE) == before
    assert FlagEvent.objects.filter(flag_id=before["id"]).count() == 1


def test_a_failed_confirmation_keeps_the_flag_as_not_confirmed(patient: Patient) -> None:
    add(patient, RISEN, "0.9")
    look(patient)
    add(patient, HIGHER, "0.4")
    look(patient)
    flag = flag_of(patient)
    assert (flag.signal, flag.answer_by) == (Signal.NOT_CONFIRMED, None)
    assert kinds(flag) == ["raised", "not_confirmed"]


def test_a_corrected_result_withdraws_the_flag_and_keeps_its_evidence(patient: Patient) -> None:
    wrong = add(patient, RISEN, "0.9")
    look(patient)
    Result.objects.filter(pk=wrong.pk).update(is_current=False)
    add(patient, RISEN, "0.2", version=2, supersedes=wrong, status="corrected", report=wrong.report)
    look(patient)
    flag = flag_of(patient)
    assert (flag.signal, flag.answer_by) == (Signal.WITHDRAWN, None)
    assert kinds(flag) == ["raised", "withdrawn"]
    assert wrong.pk in {item["result"] for item in flag.finding["evidence"]}


def test_a_withdrawn_flag_comes_back_when_the_value_does(patient: Patient) -> None:
    result = add(patient, RISEN, "0.9")
    look(patient)
    Result.objects.filter(pk=result.pk).update(status="entered-in-error")
    look(patient)
    Result.objects.filter(pk=result.pk).update(status="final")
    look(patient)
    flag = flag_of(patient)
    assert flag.signal == Signal.PROVISIONAL
    assert flag.answer_by == NOW + timedelta(days=7)
    assert len(kinds(flag)) == 3


def test_an_earlier_rise_that_arrives_late_moves_the_onset_of_the_same_flag(patient: Patient) -> None:
    add(patient, RISEN, "0.9")
    add(patient, HIGHER, "1.0")
    look(patient)
    number = flag_of(patient).pk
    add(patient, date(2026, 9, 1), "0.8")
    look(patient)
    assert (flag_of(patient).pk, flag_of(patient).onset_on) == (number, date(2026, 9, 1))


@pytest.mark.parametrize(
    ("decision", "expected"),
    [(Decision.EXPLAINED_THERAPY, Review.OPEN), (Decision.RELAPSE_CONFIRMED, Review.RESOLVED)],
)
def test_a_further_rise_reopens_what_was_explained_but_not_a_recorded_relapse(
    patient: Patient, decision: Decision, expected: Review
) -> None:
    add(patient, RISEN, "0.9")
    add(patient, HIGHER, "1.0")
    look(patient)
    physician = patient.care_team.physician
    flag = flag_of(patient)
    resolve_flag(flag_id=flag.pk, version=flag.version, decision=decision, by=physician, now=NOW)
    add(patient, date(2026, 11, 19), "1.4")
    look(patient)
    assert flag_of(patient).review == expected
    assert ("reopened" in kinds(flag)) is (expected == Review.OPEN)


def test_confirmation_reopens_a_provisional_flag_that_was_only_acknowledged(patient: Patient) -> None:
    add(patient, RISEN, "0.9")
    look(patient)
    flag = flag_of(patient)
    acknowledge_flag(flag_id=flag.pk, version=flag.version, by=patient.care_team.physician, now=NOW)
    add(patient, HIGHER, "1.0")
    look(patient)
    assert flag_of(patient).review == Review.OPEN
    assert kinds(flag) == ["raised", "acknowledged", "confirmed", "reopened"]


def test_a_finding_of_an_earlier_line_is_information_without_a_clock(patient: Patient) -> None:
    add(patient, RISEN, "0.9")
    add(patient, HIGHER, "1.0")
    make_line(patient.diagnoses.get(), number=2, started_on=date(2026, 11, 15))
    look(patient)
    assert (flag_of(patient).level, flag_of(patient).answer_by) == (Level.INFO, None)


def test_a_value_in_quarantine_makes_no_impossible(patient: Patient) -> None:
    Quarantine.objects.create(
        patient=patient,
        analyte="serum_m",
        collected_on=date(2026, 11, 1),
        fingerprint="00000000-0000-0000-0000-000000000001",
        where="row 2",
        reason="unit_unknown",
        explanation="",
        remedy="",
    )
    look(patient)
    answer = Evaluation.objects.get(patient=patient).answers[RULE]
    assert answer["answer"] == "not_evaluable"
    assert answer["missing"]


def test_a_rule_that_raises_loses_no_result_and_is_seen(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(cohort: Cohort) -> None:
        raise ZeroDivisionError(f"secret value {len(cohort.patients)}")

    rules = (replace(registry.RULES[0], code="BROKEN", evaluate=broken), *registry.RULES)
    monkeypatch.setattr(registry, "RULES", rules)
    add(patient, RISEN, "0.9")
    look(patient)
    assert Result.objects.filter(patient=patient, collected_on=RISEN).exists()
    assert flag_of(patient).signal == Signal.PROVISIONAL
    failure = RuleFailure.objects.get()
    assert failure.rule == "BROKEN"
    assert "test_evaluate.py" in failure.error
    assert "secret value 1" not in failure.error
    assert Evaluation.objects.get(patient=patient).answers["BROKEN"]["answer"] == "not_evaluable"


def test_a_flag_of_a_rule_that_fails_stays_as_it_was(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(cohort: Cohort) -> None:
        raise ZeroDivisionError

    add(patient, RISEN, "0.9")
    look(patient)
    monkeypatch.setattr(
        registry, "RULES", tuple(replace(r, evaluate=broken) if r.code == RULE else r for r in registry.RULES)
    )
    look(patient)
    assert flag_of(patient).signal == Signal.PROVISIONAL


def test_when_evaluation_itself_fails_the_patient_waits_and_is_caught_up(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret value 0.9")

    add(patient, RISEN, "0.9")
    with monkeypatch.context() as patched:
        patched.setattr(room, "raise_flags", broken)
        look(patient)
    assert Evaluation.objects.get(patient=patient).pending
    assert "secret" not in RuleFailure.objects.get().error
    evaluate_pending(by=system_account(), now=NOW)
    assert not Evaluation.objects.get(patient=patient).pending
    assert flag_of(patient).signal == Signal.PROVISIONAL


def test_as_of_a_day_only_what_was_collected_by_then_counts_and_nothing_is_written(patient: Patient) -> None:
    add(patient, RISEN, "0.9")
    add(patient, HIGHER, "1.0")
    said = findings_as_of(patient_ids=[patient.pk], as_of=RISEN)
    assert [finding.signal for finding in said.findings if finding.rule == RULE] == ["provisional"]
    assert not Flag.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_cohort_read_by_adbc_is_the_cohort_read_in_the_transaction(patient: Patient) -> None:
    make_diagnosis(patient, "AML")
    add(patient, RISEN, "0.9", collected_at=datetime(2026, 10, 10, 8, tzinfo=UTC))
    add(patient, HIGHER, "0.1", comparator="<")
    one, other = cohort_of([patient.pk]), cohort_between(patient.pk, patient.pk)
    said = [registry.evaluate(watched.cohort) for watched in (one, other)]
    assert said[0].findings == said[1].findings
    assert said[0].findings
    assert one.subjects == other.subjects
    done = evaluate_range(first=patient.pk, last=patient.pk, by=system_account(), now=NOW)
    assert done.patients == 1
    assert flag_of(patient).signal == Signal.NOT_CONFIRMED


def test_a_patient_costs_the_same_statements_however_many_results(
    patient: Patient, django_assert_max_num_queries: object
) -> None:
    for month in range(1, 13):
        add(patient, date(2025, month, 1), "0.3")
    actor = system_account()
    with django_assert_max_num_queries(17):  # type: ignore[operator]
        evaluate_patients(patient_ids=[patient.pk], by=actor, now=NOW)
