"""/api/v1/results/ and /api/v1/reports/: what was measured, and how it comes in."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.enter_result import Sample, Value, enter_results
from labs.actions.receive_report import Happened
from labs.actions.receive_sent_report import receive_sent_report
from labs.api.incoming import CellsCounted, IncomingReportSerializer, LimitOfDetection, Target, incoming_report
from labs.api.scoped import ScopedViewSet
from labs.models import Report, Result, ResultStatus
from labs.selectors.rows import MARKED
from labs.vocabulary.analytes import ANALYTES, LABORATORY_ANALYTES
from patients.api.fields import SeenPatient
from patients.selectors.keyset import Key, read_day

KINDS = {
    "stored": "new, and stored",
    "known": "known already; nothing changed",
    "replaced": "stored; it replaces an earlier version",
    "beside": "stored beside another value of the same sample, which it contradicts",
    "late": "stored; it came after its own correction and replaces nothing",
    "aside": "cannot be used as it is; kept in quarantine",
    "not_taken": "of a test Vigil does not use; not kept",
}


class ResultSerializer(serializers.ModelSerializer[Result]):
    """One version of a result, as printed and in the canonical unit of its analyte."""

    unit = serializers.SerializerMethodField()
    marked_spurious = serializers.BooleanField(source="marked", read_only=True)
    warnings = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Result
        fields = (
            "id",
            "patient",
            "report",
            "analyte",
            "code",
            "value_printed",
            "unit_printed",
            "comparator",
            "value",
            "unit",
            "coded",
            "status",
            "collected_at",
            "collected_on",
            "time_known",
            "specimen",
            "method",
            "method_family",
            "laboratory",
            "reference_low",
            "reference_high",
            "detection_limit",
            "cells_counted",
            "target",
            "note",
            "warnings",
            "version",
            "supersedes",
            "is_current",
            "marked_spurious",
            "received_at",
        )
        read_only_fields = fields

    def get_unit(self, result: Result) -> str:
        """The canonical unit (UCUM) of `value`."""
        analyte = ANALYTES.get(result.analyte)
        return analyte.unit if analyte and result.value is not None else ""


class HappenedSerializer(serializers.Serializer[Happened]):
    """What became of one result."""

    kind = serializers.ChoiceField(choices=list(KINDS.items()))
    reason = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()


class ReceivedSerializer(serializers.Serializer[Any]):
    """What became of each result, in the order they were sent."""

    results = HappenedSerializer(many=True)


class EnteredSerializer(serializers.Serializer[Any]):
    """One value for a known patient, as the laboratory printed it."""

    patient = SeenPatient()
    analyte = serializers.ChoiceField(choices=sorted(LABORATORY_ANALYTES))
    value = serializers.CharField(max_length=400)
    unit = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    collected_on = serializers.DateField()
    collected_time = serializers.TimeField(required=False, allow_null=True, default=None)
    specimen = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    method = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    laboratory = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    accession = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    note = serializers.CharField(required=False, default="", allow_blank=True)
    detection_limit = LimitOfDetection()
    cells_counted = CellsCounted()
    target = Target()
    corrects = serializers.BooleanField(required=False, default=False)
    confirmed = serializers.BooleanField(required=False, default=False)


class ResultFilter(filters.FilterSet):  # type: ignore[misc]
    """How a list of results is narrowed."""

    patient = filters.NumberFilter(field_name="patient_id")
    analyte = filters.MultipleChoiceFilter(choices=[(code, known.name) for code, known in LABORATORY_ANALYTES.items()])
    status = filters.MultipleChoiceFilter(choices=ResultStatus.choices)
    current = filters.BooleanFilter(field_name="is_current")
    collected_since = filters.DateFilter(field_name="collected_on", lookup_expr="gte")
    collected_until = filters.DateFilter(field_name="collected_on", lookup_expr="lte")


class ResultViewSet(ScopedViewSet[Result]):
    """Results of the patients you may see, newest sample first; every version is there."""

    queryset = Result.objects.select_related("patient__site").annotate(marked=MARKED)
    serializer_class = ResultSerializer
    filterset_class = ResultFilter
    keys = (Key("collected_on", descending=True, read=read_day), Key("id", descending=True, read=int))
    view = "results"

    @extend_schema(request=EnteredSerializer, responses={201: HappenedSerializer})
    def create(self, request: Request) -> Response:
        """Enter one value. What a file would be quarantined for is refused here."""
        asked = EnteredSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        received = enter_results(
            patient=given["patient"],
            sample=Sample(given["collected_on"], given["collected_time"], given["laboratory"], given["accession"]),
            values=[_value(given)],
            confirmed=given["confirmed"],
            by=self.person,
            now=timezone.now(),
        )
        return Response(HappenedSerializer(received.results[0]).data, status=201)


class ReportSerializer(serializers.ModelSerializer[Report]):
    """The frame of results that came under one accession."""

    class Meta:
        model = Report
        fields = ("id", "patient", "accession", "laboratory", "collected_on", "issued_at", "received_at")
        read_only_fields = fields


class ReportFilter(filters.FilterSet):  # type: ignore[misc]
    """How a list of reports is narrowed."""

    patient = filters.NumberFilter(field_name="patient_id")
    accession = filters.CharFilter()
    received_since = filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="gte")


class ReportViewSet(ScopedViewSet[Report]):
    """Reports of the patients you may see."""

    queryset: QuerySet[Report] = Report.objects.select_related("patient__site")
    serializer_class = ReportSerializer
    filterset_class = ReportFilter
    view = "reports"

    @extend_schema(request=IncomingReportSerializer, responses={201: ReceivedSerializer})
    def create(self, request: Request) -> Response:
        """Send a report. What cannot be used waits in quarantine; the same again changes nothing."""
        asked = IncomingReportSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        now = timezone.now()
        report = incoming_report(asked.validated_data, now=now)
        raw = json.dumps(request.data, ensure_ascii=False, sort_keys=True).encode()
        received = receive_sent_report(report=report, raw=raw, by=self.person, now=now)
        return Response(ReceivedSerializer(received).data, status=201)


def _value(given: dict[str, Any]) -> Value:
    return Value(
        analyte=given["analyte"],
        text=given["value"],
        unit=given["unit"],
        specimen=given["specimen"],
        method=given["method"],
        note=given["note"],
        corrects=given["corrects"],
        detection_limit=given["detection_limit"],
        cells_counted=given["cells_counted"],
        target=given["target"],
    )
