"""Reports and results, written as they stand after being made comparable."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from labs.models import Report, Result, ResultStatus
from labs.vocabulary.analytes import ANALYTES
from patients.models import Patient
from tests.factories.counter import next_number
from tests.factories.persons import make_patient


def make_report(
    patient: Patient | None = None,
    *,
    accession: str = "",
    collected_on: date = date(2025, 6, 1),
    laboratory: str = "",
    **fields: Any,
) -> Report:
    """A report without results."""
    return Report.objects.create(
        patient=patient or make_patient(),
        accession=accession or f"made-{next_number()}",
        collected_on=collected_on,
        laboratory=laboratory,
        **fields,
    )


def make_result(
    patient: Patient | None = None,
    analyte: str = "haemoglobin",
    value: str | Decimal | None = "12.0",
    *,
    collected_on: date = date(2025, 6, 1),
    collected_at: datetime | None = None,
    comparator: str = "",
    status: ResultStatus | str = ResultStatus.FINAL,
    report: Report | None = None,
    accession: str = "",
    laboratory: str = "",
    **fields: Any,
) -> Result:
    """One result in the canonical unit of its analyte. `value` None makes a coded or empty one."""
    known = ANALYTES[analyte]
    if report is None:
        report = make_report(patient, accession=accession, collected_on=collected_on, laboratory=laboratory)
    number = None if value is None else Decimal(value)
    defaults: dict[str, Any] = {
        "code": known.loinc[0] if known.loinc else analyte,
        "value_printed": "" if number is None else f"{comparator}{value}",
        "unit_printed": known.unit if number is not None else "",
        "value": number,
        "amount": None if number is None else int((number * 10**known.places).to_integral_value()),
        "specimen": known.specimen,
    }
    return Result.objects.create(
        patient=report.patient,
        report=report,
        analyte=analyte,
        comparator=comparator,
        status=status,
        collected_at=collected_at,
        collected_on=collected_at.date() if collected_at else collected_on,
        time_known=collected_at is not None,
        laboratory=report.laboratory,
        fingerprint=uuid.uuid4(),
        **defaults | fields,
    )


def make_series(patient: Patient, analyte: str, points: dict[date, str], **fields: Any) -> list[Result]:
    """Several results of one analyte, a report each: {day: value}; `<0.1` is read as censored."""
    made = []
    for day, text in points.items():
        comparator = text[0] if text[0] in "<>" else ""
        made.append(
            make_result(
                patient, analyte, text.removeprefix(comparator), comparator=comparator, collected_on=day, **fields
            )
        )
    return made
