"""Clinicians' findings over HTTP: the same rules, checks and audit as on the pages."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.correct_finding import correct_finding
from labs.actions.record_finding import Told, record_findings
from labs.actions.withdraw_finding import withdraw_finding
from labs.api.scoped import ScopedViewSet
from labs.models import ClinicalFinding
from labs.vocabulary.findings import FINDING_KINDS, MODALITIES
from patients.actions.record_access import record_access
from patients.api.fields import SeenPatient

METHODS = ["", *MODALITIES]
MOST_AT_ONCE = 200
"""Findings of one day in one request; each asks the database several times while the patient's record is held."""


class FindingSerializer(serializers.ModelSerializer[ClinicalFinding]):
    """One version of a finding. `value` is in `unit`, the canonical unit of its kind."""

    site = serializers.CharField(source="site_label")
    unit = serializers.SerializerMethodField()
    recorded_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = ClinicalFinding
        fields = (
            "id",
            "patient",
            "kind",
            "observed_on",
            "site",
            "method",
            "coded",
            "value",
            "unit",
            "computed",
            "note",
            "status",
            "reason",
            "version",
            "supersedes",
            "is_current",
            "recorded_by",
            "recorded_at",
        )
        read_only_fields = fields

    def get_unit(self, finding: ClinicalFinding) -> str:
        """The canonical unit (UCUM) of `value`."""
        return FINDING_KINDS[finding.kind].analyte.unit


class FindingStatedSerializer(serializers.Serializer[Any]):
    """What was found: a word of the kind's scale in `coded`, or a number in `value` with its `unit`."""

    site = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)
    method = serializers.ChoiceField(choices=METHODS, required=False, default="", allow_blank=True)
    coded = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    value = serializers.DecimalField(max_digits=24, decimal_places=9, required=False, allow_null=True, default=None)
    unit = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    note = serializers.CharField(max_length=4000, required=False, default="", allow_blank=True)


class FindingToldSerializer(FindingStatedSerializer):
    """One finding of the day."""

    kind = serializers.ChoiceField(choices=sorted(FINDING_KINDS))


class FindingsToRecordSerializer(serializers.Serializer[Any]):
    """The findings of one day: all are recorded, or none. Sums of products are worked out."""

    patient = SeenPatient()
    observed_on = serializers.DateField()
    findings = FindingToldSerializer(many=True, allow_empty=False, max_length=MOST_AT_ONCE)  # type: ignore[call-arg]
    confirmed = serializers.BooleanField(required=False, default=False)


class FindingCorrectionSerializer(FindingStatedSerializer):
    """All of the finding as it should stand, and what was wrong."""

    observed_on = serializers.DateField()
    reason = serializers.CharField(max_length=2000)
    confirmed = serializers.BooleanField(required=False, default=False)


class FindingWithdrawalSerializer(serializers.Serializer[Any]):
    """Why the finding is taken back."""

    reason = serializers.CharField(max_length=2000)


class FindingsRecordedSerializer(serializers.Serializer[Any]):
    """What was recorded, sums that were worked out last."""

    findings = FindingSerializer(many=True)


class FindingFilter(filters.FilterSet):  # type: ignore[misc]
    """How a list of findings is narrowed. `is_current=true` leaves out former versions."""

    patient = filters.NumberFilter(field_name="patient_id")
    kind = filters.MultipleChoiceFilter(choices=[(code, kind.analyte.name) for code, kind in FINDING_KINDS.items()])
    observed_since = filters.DateFilter(field_name="observed_on", lookup_expr="gte")
    is_current = filters.BooleanFilter()


class FindingViewSet(ScopedViewSet[ClinicalFinding]):
    """Clinicians' findings of the patients you may see, all versions."""

    queryset = ClinicalFinding.objects.select_related("patient__site", "recorded_by")
    serializer_class = FindingSerializer
    filterset_class = FindingFilter
    view = "findings"

    @extend_schema(request=FindingsToRecordSerializer, responses={201: FindingsRecordedSerializer})
    def create(self, request: Request) -> Response:
        """Record the findings of one day."""
        asked = FindingsToRecordSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        names = [field.name for field in fields(Told)]
        told = [Told(**{name: one[name] for name in names}) for one in given["findings"]]
        recorded = record_findings(
            patient=given["patient"],
            observed_on=given["observed_on"],
            findings=told,
            confirmed=given["confirmed"],
            by=self.person,
            now=timezone.now(),
        )
        record_access(by=self.person, patient=given["patient"], view=f"api:{self.view}")
        return Response({"findings": self.get_serializer(recorded, many=True).data}, status=201)

    @extend_schema(request=FindingCorrectionSerializer, responses=FindingSerializer)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        """Correct a finding: a new version, the former one stays on record."""
        finding = self.get_object()
        asked = FindingCorrectionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        new = correct_finding(finding=finding, by=self.person, now=timezone.now(), **asked.validated_data)
        return self.answer(new)

    @extend_schema(request=FindingWithdrawalSerializer, responses=FindingSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take a finding back; signals that rested on it alone are withdrawn."""
        finding = self.get_object()
        asked = FindingWithdrawalSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        new = withdraw_finding(finding=finding, by=self.person, now=timezone.now(), **asked.validated_data)
        return self.answer(new)
