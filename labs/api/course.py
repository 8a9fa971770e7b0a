"""Diagnoses, lines of therapy, treatment events and symptom reports: what rules read beside results."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions import record_course
from labs.api.scoped import ScopedViewSet
from labs.selectors.responses import response_of_diagnosis
from labs.vocabulary.symptoms import SYMPTOMS
from patients.access import visible_to
from patients.actions.record_access import record_access
from patients.api.fields import SeenPatient
from patients.models import Diagnosis, SymptomReport, TreatmentEvent, TreatmentLine
from patients.models.diagnosis import MARKERS


class SeenDiagnosis(serializers.PrimaryKeyRelatedField[Diagnosis]):
    """A diagnosis of a patient the person may see."""

    def get_queryset(self) -> Any:
        """Diagnoses of visible patients."""
        seen = visible_to(self.context["request"].user, "patient__")
        return Diagnosis.objects.filter(seen).select_related("patient__site")


class DiagnosisSerializer(serializers.ModelSerializer[Diagnosis]):
    """A followed disease."""

    patient = SeenPatient()
    measurable = serializers.ListField(child=serializers.ChoiceField(choices=MARKERS), required=False)

    class Meta:
        model = Diagnosis
        fields = (
            "id",
            "patient",
            "disease",
            "subtype",
            "diagnosed_on",
            "heavy_chain",
            "light_chain",
            "disease_type",
            "measurable",
            "risk_group",
            "risk_findings",
            "remission_on",
            "response",
            "therapy_ended_on",
            "relapsed_on",
            "icd10",
        )
        validators: list[Any] = []


class DiagnosisFilter(filters.FilterSet):  # type: ignore[misc]
    """How a list of diagnoses is narrowed."""

    patient = filters.NumberFilter(field_name="patient_id")
    disease = filters.CharFilter()


class CourseStepSerializer(serializers.Serializer[Any]):
    """A category, the first day it held, and whether a second assessment confirmed it."""

    category = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    confirmed = serializers.BooleanField()


class ResidualSerializer(serializers.Serializer[Any]):
    """What the latest test for residual disease says; `negative`: the tag of a complete response applies."""

    negative = serializers.BooleanField()
    on = serializers.DateField()
    sustained = serializers.BooleanField()
    text = serializers.CharField()


class ResponseSerializer(serializers.Serializer[Any]):
    """The response of the present line. `recorded` is what the unit stated; `missing` speaks of `next`."""

    diagnosis = serializers.IntegerField()
    criteria = serializers.CharField()
    line_started_on = serializers.DateField(allow_null=True)
    now = CourseStepSerializer()
    pending = CourseStepSerializer(allow_null=True)
    steps = CourseStepSerializer(many=True)
    rests_on = serializers.ListField(child=serializers.CharField())
    next = serializers.CharField()
    missing = serializers.ListField(child=serializers.CharField())
    residual_disease = ResidualSerializer(allow_null=True)
    recorded = serializers.CharField()


class DiagnosisViewSet(ScopedViewSet[Diagnosis]):
    """Diagnoses of the patients you may see."""

    queryset = Diagnosis.objects.select_related("patient__site")
    serializer_class = DiagnosisSerializer
    filterset_class = DiagnosisFilter
    view = "diagnoses"

    def create(self, request: Request) -> Response:
        """State a diagnosis. Of one already stated for this patient, the facts named here are changed."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        diagnosis = record_course.diagnose(by=self.person, now=timezone.now(), **asked.validated_data)
        record_access(by=self.person, patient=diagnosis.patient, view=f"api:{self.view}")
        return Response(self.get_serializer(diagnosis).data, status=201)

    @extend_schema(responses=ResponseSerializer)
    @action(detail=True, methods=["get"], url_path="response")
    def reached(self, request: Request, pk: str) -> Response:
        """What a myeloma has reached in its present line of therapy, worked out from the results up to today.

        Another disease has no response category: 404. A category that cannot be told is "not evaluable".
        """
        diagnosis = self.get_object()
        today = timezone.localdate(timezone=diagnosis.patient.site.zone)
        found = response_of_diagnosis(diagnosis, as_of=today)
        if found is None:
            raise NotFound(f"There is no response category for {diagnosis.disease}.")
        record_access(by=self.person, patient=diagnosis.patient, view=f"api:{self.view}")
        return Response(ResponseSerializer(found.as_dict()).data)


class EndSerializer(serializers.Serializer[Any]):
    """The last day."""

    ended_on = serializers.DateField()


class LineSerializer(serializers.ModelSerializer[TreatmentLine]):
    """A line of therapy, or a phase of one."""

    diagnosis = SeenDiagnosis()
    number = serializers.IntegerField(min_value=1, max_value=99)

    class Meta:
        model = TreatmentLine
        fields = ("id", "diagnosis", "number", "phase", "regimen", "started_on", "ended_on")
        validators: list[Any] = []


class LineFilter(filters.FilterSet):  # type: ignore[misc]
    """How a list of lines is narrowed."""

    patient = filters.NumberFilter(field_name="diagnosis__patient_id")
    diagnosis = filters.NumberFilter(field_name="diagnosis_id")


class LineViewSet(ScopedViewSet[TreatmentLine]):
    """Lines of therapy of the patients you may see."""

    queryset = TreatmentLine.objects.select_related("diagnosis__patient__site")
    serializer_class = LineSerializer
    filterset_class = LineFilter
    path = "diagnosis__patient"
    view = "treatment-lines"

    def create(self, request: Request) -> Response:
        """Record a line of therapy. A higher number resets the lowest value that rises are measured from."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        line = record_course.record_line(by=self.person, now=timezone.now(), **asked.validated_data)
        return Response(self.get_serializer(line).data, status=201)

    @extend_schema(request=EndSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Say that the line is over."""
        asked = EndSerializer(data=request.data)
        line = self.get_object()
        asked.is_valid(raise_exception=True)
        record_course.end_line(line=line, by=self.person, now=timezone.now(), **asked.validated_data)
        return Response(self.get_serializer(line).data)


class EventSerializer(serializers.ModelSerializer[TreatmentEvent]):
    """An event that changes counts or markers. `detail` names the drug of an antibody."""

    patient = SeenPatient()

    class Meta:
        model = TreatmentEvent
        fields = ("id", "patient", "kind", "detail", "started_on", "ended_on", "ongoing")


class EventFilter(filters.FilterSet):  # type: ignore[misc]
    """How a list of events is narrowed."""

    patient = filters.NumberFilter(field_name="patient_id")
    kind = filters.CharFilter()


class EventViewSet(ScopedViewSet[TreatmentEvent]):
    """Treatment events of the patients you may see."""

    queryset = TreatmentEvent.objects.select_related("patient__site")
    serializer_class = EventSerializer
    filterset_class = EventFilter
    view = "treatment-events"

    def create(self, request: Request) -> Response:
        """Record a transfusion, growth factor, antibody, transplant or the like."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        event = record_course.record_event(by=self.person, now=timezone.now(), **asked.validated_data)
        return Response(self.get_serializer(event).data, status=201)

    @extend_schema(request=EndSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Say that the event is over."""
        asked = EndSerializer(data=request.data)
        event = self.get_object()
        asked.is_valid(raise_exception=True)
        record_course.end_event(event=event, by=self.person, now=timezone.now(), **asked.validated_data)
        return Response(self.get_serializer(event).data)


class SymptomReportSerializer(serializers.ModelSerializer[SymptomReport]):
    """What a patient told on one day; an empty list means asked, and none told."""

    patient = SeenPatient()
    symptoms = serializers.ListField(child=serializers.ChoiceField(choices=sorted(SYMPTOMS)))
    recorded_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = SymptomReport
        fields = ("id", "patient", "reported_on", "symptoms", "note", "recorded_by", "recorded_at")


class SymptomReportFilter(filters.FilterSet):  # type: ignore[misc]
    """How a list of symptom reports is narrowed."""

    patient = filters.NumberFilter(field_name="patient_id")
    reported_since = filters.DateFilter(field_name="reported_on", lookup_expr="gte")


class SymptomReportViewSet(ScopedViewSet[SymptomReport]):
    """Symptom reports of the patients you may see."""

    queryset = SymptomReport.objects.select_related("patient__site", "recorded_by")
    serializer_class = SymptomReportSerializer
    filterset_class = SymptomReportFilter
    view = "symptom-reports"

    def create(self, request: Request) -> Response:
        """Record what the patient told."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        report = record_course.tell_symptoms(by=self.person, now=timezone.now(), **asked.validated_data)
        return Response(self.get_serializer(report).data, status=201)
