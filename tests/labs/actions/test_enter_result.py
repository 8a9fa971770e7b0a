from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from labs.actions.enter_result import Sample, Value, enter_results
from labs.actions.receive_report import Received
from labs.models import Evaluation, Quarantine, Result
from patients.access import AccessRefused
from patients.models import AuditEvent, Patient, User
from patients.problems import problems_of
from tests.factories import (
    make_care_team,
    make_identifier,
    make_nurse,
    make_patient,
    make_scheduled_test,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
DAY = date(2025, 6, 1)


@pytest.fixture
def patient() -> Patient:
    patient = make_patient()
    make_identifier(patient, system="national", value="77")
    return patient


def enter(patient: Patient, *values: Value, by: User | None = None, confirmed: bool = False, **sample: Any) -> Received:
    return enter_results(
        patient=patient,
        sample=Sample(**{"collected_on": DAY} | sample),
        values=values,
        confirmed=confirmed,
        by=by or make_nurse(patient.site),
        now=NOW,
    )


def wheres(error: pytest.ExceptionInfo[ValidationError]) -> list[str]:
    problems = problems_of(error.value)
    assert all(problem.what and problem.mend for problem in problems)
    return [problem.where for problem in problems]


def test_it_is_stored_like_a_value_of_a_file_and_evaluated(patient: Patient) -> None:
    enter(patient, Value("haemoglobin", "112", "g/L"), collected_time=time(8, 30), laboratory="Central")
    result = Result.objects.get(patient=patient)
    assert (result.value_printed, result.unit_printed, result.value) == ("112", "g/L", Decimal("11.2"))
    assert result.code == "718-7"
    assert result.collected_at == datetime(2025, 6, 1, 6, 30, tzinfo=UTC)
    assert Evaluation.objects.filter(patient=patient, pending=False).exists()
    assert AuditEvent.objects.filter(patient=patient, verb="results.receive").exists()


def test_a_value_below_detection_stays_so(patient: Patient) -> None:
    enter(patient, Value("serum_m", "<0.1", "g/dL"))
    assert Result.objects.get().comparator == "<"


def test_an_analyte_without_a_loinc_code_is_taken_by_its_own(patient: Patient) -> None:
    enter(patient, Value("mrd_flow", "0.01", "%", specimen="bone marrow"), confirmed=True)
    assert Result.objects.get().analyte == "mrd_flow"


def test_the_same_again_changes_nothing(patient: Patient) -> None:
    enter(patient, Value("haemoglobin", "11.2", "g/dL"))
    assert enter(patient, Value("haemoglobin", "11.2", "g/dL")).results[0].kind == "known"
    assert Result.objects.count() == 1


def test_another_value_of_the_same_sample_stands_beside_it(patient: Patient) -> None:
    enter(patient, Value("haemoglobin", "11.2", "g/dL"))
    assert enter(patient, Value("haemoglobin", "12.1", "g/dL")).results[0].kind == "beside"
    assert Result.objects.filter(is_current=True).count() == 2


def test_a_correction_replaces_it(patient: Patient) -> None:
    enter(patient, Value("haemoglobin", "11.2", "g/dL"))
    enter(patient, Value("haemoglobin", "12.1", "g/dL", corrects=True))
    assert Result.objects.get(is_current=True).value == Decimal("12.1")


def test_a_scheduled_test_is_closed_by_it(patient: Patient) -> None:
    test = make_scheduled_test(patient, due_on=DAY)
    enter(
        patient,
        Value("haemoglobin", "11.2", "g/dL"),
        Value("wbc", "4.1", "10*9/L"),
        Value("platelets", "201", "10*9/L"),
    )
    test.refresh_from_db()
    assert test.closed_by is not None


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (Value("haemoglobin", "11.2", "g/l0"), "values.0.unit"),
        (Value("haemoglobin", "11.2"), "values.0.unit"),
        (Value("haemoglobin", "112", "g/dL"), "values.0.value"),
        (Value("haemoglobin", "about 11", "g/dL"), "values.0.value"),
        (Value("haemoglobin", "11.2", "g/dL", specimen="urine"), "values.0.specimen"),
        (Value("mrd_flow", "0.01", "%"), "values.0.specimen"),
    ],
)
def test_what_cannot_be_used_is_refused_on_the_spot_and_nothing_is_kept(
    patient: Patient, value: Value, where: str
) -> None:
    with pytest.raises(ValidationError) as error:
        enter(patient, value, Value("platelets", "201", "10*9/L"), confirmed=True)
    assert wheres(error) == [where]
    assert not Result.objects.exists()
    assert not Quarantine.objects.exists()


def test_an_unusual_value_must_be_confirmed(patient: Patient) -> None:
    unusual = Value("haemoglobin", "4.2", "g/dL")
    with pytest.raises(ValidationError) as error:
        enter(patient, unusual)
    assert wheres(error) == ["confirmed"]
    assert enter(patient, unusual, confirmed=True).results[0].kind == "stored"


def test_a_sample_of_tomorrow_is_refused(patient: Patient) -> None:
    with pytest.raises(ValidationError) as error:
        enter(patient, Value("haemoglobin", "11.2", "g/dL"), collected_on=date(2025, 6, 2))
    assert wheres(error) == ["collected_on"]


def test_nothing_entered_is_refused(patient: Patient) -> None:
    with pytest.raises(ValidationError) as error:
        enter(patient)
    assert wheres(error) == ["values"]


def test_a_foreign_nurse_and_an_administrator_are_refused(patient: Patient) -> None:
    for person in (make_nurse(make_site()), make_user("administrator", sites=[patient.site])):
        with pytest.raises(AccessRefused):
            enter(patient, Value("haemoglobin", "11.2", "g/dL"), by=person)


def test_a_nurse_of_the_care_team_enters_across_sites(patient: Patient) -> None:
    nurse = make_nurse(make_site())
    make_care_team(patient, nurse=nurse)
    assert enter(patient, Value("haemoglobin", "11.2", "g/dL"), by=nurse).results[0].kind == "stored"
