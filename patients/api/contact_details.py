"""/api/v1/contact-details/: how a patient can be reached. Addressed by the number of the patient."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from patients.access import patients_visible_to
from patients.actions.record_access import record_access
from patients.actions.record_contact_details import record_contact_details
from patients.models import ContactDetails, Patient


class ContactDetailsSerializer(serializers.ModelSerializer[ContactDetails]):
    """Addresses, language (empty: the site's) and consent for each way."""

    email = serializers.CharField(required=False, allow_blank=True, max_length=254)  # the action says what is wrong
    recorded_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)
    recorded_at = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = ContactDetails
        fields = (
            "patient",
            "address",
            "phone",
            "mobile",
            "email",
            "language",
            "allows_post",
            "allows_email",
            "allows_sms",
            "recorded_by",
            "recorded_at",
        )
        read_only_fields = ("patient", "recorded_at")


class ContactDetailsViewSet(viewsets.GenericViewSet[Patient]):
    """How the patients of your sites and care teams can be reached."""

    serializer_class = ContactDetailsSerializer  # type: ignore[assignment]
    queryset = Patient.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Patient]:
        """Patients this person may see."""
        return patients_visible_to(self.request.user).select_related("site")  # type: ignore[arg-type]

    @extend_schema(responses=ContactDetailsSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """The contact details of a patient; without any on record, empty ones. The look is recorded."""
        return self._answer(self.get_object())

    @extend_schema(request=ContactDetailsSerializer, responses=ContactDetailsSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Record what changed; the former details stay in the history."""
        patient = self.get_object()
        asked = ContactDetailsSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        record_contact_details(patient=patient, by=request.user, now=timezone.now(), **asked.validated_data)  # type: ignore[arg-type]
        return self._answer(patient)

    def _answer(self, patient: Patient) -> Response:
        record_access(by=self.request.user, patient=patient, view="api:contact-details")  # type: ignore[arg-type]
        row = ContactDetails.objects.filter(patient=patient).select_related("recorded_by").first()
        return Response(ContactDetailsSerializer(row or ContactDetails(patient=patient)).data)
