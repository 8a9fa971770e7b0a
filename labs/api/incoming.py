"""A report as programs send it, and its form for the intake."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from labs.intake.incoming import LOCAL_CODE, LOINC, IncomingReport, IncomingResult, IncomingSubject
from labs.models import ResultStatus
from labs.vocabulary.loinc import looks_like_loinc
from labs.vocabulary.residual import LONGEST_TARGET, TARGETS
from patients.problems import Problem, refusal

FORMAT = "api"
FARTHEST_EAST = timedelta(hours=14)
"""No place on Earth has a later calendar day than the one this far ahead of UTC."""


class Moment(serializers.CharField):
    """A day, or an instant; an instant without an offset is the site's time."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=40, help_text="2025-06-01 or 2025-06-01T08:30:00+02:00", **options)

    def to_internal_value(self, data: Any) -> str:
        """The text, if it reads as a day or an instant."""
        text = super().to_internal_value(data)
        try:
            read = parse_date(text) or parse_datetime(text)
        except ValueError:
            read = None
        if read is None:
            raise serializers.ValidationError(_("Write a day as 2025-06-01, an instant as 2025-06-01T08:30:00+02:00."))
        return text


class LimitOfDetection(serializers.DecimalField):
    """In the unit of the value; above zero."""

    def __init__(self, **options: Any) -> None:
        known: dict[str, Any] = {"min_value": Decimal("1e-12"), "required": False, "allow_null": True, "default": None}
        super().__init__(18, 12, help_text="in the unit of the value, above zero", **known | options)


class CellsCounted(serializers.IntegerField):
    """How many cells, or control gene copies, were looked at."""

    def __init__(self, **options: Any) -> None:
        known: dict[str, Any] = {
            "min_value": 1,
            "max_value": 999_999_999,
            "required": False,
            "allow_null": True,
            "default": None,
        }
        super().__init__(help_text="cells, or control gene copies, that were looked at", **known | options)


class Target(serializers.CharField):
    """What residual disease was looked for."""

    def __init__(self, **options: Any) -> None:
        known: dict[str, Any] = {"max_length": LONGEST_TARGET, "required": False, "allow_blank": True, "default": ""}
        super().__init__(help_text=f"of residual disease: {', '.join(TARGETS)}, or another", **known | options)


class NumberSerializer(serializers.Serializer[Any]):
    """One of the patient's numbers."""

    system = serializers.CharField(max_length=200)
    value = serializers.CharField(max_length=120)


class IncomingResultSerializer(serializers.Serializer[Any]):
    """One result as the laboratory printed it."""

    code = serializers.CharField(max_length=60)
    code_system = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    display = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    value = serializers.CharField(max_length=400, required=False, default="", allow_blank=True)
    unit = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    status = serializers.ChoiceField(choices=ResultStatus.choices, default=ResultStatus.FINAL)
    collected_at = Moment()
    specimen = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    method = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    reference_low = serializers.DecimalField(18, 6, required=False, allow_null=True, default=None)
    reference_high = serializers.DecimalField(18, 6, required=False, allow_null=True, default=None)
    note = serializers.CharField(required=False, default="", allow_blank=True)
    detection_limit = LimitOfDetection()
    cells_counted = CellsCounted()
    target = Target()


class IncomingReportSerializer(serializers.Serializer[Any]):
    """Results under one accession for one patient, found by number; names must agree if they are sent."""

    identifiers = NumberSerializer(many=True, allow_empty=False)
    family_name = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    given_name = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    birth_date = serializers.DateField(required=False, allow_null=True, default=None)
    sex = serializers.ChoiceField(choices=["female", "male", "other", "unknown"], required=False, default="unknown")
    accession = serializers.CharField(max_length=120)
    laboratory = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    issued_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    results = IncomingResultSerializer(many=True, allow_empty=False, max_length=500)  # type: ignore[call-arg]


def incoming_report(sent: dict[str, Any], *, now: datetime) -> IncomingReport:
    """What was sent, in the form every format is read into. Raises a refusal when a sample lies in the future."""
    results = tuple(_incoming_result(sent, result, index) for index, result in enumerate(sent["results"]))
    _check_not_ahead(results, now)
    statuses = {result.status for result in results}
    birth_date = sent["birth_date"]
    return IncomingReport(
        subject=IncomingSubject(
            identifiers=tuple((number["system"], number["value"]) for number in sent["identifiers"]),
            family_name=sent["family_name"],
            given_name=sent["given_name"],
            birth_date=birth_date,
            birth_date_text=birth_date.isoformat() if birth_date else "",
            sex=sent["sex"],
        ),
        accession=sent["accession"],
        status=statuses.pop() if len(statuses) == 1 else "unknown",
        laboratory=sent["laboratory"],
        issued_at=sent["issued_at"],
        results=results,
        source_format=FORMAT,
        where=FORMAT,
    )


def _incoming_result(sent: dict[str, Any], result: dict[str, Any], index: int) -> IncomingResult:
    text: str = result["collected_at"]
    at = None if parse_date(text) else parse_datetime(text)
    system = result["code_system"] or (LOINC if looks_like_loinc(result["code"]) else LOCAL_CODE)
    return IncomingResult(
        accession=sent["accession"],
        code=result["code"],
        code_system=system,
        display=result["display"],
        value_text=result["value"].strip(),
        comparator="",
        value=None,
        coded="",
        unit=result["unit"].strip(),
        unit_system="",
        status=result["status"],
        collected_at=at,
        collected_on=at.date() if at else parse_date(text),
        time_known=at is not None,
        zone_known=at is not None and at.tzinfo is not None,
        specimen=result["specimen"],
        method=result["method"],
        laboratory=sent["laboratory"],
        reference_low=result["reference_low"],
        reference_high=result["reference_high"],
        reference_text="",
        note=result["note"],
        where=f"results.{index}",
        row=index,
        detection_limit=result["detection_limit"],
        cells_counted=result["cells_counted"],
        target=result["target"],
    )


def _check_not_ahead(results: Sequence[IncomingResult], now: datetime) -> None:
    latest = (now + FARTHEST_EAST).date()
    refused = [
        Problem(
            f"results.{index}.collected_at",
            str(_("%(day)s lies in the future.") % {"day": result.collected_on}),
            str(_("Check the year, and whether day and month are exchanged.")),
        )
        for index, result in enumerate(results)
        if result.collected_on and result.collected_on > latest
    ]
    if refused:
        raise refusal(refused)
