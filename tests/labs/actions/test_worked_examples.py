"""The worked examples that speak of deliveries and corrections, through the database: E02, E09, E10."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from labs.actions.receive_report import Received, receive_report
from labs.actions.review_flag import acknowledge_flag
from labs.models import Evaluation, Flag, Result, Review, Signal
from patients.actions.system_account import system_account
from patients.models import AuditEvent, Patient
from tests.factories.people import make_care_team, make_physician, make_site
from tests.factories.persons import make_diagnosis, make_line, make_patient
from tests.labs.actions.test_receive_report import as_report, incoming

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 9, 2, 9, tzinfo=UTC)
RISEN = date(2026, 9, 1)


@pytest.fixture
def patient() -> Patient:
    """Two stable values of 0.3 g/dL."""
    site = make_site(time_zone="UTC")
    patient = make_patient(mrn="007", site=site)
    make_line(make_diagnosis(patient))
    make_care_team(patient, physician=make_physician(site))
    arrive("0.3", "A1", date(2026, 7, 1))
    arrive("0.3", "A2", date(2026, 8, 1))
    return patient


def arrive(value: str, accession: str, day: date, *, now: datetime = NOW, **fields: Any) -> Received:
    result = incoming(value, accession=accession, collected_on=day, **fields)
    return receive_report(report=as_report(result), by=system_account(), now=now)


def flags() -> dict[str, Flag]:
    return {flag.rule: flag for flag in Flag.objects.all()}


def life(flag: Flag) -> list[str]:
    return list(flag.events.order_by("id").values_list("kind", flat=True))


def test_e02_what_was_not_confirmed_stays_in_the_record(patient: Patient) -> None:
    arrive("0.9", "A3", RISEN)
    assert flags()["MM-PD-SERUM-M"].signal == Signal.PROVISIONAL
    arrive("0.4", "A4", date(2026, 10, 1))
    flag = flags()["MM-PD-SERUM-M"]
    assert (flag.signal, flag.onset_on, life(flag)) == (Signal.NOT_CONFIRMED, RISEN, ["raised", "not_confirmed"])
    first, last = flag.events.order_by("id")
    assert "on one assessment so far" in first.finding["explanation"]
    assert "no longer meets the criterion" in last.finding["explanation"]


def test_e09_a_correction_withdraws_the_flag_keeps_its_evidence_and_who_had_seen_it(patient: Patient) -> None:
    arrive("1.2", "A3", RISEN)
    flag = flags()["MM-PD-SERUM-M"]
    assert (flag.signal, flag.level) == (Signal.PROVISIONAL, "REVIEW")
    doctor = patient.care_team.physician
    acknowledge_flag(flag_id=flag.pk, version=flag.version, by=doctor, now=NOW)
    tomorrow = NOW + timedelta(days=1)
    arrive("0.2", "A3", RISEN, now=tomorrow, status="corrected")
    withdrawn = flags()["MM-PD-SERUM-M"]
    assert {flag.signal for flag in flags().values()} == {Signal.WITHDRAWN}
    assert life(withdrawn) == ["raised", "acknowledged", "withdrawn"]
    assert withdrawn.events.order_by("id")[1].by == doctor
    assert "1.2 g/dL" in withdrawn.finding["explanation"]
    old, new = Result.objects.filter(report__accession="A3").order_by("version")
    assert (old.value_printed, old.is_current, new.value_printed, new.is_current) == ("1.2", False, "0.2", True)
    assert new.supersedes == old
    assert AuditEvent.objects.filter(patient=patient).exists()


def test_e09_the_lowest_value_is_worked_out_anew(patient: Patient) -> None:
    """0.2 alone is no confirmed lowest value; with a second 0.2 it is, and 0.7 is then a rise of 0.5."""
    arrive("1.2", "A3", RISEN)
    arrive("0.2", "A3", RISEN, status="corrected")
    arrive("0.2", "A4", date(2026, 10, 1))
    arrive("0.7", "A5", date(2026, 11, 1))
    flag = Flag.objects.get(rule="MM-PD-SERUM-M", signal=Signal.PROVISIONAL)
    assert flag.onset_on == date(2026, 11, 1)
    assert flag.finding["reference"]["value"] == "0.2 g/dL"


def test_e10_one_day_is_one_assessment_however_often_it_is_sent(patient: Patient) -> None:
    eight, three = (datetime(2026, 9, 1, hour, tzinfo=UTC) for hour in (8, 15))
    arrive("0.9", "A3", RISEN, collected_at=eight, time_known=True, zone_known=True)
    again = arrive("0.9", "A3", RISEN, collected_at=eight, time_known=True, zone_known=True)
    arrive("0.9", "A4", RISEN, collected_at=three, time_known=True, zone_known=True)
    assert [happened.kind for happened in again.results] != ["stored"]
    assert Result.objects.filter(patient=patient, collected_on=RISEN).count() == 2
    flag = flags()["MM-PD-SERUM-M"]
    assert (flag.signal, flag.level, flag.review) == (Signal.PROVISIONAL, "REVIEW", Review.OPEN)
    assert {item["accession"] for item in flag.finding["evidence"]} >= {"A3", "A4"}
    assert Evaluation.objects.get(patient=patient).answers["MM-PD-SERUM-M"]["answer"] == "raised"
