"""Remissions and relapses as rows, and the two dates of the diagnosis always in step with them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from patients.access import AccessRefused
from patients.actions.record_diagnosis import record_diagnosis
from patients.actions.record_remission import (
    correct_course_event,
    record_relapse,
    record_remission,
    withdraw_course_event,
)
from patients.actions.register_cohort import Member, register_cohort
from patients.actions.system_account import system_account
from patients.models import AuditEvent, CourseEvent, Diagnosis, Patient, User
from patients.models.withdrawal import STANDING
from tests.factories import make_course_event, make_diagnosis, make_nurse, make_patient, make_physician, make_site

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FIRST, RELAPSED, SECOND, AGAIN = date(2024, 1, 10), date(2025, 3, 1), date(2025, 9, 1), date(2026, 4, 1)


@pytest.fixture
def diagnosis() -> Diagnosis:
    return make_diagnosis(disease="AML", response="CR")


@pytest.fixture
def physician(diagnosis: Diagnosis) -> User:
    return make_physician(diagnosis.patient.site)


def rows(diagnosis: Diagnosis) -> list[tuple[str, date]]:
    """What stands, after a check that the diagnosis says the same."""
    stand = list(CourseEvent.objects.filter(STANDING, diagnosis=diagnosis).order_by("on"))
    diagnosis.refresh_from_db()
    assert diagnosis.remission_on == min((row.on for row in stand if row.kind == "remission"), default=None)
    assert diagnosis.relapsed_on == max((row.on for row in stand if row.kind == "relapse"), default=None)
    return [(row.kind, row.on) for row in stand]


def problem_of(refused: pytest.ExceptionInfo[ValidationError]) -> str:
    return next(iter(refused.value.message_dict))


def test_a_relapse_and_a_second_remission_keep_first_and_latest(diagnosis: Diagnosis, physician: User) -> None:
    record_relapse(diagnosis=diagnosis, on=RELAPSED, sites=["marrow", "cns"], by=physician, now=NOW)
    record_remission(diagnosis=diagnosis, on=SECOND, response="CRi", line_number=2, by=physician, now=NOW)
    assert rows(diagnosis) == [("remission", FIRST), ("relapse", RELAPSED), ("remission", SECOND)]
    assert diagnosis.response == "CR"
    assert CourseEvent.objects.get(kind="relapse").sites == ["cns", "marrow"]
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["relapse.record", "remission.record"]


def test_the_response_of_the_first_remission_is_that_of_a_diagnosis_without_one(physician: User) -> None:
    diagnosis = make_diagnosis(make_patient(site=physician.sites.get()), remission_on=None, response="")
    record_remission(diagnosis=diagnosis, on=FIRST, response="VGPR", by=physician, now=NOW)
    assert rows(diagnosis) == [("remission", FIRST)]
    assert diagnosis.response == "VGPR"


def test_a_correction_is_a_new_row_and_the_wrong_one_stays(diagnosis: Diagnosis, physician: User) -> None:
    wrong = record_relapse(diagnosis=diagnosis, on=RELAPSED, sites=["marrow"], by=physician, now=NOW)
    day = date(2025, 3, 11)
    right = correct_course_event(event=wrong, on=day, reason="day of the marrow", by=physician, now=NOW)
    assert rows(diagnosis) == [("remission", FIRST), ("relapse", day)]
    wrong.refresh_from_db()
    assert (right.supersedes, right.sites) == (wrong, ["marrow"])
    assert (wrong.withdrawn_by, wrong.withdrawn_because) == (physician, "day of the marrow")


def test_what_was_taken_back_no_longer_counts(diagnosis: Diagnosis, physician: User) -> None:
    relapse = record_relapse(diagnosis=diagnosis, on=RELAPSED, by=physician, now=NOW)
    withdraw_course_event(event=relapse, reason="regeneration", by=physician, now=NOW)
    assert rows(diagnosis) == [("remission", FIRST)]
    assert CourseEvent.objects.count() == 2
    with pytest.raises(ValidationError) as refused:
        withdraw_course_event(event=relapse, reason="again", by=physician, now=NOW)
    assert "taken back already" in str(refused.value)
    record_relapse(diagnosis=diagnosis, on=RELAPSED, by=physician, now=NOW)  # and may be stated anew


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        ({"on": date(2026, 6, 2)}, "on"),
        ({"on": date(2022, 1, 1)}, "on"),
        ({"on": RELAPSED, "sites": ["liver"]}, "sites"),
        ({"on": RELAPSED, "line_number": -1}, "line_number"),
    ],
)
def test_bad_facts_are_refused_by_field(
    diagnosis: Diagnosis, physician: User, facts: dict[str, Any], where: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        record_relapse(diagnosis=diagnosis, by=physician, now=NOW, **facts)
    assert problem_of(refused) == where
    assert rows(diagnosis) == [("remission", FIRST)]


def test_the_same_day_twice_and_a_reason_left_out_are_refused(diagnosis: Diagnosis, physician: User) -> None:
    with pytest.raises(ValidationError) as twice:
        record_remission(diagnosis=diagnosis, on=FIRST, by=physician, now=NOW)
    with pytest.raises(ValidationError) as silent:
        withdraw_course_event(event=CourseEvent.objects.get(), reason=" ", by=physician, now=NOW)
    assert (problem_of(twice), problem_of(silent)) == ("on", "reason")


def test_only_physicians_of_the_patient(diagnosis: Diagnosis) -> None:
    for person in (make_nurse(diagnosis.patient.site), make_physician(make_site())):
        with pytest.raises(AccessRefused):
            record_relapse(diagnosis=diagnosis, on=RELAPSED, by=person, now=NOW)


def stated(diagnosis: Diagnosis, by: User, **facts: Any) -> list[tuple[str, date]]:
    record_diagnosis(patient=diagnosis.patient, disease=diagnosis.disease, by=by, now=NOW, **facts)
    return rows(diagnosis)


def test_the_response_of_the_diagnosis_follows_what_is_put_right(physician: User) -> None:
    diagnosis = make_diagnosis(make_patient(site=physician.sites.get()), remission_on=None, response="")
    event = record_remission(diagnosis=diagnosis, on=FIRST, response="CR", by=physician, now=NOW)
    right = correct_course_event(
        event=event, reason="read anew", response="VGPR", on=date(2024, 1, 5), by=physician, now=NOW
    )
    diagnosis.refresh_from_db()
    assert diagnosis.response == "VGPR"
    withdraw_course_event(event=right, reason="none", by=physician, now=NOW)
    diagnosis.refresh_from_db()
    assert (diagnosis.response, diagnosis.remission_on) == ("", None)


def test_a_later_remission_taken_back_leaves_the_response(diagnosis: Diagnosis, physician: User) -> None:
    record_relapse(diagnosis=diagnosis, on=RELAPSED, by=physician, now=NOW)
    second = record_remission(diagnosis=diagnosis, on=SECOND, response="CR", by=physician, now=NOW)
    withdraw_course_event(event=second, reason="none", by=physician, now=NOW)
    diagnosis.refresh_from_db()
    assert diagnosis.response == "CR"


@pytest.mark.parametrize("day", [date(2024, 2, 10), None])
def test_a_nurse_does_not_undo_by_the_diagnosis_what_a_physician_stated(physician: User, day: date | None) -> None:
    diagnosis = make_diagnosis(make_patient(site=physician.sites.get()), remission_on=None)
    record_remission(diagnosis=diagnosis, on=FIRST, by=physician, now=NOW)
    nurse = make_nurse(diagnosis.patient.site)
    with pytest.raises(ValidationError) as refused:
        record_diagnosis(patient=diagnosis.patient, disease=diagnosis.disease, remission_on=day, by=nurse, now=NOW)
    assert problem_of(refused) == "remission_on"
    assert rows(diagnosis) == [("remission", FIRST)]


def test_a_further_remission_stated_with_the_diagnosis_is_in_the_audit(diagnosis: Diagnosis, physician: User) -> None:
    record_relapse(diagnosis=diagnosis, on=RELAPSED, by=physician, now=NOW)
    record_diagnosis(patient=diagnosis.patient, disease="AML", remission_on=SECOND, by=physician, now=NOW)
    assert AuditEvent.objects.get(verb="remission.record").detail["on"] == SECOND.isoformat()
    record_diagnosis(patient=diagnosis.patient, disease="AML", relapsed_on=None, by=physician, now=NOW)
    assert AuditEvent.objects.get(verb="relapse.withdraw").by == physician


def test_dates_of_the_diagnosis_are_rows_as_well(physician: User) -> None:
    patient = make_patient(site=physician.sites.get())
    made = record_diagnosis(
        patient=patient, disease="ALL", remission_on=FIRST, relapsed_on=RELAPSED, by=physician, now=NOW
    )
    assert rows(made) == [("remission", FIRST), ("relapse", RELAPSED)]


def test_another_first_remission_corrects_the_row(diagnosis: Diagnosis, physician: User) -> None:
    moved = date(2024, 2, 1)
    assert stated(diagnosis, physician, remission_on=moved) == [("remission", moved)]
    assert CourseEvent.objects.get(STANDING).supersedes is not None
    assert stated(diagnosis, physician, remission_on=moved) == [("remission", moved)]
    assert CourseEvent.objects.count() == 2
    assert stated(diagnosis, physician, remission_on=None) == []


def test_a_remission_after_a_relapse_is_a_further_one_and_the_first_stays(
    diagnosis: Diagnosis, physician: User
) -> None:
    record_relapse(diagnosis=diagnosis, on=RELAPSED, by=physician, now=NOW)
    expected = [("remission", FIRST), ("relapse", RELAPSED), ("remission", SECOND)]
    for _ in range(2):  # an import that says so every night
        assert stated(diagnosis, physician, remission_on=SECOND) == expected


def test_a_relapse_after_the_remission_that_followed_is_a_further_one(diagnosis: Diagnosis, physician: User) -> None:
    assert stated(diagnosis, physician, relapsed_on=RELAPSED)[-1] == ("relapse", RELAPSED)
    moved = date(2025, 2, 1)
    assert stated(diagnosis, physician, relapsed_on=moved) == [("remission", FIRST), ("relapse", moved)]
    record_remission(diagnosis=diagnosis, on=SECOND, by=physician, now=NOW)
    assert len(stated(diagnosis, physician, relapsed_on=AGAIN)) == 4


def test_a_first_remission_beyond_the_second_is_refused(diagnosis: Diagnosis, physician: User) -> None:
    record_remission(diagnosis=diagnosis, on=SECOND, response="CR", by=physician, now=NOW)
    with pytest.raises(ValidationError) as refused:
        stated(diagnosis, physician, remission_on=AGAIN)
    assert problem_of(refused) == "remission_on"


def test_a_cohort_brings_its_rows_along() -> None:
    site = make_site()
    patient = Patient(site=site, family_name="Lund", given_name="Per", birth_date=date(1960, 1, 1))
    facts: Any = {"remission_on": FIRST, "relapsed_on": RELAPSED, "response": "CR"}
    [made] = register_cohort(members=[Member(patient, [("mrn", "7")], "AML", facts)], by=system_account())
    assert rows(made) == [("remission", FIRST), ("relapse", RELAPSED)]
    assert CourseEvent.objects.get(kind="remission").response == "CR"


def test_the_migration_makes_rows_of_what_diagnoses_say() -> None:
    diagnosis = Diagnosis.objects.create(
        patient=make_patient(), disease="AML", remission_on=FIRST, relapsed_on=RELAPSED, response="CR"
    )
    Diagnosis.objects.create(patient=make_patient(), disease="ALL")
    migration = import_module("patients.migrations.0003_course")
    with connection.schema_editor() as editor:
        migration.fill_from_diagnoses(apps, editor)
    assert rows(diagnosis) == [("remission", FIRST), ("relapse", RELAPSED)]
    assert {row.recorded_by for row in CourseEvent.objects.all()} == {system_account()}
    assert CourseEvent.objects.count() == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "remission", "sites": ["marrow"]},
        {"kind": "relapse", "response": "CR"},
        {"kind": "relapse", "sites": ["liver"]},
        {"kind": "relapse", "line_number": 0},
        {"kind": "relapse", "withdrawn_at": NOW},
        {"kind": "remission", "on": FIRST},
        {"kind": "cure"},
    ],
)
def test_the_database_refuses_bad_states(diagnosis: Diagnosis, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_course_event(diagnosis, **{"on": SECOND} | fields)
