"""/api/v1/patients/: find, open, register and correct patients."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from patients.access import patients_visible_to
from patients.actions.correct_patient import correct_patient
from patients.actions.record_access import record_access
from patients.actions.register_patient import register_patient
from patients.api.fields import ChosenUser, OwnSite
from patients.models import CareTeam, Disease, Identifier, Patient, Sex
from patients.selectors.patients import ORDER, matching


class IdentifierSerializer(serializers.ModelSerializer[Identifier]):
    """A number by which some system knows a patient; leading zeros matter."""

    class Meta:
        model = Identifier
        fields = ("system", "value")
        validators: list[Any] = []


class CareTeamSerializer(serializers.ModelSerializer[CareTeam]):
    """Who answers for a patient, by user name; null leaves a post vacant."""

    physician = ChosenUser(required=False, allow_null=True)
    nurse = ChosenUser(required=False, allow_null=True)
    cover = ChosenUser(required=False, allow_null=True)

    class Meta:
        model = CareTeam
        fields = ("physician", "nurse", "cover")


class PatientSerializer(serializers.ModelSerializer[Patient]):
    """A patient with numbers and care team."""

    sex = serializers.ChoiceField(choices=Sex.choices, default=Sex.UNKNOWN)
    site = OwnSite()
    identifiers = IdentifierSerializer(many=True, allow_empty=False)
    care_team = CareTeamSerializer(read_only=True, allow_null=True, default=None)

    class Meta:
        model = Patient
        fields = (
            "id",
            "family_name",
            "given_name",
            "birth_date",
            "sex",
            "site",
            "deceased_on",
            "registered_at",
            "identifiers",
            "care_team",
        )


class CorrectionSerializer(PatientSerializer):
    """What of a patient can be corrected, and why."""

    sex = serializers.ChoiceField(choices=Sex.choices)
    reason = serializers.CharField(write_only=True, required=False, default="", allow_blank=True)

    class Meta(PatientSerializer.Meta):
        fields = (*PatientSerializer.Meta.fields, "reason")  # type: ignore[assignment]
        read_only_fields = ("identifiers",)


class PatientFilter(filters.FilterSet):  # type: ignore[misc]
    """How a list of patients is narrowed."""

    q = filters.CharFilter(method="search", help_text="Start of a name, a number, or a birth date.")
    mrn = filters.CharFilter(method="number", help_text="A number, exactly.")
    site = filters.CharFilter(field_name="site__code", help_text="Code of a site.")
    disease = filters.ChoiceFilter(field_name="diagnoses__disease", choices=Disease.choices)

    def search(self, patients: QuerySet[Patient], name: str, text: str) -> QuerySet[Patient]:
        """By name, number or birth date."""
        return matching(patients, text)

    def number(self, patients: QuerySet[Patient], name: str, value: str) -> QuerySet[Patient]:
        """By one number of any system."""
        return patients.filter(pk__in=Identifier.objects.filter(value=value).values("patient"))


class PatientViewSet(viewsets.GenericViewSet[Patient]):
    """Patients of your sites and care teams."""

    serializer_class = PatientSerializer
    queryset = Patient.objects.none()
    filterset_class = PatientFilter
    keys = ORDER
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Patient]:
        """Patients this person may see, with what an answer holds of them."""
        return (
            patients_visible_to(self.request.user)  # type: ignore[arg-type]
            .select_related("site", "care_team__physician", "care_team__nurse", "care_team__cover")
            .prefetch_related("identifiers")
        )

    def list(self, request: Request) -> Response:
        """Find patients, by name."""
        page = self.paginate_queryset(self.filter_queryset(matching(self.get_queryset(), "")))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """Open one patient. The opening is recorded."""
        patient = self.get_object()
        record_access(by=request.user, patient=patient, view="api:patient")  # type: ignore[arg-type]
        return Response(self.get_serializer(patient).data)

    def create(self, request: Request) -> Response:
        """Register a patient."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        facts = asked.validated_data
        numbers = [(number["system"], number["value"]) for number in facts.pop("identifiers")]
        patient = register_patient(**facts, identifiers=numbers, by=request.user, now=timezone.now())  # type: ignore[arg-type]
        return Response(self.get_serializer(self.get_queryset().get(pk=patient.pk)).data, status=201)

    @extend_schema(request=CorrectionSerializer, responses=PatientSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Correct a patient's particulars; the former ones stay in the history."""
        patient = self.get_object()
        asked = CorrectionSerializer(patient, data=request.data, partial=True, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        correct_patient(patient=patient, by=request.user, now=timezone.now(), **asked.validated_data)  # type: ignore[arg-type]
        record_access(by=request.user, patient=patient, view="api:patient")  # type: ignore[arg-type]
        return Response(self.get_serializer(self.get_object()).data)
