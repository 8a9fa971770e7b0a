from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from patients.access import AccessRefused
from patients.actions.end_treatment import end_event, end_line
from patients.actions.record_treatment import record_event, record_line
from patients.models import AuditEvent, Diagnosis, Patient, TreatmentEvent, TreatmentLine
from tests.factories import make_diagnosis, make_event, make_line, make_nurse, make_patient, make_site, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


def line(diagnosis: Diagnosis, **changes: Any) -> TreatmentLine:
    given: dict[str, Any] = {
        "number": 1,
        "phase": "induction",
        "regimen": " VRd ",
        "started_on": date(2025, 1, 1),
        "by": make_nurse(diagnosis.patient.site),
        "now": NOW,
    }
    return record_line(diagnosis=diagnosis, **given | changes)


def event(patient: Patient, **changes: Any) -> TreatmentEvent:
    given: dict[str, Any] = {
        "kind": "transfusion_red_cells",
        "started_on": date(2025, 1, 1),
        "by": make_nurse(patient.site),
        "now": NOW,
    }
    return record_event(patient=patient, **given | changes)


def test_a_line_is_recorded_with_audit() -> None:
    made = line(make_diagnosis())
    assert made.regimen == "VRd"
    assert AuditEvent.objects.get().verb == "treatment.record_line"


def test_the_same_line_twice_is_refused() -> None:
    diagnosis = make_diagnosis()
    line(diagnosis)
    with pytest.raises(ValidationError):
        line(diagnosis)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"started_on": date(2025, 6, 2)}, "started_on"),
        ({"ended_on": date(2024, 12, 31)}, "ended_on"),
        ({"ended_on": date(2025, 6, 2)}, "ended_on"),
        ({"phase": "hope"}, "phase"),
        ({"regimen": " "}, "regimen"),
        ({"number": -1}, "number"),
    ],
)
def test_a_bad_line_is_refused_by_field(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as error:
        line(make_diagnosis(), **changes)
    assert where in error.value.message_dict


def test_an_event_of_one_day_and_an_ongoing_one() -> None:
    patient = make_patient()
    assert event(patient, ended_on=date(2025, 1, 1)).ended_on == date(2025, 1, 1)
    assert event(patient, kind="antibody", detail="daratumumab", ongoing=True).ongoing


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"kind": "bloodletting"}, "kind"),
        ({"kind": "antibody"}, "detail"),
        ({"started_on": date(1900, 1, 1)}, "started_on"),
        ({"ongoing": True, "ended_on": date(2025, 2, 1)}, "ended_on"),
        ({"ended_on": date(2024, 12, 31)}, "ended_on"),
    ],
)
def test_a_bad_event_is_refused_by_field(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as error:
        event(make_patient(), **changes)
    assert set(error.value.message_dict) == {where}
    assert not TreatmentEvent.objects.exists()


def test_an_administrator_records_no_treatment() -> None:
    patient = make_patient()
    with pytest.raises(AccessRefused):
        event(patient, by=make_user("administrator", sites=[patient.site]))


def test_a_foreign_nurse_is_refused() -> None:
    with pytest.raises(AccessRefused):
        line(make_diagnosis(), by=make_nurse(make_site()))


def test_a_line_and_an_ongoing_event_end() -> None:
    diagnosis = make_diagnosis()
    nurse = make_nurse(diagnosis.patient.site)
    running = make_event(diagnosis.patient, "antibody", detail="daratumumab", ongoing=True)
    assert end_line(line=make_line(diagnosis), ended_on=date(2025, 5, 1), by=nurse, now=NOW).ended_on == date(
        2025, 5, 1
    )
    ended = end_event(event=running, ended_on=date(2025, 5, 1), by=nurse, now=NOW)
    assert (ended.ended_on, ended.ongoing) == (date(2025, 5, 1), False)


def test_an_end_before_the_start_is_refused() -> None:
    running = make_line(make_diagnosis(), started_on=date(2025, 1, 1))
    nurse = make_nurse(running.diagnosis.patient.site)
    with pytest.raises(ValidationError):
        end_line(line=running, ended_on=date(2024, 12, 31), by=nurse, now=NOW)
