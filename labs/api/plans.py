"""/api/v1/plans/ and /api/v1/plan-pauses/: who is followed by which protocol; pausing, ending and changing that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.end_plan import end_plan, reopen_plan
from labs.actions.pause_plan import change_pause, end_pause, pause_plan, take_back_pause
from labs.actions.plan_refusals import PlanRefused
from labs.actions.replace_plan import change_keeping, change_protocol, restart_plan
from labs.actions.start_plan import start_plan
from labs.api.course import SeenDiagnosis
from labs.api.scoped import ScopedViewSet
from labs.api.statements import WITHDRAWN, ReasonSerializer, StandingFilter, user_name
from labs.models import Keeping, PauseReason, Plan, PlanEnd, PlanPause, Protocol, ScheduledTest
from patients.api.problems import Conflict


def refused_as_conflict(step: Callable[..., Any], **asked: Any) -> Any:
    """What the action returned; a refusal because of how things stand is a conflict with its reason."""
    try:
        return step(**asked)
    except PlanRefused as refusal:
        raise Conflict(str(refusal)) from refusal


class PlanSerializer(serializers.ModelSerializer[Plan]):
    """A patient on one version of a protocol, counted from `anchor_on`."""

    diagnosis = SeenDiagnosis()
    protocol: serializers.PrimaryKeyRelatedField[Protocol] = serializers.PrimaryKeyRelatedField(
        queryset=Protocol.objects.all()
    )
    protocol_code = serializers.CharField(source="protocol.code", read_only=True)
    protocol_version = serializers.IntegerField(source="protocol.version", read_only=True)
    anchor_on = serializers.DateField(required=False)
    keeps = serializers.ChoiceField(choices=Keeping.choices, required=False)

    class Meta:
        model = Plan
        fields = (
            "id",
            "patient",
            "diagnosis",
            "protocol",
            "protocol_code",
            "protocol_version",
            "anchor",
            "anchor_on",
            "keeps",
            "replaces",
            "started_on",
            "ended_on",
            "ended_because",
        )
        read_only_fields = ("patient", "anchor", "replaces", "started_on", "ended_on", "ended_because")
        validators: Sequence[Any] = []


class PauseStepSerializer(serializers.Serializer[Any]):
    """Days, both inclusive, on which a plan asks for nothing."""

    starts_on = serializers.DateField()
    until_on = serializers.DateField()
    reason = serializers.ChoiceField(choices=PauseReason.choices)
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)


class EndStepSerializer(serializers.Serializer[Any]):
    """Why a plan ends."""

    reason = serializers.ChoiceField(choices=PlanEnd.choices)
    ended_on = serializers.DateField(required=False)
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)


class ProtocolStepSerializer(serializers.Serializer[Any]):
    """Another protocol; without `anchor_on` it counts from the day recorded for it."""

    protocol: serializers.PrimaryKeyRelatedField[Protocol] = serializers.PrimaryKeyRelatedField(
        queryset=Protocol.objects.all()
    )
    anchor_on = serializers.DateField(required=False)


class RestartStepSerializer(serializers.Serializer[Any]):
    """The day to count anew from; without `protocol` the plan stays on its own."""

    anchor_on = serializers.DateField()
    protocol: serializers.PrimaryKeyRelatedField[Protocol] = serializers.PrimaryKeyRelatedField(
        queryset=Protocol.objects.all(), required=False
    )


class KeepingStepSerializer(serializers.Serializer[Any]):
    """What the next dates count from."""

    keeps = serializers.ChoiceField(choices=Keeping.choices)


class NothingAskedSerializer(serializers.Serializer[Any]):
    """A step that needs no word."""


class BookingLeftSerializer(serializers.ModelSerializer[ScheduledTest]):
    """A test whose booking is left for a person to keep or cancel."""

    class Meta:
        model = ScheduledTest
        fields = ("id", "kind", "booked_for", "booked_at_place")
        read_only_fields = fields


class PauseSerializer(serializers.ModelSerializer[PlanPause]):
    """A pause of a plan."""

    patient = serializers.IntegerField(source="plan.patient_id", read_only=True)
    recorded_by = user_name()
    withdrawn_by = user_name(allow_null=True)

    class Meta:
        model = PlanPause
        fields = (
            "id",
            "plan",
            "patient",
            "starts_on",
            "until_on",
            "reason",
            "note",
            "recorded_by",
            "recorded_at",
            *WITHDRAWN,
        )
        read_only_fields = fields


class PausedSerializer(PauseSerializer):
    """A pause, and the bookings that still stand on its days."""

    bookings_left = serializers.SerializerMethodField()

    class Meta:
        model = PlanPause
        fields = (*PauseSerializer.Meta.fields, "bookings_left")
        read_only_fields = fields

    @extend_schema_field(BookingLeftSerializer(many=True))
    def get_bookings_left(self, pause: PlanPause) -> Any:
        """The tests booked for days of the pause."""
        return BookingLeftSerializer(self.context["left"], many=True).data


class PlanWithBookingsSerializer(PlanSerializer):
    """A plan, and the bookings that its end or change leaves over."""

    bookings_left = serializers.SerializerMethodField()

    class Meta:
        model = Plan
        fields = (*PlanSerializer.Meta.fields, "bookings_left")
        read_only_fields = fields

    @extend_schema_field(BookingLeftSerializer(many=True))
    def get_bookings_left(self, plan: Plan) -> Any:
        """The tests whose booking a person must keep or cancel."""
        return BookingLeftSerializer(self.context["left"], many=True).data


class PlanFilter(filters.FilterSet):  # type: ignore[misc]
    """How a list of plans is narrowed."""

    patient = filters.NumberFilter(field_name="patient_id")
    runs = filters.BooleanFilter(field_name="ended_on", lookup_expr="isnull")


class PlanViewSet(ScopedViewSet[Plan]):
    """Plans of the patients you may see."""

    queryset = Plan.objects.select_related("patient__site", "protocol", "diagnosis__patient__site")
    serializer_class = PlanSerializer
    filterset_class = PlanFilter
    view = "plans"

    def create(self, request: Request) -> Response:
        """Put a patient on a protocol. Without `anchor_on` it counts from the day recorded for it."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        plan = refused_as_conflict(start_plan, by=self.person, now=timezone.now(), **asked.validated_data)
        return self.answer(plan, status=201)

    @extend_schema(request=PauseStepSerializer, responses={201: PausedSerializer})
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Ask for nothing for a while; what is due when it is over is asked for then."""
        done = self._do(pause_plan, PauseStepSerializer(data=request.data))
        return Response(PausedSerializer(done.pause, context={"left": done.booked}).data, status=201)

    @extend_schema(request=EndStepSerializer, responses=PlanWithBookingsSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End the plan: its open tests leave the lists."""
        done = self._do(end_plan, EndStepSerializer(data=request.data))
        return self._with_bookings(done.plan, done.booked)

    @extend_schema(request=NothingAskedSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Take back that the plan ended."""
        return self.answer(self._do(reopen_plan, NothingAskedSerializer(data=request.data)))

    @extend_schema(request=ProtocolStepSerializer, responses=PlanWithBookingsSerializer)
    @action(detail=True, methods=["post"], url_path="change-protocol")
    def change_protocol(self, request: Request, pk: str) -> Response:
        """End the plan and start one on another protocol; bookings go along where it asks for the same test."""
        done = self._do(change_protocol, ProtocolStepSerializer(data=request.data))
        return self._with_bookings(done.plan, done.left)

    @extend_schema(request=RestartStepSerializer, responses=PlanWithBookingsSerializer)
    @action(detail=True, methods=["post"])
    def restart(self, request: Request, pk: str) -> Response:
        """Count anew from a new remission, transplant or end of therapy."""
        done = self._do(restart_plan, RestartStepSerializer(data=request.data))
        return self._with_bookings(done.plan, done.left)

    @extend_schema(request=KeepingStepSerializer, responses=PlanWithBookingsSerializer)
    @action(detail=True, methods=["post"], url_path="change-keeping")
    def change_keeping(self, request: Request, pk: str) -> Response:
        """Let the next dates count from the calendar, or from the day the last test was done."""
        done = self._do(change_keeping, KeepingStepSerializer(data=request.data))
        return self._with_bookings(done.plan, done.left)

    def _do(self, step: Callable[..., Any], asked: serializers.BaseSerializer[Any]) -> Any:
        plan = self.get_object()
        asked.is_valid(raise_exception=True)
        return refused_as_conflict(step, plan=plan, by=self.person, now=timezone.now(), **asked.validated_data)

    def _with_bookings(self, plan: Plan, left: Sequence[ScheduledTest]) -> Response:
        return Response(PlanWithBookingsSerializer(plan, context={"left": left, "request": self.request}).data)


class UntilSerializer(serializers.Serializer[Any]):
    """The last day of a pause."""

    until_on = serializers.DateField()


class PauseFilter(StandingFilter):
    """How a list of pauses is narrowed."""

    patient = filters.NumberFilter(field_name="plan__patient_id")
    plan = filters.NumberFilter(field_name="plan_id")


class PauseViewSet(ScopedViewSet[PlanPause]):
    """Pauses of the plans of the patients you may see. A plan is paused at `/plans/{id}/pause/`."""

    queryset = PlanPause.objects.select_related("plan__patient__site", "plan__protocol", "recorded_by", "withdrawn_by")
    serializer_class = PauseSerializer
    filterset_class = PauseFilter
    path = "plan__patient"
    view = "plan-pauses"

    @extend_schema(request=UntilSerializer)
    @action(detail=True, methods=["post"])
    def change(self, request: Request, pk: str) -> Response:
        """Prolong or shorten the pause."""
        return self._do(change_pause, UntilSerializer(data=request.data))

    @extend_schema(request=NothingAskedSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """The patient is back: ask for tests from today on."""
        return self._do(end_pause, NothingAskedSerializer(data=request.data))

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take the pause back: its tests stand as if it had never been."""
        asked, pause = ReasonSerializer(data=request.data), self.get_object()
        asked.is_valid(raise_exception=True)
        because = asked.validated_data["reason"]
        refused_as_conflict(take_back_pause, pause=pause, because=because, by=self.person, now=timezone.now())
        return self.answer(self.get_object())

    def _do(self, step: Callable[..., Any], asked: serializers.BaseSerializer[Any]) -> Response:
        pause = self.get_object()
        asked.is_valid(raise_exception=True)
        refused_as_conflict(step, pause=pause, by=self.person, now=timezone.now(), **asked.validated_data)
        return self.answer(self.get_object())
