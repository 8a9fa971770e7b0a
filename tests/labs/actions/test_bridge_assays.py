"""Assays declared interchangeable by two people: series run on, no value changes, and all of it can be taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from labs.actions.bridge_assays import JOB, confirm_bridge, declare_bridge, evaluate_bridged, withdraw_bridge
from labs.actions.evaluate import evaluate_patients
from labs.models import AssayBridge, Evaluation, Flag, Result, Signal
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import AuditEvent, Patient, Site, User
from tests.factories import (
    make_administrator,
    make_bridge,
    make_diagnosis,
    make_nurse,
    make_patient,
    make_physician,
    make_series,
    make_site,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
A, B = ("serum", "spep", "A"), ("serum", "spep", "B")
SINCE = date(2026, 9, 1)
PD, CHANGED = "MM-PD-SERUM-M", "ASSAY-CHANGED"


@pytest.fixture
def site() -> Site:
    return make_site()


@pytest.fixture
def physician(site: Site) -> User:
    return make_physician(site)


@pytest.fixture
def administrator(site: Site) -> User:
    return make_administrator(site)


def followed(site: Site) -> Patient:
    """Two values of laboratory A, then a risen one of laboratory B."""
    patient = make_patient(site=site)
    make_diagnosis(patient)
    make_series(
        patient, "serum_m", {date(2026, 1, 5): "0.3", date(2026, 4, 6): "0.3"}, method_family="spep", laboratory="A"
    )
    make_series(patient, "serum_m", {date(2026, 10, 10): "0.9"}, method_family="spep", laboratory="B")
    evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=NOW)
    return patient


def declare(site: Site, by: User, **facts: Any) -> AssayBridge:
    given: dict[str, Any] = {
        "analyte": "serum_m", "old": A, "new": B, "since": SINCE, "reason": "merged", "source": "letter of B",
    }  # fmt: skip
    return declare_bridge(site=site, by=by, now=NOW, **given | facts)


def work() -> int:
    """Do the jobs that wait, as a worker would, and forget them. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("select args from procrastinate_jobs where task_name = %s", [JOB])
        jobs = cursor.fetchall()
        cursor.execute("delete from procrastinate_jobs where task_name = %s", [JOB])
    for (args,) in jobs:
        found = args if isinstance(args, dict) else __import__("json").loads(args)
        evaluate_bridged(bridge_id=found["bridge_id"], by=system_account(), now=NOW)
    return len(jobs)


def signals(patient: Patient) -> dict[str, str]:
    return dict(Flag.objects.filter(patient=patient).values_list("rule", "signal"))


def test_nothing_happens_until_a_second_person_confirms(site: Site, physician: User, administrator: User) -> None:
    patient = followed(site)
    assert signals(patient) == {CHANGED: Signal.NOT_EVALUABLE}
    bridge = declare(site, administrator)
    assert (work(), signals(patient)) == (0, {CHANGED: Signal.NOT_EVALUABLE})
    confirm_bridge(bridge=bridge, by=physician, now=NOW)
    assert Evaluation.objects.get(patient=patient).pending
    assert work() == 1
    assert signals(patient) == {CHANGED: Signal.WITHDRAWN, PD: Signal.PROVISIONAL}
    assert not Evaluation.objects.get(patient=patient).pending
    verbs = AuditEvent.objects.filter(verb__startswith="assay_bridge").order_by("pk").values_list("verb", "by")
    assert list(verbs) == [("assay_bridge.declare", administrator.pk), ("assay_bridge.confirm", physician.pk)]


def test_taking_it_back_leaves_everything_as_before(site: Site, physician: User, administrator: User) -> None:
    patient = followed(site)
    before = Evaluation.objects.get(patient=patient).answers
    values = list(Result.objects.order_by("pk").values())
    bridge = declare(site, physician)
    confirm_bridge(bridge=bridge, by=administrator, now=NOW)
    work()
    withdraw_bridge(bridge=bridge, reason="the laboratory took it back", by=administrator, now=NOW)
    assert work() == 1
    assert Evaluation.objects.get(patient=patient).answers == before
    assert signals(patient) == {CHANGED: Signal.NOT_EVALUABLE, PD: Signal.WITHDRAWN}
    assert list(Result.objects.order_by("pk").values()) == values


def test_evidence_keeps_the_true_laboratory(site: Site, physician: User, administrator: User) -> None:
    patient = followed(site)
    confirm_bridge(bridge=declare(site, physician), by=administrator, now=NOW)
    work()
    finding = Flag.objects.get(patient=patient, rule=PD).finding
    assert {item["laboratory"] for item in finding["evidence"]} == {"A", "B"}


def test_another_site_keeps_telling_them_apart(site: Site, physician: User, administrator: User) -> None:
    elsewhere = followed(make_site())
    confirm_bridge(bridge=declare(site, physician), by=administrator, now=NOW)
    work()
    evaluate_patients(patient_ids=[elsewhere.pk], by=system_account(), now=NOW)
    assert signals(elsewhere) == {CHANGED: Signal.NOT_EVALUABLE}


def test_results_before_the_day_are_told_apart(site: Site, physician: User, administrator: User) -> None:
    patient = followed(site)
    confirm_bridge(bridge=declare(site, physician, since=date(2026, 10, 11)), by=administrator, now=NOW)
    evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=NOW)
    assert signals(patient) == {CHANGED: Signal.NOT_EVALUABLE}


def test_nobody_confirms_the_own_declaration(site: Site, physician: User) -> None:
    with pytest.raises(ValidationError) as refused:
        confirm_bridge(bridge=declare(site, physician), by=physician, now=NOW)
    assert "yourself" in str(refused.value)


def test_one_of_the_two_is_a_physician(site: Site, administrator: User) -> None:
    with pytest.raises(ValidationError) as refused:
        confirm_bridge(bridge=declare(site, administrator), by=make_administrator(site), now=NOW)
    assert "physician" in str(refused.value)


def test_it_is_confirmed_once_and_taken_back_once(site: Site, physician: User, administrator: User) -> None:
    bridge = declare(site, administrator)
    confirm_bridge(bridge=bridge, by=physician, now=NOW)
    with pytest.raises(ValidationError):
        confirm_bridge(bridge=bridge, by=make_physician(site), now=NOW)
    withdraw_bridge(bridge=bridge, reason="wrong method", by=physician, now=NOW)
    for again in (
        lambda: withdraw_bridge(bridge=bridge, reason="wrong method", by=physician, now=NOW),
        lambda: confirm_bridge(bridge=bridge, by=physician, now=NOW),
    ):
        with pytest.raises(ValidationError):
            again()
    declare(site, administrator)  # and may be declared anew


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"new": A}, "new"),
        ({"new": ("urine", "spep", "B")}, "new"),
        ({"analyte": "gold"}, "analyte"),
        ({"since": date(2026, 11, 21)}, "since"),
        ({"reason": ""}, "reason"),
        ({"source": " "}, "source"),
    ],
)
def test_bad_facts_are_refused_by_field(site: Site, physician: User, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        declare(site, physician, **facts)
    assert list(refused.value.message_dict) == [field]
    assert not AssayBridge.objects.exists()


def test_the_same_two_are_not_declared_again_in_either_direction(site: Site, physician: User) -> None:
    declare(site, physician)
    for pair in ((A, B), (B, A)):
        with pytest.raises(ValidationError):
            declare(site, physician, old=pair[0], new=pair[1])


def test_only_physicians_and_administrators_of_the_site(site: Site, physician: User) -> None:
    bridge = declare(site, physician)
    for person in (make_nurse(site), make_physician(make_site()), make_administrator(make_site())):
        with pytest.raises(AccessRefused):
            declare(site, person, analyte="haemoglobin")
        with pytest.raises(AccessRefused):
            confirm_bridge(bridge=bridge, by=person, now=NOW)
        with pytest.raises(AccessRefused):
            withdraw_bridge(bridge=bridge, reason="no", by=person, now=NOW)


def test_the_database_refuses_bad_states(site: Site, physician: User) -> None:
    same = {"new_laboratory": "A"}
    half = {"confirmed_at": NOW}
    alone = {"by": physician, "confirmed_by": physician}
    for fields in (same, half, alone, {"reason": ""}, {"source": ""}, {"withdrawn_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_bridge(site, **fields)  # type: ignore[arg-type]
