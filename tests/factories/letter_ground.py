"""A site that sends letters, and a patient with an overdue, a due and a stable history: what tests of letters start from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from labs.actions.prepare_letters import prepare_letters
from labs.models import Letter, ScheduledTest
from patients.models import Patient, Site, User
from tests.factories import (
    make_diagnosis,
    make_evaluation,
    make_nurse,
    make_patient,
    make_physician,
    make_plan,
    make_result,
    make_scheduled_test,
    make_site,
)
from tests.factories.contact import make_contact_details, make_settings

NOW = datetime(2025, 6, 2, 9, tzinfo=UTC)
TODAY = date(2025, 6, 2)
DAY = timedelta(days=1)
NO = {"answer": "not_raised", "missing": []}


@dataclass(frozen=True, slots=True)
class Ground:
    """A site with one patient, and who works there."""

    site: Site
    patient: Patient
    nurse: User
    physician: User


def open_ground(*, settings: dict[str, Any] | None = None, **details: Any) -> Ground:
    """A patient who agreed to every way, at a site that sends every way."""
    site = make_site(name="North Unit", time_zone="UTC")
    make_settings(site, **settings or {})
    patient = make_patient(site=site, given_name="Ines", family_name="Okafor")
    nurse = make_nurse(site)
    make_contact_details(patient, by=nurse, **details)
    return Ground(site, patient, nurse, make_physician(site))


def due(patient: Patient, kind: str = "cbc", **fields: Any) -> ScheduledTest:
    """A test that is due today."""
    return make_scheduled_test(patient, kind, due_on=fields.pop("due_on", TODAY), **fields)


def overdue(patient: Patient, kind: str = "cbc", **fields: Any) -> ScheduledTest:
    """A test whose window closed three weeks ago."""
    return make_scheduled_test(patient, kind, due_on=TODAY - 28 * DAY, **fields)


def make_stable(patient: Patient) -> ScheduledTest:
    """Give the patient a last round in which every rule that judged said no, and a next test; that test."""
    diagnosis = make_diagnosis(patient)
    plan = make_plan(diagnosis)
    day = TODAY - 20 * DAY
    results = [
        make_result(patient, analyte, "0.3", collected_on=day) for analyte in ("serum_m", "flc_kappa", "flc_lambda")
    ]
    make_scheduled_test(
        patient, "spep_flc", due_on=day, plan=plan, step="a", collected_on=day, closed_by=results[0].report
    )
    answers = {
        "MM-PD-SERUM-M": NO,
        "MM-PD-FLC": NO,
        "MM-LESION-NEW": {"answer": "not_evaluable", "missing": ["images"]},
    }
    make_evaluation(patient, answers, evaluated_at=NOW, as_of=TODAY)
    return make_scheduled_test(patient, "spep_flc", due_on=TODAY + 70 * DAY, plan=plan, step="a", sequence=1)


def made(ground: Ground, channel: str = "post", kind: str = "due", **fields: Any) -> Letter:
    """A letter to the patient, made by the nurse or, where it says that all is stable, by the physician."""
    by = ground.physician if kind == "stable" else ground.nurse
    given: dict[str, Any] = {"now": NOW, "by": by, "patients": [ground.patient.pk]} | fields
    (letter,) = prepare_letters(kind=kind, channel=channel, **given)
    return letter
