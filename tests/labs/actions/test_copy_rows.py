"""COPY writes what `bulk_create` writes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from labs.actions.copy_rows import FEW, copy_rows
from labs.models import Flag, FlagEvent
from patients.models import Patient, Sex, SymptomReport
from tests.factories.flags import make_flag
from tests.factories.people import make_nurse, make_site
from tests.factories.persons import make_patient

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 7, 1, 9, tzinfo=UTC)
MANY = FEW + 5


def reports(number: int) -> list[SymptomReport]:
    patient, nurse = make_patient(), make_nurse()
    codes = ["bone_pain", 'a "quoted", {odd}\tcode\\']
    return [
        SymptomReport(
            patient=patient, reported_on=date(2025, 1, 1), symptoms=codes, note=f"line\n{place}\t\\N", recorded_by=nurse
        )
        for place in range(number)
    ]


@pytest.mark.parametrize("number", [1, FEW, MANY])
def test_rows_are_written_in_order_with_their_keys(number: int) -> None:
    rows = reports(number)
    copy_rows(SymptomReport, rows)
    stored = list(SymptomReport.objects.order_by("id"))
    assert [row.pk for row in rows] == [row.pk for row in stored]
    assert [model_to_dict(row) for row in rows] == [model_to_dict(row) for row in stored]
    assert all(row.recorded_at is not None for row in stored)
    assert not any(row._state.adding for row in rows)


def test_choices_are_written_by_value() -> None:
    site = make_site()
    people = [
        Patient(
            site=site, family_name="Heron-Vega", given_name=f"Kit {place}", birth_date=date(1960, 1, 1), sex=Sex.FEMALE
        )
        for place in range(MANY)
    ]
    copy_rows(Patient, people)
    assert set(Patient.objects.values_list("sex", flat=True)) == {"female"}


def test_json_nothing_and_keys_to_come_are_written() -> None:
    flag = make_flag()
    by = make_nurse()
    finding = {"text": "5 µg – “exactly”\n\\", "numbers": [1, None, 0.5], "deep": {"a": [True]}}
    events = [
        FlagEvent(
            flag=flag,
            at=NOW,
            by=by,
            kind=FlagEvent.Kind.RAISED,
            signal="provisional",
            review="open",
            level="REVIEW",
            finding=finding,
        )
        for _ in range(MANY)
    ]
    copy_rows(FlagEvent, events)
    assert FlagEvent.objects.filter(finding=finding).count() == MANY
    assert Flag.objects.count() == 1


def test_one_bad_row_writes_nothing() -> None:
    rows = reports(MANY)
    rows[3].note = None  # type: ignore[assignment]
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_rows(SymptomReport, rows)
    assert not SymptomReport.objects.exists()


def test_no_rows_are_no_error() -> None:
    copy_rows(SymptomReport, [])
    assert not SymptomReport.objects.exists()
