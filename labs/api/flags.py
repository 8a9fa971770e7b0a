"""/api/v1/flags/: possible relapse signals with their evidence, and what a physician does with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.review_flag import (
    Repeat,
    ReviewRefused,
    acknowledge_flag,
    await_repeat,
    reopen_flag,
    resolve_flag,
)
from labs.api.scoped import ScopedViewSet
from labs.models import Decision, Flag, FlagEvent, Level, Review, Signal
from labs.vocabulary.test_kinds import TEST_KINDS
from patients.api.problems import Conflict


@extend_schema_field(OpenApiTypes.OBJECT)
class Evidence(serializers.JSONField):
    """The frozen finding: comparisons, evidence, reference value, confounders, what is missing, what would confirm."""


class FlagEventSerializer(serializers.ModelSerializer[FlagEvent]):
    """One step in a flag's life."""

    by = serializers.StringRelatedField[Any]()
    owner = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = FlagEvent
        fields = ("at", "by", "kind", "signal", "review", "level", "owner", "owner_as", "note")


class FlagSerializer(serializers.ModelSerializer[Flag]):
    """A flag as lists show it."""

    owner = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    passed_on = serializers.SerializerMethodField()
    decision = serializers.ChoiceField(choices=Decision.choices, allow_blank=True, read_only=True)

    class Meta:
        model = Flag
        fields = (
            "id",
            "patient",
            "diagnosis",
            "rule",
            "criteria_version",
            "level",
            "signal",
            "review",
            "owner",
            "owner_as",
            "passed_on",
            "onset_on",
            "detected_on",
            "raised_at",
            "answer_by",
            "muted_by",
            "explanation",
            "decision",
            "decision_note",
            "watch_until",
            "version",
        )
        read_only_fields = fields

    def get_passed_on(self, flag: Flag) -> int:
        """How many owners let the time to answer go by."""
        return len(flag.unanswered_by)


class FlagDetailSerializer(FlagSerializer):
    """A flag with its evidence and its history."""

    finding = Evidence(read_only=True)
    events = FlagEventSerializer(many=True, read_only=True)

    class Meta(FlagSerializer.Meta):
        fields = (*FlagSerializer.Meta.fields, "finding", "events")  # type: ignore[assignment]


class StepSerializer(serializers.Serializer[Any]):
    """A step on a flag. `version` is the one that was read: a flag that changed since is not touched."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    note = serializers.CharField(required=False, default="", allow_blank=True)


class RepeatSerializer(serializers.Serializer[Any]):
    """A repeat test to be made."""

    kind = serializers.ChoiceField(choices=sorted(TEST_KINDS))
    due_on = serializers.DateField()
    closes_on = serializers.DateField()


class AwaitSerializer(StepSerializer):
    """Waiting for a repeat test."""

    repeat = RepeatSerializer()


class ResolveSerializer(StepSerializer):
    """A decision. `watch` needs `watch_until`, `repeat_test` needs `repeat`, `explained_other` a note."""

    decision = serializers.ChoiceField(choices=Decision.choices)
    watch_until = serializers.DateField(required=False, allow_null=True, default=None)
    repeat = RepeatSerializer(required=False, allow_null=True, default=None)


class FlagFilter(filters.FilterSet):  # type: ignore[misc]
    """How a list of flags is narrowed."""

    patient = filters.NumberFilter(field_name="patient_id")
    rule = filters.CharFilter()
    level = filters.MultipleChoiceFilter(choices=Level.choices)
    signal = filters.MultipleChoiceFilter(choices=Signal.choices)
    review = filters.MultipleChoiceFilter(choices=Review.choices)
    owner = filters.CharFilter(field_name="owner__username")
    disease = filters.CharFilter(field_name="diagnosis__disease")
    muted = filters.BooleanFilter(field_name="muted_by", lookup_expr="isnull", exclude=True)
    raised_since = filters.IsoDateTimeFilter(field_name="raised_at", lookup_expr="gte")


class FlagViewSet(ScopedViewSet[Flag]):
    """Flags of the patients you may see."""

    queryset = Flag.objects.select_related("owner", "patient__site")
    serializer_class = FlagSerializer
    filterset_class = FlagFilter
    view = "flags"
    is_worklist = True

    def get_serializer_class(self) -> type[FlagSerializer]:
        """The list without evidence, one flag with it."""
        return FlagSerializer if self.action == "list" else FlagDetailSerializer

    def get_queryset(self) -> Any:
        """Flags of visible patients; one flag comes with its history."""
        flags = super().get_queryset()
        return flags if self.action == "list" else flags.prefetch_related("events__by", "events__owner")

    @extend_schema(request=StepSerializer, responses=FlagDetailSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Say that you have seen the flag and take it on."""
        return self._step(acknowledge_flag, StepSerializer(data=request.data))

    @extend_schema(request=AwaitSerializer, responses=FlagDetailSerializer)
    @action(detail=True, methods=["post"], url_path="await-test")
    def await_test(self, request: Request, pk: str) -> Response:
        """Order a repeat test and wait for it."""
        return self._step(await_repeat, AwaitSerializer(data=request.data))

    @extend_schema(request=ResolveSerializer, responses=FlagDetailSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        """Close the flag with a coded decision."""
        return self._step(resolve_flag, ResolveSerializer(data=request.data))

    @extend_schema(request=StepSerializer, responses=FlagDetailSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Take back an answer; the earlier decision stays in the history."""
        return self._step(reopen_flag, StepSerializer(data=request.data))

    def _step(self, step: Callable[..., Flag], asked: serializers.BaseSerializer[Any]) -> Response:
        flag = self.get_object()
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        if given.get("repeat"):
            given["repeat"] = Repeat(**given["repeat"])
        try:
            step(flag_id=flag.pk, by=self.person, now=timezone.now(), **given)
        except ReviewRefused as refusal:
            raise Conflict(str(refusal)) from refusal
        return Response(self.get_serializer(self.get_object()).data)
