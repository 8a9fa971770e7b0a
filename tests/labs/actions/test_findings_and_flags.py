"""From a clinician's finding to a flag and back: raised, changed with its correction, withdrawn with it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from labs.actions.correct_finding import correct_finding
from labs.actions.record_finding import Told, record_findings
from labs.actions.withdraw_finding import withdraw_finding
from labs.models import ClinicalFinding, Evaluation, Flag
from labs.models.flag import Signal
from patients.models import Patient, User
from tests.factories import make_diagnosis, make_patient, make_physician

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
BEFORE, AFTER = date(2026, 1, 5), date(2026, 6, 5)


@pytest.fixture
def patient() -> Patient:
    return make_diagnosis(make_patient()).patient


@pytest.fixture
def physician(patient: Patient) -> User:
    return make_physician(patient.site)


def tell(patient: Patient, by: User, day: date, *told: Told) -> list[ClinicalFinding]:
    return record_findings(patient=patient, observed_on=day, findings=told, by=by, now=NOW)


def measured(lesion: str, longest: int, short: int) -> tuple[Told, Told]:
    return (
        Told("lesion_diameter", lesion, "mri", value=Decimal(longest)),
        Told("lesion_short_axis", lesion, "mri", value=Decimal(short)),
    )


def standing(patient: Patient) -> dict[str, str]:
    flags = Flag.objects.filter(patient=patient).exclude(signal=Signal.WITHDRAWN)
    return {flag.rule: flag.level for flag in flags}


def test_a_new_lesion_raises_an_urgent_flag_that_shows_the_finding(patient: Patient, physician: User) -> None:
    found = tell(patient, physician, AFTER, Told("lesion_new", "rib 7", "mri", coded="yes"))[0]
    flag = Flag.objects.get(patient=patient)
    assert (flag.rule, flag.level, flag.onset_on) == ("MM-LESION-NEW", "URGENT", AFTER)
    assert flag.finding["evidence"][0]["accession"] == f"finding-{found.pk}"
    assert flag.finding["evidence"][0]["value"] == "yes"
    assert flag.explanation == "New lesion (rib 7, MRI) on 5 Jun 2026."
    client = Client()
    client.force_login(physician)
    page = client.get(reverse("flag", args=[flag.pk])).content.decode()
    assert "rib 7, MRI" in page
    assert reverse("finding", args=[patient.pk, found.pk]) in page
    assert client.get(reverse("patient_signals", args=[patient.pk])).status_code == 200


def test_a_finding_taken_back_withdraws_its_flag(patient: Patient, physician: User) -> None:
    found = tell(patient, physician, AFTER, Told("lesion_new", "rib 7", "mri", coded="yes"))[0]
    withdraw_finding(finding=found, reason="another patient", by=physician, now=NOW)
    assert Flag.objects.get(patient=patient).signal == Signal.WITHDRAWN


def test_a_correction_to_a_fracture_withdraws_the_flag(patient: Patient, physician: User) -> None:
    found = tell(patient, physician, AFTER, Told("lesion_new", "L3", "mri", coded="yes"))[0]
    correct_finding(
        finding=found,
        observed_on=AFTER,
        site="L3",
        method="mri",
        coded="osteoporotic fracture",
        reason="read again",
        by=physician,
        now=NOW,
    )
    assert standing(patient) == {}


def test_growth_of_measured_lesions_raises_flags_and_a_corrected_diameter_withdraws_them(
    patient: Patient, physician: User
) -> None:
    tell(patient, physician, BEFORE, *measured("iliac", 30, 20), *measured("rib", 10, 5))
    assert standing(patient) == {}
    found = tell(patient, physician, AFTER, *measured("iliac", 45, 30), *measured("rib", 10, 5))
    assert standing(patient) == {"MM-LESION-GROWTH": "URGENT", "MM-PD-LESION-DIAMETER": "URGENT"}
    correct_finding(
        finding=found[0],
        observed_on=AFTER,
        site="iliac",
        method="mri",
        value=Decimal(31),
        reason="measured again",
        by=physician,
        now=NOW,
    )
    assert standing(patient) == {"MM-LESION-GROWTH": "URGENT"}
    withdraw_finding(finding=found[1], reason="measured wrongly", by=physician, now=NOW)
    assert standing(patient) == {}


def test_what_nobody_recorded_is_not_called_normal(patient: Patient, physician: User) -> None:
    tell(patient, physician, AFTER, *measured("iliac", 30, 20))
    answers = Evaluation.objects.get(patient=patient).answers
    for rule in ("MM-LESION-NEW", "MM-LESION-GROWTH", "MM-PD-LESION-DIAMETER", "MM-HYPERVISCOSITY"):
        assert answers[rule]["answer"] == "not_evaluable", rule
        assert answers[rule]["missing"]


def test_the_page_of_a_signal_and_the_course_draw_the_measured_lesions(patient: Patient, physician: User) -> None:
    tell(patient, physician, BEFORE, *measured("iliac", 30, 20))
    tell(patient, physician, AFTER, *measured("iliac", 45, 30))
    flag = Flag.objects.get(patient=patient, rule="MM-LESION-GROWTH")
    client = Client()
    client.force_login(physician)
    case = client.get(reverse("flag", args=[flag.pk])).context["case"]
    assert [len(trend.points) for trend in case.markers] == [2, 2, 2]  # both diameters and their product
    course = client.get(reverse("patient", args=[patient.pk])).content.decode()
    assert "Sum of products of lesions: 2 results" in course
