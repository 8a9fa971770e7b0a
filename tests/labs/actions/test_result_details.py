"""Limit of detection, cells counted and target on their way in: stored, compared, and no reason to store twice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from labs.actions.prepare_results import fingerprint_of, raw_of
from labs.intake.incoming import IncomingResult
from labs.models import Quarantine, Result
from labs.vocabulary.loinc import VIGIL
from patients.models import Patient
from tests.factories import make_patient, make_result
from tests.labs.actions.test_receive_report import incoming, kinds, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient() -> Patient:
    return make_patient(mrn="007")


def residual(value: str = "0.05", **fields: Any) -> IncomingResult:
    known = {"code": "mrd_molecular", "code_system": VIGIL, "unit": "%", "specimen": "bone marrow", "method": "PCR"}
    return incoming(value, **known | fields)


def details() -> list[tuple[Decimal | None, int | None, str]]:
    return list(Result.objects.order_by("id").values_list("detection_limit", "cells_counted", "target"))


def test_they_are_stored_in_the_canonical_unit_and_by_their_listed_name(patient: Patient) -> None:
    receive(residual("0.5", unit="10*-3", detection_limit=Decimal("0.01"), cells_counted=500_000, target="npm1"))
    assert details() == [(Decimal("0.001"), 500_000, "NPM1")]


def test_without_them_nothing_is_stored(patient: Patient) -> None:
    receive(residual())
    assert details() == [(None, None, "")]


def test_a_target_is_kept_of_residual_disease_only(patient: Patient) -> None:
    receive(incoming(target="NPM1"))
    assert details() == [(None, None, "")]


def test_the_same_again_changes_nothing(patient: Patient) -> None:
    receive(residual(target="NPM1", detection_limit=Decimal("0.01")))
    assert kinds(receive(residual(target="NPM1", detection_limit=Decimal("0.01")))) == ["known"]
    assert Result.objects.count() == 1


def test_a_message_without_them_has_the_fingerprint_it_always_had(patient: Patient) -> None:
    assert fingerprint_of(residual()) == "58c68a87bae5f70cf84f2fe75cf482ac"
    assert fingerprint_of(residual(target="NPM1")) != fingerprint_of(residual())


def test_the_target_sent_later_with_the_same_value_replaces_it(patient: Patient) -> None:
    receive(residual())
    assert kinds(receive(residual(target="NPM1"))) == ["replaced"]
    assert [result.target for result in Result.objects.filter(is_current=True)] == ["NPM1"]


def test_two_targets_of_one_sample_do_not_contradict_each_other(patient: Patient) -> None:
    received = receive(residual("0.05", target="NPM1"), residual("2", target="FLT3-ITD"))
    assert kinds(received) == ["stored", "stored"]
    assert Result.objects.filter(is_current=True, warnings=[]).count() == 2


def test_two_values_of_one_target_do(patient: Patient) -> None:
    assert kinds(receive(residual("0.05", target="NPM1"), residual("2", target="NPM1"))) == ["stored", "beside"]


def test_a_correction_replaces_the_value_of_its_target_only(patient: Patient) -> None:
    receive(residual("0.05", target="NPM1"), residual("2", target="FLT3-ITD"))
    receive(residual("0.06", target="NPM1", status="corrected"))
    current = Result.objects.filter(is_current=True).order_by("target")
    assert [(result.target, result.value) for result in current] == [("FLT3-ITD", 2), ("NPM1", Decimal("0.06"))]


def test_what_is_taken_back_without_a_target_is_taken_back_whole(patient: Patient) -> None:
    receive(residual("0.05", target="NPM1"), residual("2", target="FLT3-ITD"))
    receive(residual("", status="entered-in-error"))
    assert [result.status for result in Result.objects.filter(is_current=True)] == ["entered-in-error"]


def test_a_limit_above_the_value_waits_in_quarantine_with_all_that_was_sent(patient: Patient) -> None:
    received = receive(residual("0.005", detection_limit=Decimal("0.01"), cells_counted=7, target="NPM1"))
    assert kinds(received) == ["aside"]
    item = Quarantine.objects.get()
    assert item.reason == "limit_above_value"
    assert item.analyte == "mrd_molecular"
    assert {name: item.raw[name] for name in ("detection_limit", "cells_counted", "target")} == {
        "detection_limit": "0.01",
        "cells_counted": "7",
        "target": "NPM1",
    }
    assert "target" not in raw_of(residual(), {})


def test_a_gene_of_ageing_blood_is_told_and_not_stored(patient: Patient) -> None:
    received = receive(residual("12", code="mrd_sequencing", method="NGS", target="DNMT3A"))
    assert kinds(received) == ["not_taken"]
    assert "DNMT3A" in received.results[0].message
    assert not Result.objects.exists()


@pytest.mark.parametrize("limit", [Decimal(0), Decimal("-0.1")])
def test_the_database_keeps_no_limit_of_zero_or_less(patient: Patient, limit: Decimal) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_result(patient, "mrd_flow", collected_on=date(2025, 6, 1), detection_limit=limit)
