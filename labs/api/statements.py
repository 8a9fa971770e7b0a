"""What clinicians state: spurious results, new starts of comparisons, assay bridges, remissions and relapses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions import record_course
from labs.actions.bridge_assays import confirm_bridge, declare_bridge, withdraw_bridge
from labs.actions.mark_result import mark_result, unmark_result
from labs.actions.rebaseline import rebaseline, withdraw_rebaseline
from labs.api.course import SeenDiagnosis
from labs.api.scoped import ScopedViewSet
from labs.models import AssayBridge, Rebaseline, Result, SpuriousMark
from labs.rules.cohort import Group
from labs.vocabulary.analytes import LABORATORY_ANALYTES
from patients.access import is_system, visible_to
from patients.api.fields import OwnSite, SeenPatient
from patients.models import CourseEvent, CourseKind, RelapseSite, Site, User

WITHDRAWN = ("withdrawn_at", "withdrawn_by", "withdrawn_because")


def user_name(**options: Any) -> serializers.SlugRelatedField[User]:
    """Who did it, by user name."""
    return serializers.SlugRelatedField(slug_field="username", read_only=True, **options)


class ReasonSerializer(serializers.Serializer[Any]):
    """Why; others will read it."""

    reason = serializers.CharField(max_length=2000)


class StandingFilter(filters.FilterSet):  # type: ignore[misc]
    """Those that count, or those that were taken back."""

    stands = filters.BooleanFilter(field_name="withdrawn_at", lookup_expr="isnull")


class SeenResult(serializers.PrimaryKeyRelatedField[Result]):
    """A result of a patient the person may see."""

    def get_queryset(self) -> Any:
        """Results of visible patients."""
        seen = visible_to(self.context["request"].user, "patient__")
        return Result.objects.filter(seen).select_related("patient__site")


class MarkSerializer(serializers.ModelSerializer[SpuriousMark]):
    """A result marked as spurious: rules leave it out, people still see it."""

    result = SeenResult()
    patient = serializers.IntegerField(source="result.patient_id", read_only=True)
    reason = serializers.CharField(max_length=2000)
    marked_by = user_name()
    withdrawn_by = user_name(allow_null=True)

    class Meta:
        model = SpuriousMark
        fields = ("id", "result", "patient", "reason", "marked_by", "marked_at", *WITHDRAWN)
        read_only_fields = ("marked_at", *WITHDRAWN)


class MarkFilter(StandingFilter):
    """How a list of marks is narrowed."""

    patient = filters.NumberFilter(field_name="result__patient_id")
    result = filters.NumberFilter(field_name="result_id")


class MarkViewSet(ScopedViewSet[SpuriousMark]):
    """Results of the patients you may see that were marked as spurious."""

    queryset = SpuriousMark.objects.select_related("result__patient__site", "marked_by", "withdrawn_by")
    serializer_class = MarkSerializer
    filterset_class = MarkFilter
    path = "result__patient"
    view = "spurious-marks"

    def create(self, request: Request) -> Response:
        """Mark a result as spurious. Signals that rest on it alone are withdrawn."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        mark = mark_result(by=self.person, now=timezone.now(), **asked.validated_data)
        return self.answer(mark, status=201)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take the mark back: the result counts again."""
        asked, mark = ReasonSerializer(data=request.data), self.get_object()
        asked.is_valid(raise_exception=True)
        mark = unmark_result(mark=mark, by=self.person, now=timezone.now(), **asked.validated_data)
        return self.answer(mark)


class RebaselineSerializer(serializers.ModelSerializer[Rebaseline]):
    """Comparisons of a marker (empty: of all) that start anew on a day."""

    patient = SeenPatient()
    analyte = serializers.ChoiceField(choices=sorted(LABORATORY_ANALYTES), required=False, default="", allow_blank=True)
    reason = serializers.CharField(max_length=2000)
    recorded_by = user_name()
    withdrawn_by = user_name(allow_null=True)

    class Meta:
        model = Rebaseline
        fields = ("id", "patient", "analyte", "starts_on", "reason", "recorded_by", "recorded_at", *WITHDRAWN)
        read_only_fields = ("recorded_at", *WITHDRAWN)
        validators: Sequence[Any] = []


class RebaselineFilter(StandingFilter):
    """How a list of new starts is narrowed."""

    patient = filters.NumberFilter(field_name="patient_id")
    analyte = filters.CharFilter()


class RebaselineViewSet(ScopedViewSet[Rebaseline]):
    """New starts of comparisons of the patients you may see."""

    queryset = Rebaseline.objects.select_related("patient__site", "recorded_by", "withdrawn_by")
    serializer_class = RebaselineSerializer
    filterset_class = RebaselineFilter
    view = "rebaselines"

    def create(self, request: Request) -> Response:
        """Start the comparisons of a marker anew."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        row = rebaseline(by=self.person, now=timezone.now(), **asked.validated_data)
        return self.answer(row, status=201)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it back: comparisons reach back as before."""
        asked, row = ReasonSerializer(data=request.data), self.get_object()
        asked.is_valid(raise_exception=True)
        row = withdraw_rebaseline(row=row, by=self.person, now=timezone.now(), **asked.validated_data)
        return self.answer(row)


class CourseEventSerializer(serializers.ModelSerializer[CourseEvent]):
    """A remission (with `response`) or a relapse (with `sites`). `corrects` replaces one that was wrong."""

    diagnosis = SeenDiagnosis()
    sites = serializers.ListField(child=serializers.ChoiceField(choices=RelapseSite.choices), required=False)
    recorded_by = user_name()
    withdrawn_by = user_name(allow_null=True)

    class Meta:
        model = CourseEvent
        fields = (
            "id", "diagnosis", "kind", "on", "response", "sites", "line_number", "note",
            "supersedes", "recorded_by", "recorded_at", *WITHDRAWN,
        )  # fmt: skip
        read_only_fields = ("supersedes", "recorded_at", *WITHDRAWN)
        validators: Sequence[Any] = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A response is of a remission, sites are of a relapse."""
        kind = attrs.get("kind") or getattr(self.instance, "kind", "")
        foreign = "sites" if kind == CourseKind.REMISSION else "response"
        if attrs.pop(foreign, None):
            raise serializers.ValidationError({foreign: f"A {kind} has none. Leave it out."})
        return attrs


class CorrectionSerializer(serializers.Serializer[Any]):
    """What changes, and why."""

    on = serializers.DateField(required=False)
    response = serializers.CharField(required=False, max_length=20, allow_blank=True)
    sites = serializers.ListField(child=serializers.ChoiceField(choices=RelapseSite.choices), required=False)
    line_number = serializers.IntegerField(required=False, min_value=1, max_value=99, allow_null=True)
    note = serializers.CharField(required=False, max_length=2000, allow_blank=True)
    reason = serializers.CharField(max_length=2000)


class CourseEventFilter(StandingFilter):
    """How a list of remissions and relapses is narrowed."""

    patient = filters.NumberFilter(field_name="diagnosis__patient_id")
    diagnosis = filters.NumberFilter(field_name="diagnosis_id")
    kind = filters.ChoiceFilter(choices=CourseKind.choices)


class CourseEventViewSet(ScopedViewSet[CourseEvent]):
    """Remissions and relapses of the patients you may see."""

    queryset = CourseEvent.objects.select_related("diagnosis__patient__site", "recorded_by", "withdrawn_by")
    serializer_class = CourseEventSerializer
    filterset_class = CourseEventFilter
    path = "diagnosis__patient"
    view = "course-events"

    def create(self, request: Request) -> Response:
        """Record a remission or a relapse. The dates of the diagnosis follow."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        state = record_course.record_remission if given.pop("kind") == "remission" else record_course.record_relapse
        row = state(by=self.person, now=timezone.now(), **given)
        return self.answer(row, status=201)

    @extend_schema(request=CorrectionSerializer)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        """Put it right: a new row takes its place, the wrong one stays on record."""
        asked, event = CorrectionSerializer(data=request.data), self.get_object()
        asked.is_valid(raise_exception=True)
        foreign = "sites" if event.kind == CourseKind.REMISSION else "response"
        if asked.validated_data.pop(foreign, None):
            raise serializers.ValidationError({foreign: f"A {event.kind} has none. Leave it out."})
        row = record_course.correct_course_event(
            event=event, by=self.person, now=timezone.now(), **asked.validated_data
        )
        return self.answer(row)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it back: it was none."""
        asked, event = ReasonSerializer(data=request.data), self.get_object()
        asked.is_valid(raise_exception=True)
        row = record_course.withdraw_course_event(
            event=event, by=self.person, now=timezone.now(), **asked.validated_data
        )
        return self.answer(row)


class AssaySerializer(serializers.Serializer[Any]):
    """An assay as results carry it."""

    specimen = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    method = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    laboratory = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)

    def to_representation(self, instance: Group) -> dict[str, Any]:
        """Named, from the three that rules know it by."""
        return dict(zip(("specimen", "method", "laboratory"), instance, strict=True))


class BridgeSerializer(serializers.ModelSerializer[AssayBridge]):
    """Results of the `new` assay collected from `since` on go on with the series of the `old` one, once confirmed."""

    site = OwnSite()
    analyte = serializers.ChoiceField(choices=sorted(LABORATORY_ANALYTES))
    old = AssaySerializer()
    new = AssaySerializer()
    reason = serializers.CharField(max_length=2000)
    source = serializers.CharField(max_length=2000)  # type: ignore[assignment]
    declared_by = user_name()
    confirmed_by = user_name(allow_null=True)
    withdrawn_by = user_name(allow_null=True)

    class Meta:
        model = AssayBridge
        fields = (
            "id", "site", "analyte", "old", "new", "since", "reason", "source",
            "declared_by", "declared_at", "confirmed_by", "confirmed_at", *WITHDRAWN,
        )  # fmt: skip
        read_only_fields = ("declared_at", "confirmed_at", *WITHDRAWN)
        validators: Sequence[Any] = []


class BridgeFilter(StandingFilter):
    """How a list of bridges is narrowed."""

    site = filters.CharFilter(field_name="site__code")
    analyte = filters.CharFilter()
    waiting = filters.BooleanFilter(field_name="confirmed_at", lookup_expr="isnull")


class BridgeViewSet(viewsets.GenericViewSet[AssayBridge]):
    """Assays that your sites declared interchangeable."""

    queryset = AssayBridge.objects.select_related("site", "declared_by", "confirmed_by", "withdrawn_by")
    serializer_class = BridgeSerializer
    filterset_class = BridgeFilter
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[AssayBridge]:
        """Bridges of the sites this person works for."""
        bridges, person = super().get_queryset(), self.request.user
        if getattr(self, "swagger_fake_view", False) or (isinstance(person, User) and is_system(person)):
            return bridges
        works_here = Site.objects.filter(staff=person.pk, pk=OuterRef("site"))
        return bridges.filter(Exists(works_here))

    def list(self, request: Request) -> Response:
        """Bridges of your sites, also those that wait and those taken back."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page or [], many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One bridge."""
        return Response(self.get_serializer(self.get_object()).data)

    def create(self, request: Request) -> Response:
        """Declare two assays interchangeable. It counts once a second person has confirmed it."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        for name in ("old", "new"):
            assay = given[name]
            given[name] = (assay["specimen"], assay["method"], assay["laboratory"])
        bridge = declare_bridge(by=self._person(), now=timezone.now(), **given)
        return Response(self.get_serializer(bridge).data, status=201)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """The second person's word. Rules go by the bridge from now on."""
        bridge = confirm_bridge(bridge=self.get_object(), by=self._person(), now=timezone.now())
        return Response(self.get_serializer(bridge).data)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it back: the two are told apart again."""
        asked, bridge = ReasonSerializer(data=request.data), self.get_object()
        asked.is_valid(raise_exception=True)
        bridge = withdraw_bridge(bridge=bridge, by=self._person(), now=timezone.now(), **asked.validated_data)
        return Response(self.get_serializer(bridge).data)

    def _person(self) -> User:
        return self.request.user  # type: ignore[return-value]
