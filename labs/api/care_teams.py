"""/api/v1/care-teams/: who answers for a patient, by the patient's number."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.hand_over import hand_over
from patients.access import patients_visible_to
from patients.actions.record_access import record_access
from patients.api.patients import CareTeamSerializer
from patients.models import Patient


class CareTeamViewSet(viewsets.GenericViewSet[Patient]):
    """Care teams of the patients you may see."""

    queryset = Patient.objects.none()
    serializer_class = CareTeamSerializer  # type: ignore[assignment]
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> Any:
        """Patients this person may see."""
        return patients_visible_to(self.request.user).select_related("site")  # type: ignore[arg-type]

    @extend_schema(request=CareTeamSerializer, responses=CareTeamSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Fill posts; those not named stay as they are. Waiting signals go to the physician who answers now."""
        patient = self.get_object()
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        team = hand_over(patient=patient, by=request.user, now=timezone.now(), **asked.validated_data)  # type: ignore[arg-type]
        record_access(by=request.user, patient=patient, view="api:care-team")  # type: ignore[arg-type]
        return Response(self.get_serializer(team).data)
