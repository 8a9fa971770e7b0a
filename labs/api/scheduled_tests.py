"""/api/v1/scheduled-tests/: what is to be done and when; booking, skipping, and saying that it was done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.add_test import add_test, move_test
from labs.actions.book_test import BookingRefused, book_test, unbook
from labs.actions.plan_refusals import PlanRefused
from labs.actions.record_done import DoneRefused, record_done, take_back_done
from labs.actions.skip_test import SkipRefused, skip_test, unskip_test
from labs.api.scoped import ScopedViewSet
from labs.models import ScheduledTest, SkipReason
from labs.selectors.due import Status, with_status
from labs.vocabulary.test_kinds import TEST_KINDS, label_of
from patients.api.fields import SeenPatient
from patients.api.problems import Conflict
from patients.selectors.keyset import Key, read_day

REFUSALS = (BookingRefused, SkipRefused, DoneRefused, PlanRefused)
ADDED = [choice for choice in ScheduledTest.Origin.choices if choice[0] != ScheduledTest.Origin.PLANNED]


class ScheduledTestSerializer(serializers.ModelSerializer[ScheduledTest]):
    """One test with its window and its state today."""

    status = serializers.ChoiceField(choices=Status.choices, read_only=True)
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    skipped_because = serializers.ChoiceField(choices=SkipReason.choices, allow_blank=True, read_only=True)

    class Meta:
        model = ScheduledTest
        fields = (
            "id",
            "patient",
            "kind",
            "label",
            "status",
            "origin",
            "due_on",
            "opens_on",
            "closes_on",
            "late_from",
            "booked_for",
            "booked_at_place",
            "held_from",
            "held_until",
            "pinned",
            "collected_on",
            "closed_by",
            "skipped_because",
            "note",
        )
        read_only_fields = fields

    def get_label(self, test: ScheduledTest) -> str:
        """The kind of test, for people."""
        return label_of(test.kind)


class BookSerializer(serializers.Serializer[Any]):
    """A booking. `seen_booked_for` is the booking that was seen before: another one meanwhile is a conflict."""

    booked_for = serializers.DateField()
    place = serializers.CharField(required=False, default="", allow_blank=True, max_length=80)
    seen_booked_for = serializers.DateField(required=False, allow_null=True, default=None)


class SkipSerializer(serializers.Serializer[Any]):
    """Why a test is not done."""

    reason = serializers.ChoiceField(choices=SkipReason.choices)
    note = serializers.CharField(required=False, default="", allow_blank=True)


class DoneSerializer(serializers.Serializer[Any]):
    """The day a test was done."""

    done_on = serializers.DateField()


class AddSerializer(serializers.Serializer[Any]):
    """One more test. `anyway`: also when one of its kind waits within a week."""

    patient = SeenPatient()
    kind = serializers.ChoiceField(choices=[(code, kind.label) for code, kind in TEST_KINDS.items()])
    due_on = serializers.DateField()
    window_days = serializers.IntegerField(required=False, default=7, min_value=0, max_value=60)
    origin = serializers.ChoiceField(choices=ADDED, required=False, default=ADDED[0][0])
    reason = serializers.CharField(max_length=2000)
    anyway = serializers.BooleanField(required=False, default=False)


class MoveSerializer(serializers.Serializer[Any]):
    """Another due day, and why."""

    due_on = serializers.DateField()
    reason = serializers.CharField(max_length=2000)


class NothingSerializer(serializers.Serializer[Any]):
    """A step that needs no word."""


class ScheduledTestFilter(filters.FilterSet):  # type: ignore[misc]
    """How a list of tests is narrowed."""

    patient = filters.NumberFilter(field_name="patient_id")
    kind = filters.ChoiceFilter(choices=[(code, kind.label) for code, kind in TEST_KINDS.items()])
    status = filters.MultipleChoiceFilter(choices=Status.choices)
    due_since = filters.DateFilter(field_name="due_on", lookup_expr="gte")
    due_until = filters.DateFilter(field_name="due_on", lookup_expr="lte")


class ScheduledTestViewSet(ScopedViewSet[ScheduledTest]):
    """Scheduled tests of the patients you may see, by the day they are due."""

    queryset = ScheduledTest.objects.select_related("patient__site")
    serializer_class = ScheduledTestSerializer
    filterset_class = ScheduledTestFilter
    keys = (Key("due_on", read=read_day), Key("id", read=int))
    view = "scheduled-tests"
    is_worklist = True

    def get_queryset(self) -> QuerySet[ScheduledTest]:
        """Tests of visible patients with their state on the site's calendar today."""
        return with_status(super().get_queryset(), now=timezone.now())

    @extend_schema(request=AddSerializer)
    def create(self, request: Request) -> Response:
        """Ask for one more test, whatever the plans ask for."""
        asked = AddSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        try:
            test = add_test(by=self.person, now=timezone.now(), **asked.validated_data)
        except REFUSALS as refusal:
            raise Conflict(str(refusal)) from refusal
        return self.answer(self.get_queryset().get(pk=test.pk), status=201)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Give an open test another due day."""
        return self._step(move_test, MoveSerializer(data=request.data))

    @extend_schema(request=BookSerializer)
    @action(detail=True, methods=["post"])
    def book(self, request: Request, pk: str) -> Response:
        """Book a test, and with it those of its kind that are open by that day."""
        return self._step(book_test, BookSerializer(data=request.data))

    @extend_schema(request=NothingSerializer)
    @action(detail=True, methods=["post"])
    def unbook(self, request: Request, pk: str) -> Response:
        """Cancel a booking."""
        return self._step(unbook, NothingSerializer(data=request.data))

    @extend_schema(request=SkipSerializer)
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, pk: str) -> Response:
        """Say that a test is not done, and why."""
        return self._step(skip_test, SkipSerializer(data=request.data))

    @extend_schema(request=NothingSerializer)
    @action(detail=True, methods=["post"])
    def unskip(self, request: Request, pk: str) -> Response:
        """Bring a skipped test back."""
        return self._step(unskip_test, NothingSerializer(data=request.data))

    @extend_schema(request=DoneSerializer)
    @action(detail=True, methods=["post"])
    def done(self, request: Request, pk: str) -> Response:
        """Say that a visit, a scan or a sample was done."""
        return self._step(record_done, DoneSerializer(data=request.data))

    @extend_schema(request=NothingSerializer)
    @action(detail=True, methods=["post"])
    def undone(self, request: Request, pk: str) -> Response:
        """Take back that a test was done, unless its result has come."""
        return self._step(take_back_done, NothingSerializer(data=request.data))

    def _step(self, step: Callable[..., Any], asked: serializers.BaseSerializer[Any]) -> Response:
        test = self.get_object()
        asked.is_valid(raise_exception=True)
        try:
            step(test=test, by=self.person, now=timezone.now(), **asked.validated_data)
        except REFUSALS as refusal:
            raise Conflict(str(refusal)) from refusal
        return Response(self.get_serializer(self.get_object()).data)
