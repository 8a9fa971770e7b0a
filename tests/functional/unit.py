"""A small unit with staff, a patient whose disease may be coming back, an overdue test: what the browser tests work on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from labs.actions.evaluate import evaluate_patients
from labs.models import Flag, ScheduledTest
from patients.actions.system_account import system_account
from patients.models import Absence, Patient, User
from tests.factories import (
    make_absence,
    make_administrator,
    make_care_team,
    make_diagnosis,
    make_line,
    make_nurse,
    make_patient,
    make_physician,
    make_plan,
    make_quarantine,
    make_result,
    make_scheduled_test,
    make_series,
    make_site,
    make_symptom_report,
    make_user,
)
from tests.factories.contact import make_contact_details, make_letter, make_settings
from tests.factories.people import PASSWORD


@dataclass(frozen=True, slots=True)
class Unit:
    """Who works there, and whom they look after."""

    physician: User
    cover: User
    nurse: User
    administrator: User
    auditor: User
    patient: Patient
    flag: Flag
    overdue: ScheduledTest
    absence: Absence


def open_unit() -> Unit:
    """Staff of one site and one myeloma patient whose M-protein rose twice, evaluated by the real rules."""
    today = timezone.localdate()
    site = make_site(name="Northern unit")
    physician = make_physician(site, username="larch", first_name="Willow", last_name="Larch", password=PASSWORD)
    nurse = make_nurse(site, username="ash", first_name="Juniper", last_name="Ash", password=PASSWORD)
    diagnosis = make_diagnosis(make_patient(site=site, family_name="Okafor", given_name="Ines", mrn="0004711"))
    patient = diagnosis.patient
    cover = make_physician(site, username="elm", first_name="Rowan", last_name="Elm", password=PASSWORD)
    make_care_team(patient, physician=physician, nurse=nurse, cover=cover)
    away = make_physician(site, username="birch", first_name="Alder", last_name="Birch")
    make_line(diagnosis, started_on=date(2023, 2, 1), regimen="lenalidomide", phase="maintenance")
    _rising(patient, today)
    make_symptom_report(patient, "bone_pain", reported_on=today - timedelta(days=9), by=nurse)
    make_quarantine(patient=patient, analyte="platelets", collected_on=today - timedelta(days=9))
    overdue = make_scheduled_test(
        patient,
        "flc",
        plan=make_plan(diagnosis),
        due_on=today - timedelta(days=40),
        late_from=today - timedelta(days=33),
    )
    make_settings(site, contact_line="+44 20 7946 0000")
    make_contact_details(patient, by=nurse)
    make_letter(patient, made_by=nurse)
    evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=timezone.now())
    flag = Flag.objects.get(patient=patient, rule="MM-PD-SERUM-M")
    return Unit(
        physician=physician,
        cover=cover,
        nurse=nurse,
        administrator=make_administrator(site, username="oak", password=PASSWORD),
        auditor=make_user("auditor", sites=[site], username="yew", password=PASSWORD),
        patient=patient,
        flag=flag,
        overdue=overdue,
        absence=make_absence(away, physician, first=-1, last=5),
    )


def _rising(patient: Patient, today: date) -> None:
    days = [today - timedelta(days=number) for number in (400, 360, 300, 200, 100, 50, 10)]
    make_series(patient, "serum_m", dict(zip(days, ("0.3", "0.3", "<0.1", "0.3", "0.4", "0.9", "1.1"), strict=True)))
    make_series(patient, "haemoglobin", dict.fromkeys(days, "12.9"))
    make_series(patient, "flc_kappa", dict.fromkeys(days, "14.0"))
    make_series(patient, "flc_lambda", dict.fromkeys(days, "11.0"))
    make_result(patient, "haemoglobin", "9.1", collected_on=days[-1])
