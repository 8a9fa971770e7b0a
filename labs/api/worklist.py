"""/api/v1/worklist/ and /api/v1/contact-attempts/: what waits, as nurses see it, and attempts to reach patients."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.record_contact import ContactRefused, record_contact
from labs.api.scoped import ScopedViewSet
from labs.models import Channel, ContactAttempt, ContactOutcome, ScheduledTest
from labs.selectors.worklist import COUNTED, worklist, worklist_counts
from labs.selectors.worklist_parts import ME, NOBODY, RANKS, Narrowing, Tab
from labs.selectors.worklist_rows import Row
from labs.vocabulary.test_kinds import TEST_KINDS, label_of
from patients.access import check_can_take_worklist, patients_visible_to
from patients.api.pagination import LARGEST_PAGE, PAGE_SIZE, KeysetPages
from patients.api.problems import Conflict
from patients.models import Disease, Patient
from patients.selectors.keyset import Page, UnreadableCursor


class NarrowingSerializer(serializers.Serializer[Any]):
    """Which part of the list, how it is narrowed, and which page."""

    tab = serializers.ChoiceField(choices=Tab.choices, default=Tab.OVERDUE)
    site = serializers.IntegerField(required=False, default=None)
    disease = serializers.ChoiceField(choices=Disease.choices, required=False, default="")
    kind = serializers.ChoiceField(choices=sorted(TEST_KINDS), required=False, default="")
    protocol = serializers.SlugField(required=False, default="")
    risk = serializers.ChoiceField(choices=RANKS, required=False, default=None)
    assigned = serializers.ChoiceField(choices=[ME, NOBODY], required=False, default="")
    mine = serializers.BooleanField(required=False, default=False)
    q = serializers.CharField(required=False, default="", max_length=120)
    after = serializers.CharField(required=False, default="")
    before = serializers.CharField(required=False, default="")
    page_size = serializers.IntegerField(required=False, default=PAGE_SIZE, min_value=1, max_value=LARGEST_PAGE)


class WorklistRowSerializer(serializers.Serializer[Row]):
    """One waiting test with what is needed to act on it."""

    test = serializers.IntegerField(source="test.pk")
    patient = serializers.IntegerField(source="test.patient_id")
    name = serializers.CharField(source="patient")
    mrn = serializers.CharField()
    site = serializers.CharField(source="patient.site.code")
    kind = serializers.CharField(source="test.kind")
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    risk = serializers.IntegerField(source="test.risk")
    due_on = serializers.DateField(source="test.due_on")
    late_from = serializers.DateField(source="test.late_from")
    days_late = serializers.IntegerField()
    missing = serializers.ListField(child=serializers.CharField())
    booked_for = serializers.DateField(source="test.booked_for", allow_null=True)
    booked_time = serializers.TimeField(source="test.booked_time", allow_null=True)
    collected_on = serializers.DateField(source="test.collected_on", allow_null=True)
    contact_again_on = serializers.DateField(source="test.snoozed_until", allow_null=True)
    assigned_to = serializers.IntegerField(source="test.assigned_to_id", allow_null=True)
    calls = serializers.IntegerField()
    last_outcome = serializers.ChoiceField(choices=ContactOutcome.choices, allow_null=True)
    last_result_on = serializers.DateField(source="last_on", allow_null=True)
    suggested_for = serializers.DateField()

    def get_label(self, row: Row) -> str:
        """The kind of test, for people."""
        return label_of(row.test.kind)


class CountsSerializer(serializers.Serializer[Any]):
    """How many tests each part of the list holds; 1001 stands for more than a thousand."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """A number for each part."""
        return {tab.value: serializers.IntegerField() for tab in Tab}


class WorklistPages(KeysetPages):
    """Pages that the selector has read already."""

    def take(self, page: Page[Row], request: Request) -> WorklistPages:
        """Remember the page."""
        self.page, self.url = page, request.build_absolute_uri()
        return self


class WorklistViewSet(viewsets.GenericViewSet[ScheduledTest]):
    """Tests that wait for something, part by part, the most pressing first. For nurses and physicians."""

    queryset = ScheduledTest.objects.none()
    serializer_class = WorklistRowSerializer  # type: ignore[assignment]
    pagination_class = WorklistPages

    @extend_schema(parameters=[NarrowingSerializer])
    def list(self, request: Request) -> Response:
        """A page of one part of the list."""
        chosen, asked = self._asked(request)
        paging = {"after": chosen["after"], "before": chosen["before"], "size": chosen["page_size"]}
        try:
            page = worklist(**asked, tab=Tab(chosen["tab"]), **paging)
        except UnreadableCursor as error:
            raise ValidationError({"before" if chosen["before"] else "after": [str(error)]}) from error
        pages = WorklistPages().take(page, request)
        return pages.get_paginated_response(self.get_serializer(page.rows, many=True).data)

    @extend_schema(parameters=[NarrowingSerializer], responses=CountsSerializer)
    @action(detail=False, methods=["get"], pagination_class=None)
    def counts(self, request: Request) -> Response:
        """How many tests each part holds; 1001 stands for more than a thousand."""
        _chosen, asked = self._asked(request)
        return Response({tab.value: min(number, COUNTED + 1) for tab, number in worklist_counts(**asked).items()})

    def _asked(self, request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
        check_can_take_worklist(request.user)  # type: ignore[arg-type]
        wanted = NarrowingSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        chosen = wanted.validated_data
        names = ("site", "disease", "kind", "protocol", "risk", "assigned", "mine")
        narrowing = Narrowing(text=chosen["q"], **{name: chosen[name] for name in names})
        return chosen, {"user": request.user, "now": timezone.now(), "narrowing": narrowing}


class ContactAttemptSerializer(serializers.ModelSerializer[ContactAttempt]):
    """One attempt to reach a patient about waiting tests."""

    patient = serializers.PrimaryKeyRelatedField(queryset=Patient.objects.none())
    outcome = serializers.ChoiceField(choices=ContactOutcome.choices)
    channel = serializers.ChoiceField(choices=Channel.choices, default=Channel.PHONE)
    tests = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=2**62), max_length=100)

    class Meta:
        model = ContactAttempt
        fields = ("id", "patient", "at", "by", "channel", "outcome", "again_on", "tests", "note")
        read_only_fields = ("id", "at", "by")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        if request is not None:
            self.fields["patient"].queryset = patients_visible_to(request.user).select_related("site")  # type: ignore[attr-defined]


class ContactAttemptFilter(filters.FilterSet):  # type: ignore[misc]
    """How a list of attempts is narrowed."""

    patient = filters.NumberFilter(field_name="patient_id")
    outcome = filters.MultipleChoiceFilter(choices=ContactOutcome.choices, label=_("outcome"))


class ContactAttemptViewSet(ScopedViewSet[ContactAttempt]):
    """Attempts to reach the patients you may see, newest first. They are never changed."""

    queryset = ContactAttempt.objects.select_related("patient")
    serializer_class = ContactAttemptSerializer
    filterset_class = ContactAttemptFilter
    view = "contact-attempts"

    def create(self, request: Request) -> Response:
        """Record an attempt; the tests it is about are put off as the outcome says."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            made = record_contact(by=self.person, now=timezone.now(), **asked.validated_data)
        except ContactRefused as refusal:
            raise Conflict(str(refusal)) from refusal
        return self.answer(made.attempt, status=201)
