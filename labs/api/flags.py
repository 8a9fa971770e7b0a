"""/api/v1/flags/: possible relapse signals with their evidence, and what a physician does with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.correct_decision import correct_decision
from labs.actions.review_flag import ReviewRefused, acknowledge_flag, await_repeat, reopen_flag, resolve_flag
from labs.actions.undo_decision import undo_decision
from labs.api.decision_parts import (
    AskedSerializer,
    NewLineSerializer,
    NewStartSerializer,
    RelapseSerializer,
    RepeatSerializer,
    WorkUpSerializer,
    with_parts,
)
from labs.api.flag_case import WithCase
from labs.api.scoped import ScopedViewSet
from labs.models import Created, Decision, Flag, FlagDecision, FlagEvent, Level, Review, Signal
from labs.selectors.created import decisions_with_created, is_gone
from labs.selectors.undoing import undo_until
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


class StepSerializer(serializers.Serializer[Any]):
    """A step on a flag. `version` is the one that was read: a flag that changed since is not touched."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    note = serializers.CharField(required=False, default="", allow_blank=True)


class CreatedSerializer(serializers.ModelSerializer[Created]):
    """One thing a decision created: the number of a scheduled test, course event, line, rebaseline or opinion."""

    taken_back = serializers.SerializerMethodField()

    class Meta:
        model = Created
        fields = ("id", "test", "course_event", "line", "rebaseline", "opinion", "taken_back")
        read_only_fields = fields

    def get_taken_back(self, row: Created) -> bool:
        """Whether it no longer counts."""
        return is_gone(row)


class DecisionSerializer(serializers.ModelSerializer[FlagDecision]):
    """One decision with what it created. `undo_until`: when the time to undo it is over."""

    by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    undone_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)
    undo_until = serializers.SerializerMethodField()
    created = CreatedSerializer(many=True, read_only=True)

    class Meta:
        model = FlagDecision
        fields = (
            "id",
            "at",
            "by",
            "decision",
            "note",
            "watch_until",
            "corrects",
            "undone_at",
            "undone_by",
            "undo_until",
            "created",
        )
        read_only_fields = fields

    def get_undo_until(self, row: FlagDecision) -> datetime:
        """An hour after it was made."""
        return undo_until(row)


class FlagDetailSerializer(FlagSerializer):
    """A flag with its evidence, its history, and every decision about it."""

    finding = Evidence(read_only=True)
    events = FlagEventSerializer(many=True, read_only=True)
    decisions = DecisionSerializer(many=True, read_only=True)

    class Meta(FlagSerializer.Meta):
        fields = (*FlagSerializer.Meta.fields, "finding", "events", "decisions")  # type: ignore[assignment]


class AwaitSerializer(StepSerializer):
    """Waiting for a repeat test."""

    repeat = RepeatSerializer()


class ResolveSerializer(StepSerializer):
    """A decision. `watch` needs `watch_until`, `repeat_test` needs `repeat`, `work_up` needs `work_up`,
    `second_opinion` needs `opinion`, `explained_other` a note. `relapse_confirmed` may take `relapse` and `line`, what
    is explained (and `no_relapse`) `new_start`."""

    decision = serializers.ChoiceField(choices=Decision.choices)
    watch_until = serializers.DateField(required=False, allow_null=True, default=None)
    repeat = RepeatSerializer(required=False, allow_null=True, default=None)
    work_up = WorkUpSerializer(required=False, allow_null=True, default=None)
    relapse = RelapseSerializer(required=False, allow_null=True, default=None)
    line = NewLineSerializer(required=False, allow_null=True, default=None)
    new_start = NewStartSerializer(required=False, allow_null=True, default=None)
    opinion = AskedSerializer(required=False, allow_null=True, default=None)


class CorrectSerializer(ResolveSerializer):
    """A decision in place of the last one: why, and which of the things that one created (`decisions[].created[].id`)
    are kept and which are taken back."""

    reason = serializers.CharField(max_length=2000)
    kept = serializers.ListField(child=serializers.IntegerField(), required=False, default=list)
    taken_back = serializers.ListField(child=serializers.IntegerField(), required=False, default=list)


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


class FlagViewSet(WithCase, ScopedViewSet[Flag]):
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
        if self.action == "list":
            return flags
        decisions = decisions_with_created(FlagDecision.objects.order_by("id"))
        return flags.prefetch_related("events__by", "events__owner", Prefetch("decisions", queryset=decisions))

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
        """Answer the flag with a coded decision; what it promises is made in the same step."""
        return self._step(resolve_flag, ResolveSerializer(data=request.data))

    @extend_schema(request=StepSerializer, responses=FlagDetailSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Take back an answer; the earlier decision stays in the history, and so does what it created."""
        return self._step(reopen_flag, StepSerializer(data=request.data))

    @extend_schema(request=StepSerializer, responses=FlagDetailSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Undo the last decision within the hour, with all that it created."""
        return self._step(undo_decision, StepSerializer(data=request.data))

    @extend_schema(request=CorrectSerializer, responses=FlagDetailSerializer)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        """Decide again in place of the last decision; both stay in the history."""
        return self._step(correct_decision, CorrectSerializer(data=request.data))

    def _step(self, step: Callable[..., Flag], asked: serializers.BaseSerializer[Any]) -> Response:
        flag = self.get_object()
        asked.is_valid(raise_exception=True)
        given = with_parts(asked.validated_data)
        try:
            step(flag_id=flag.pk, by=self.person, now=timezone.now(), **given)
        except ReviewRefused as refusal:
            raise Conflict(str(refusal)) from refusal
        return Response(self.get_serializer(self.get_object()).data)
