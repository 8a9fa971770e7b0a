"""`manage.py load_demo`: what is there afterwards, and when it refuses."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from labs.models import (
    ContactAttempt,
    Evaluation,
    Flag,
    FollowUpSettings,
    Plan,
    PlanPause,
    Quarantine,
    Result,
    ScheduledTest,
)
from labs.selectors.site_calendar import working_days_of
from patients.models import (
    AuditEvent,
    CareTeam,
    Diagnosis,
    Identifier,
    Patient,
    Role,
    Site,
    SymptomReport,
    TreatmentEvent,
    TreatmentLine,
    User,
)
from tracker.demo.load.cohort import first_free_index
from tracker.demo.logins import LOGINS, PASSWORD
from tracker.demo.outcome import COLUMNS

SMALL = 24


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    settings.VIGIL_HOME = tmp_path
    return tmp_path


def load(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("load_demo", *arguments, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return answer


def truth(home: Path) -> list[dict[str, str]]:
    with (home / "demo" / "outcomes.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small cohort, loaded once for the tests that only look at it."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(VIGIL_HOME=folder):
        load("--patients", str(SMALL))
        yield folder
        transaction.set_rollback(True)


def test_it_loads_patients_of_two_sites_with_everything_known_of_them(loaded: Path) -> None:
    assert Patient.objects.count() == SMALL
    assert {patient.site.code for patient in Patient.objects.select_related("site")} == {"northern", "harbour"}
    assert set(Diagnosis.objects.values_list("disease", flat=True)) == {"MM", "AML", "ALL"}
    assert CareTeam.objects.count() == SMALL
    for model in (TreatmentLine, TreatmentEvent, SymptomReport):
        assert model._default_manager.count() > SMALL / 2, model
    assert AuditEvent.objects.filter(verb="patient.register").count() == SMALL


def test_the_results_are_received_as_real_ones(loaded: Path) -> None:
    assert Result.objects.count() > 200 * SMALL
    assert Result.objects.filter(comparator="<").exists()
    assert Result.objects.filter(is_current=False).exists(), "nothing was corrected"
    assert {"g/dL", "g/L"} <= set(Result.objects.filter(analyte="haemoglobin").values_list("unit_printed", flat=True))
    assert Result.objects.filter(analyte__startswith="mrd").exists()


def test_what_nobody_can_use_waits_in_quarantine(loaded: Path) -> None:
    assert 0 < Quarantine.objects.count() < Result.objects.count() / 200


def test_every_patient_is_evaluated_and_some_have_flags(loaded: Path) -> None:
    assert Evaluation.objects.filter(pending=False).count() == SMALL
    assert Flag.objects.exists()


def test_plans_run_and_their_tests_are_partly_done(loaded: Path) -> None:
    assert 0 < Plan.objects.count() <= SMALL
    assert ScheduledTest.objects.filter(closed_by__isnull=False).exists()
    assert ScheduledTest.objects.filter(kind="visit", collected_on__isnull=False).exists()
    assert ScheduledTest.objects.filter(closed_by__isnull=True, collected_on__isnull=True).exists()


def test_the_unit_calls_books_and_pauses(loaded: Path) -> None:
    assert {row.site.code for row in FollowUpSettings.objects.select_related("site")} == {"northern", "harbour"}
    for site in Site.objects.all():
        assert not working_days_of(site.pk).is_working(date(timezone.now().year, 12, 25))
    assert ContactAttempt.objects.filter(outcome="agreed").exists()
    assert len(set(ContactAttempt.objects.values_list("outcome", flat=True))) > 2
    assert ScheduledTest.objects.filter(booked_for__isnull=False, booked_time__isnull=False).exists()
    assert ScheduledTest.objects.filter(snoozed_until__isnull=False).exists()
    assert ScheduledTest.objects.filter(collected_on__isnull=False, closed_by=None).exclude(kind="visit").exists()
    assert PlanPause.objects.count() == 1, "the second paused patient comes later"


def test_bookings_are_made_for_working_days_from_today_on(loaded: Path) -> None:
    booked = ScheduledTest.objects.filter(booked_for__isnull=False).select_related("patient__site")
    for test in booked:
        today = timezone.now().astimezone(test.patient.site.zone).date()
        assert test.booked_for is not None
        assert test.booked_for >= today - timedelta(days=1)
        assert working_days_of(test.patient.site_id).is_working(test.booked_for)


def test_nobody_is_called_about_the_test_of_another_or_before_it_was_late(loaded: Path) -> None:
    tests = ScheduledTest.objects.in_bulk()
    for attempt in ContactAttempt.objects.select_related("patient__site"):
        on = attempt.at.astimezone(attempt.patient.site.zone).date()
        for number in attempt.tests:
            assert tests[number].patient_id == attempt.patient_id
            assert tests[number].late_from < on


def test_the_logins_open_with_the_printed_password(loaded: Path) -> None:
    for login in LOGINS:
        user = User.objects.get(username=login.username)
        assert user.check_password(PASSWORD)
        assert {site.code for site in user.sites.all()} == set(login.sites)
    assert {login.role for login in LOGINS} == set(Role.values) - {Role.SERVICE}


def test_the_truth_is_in_its_file_and_not_in_the_database(loaded: Path) -> None:
    rows = truth(loaded)
    assert tuple(rows[0]) == COLUMNS
    assert {row["mrn"] for row in rows} == set(Identifier.objects.values_list("value", flat=True))
    assert not Diagnosis.objects.filter(relapsed_on__isnull=False).exists()


@pytest.mark.django_db
def test_a_second_call_changes_nothing_and_says_so(home: Path) -> None:
    first = load("--patients", "3")
    assert first["status"] == "loaded"
    before = (Result.objects.count(), AuditEvent.objects.count(), (home / "demo" / "outcomes.csv").read_bytes())
    second = load("--patients", "3")
    assert second["status"] == "unchanged"
    assert before == (Result.objects.count(), AuditEvent.objects.count(), (home / "demo" / "outcomes.csv").read_bytes())


@pytest.mark.django_db
def test_add_goes_on_with_the_next_patients(home: Path) -> None:
    load("--patients", "2")
    load("--patients", "3", "--add")
    numbers = sorted(int(value[-6:]) for value in Identifier.objects.values_list("value", flat=True))
    assert numbers == [1, 2, 3, 4, 5]
    assert first_free_index() == 5
    assert len(truth(home)) == 5
    assert Site.objects.count() == 2


@pytest.mark.django_db
def test_an_interrupted_loading_leaves_no_truth_behind(home: Path) -> None:
    with transaction.atomic():
        load("--patients", "4")
        transaction.set_rollback(True)
    load("--patients", "2")
    assert [row["mrn"][-1] for row in truth(home)] == ["1", "2"]


@pytest.mark.django_db
def test_production_refuses_it(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(SystemExit) as ended:
        load("--patients", "2")
    assert ended.value.code == 2
    assert not Patient.objects.exists()
    assert not User.objects.filter(username="physician").exists()


@pytest.mark.django_db
def test_production_can_be_overruled(settings: Any) -> None:
    settings.PRODUCTION = True
    assert load("--patients", "2", "--force")["patients"] == 2


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [("--patients", "-1"), ("--seed", "-1"), ("--years", "99")])
def test_impossible_wishes_are_refused(wrong: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as ended:
        load(*wrong)
    assert ended.value.code == 2
    assert not Patient.objects.exists()


@pytest.mark.django_db
def test_files_can_be_written_instead(tmp_path: Path) -> None:
    answer = load("--patients", "3", "--csv", str(tmp_path / "out"))
    assert answer["status"] == "written"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"patients.csv", "results.csv", "outcomes.csv"}
    assert not Patient.objects.exists()


@pytest.mark.django_db
def test_people_are_told_in_words() -> None:
    out = StringIO()
    call_command("load_demo", "--patients", "2", stdout=out)
    assert "Loaded 2 invented patients" in out.getvalue()
