"""What the lists of a patient's things have in common: who sees them, and that each look into a record is recorded."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from patients.access import visible_to
from patients.actions.record_access import record_access, record_access_to_each
from patients.models import Patient, User

M = TypeVar("M", bound=Model)


class ScopedViewSet(viewsets.GenericViewSet[M]):
    """Things that belong to a patient. `path` leads to the patient, `view` names the list in the access record.

    A list is a look into the record of every patient on the page. A worklist is so only when one patient is asked for.
    """

    path = "patient"
    view = ""
    is_worklist = False
    lookup_value_regex = r"\d+"

    @property
    def person(self) -> User:
        """Who asks."""
        return self.request.user  # type: ignore[return-value]

    def get_queryset(self) -> QuerySet[M]:
        """Rows of patients this person may see."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return super().get_queryset().filter(visible_to(self.person, f"{self.path}__"))

    def list(self, request: Request) -> Response:
        """Rows of the patients you may see."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        rows: list[M] = page or []
        if request.query_params.get("patient") or not self.is_worklist:
            seen = {self.patient_of(row).pk for row in rows}
            record_access_to_each(by=self.person, patient_ids=seen, view=f"api:{self.view}")
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One row. The look into the patient's record is recorded."""
        row = self.get_object()
        record_access(by=self.person, patient=self.patient_of(row), view=f"api:{self.view}")
        return Response(self.get_serializer(row).data)

    def answer(self, row: M, status: int = 200) -> Response:
        """A row after a change. It shows what others stated too: the look into the patient's record is recorded."""
        record_access(by=self.person, patient=self.patient_of(row), view=f"api:{self.view}")
        return Response(self.get_serializer(row).data, status=status)

    def patient_of(self, row: M) -> Patient:
        """The patient a row belongs to."""
        found: Any = row
        for step in self.path.split("__"):
            found = getattr(found, step)
        return found  # type: ignore[no-any-return]
