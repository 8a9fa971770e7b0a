"""A result corrected after a decision: the signal opens again or is withdrawn, and whoever decided is told of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from labs.actions.evaluate import evaluate_patients
from labs.actions.receive_report import receive_report
from labs.actions.review_flag import resolve_flag
from labs.models import Decision, Flag, Review, Signal
from labs.selectors.taken_back import taken_back
from patients.actions.system_account import system_account
from patients.models import CourseEvent, Patient, User
from tests.factories import make_care_team, make_diagnosis, make_line, make_patient, make_physician
from tests.labs.actions.test_receive_report import as_report, incoming

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=2)
RISEN = date(2026, 10, 10)
DAYS = {"B1": ("0.3", date(2026, 1, 5)), "B2": ("0.3", date(2026, 4, 6)), "B3": ("0.9", RISEN)}
DECISIONS = [Decision.RELAPSE_CONFIRMED, Decision.EXPLAINED_INFECTION]


def receive(accession: str, value: str, day: date, now: datetime = NOW, **fields: str) -> None:
    one = incoming(value, accession=accession, collected_on=day, **fields)
    receive_report(report=as_report(one), by=system_account(), now=now)


@pytest.fixture
def physician() -> User:
    return make_physician(make_patient(mrn="007").site)


@pytest.fixture
def flag(physician: User) -> Flag:
    """Raised by a rise of 0.6 g/dL; with the colleague who is responsible, not with who decides."""
    patient = Patient.objects.get(identifiers__value="007")
    make_care_team(patient, physician=make_physician(patient.site))
    make_line(make_diagnosis(patient), started_on=date(2025, 1, 1))
    for accession, (value, day) in DAYS.items():
        receive(accession, value, day)
    return Flag.objects.get(patient=patient, rule="MM-PD-SERUM-M")


def decide(flag: Flag, by: User, decision: str) -> None:
    resolve_flag(flag_id=flag.pk, version=flag.version, decision=decision, by=by, now=NOW)
    flag.refresh_from_db()


def told(user: User, now: datetime = LATER) -> list[str]:
    return [event.kind for event in taken_back(user=user, now=now)]


def kinds(flag: Flag) -> list[str]:
    return list(flag.events.values_list("kind", flat=True))


@pytest.mark.parametrize("decision", DECISIONS)
def test_evidence_that_is_gone_withdraws_the_signal_and_the_decider_is_told(flag, physician, decision) -> None:
    decide(flag, physician, decision)
    receive("B3", "0.3", RISEN, LATER, status="corrected")
    flag.refresh_from_db()
    assert (flag.signal, flag.review, flag.decision) == (Signal.WITHDRAWN, Review.RESOLVED, decision)
    assert kinds(flag)[-1] == "withdrawn"
    assert told(physician) == ["withdrawn"]
    assert told(make_physician(flag.patient.site)) == []


def test_evidence_that_changed_opens_an_explained_signal_and_the_decider_is_told(flag: Flag, physician: User) -> None:
    decide(flag, physician, Decision.EXPLAINED_INFECTION)
    receive("B3", "1.0", RISEN, LATER, status="corrected")
    flag.refresh_from_db()
    assert (flag.signal, flag.review, flag.decision) == (Signal.PROVISIONAL, Review.OPEN, "")
    assert kinds(flag)[-2:] == ["revised", "reopened"]
    assert told(physician) == told(flag.owner) == ["revised"]
    assert [row.decision for row in flag.decisions.all()] == [Decision.EXPLAINED_INFECTION]


def test_that_of_a_recorded_relapse_leaves_it_and_the_decider_is_told(flag: Flag, physician: User) -> None:
    decide(flag, physician, Decision.RELAPSE_CONFIRMED)
    receive("B3", "1.0", RISEN, LATER, status="corrected")
    flag.refresh_from_db()
    assert (flag.review, flag.decision) == (Review.RESOLVED, Decision.RELAPSE_CONFIRMED)
    assert kinds(flag)[-1] == "revised"
    assert told(physician) == ["revised"]
    assert CourseEvent.objects.filter(kind="relapse", withdrawn_at=None).exists()


def test_so_does_a_nadir_that_was_corrected(flag: Flag, physician: User) -> None:
    decide(flag, physician, Decision.RELAPSE_CONFIRMED)
    receive("B2", "0.35", date(2026, 4, 6), LATER, status="corrected")
    assert told(physician) == ["revised"]


def test_an_ordinary_further_result_of_a_recorded_relapse_tells_nobody(flag: Flag, physician: User) -> None:
    decide(flag, physician, Decision.RELAPSE_CONFIRMED)
    for number, day in enumerate([date(2026, 11, 21), date(2026, 11, 22)]):
        receive(f"C{number}", "1.2", day, LATER)
    assert "revised" not in kinds(flag)
    assert told(physician) == []


def test_asking_the_rules_again_tells_it_once(flag: Flag, physician: User) -> None:
    decide(flag, physician, Decision.RELAPSE_CONFIRMED)
    receive("B3", "1.0", RISEN, LATER, status="corrected")
    evaluate_patients(patient_ids=[flag.patient_id], by=system_account(), now=LATER)
    assert kinds(flag).count("revised") == 1


def test_who_decides_anew_is_told_no_longer(flag: Flag, physician: User) -> None:
    decide(flag, physician, Decision.EXPLAINED_INFECTION)
    receive("B3", "1.0", RISEN, LATER, status="corrected")
    flag.refresh_from_db()
    resolve_flag(
        flag_id=flag.pk,
        version=flag.version,
        decision=Decision.EXPLAINED_INFECTION,
        by=physician,
        now=LATER + timedelta(minutes=1),
    )
    assert told(physician, LATER + timedelta(hours=1)) == []
