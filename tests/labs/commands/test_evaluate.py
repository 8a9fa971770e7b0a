"""`manage.py evaluate`: one patient, all, as of a day; its exit codes and its JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from labs.models import Flag, RuleFailure
from labs.rules import registry
from labs.rules.cohort import Cohort
from patients.models import Patient
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.results import make_series

RULE = "MM-PD-SERUM-M"
RISING = {date(2026, 1, 5): "0.3", date(2026, 2, 5): "0.3", date(2026, 3, 5): "0.9", date(2026, 4, 5): "1.0"}


def rising(mrn: str) -> Patient:
    """A patient whose M-protein rises and is confirmed on 5 Apr 2026."""
    patient = make_patient(mrn=mrn)
    make_diagnosis(patient)
    make_series(patient, "serum_m", RISING)
    return patient


def run(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and the JSON of the last line."""
    out, code = StringIO(), 0
    try:
        call_command("evaluate", *arguments, "--json", stdout=out)
    except SystemExit as stop:
        code = int(str(stop.code))
    return code, json.loads(out.getvalue().splitlines()[-1])


def signals_of(said: dict[str, Any]) -> list[str]:
    """What the serum M-protein rule said."""
    return [item["signal"] for item in said["findings"] if item["rule"] == RULE]


@pytest.mark.django_db
def test_one_patient_is_found_by_number_with_its_leading_zeros() -> None:
    patient = rising("0042")
    rising("42")
    code, said = run("--patient", "0042")
    assert (code, said["patients"], said["flags"]["raised"]) == (0, 1, Flag.objects.count())
    assert {flag.patient for flag in Flag.objects.all()} == {patient}


@pytest.mark.django_db
def test_an_unknown_number_is_refused_and_nothing_is_done() -> None:
    with pytest.raises(CommandError, match="leading zeros") as refused:
        call_command("evaluate", "--patient", "0")
    assert refused.value.returncode == 2


@pytest.mark.django_db
def test_as_of_a_day_before_confirmation_it_was_provisional_and_nothing_is_written() -> None:
    rising("1")
    _, said = run("--patient", "1", "--as-of", "2026-04-04")
    assert signals_of(said) == ["provisional"]
    _, said = run("--patient", "1", "--as-of", "2026-04-05")
    assert signals_of(said) == ["confirmed"]
    assert not Flag.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_all_patients_are_evaluated_and_a_second_run_changes_nothing() -> None:
    rising("1")
    rising("2")
    assert run("--all")[1]["flags"] == {"raised": Flag.objects.count()}
    assert Flag.objects.filter(rule=RULE, signal="confirmed").count() == 2
    assert run("--all")[1]["flags"] == {}


@pytest.mark.django_db(transaction=True)
def test_a_failing_rule_is_named_and_gives_exit_code_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(cohort: Cohort) -> None:
        raise ZeroDivisionError

    rising("1")
    monkeypatch.setattr(
        registry, "RULES", (*registry.RULES, replace(registry.RULES[0], code="BROKEN", evaluate=broken))
    )
    code, said = run("--all")
    assert (code, said["failed_rules"]) == (1, ["BROKEN"])
    assert RuleFailure.objects.filter(rule="BROKEN").count() == 1
    assert Flag.objects.filter(rule=RULE).count() == 1
