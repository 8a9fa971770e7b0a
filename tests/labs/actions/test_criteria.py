"""Changing the criteria of a site: two people, a replay with exact counts, and nothing of another site touched."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from labs.actions.activate_criteria import activate_due_criteria
from labs.actions.criteria_steps import CriteriaRefused
from labs.actions.decide_criteria import approve_criteria, reject_criteria, withdraw_criteria
from labs.actions.evaluate import evaluate_patients, evaluate_pending
from labs.actions.propose_criteria import propose_criteria
from labs.actions.replay_criteria import replay_criteria
from labs.actions.review_flag import acknowledge_flag, resolve_flag
from labs.jobs import activate_criteria, catch_up_soon
from labs.models import CriteriaChange, CriteriaState, Decision, Evaluation, Flag, FlagEvent, Review, Signal
from labs.selectors.criteria import criteria_of, in_force_at
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import AuditEvent, Patient, Site, User
from tests.factories import (
    make_administrator,
    make_criteria_change,
    make_diagnosis,
    make_nurse,
    make_patient,
    make_physician,
    make_result,
    make_series,
    make_site,
    make_symptom_report,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ALONE = {date(2026, 5, 1): "0", date(2026, 6, 1): "2", date(2026, 6, 5): "0", date(2026, 11, 1): "0"}
"""One sample with blasts, then none: ELN 2022 gives it up, ELN 2017 calls it relapse."""
TWICE = {date(2026, 5, 1): "0", date(2026, 6, 1): "2", date(2026, 6, 9): "3"}
"""A week apart: both call it relapse, on the same day."""
ONCE_SO_FAR = {date(2026, 5, 1): "0", date(2026, 6, 1): "2"}
CLEAR = {date(2026, 5, 1): "0", date(2026, 6, 1): "0"}


@dataclass
class House:
    """A site with two who may decide."""

    site: Site
    physician: User
    administrator: User

    def patient(
        self, points: dict[date, str], *, disease: str = "AML", analyte: str = "blasts_blood_percent"
    ) -> Patient:
        """Somebody in remission with these values."""
        patient = make_patient(site=self.site)
        make_diagnosis(patient, disease, remission_on=date(2026, 1, 1))
        make_series(patient, analyte, points, laboratory="North")
        return patient

    def propose(self, **fields: Any) -> CriteriaChange:
        """ELN 2017 for AML."""
        given: dict[str, Any] = {"disease": "AML", "criteria": "ELN-2017", "grading": "CTCAE-5"}
        given |= {"reason": "One sample is enough here.", "by": self.physician, "now": NOW}
        return propose_criteria(site=self.site, **given | fields)

    def approved(self, *, now: datetime = NOW, **fields: Any) -> CriteriaChange:
        """Proposed, replayed and approved by the other."""
        change = self.propose(now=now, **fields)
        return self.approve(replay_criteria(change_id=change.pk, by=self.physician, now=now), now)

    def approve(self, change: CriteriaChange, now: datetime = NOW, by: User | None = None) -> CriteriaChange:
        """The second person's word."""
        by = by or self.administrator
        return approve_criteria(change_id=change.pk, replayed_at=change.replayed_at, by=by, now=now)


def house() -> House:
    site = make_site()
    return House(site, make_physician(site), make_administrator(site))


@pytest.fixture
def here() -> House:
    return house()


def look(*patients: Patient, now: datetime = NOW) -> None:
    evaluate_patients(patient_ids=[patient.pk for patient in patients], by=system_account(), now=now)


def signals(patient: Patient) -> dict[str, str]:
    return dict(Flag.objects.filter(patient=patient).values_list("rule", "signal"))


def fields_of(error: pytest.ExceptionInfo[ValidationError]) -> set[str]:
    return set(error.value.message_dict)


# proposing


def test_where_nobody_decided_the_defaults_hold(here: House) -> None:
    assert [(one.in_force.disease, one.in_force.criteria) for one in criteria_of(here.site)][:2] == [
        ("MM", "IMWG-2016"),
        ("AML", "ELN-2022"),
    ]
    patient = here.patient(TWICE)
    look(patient)
    assert set(signals(patient)) == {"AML-BLOOD"}
    answers = Evaluation.objects.get(patient=patient).answers
    assert answers["AML-BLOOD-2017"]["answer"] == "not_applicable"
    assert "ELN 2022" in answers["AML-BLOOD-2017"]["missing"][0]


def test_a_proposal_changes_nothing_for_patients(here: House) -> None:
    patient = here.patient(ALONE)
    look(patient)
    before = signals(patient)
    change = here.propose()
    look(patient)
    assert signals(patient) == before
    assert in_force_at(here.site, "AML").criteria == "ELN-2022"
    row = AuditEvent.objects.get(verb="criteria.proposed")
    assert (row.by, row.target_id, row.detail["criteria"]) == (here.physician, change.pk, "ELN-2017")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"criteria": "IMWG-2011"}, "criteria"),
        ({"criteria": "ELN-1999"}, "criteria"),
        ({"disease": "CLL"}, "disease"),
        ({"grading": "CTCAE-3"}, "grading"),
        ({"reason": "  "}, "reason"),
        ({"active_from": date(2026, 11, 19)}, "active_from"),
        ({"switched_off": {"AML-MRD": " "}}, "switched_off"),
        ({"switched_off": {"AML-MRD": "x" * 501}}, "switched_off"),
        ({"switched_off": {"MM-RISING": "no"}}, "switched_off"),
        ({"switched_off": {"AML-BLOOD": "the set decides on it"}}, "switched_off"),
    ],
)
def test_what_cannot_be_chosen_is_refused_at_its_field(here: House, given: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as error:
        here.propose(**given)
    assert fields_of(error) == {field}
    assert not CriteriaChange.objects.exists()


def test_what_holds_already_and_a_second_proposal_are_refused(here: House) -> None:
    with pytest.raises(CriteriaRefused):
        here.propose(criteria="ELN-2022")
    here.propose()
    with pytest.raises(CriteriaRefused):
        here.propose(grading="CTCAE-6", by=here.administrator)
    here.propose(disease="MM", criteria="IMWG-2011")


@pytest.mark.parametrize("make", [make_nurse, make_physician])
def test_who_does_not_decide_for_the_site_cannot_propose(here: House, make: Callable[..., User]) -> None:
    outsider = make(make_site()) if make is make_physician else make(here.site)
    with pytest.raises(AccessRefused):
        here.propose(by=outsider)


# the replay


def test_the_counts_of_the_replay_are_exact(here: House) -> None:
    moved = here.patient(ALONE)  # 185 days
    here.patient(TWICE)  # 40 days; the same under both
    provisional = here.patient(ONCE_SO_FAR)  # 32 days
    here.patient(CLEAR)  # 32 days
    change = replay_criteria(change_id=here.propose().pk, by=here.administrator, now=LATER)
    assert change.replay is not None
    assert change.replay["patients"] == 4
    assert change.replay["patient_days"] == 185 + 40 + 32 + 32
    total, blood = change.replay["lines"]
    assert (total["before"], total["after"]) == (3, 3)
    assert {kind: total[kind]["flags"] for kind in ("added", "lost", "moved")} == {"added": 0, "lost": 0, "moved": 2}
    assert total["moved"]["patients"] == 2
    assert total["moved"]["per_100_patient_years"][0] == round(2 / (289 / 365.25) * 100, 2)
    assert blood["rules"] == ["AML-BLOOD", "AML-BLOOD-2017"]
    assert {one["patient"] for one in change.replay["examples"]} == {moved.pk, provisional.pk}
    assert {one["before"]["state"] for one in change.replay["examples"]} == {"provisional", "not_confirmed"}
    assert {one["after"]["state"] for one in change.replay["examples"]} == {"confirmed"}
    assert change.replay["failed_rules"] == []
    assert (change.replayed_by, change.replayed_at) == (here.administrator, LATER)


def test_a_rule_left_out_loses_its_flags_in_the_replay_and_adds_none(here: House) -> None:
    here.patient(TWICE)
    marrow = here.patient({date(2026, 5, 1): "1", date(2026, 6, 1): "9"}, analyte="blasts_marrow")
    left_out = {"AML-MARROW": "Marrows are read elsewhere."}
    change = replay_criteria(
        change_id=here.propose(criteria="ELN-2022", switched_off=left_out).pk, by=here.physician, now=NOW
    )
    assert change.replay is not None
    total = change.replay["lines"][0]
    assert {kind: total[kind]["flags"] for kind in ("added", "lost", "moved")} == {"added": 0, "lost": 1, "moved": 0}
    (example,) = change.replay["examples"]
    assert (example["patient"], example["before"]["rule"], example["after"]) == (marrow.pk, "AML-MARROW", None)


def test_a_marrow_added_by_the_older_edition_is_the_same_episode(here: House) -> None:
    patient = here.patient({date(2026, 1, 5): "3", date(2026, 6, 5): "11"}, disease="MM", analyte="plasma_cells_marrow")
    patient.diagnoses.update(disease_type="nonsecretory", measurable=["marrow"])
    change = replay_criteria(change_id=here.propose(disease="MM", criteria="IMWG-2011").pk, by=here.physician, now=NOW)
    assert change.replay is not None
    total = change.replay["lines"][0]
    assert {kind: total[kind]["flags"] for kind in ("added", "lost", "moved")} == {"added": 0, "lost": 0, "moved": 1}


def test_the_replay_counts_only_patients_of_the_site_with_the_disease_and_writes_nothing_of_them(here: House) -> None:
    there = house()
    there.patient(ALONE)
    here.patient({date(2026, 5, 1): "1.0"}, disease="MM", analyte="serum_m")
    own = here.patient(CLEAR)
    change = replay_criteria(change_id=here.propose().pk, by=here.physician, now=NOW)
    assert change.replay is not None
    assert change.replay["patients"] == 1
    assert change.replay["lines"][0]["before"] == 0
    assert not Flag.objects.exists()
    assert not Evaluation.objects.filter(patient=own).exists()


def test_a_site_without_patients_is_replayed_too(here: House) -> None:
    change = replay_criteria(change_id=here.propose().pk, by=here.physician, now=NOW)
    assert change.replay is not None
    assert (change.replay["patients"], change.replay["patient_days"]) == (0, 0)
    assert change.replay["lines"][0]["added"]["per_100_patient_years"] is None


def test_patients_without_results_are_counted_and_watched_for_no_day(here: House) -> None:
    here.patient({})
    change = replay_criteria(change_id=here.propose().pk, by=here.physician, now=NOW)
    assert change.replay is not None
    assert (change.replay["patients"], change.replay["patient_days"]) == (1, 0)


def test_the_watched_time_is_that_of_results_and_not_of_what_was_told(here: House) -> None:
    make_symptom_report(here.patient(CLEAR), "fatigue", reported_on=date(2026, 9, 1))
    change = replay_criteria(change_id=here.propose().pk, by=here.physician, now=NOW)
    assert change.replay is not None
    assert change.replay["patient_days"] == 32


def test_only_a_proposal_is_replayed(here: House) -> None:
    change = here.approved()
    with pytest.raises(CriteriaRefused):
        replay_criteria(change_id=change.pk, by=here.physician, now=NOW)


# two people


def test_the_proposer_cannot_approve(here: House) -> None:
    change = replay_criteria(change_id=here.propose().pk, by=here.physician, now=NOW)
    with pytest.raises(AccessRefused):
        here.approve(change, by=here.physician)
    assert CriteriaChange.objects.get().state == CriteriaState.PROPOSED


def test_nobody_of_another_site_and_no_nurse_can_approve(here: House) -> None:
    change = replay_criteria(change_id=here.propose().pk, by=here.physician, now=NOW)
    for person in (make_physician(make_site()), make_nurse(here.site)):
        with pytest.raises(AccessRefused):
            here.approve(change, by=person)
        with pytest.raises(AccessRefused):
            reject_criteria(change_id=change.pk, because="No.", by=person, now=NOW)


def test_without_a_replay_there_is_no_approval(here: House) -> None:
    change = here.propose()
    with pytest.raises(CriteriaRefused, match="replay"):
        here.approve(change)


def test_a_replay_made_since_is_read_first(here: House) -> None:
    seen = replay_criteria(change_id=here.propose().pk, by=here.physician, now=NOW)
    replay_criteria(change_id=seen.pk, by=here.physician, now=LATER)
    with pytest.raises(CriteriaRefused, match="again"):
        here.approve(seen, now=LATER)


def test_a_replay_against_criteria_that_no_longer_hold_does_not_count(here: House) -> None:
    seen = replay_criteria(change_id=here.propose().pk, by=here.physician, now=NOW)
    make_criteria_change(here.site, disease="AML", criteria="ELN-2022", state="active", grading="CTCAE-6")
    with pytest.raises(CriteriaRefused, match="no longer hold"):
        here.approve(seen)


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_counts() -> None:
    site = make_site()
    here = House(site, make_physician(site), make_administrator(site))
    change = replay_criteria(change_id=here.propose().pk, by=here.physician, now=NOW)
    people, start, outcomes = [make_physician(site), here.administrator], threading.Barrier(2), []

    def decide(person: User) -> None:
        try:
            start.wait(10)
            outcomes.append(here.approve(change, by=person).state)
        except CriteriaRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(person,)) for person in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes) == ["active", "refused"]
    assert AuditEvent.objects.filter(verb="criteria.approved").count() == 1


def test_a_rejected_change_says_why_and_is_over(here: House) -> None:
    change = here.propose()
    with pytest.raises(ValidationError):
        reject_criteria(change_id=change.pk, because=" ", by=here.administrator, now=NOW)
    with pytest.raises(AccessRefused):
        reject_criteria(change_id=change.pk, because="Mine.", by=here.physician, now=NOW)
    done = reject_criteria(change_id=change.pk, because="Two samples are safer.", by=here.administrator, now=NOW)
    assert (done.state, done.closed_because) == (CriteriaState.REJECTED, "Two samples are safer.")
    assert AuditEvent.objects.get(verb="criteria.rejected").detail["because"] == "Two samples are safer."
    with pytest.raises(CriteriaRefused):
        withdraw_criteria(change_id=change.pk, because="x", by=here.physician, now=NOW)
    here.propose()


def test_the_proposer_withdraws(here: House) -> None:
    done = withdraw_criteria(change_id=here.propose().pk, because="A mistake.", by=here.physician, now=NOW)
    assert done.state == CriteriaState.WITHDRAWN
    assert AuditEvent.objects.filter(verb="criteria.withdrawn").exists()


# in force


def test_an_approval_puts_it_in_force_and_everybody_concerned_waits_for_evaluation(here: House) -> None:
    patient, other = here.patient(ALONE), here.patient({date(2026, 5, 1): "1"}, disease="MM", analyte="serum_m")
    look(patient, other)
    change = here.approved()
    assert (change.state, change.activated_at) == (CriteriaState.ACTIVE, NOW)
    assert in_force_at(here.site, "AML").criteria == "ELN-2017"
    assert list(Evaluation.objects.filter(pending=True).values_list("patient", flat=True)) == [patient.pk]
    row = AuditEvent.objects.get(verb="criteria.activated")
    assert (row.by, row.detail["patients"]) == (here.administrator, 1)
    evaluate_pending(by=system_account(), now=LATER)
    assert Flag.objects.get(patient=patient, rule="AML-BLOOD-2017").signal == Signal.CONFIRMED


def test_flags_of_a_rule_no_longer_asked_are_taken_off_and_say_so(here: House) -> None:
    patient = here.patient(ALONE)
    look(patient)
    acknowledged = Flag.objects.get(patient=patient, rule="AML-BLOOD")
    acknowledge_flag(flag_id=acknowledged.pk, version=acknowledged.version, by=here.physician, now=NOW)
    here.approved()
    evaluate_pending(by=system_account(), now=LATER)
    flag = Flag.objects.get(pk=acknowledged.pk)
    assert (flag.signal, flag.answer_by, flag.review) == (Signal.WITHDRAWN, None, Review.ACKNOWLEDGED)
    last = flag.events.last()
    assert last is not None
    assert last.kind == FlagEvent.Kind.CRITERIA
    assert "ELN 2017" in last.note
    assert flag.finding["evidence"]
    row = AuditEvent.objects.get(verb="flag.criteria")
    assert (row.patient, row.target_id) == (patient, flag.pk)
    evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=LATER)
    assert flag.events.count() == 3


def test_a_decision_made_under_the_criteria_of_its_day_stands(here: House) -> None:
    patient = here.patient(TWICE)
    look(patient)
    flag = Flag.objects.get(patient=patient, rule="AML-BLOOD")
    resolve_flag(flag_id=flag.pk, version=flag.version, decision=Decision.RELAPSE_CONFIRMED, by=here.physician, now=NOW)
    here.approved()
    evaluate_pending(by=system_account(), now=LATER)
    flag.refresh_from_db()
    assert (flag.signal, flag.decision) == (Signal.CONFIRMED, Decision.RELAPSE_CONFIRMED)
    assert not AuditEvent.objects.filter(verb="flag.criteria").exists()


def test_going_back_brings_the_flags_back_open(here: House) -> None:
    patient = here.patient(TWICE)
    look(patient)
    here.approved()
    evaluate_pending(by=system_account(), now=NOW)
    back = here.approved(criteria="ELN-2022", now=LATER)
    assert back.replayed_against is not None
    evaluate_pending(by=system_account(), now=LATER)
    assert signals(patient) == {"AML-BLOOD": "confirmed", "AML-BLOOD-2017": "withdrawn"}
    flag = Flag.objects.get(patient=patient, rule="AML-BLOOD")
    assert flag.review == Review.OPEN
    assert flag.answer_by is not None
    states = list(CriteriaChange.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["superseded", "active"]


def test_a_corrected_result_still_withdraws_in_the_plain_way(here: House) -> None:
    patient = here.patient(CLEAR)
    wrong = make_result(patient, "blasts_blood_percent", "2", collected_on=date(2026, 7, 1), laboratory="North")
    here.approved()
    evaluate_pending(by=system_account(), now=NOW)
    type(wrong).objects.filter(pk=wrong.pk).update(status="entered-in-error")
    look(patient, now=LATER)
    flag = Flag.objects.get(patient=patient, rule="AML-BLOOD-2017")
    assert list(flag.events.values_list("kind", flat=True)) == ["raised", "withdrawn"]


def test_nothing_of_another_site_or_another_disease_is_touched(here: House) -> None:
    there = house()
    stranger = there.patient(TWICE)
    neighbour = here.patient({date(2026, 1, 5): "0.3", date(2026, 2, 5): "0.3"}, disease="MM", analyte="serum_m")
    look(stranger, neighbour)
    flags = list(Flag.objects.values())
    looked = list(Evaluation.objects.values())
    here.approved()
    evaluate_pending(by=system_account(), now=LATER)
    assert list(Flag.objects.values()) == flags
    assert list(Evaluation.objects.values()) == looked
    assert in_force_at(there.site, "AML").criteria == "ELN-2022"
    look(stranger, now=LATER)
    assert set(signals(stranger)) == {"AML-BLOOD"}


def test_a_rule_switched_off_for_one_disease_is_asked_for_the_other_of_the_same_patient(here: House) -> None:
    patient = here.patient({date(2026, 5, 1): "14", date(2026, 6, 1): "7.5"}, analyte="haemoglobin")
    make_diagnosis(patient, "MM", remission_on=date(2026, 1, 1))
    look(patient)
    assert "CBC-HB-FALL" in signals(patient)
    here.approved(criteria="ELN-2022", switched_off={"CBC-HB-FALL": "Too many."})
    evaluate_pending(by=system_account(), now=LATER)
    assert signals(patient)["CBC-HB-FALL"] != Signal.WITHDRAWN


def test_what_is_approved_for_a_later_day_waits_for_it(here: House) -> None:
    change = here.approved(active_from=date(2026, 11, 23))
    assert change.state == CriteriaState.APPROVED
    assert in_force_at(here.site, "AML").criteria == "ELN-2022"
    actor = system_account()
    assert activate_due_criteria(by=actor, now=datetime(2026, 11, 22, 22, 59, tzinfo=UTC)) == 0
    assert activate_due_criteria(by=actor, now=datetime(2026, 11, 22, 23, 1, tzinfo=UTC)) == 1  # midnight in Paris
    assert activate_due_criteria(by=actor, now=datetime(2026, 11, 23, 9, tzinfo=UTC)) == 0
    assert in_force_at(here.site, "AML").criteria == "ELN-2017"


def test_an_approved_change_whose_day_has_not_come_can_be_withdrawn(here: House) -> None:
    change = here.approved(active_from=date(2026, 11, 23))
    withdraw_criteria(change_id=change.pk, because="The trial was stopped.", by=here.physician, now=NOW)
    assert activate_due_criteria(by=system_account(), now=NOW + timedelta(days=9)) == 0


@pytest.mark.django_db(transaction=True)
def test_the_jobs_put_in_force_and_may_be_asked_for_twice() -> None:
    make_criteria_change(state="approved", active_from=date(2026, 11, 2))
    activate_criteria(0)
    assert CriteriaChange.objects.get().state == CriteriaState.ACTIVE
    catch_up_soon()
    catch_up_soon()
