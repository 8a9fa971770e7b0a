"""/api/v1/criteria/: which criteria a site follows, and the steps of changing them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.criteria_steps import CriteriaRefused
from labs.actions.decide_criteria import approve_criteria, reject_criteria, withdraw_criteria
from labs.actions.propose_criteria import propose_criteria
from labs.actions.replay_criteria import AT_ONCE, check_can_replay, patients_concerned, replay_criteria
from labs.jobs import catch_up_soon, replay_soon
from labs.models import CriteriaChange, CriteriaState
from labs.rules.criteria import sets_of
from labs.selectors.criteria import InForce, in_force_at
from patients.access import check_can_work_at, is_system, patients_visible_to
from patients.api.problems import Conflict
from patients.models import Disease, Site, User


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class RuleReasons(serializers.DictField):
    """Code of a rule -> why it is switched off."""

    child = serializers.CharField(max_length=500)


class CriteriaChangeSerializer(serializers.ModelSerializer[CriteriaChange]):
    """A change as lists show it."""

    site = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    switched_off = RuleReasons(read_only=True)
    proposed_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    approved_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)
    closed_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = CriteriaChange
        fields = (
            "id",
            "site",
            "disease",
            "criteria",
            "grading",
            "switched_off",
            "reason",
            "active_from",
            "state",
            "proposed_by",
            "proposed_at",
            "replayed_at",
            "approved_by",
            "approved_at",
            "closed_by",
            "closed_at",
            "closed_because",
            "activated_at",
            "superseded_at",
        )
        read_only_fields = fields


class CriteriaChangeDetailSerializer(CriteriaChangeSerializer):
    """A change with its replay."""

    replay = serializers.SerializerMethodField()

    class Meta(CriteriaChangeSerializer.Meta):
        fields = (*CriteriaChangeSerializer.Meta.fields, "replay")  # type: ignore[assignment]

    @extend_schema_field({"type": "object", "additionalProperties": True, "nullable": True})
    def get_replay(self, change: CriteriaChange) -> Any:
        """Counts of signals added, lost and moved, of patients, in 100 patient-years; `lines` begins with the total.

        `examples` are of patients whom this person may see today.
        """
        if change.replay is None:
            return None
        examples = change.replay["examples"]
        seen = patients_visible_to(self.context["request"].user)
        numbers = set(seen.filter(pk__in={one["patient"] for one in examples}).values_list("pk", flat=True))
        return change.replay | {"examples": [one for one in examples if one["patient"] in numbers]}


class ProposeSerializer(serializers.Serializer[Any]):
    """A proposal. `switched_off`: code of a rule -> why."""

    site = serializers.CharField(max_length=40)
    disease = serializers.ChoiceField(choices=Disease.choices)
    criteria = serializers.CharField(max_length=40)
    grading = serializers.CharField(max_length=20)
    switched_off = RuleReasons(required=False)
    reason = serializers.CharField(max_length=2000)
    active_from = serializers.DateField(required=False, allow_null=True, default=None)


class ApproveSerializer(serializers.Serializer[Any]):
    """The replay that was read: `replayed_at` of the change. One run since is a conflict."""

    replayed_at = serializers.DateTimeField()


class BecauseSerializer(serializers.Serializer[Any]):
    """Why a change is rejected or withdrawn."""

    because = serializers.CharField(max_length=2000)


class NoWordSerializer(serializers.Serializer[Any]):
    """A step that needs no word."""


class InForceSerializer(serializers.Serializer[Any]):
    """What holds for one disease at one site. `change` is null where nobody ever decided."""

    site = serializers.CharField()
    disease = serializers.CharField()
    criteria = serializers.CharField()
    grading = serializers.CharField()
    switched_off = RuleReasons()
    not_asked = RuleReasons()
    change = serializers.IntegerField(allow_null=True)
    since = serializers.DateTimeField(allow_null=True)


class CriteriaFilter(filters.FilterSet):  # type: ignore[misc]
    """How a list of changes is narrowed."""

    site = filters.CharFilter(field_name="site__code")
    disease = filters.ChoiceFilter(choices=Disease.choices)
    state = filters.MultipleChoiceFilter(choices=CriteriaState.choices)


class CriteriaViewSet(viewsets.ReadOnlyModelViewSet[CriteriaChange]):
    """Changes of criteria of the sites you work for."""

    queryset = CriteriaChange.objects.select_related("site", "proposed_by", "approved_by", "closed_by")
    serializer_class = CriteriaChangeSerializer
    filterset_class = CriteriaFilter
    lookup_value_regex = r"\d+"

    @property
    def person(self) -> User:
        """Who asks."""
        return self.request.user  # type: ignore[return-value]

    def get_serializer_class(self) -> type[CriteriaChangeSerializer]:
        """The list without replays, one change with it."""
        return CriteriaChangeSerializer if self.action == "list" else CriteriaChangeDetailSerializer

    def get_queryset(self) -> Any:
        """Changes of one's own sites."""
        changes = super().get_queryset()
        if getattr(self, "swagger_fake_view", False) or is_system(self.person):
            return changes
        return changes.filter(site__in=self.person.sites.values("pk"))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes of the sites you work for."""
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One change with its replay."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(request=ProposeSerializer, responses={201: CriteriaChangeDetailSerializer})
    def create(self, request: Request) -> Response:
        """Propose a change. Nothing changes for any patient until another person approved it."""
        asked = ProposeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        site = self._site(given.pop("site"))
        change = self._do(propose_criteria, site=site, **given)
        return Response(self.get_serializer(change).data, status=201)

    @extend_schema(
        request=NoWordSerializer,
        responses={200: CriteriaChangeDetailSerializer, 202: CriteriaChangeDetailSerializer},
    )
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Judge the site's patients under what holds and under the proposal. No patient is changed.

        202: the site is large and a job does it; `replayed_at` changes when it is done.
        """
        change = self.get_object()
        if patients_concerned(change).count() > AT_ONCE:
            self._do(self._replay_later, change=change)
            return Response(self.get_serializer(change).data, status=202)
        return self._step(replay_criteria, NoWordSerializer(data=request.data))

    @extend_schema(request=ApproveSerializer, responses=CriteriaChangeDetailSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """The second person's word. It comes into force at once, or on its day."""
        answer = self._step(approve_criteria, ApproveSerializer(data=request.data))
        catch_up_soon()
        return answer

    @extend_schema(request=BecauseSerializer, responses=CriteriaChangeDetailSerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """The second person says no."""
        return self._step(reject_criteria, BecauseSerializer(data=request.data))

    @extend_schema(request=BecauseSerializer, responses=CriteriaChangeDetailSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take a change back before it is in force."""
        return self._step(withdraw_criteria, BecauseSerializer(data=request.data))

    @extend_schema(responses=InForceSerializer(many=True), filters=False)
    @action(detail=False, methods=["get"], url_path="in-force", pagination_class=None)
    def in_force(self, request: Request) -> Response:
        """What holds at each of your sites for each disease, and which rules are not asked there."""
        sites = Site.objects.all() if is_system(self.person) else self.person.sites.all()
        rows = [
            _in_force(site, in_force_at(site, disease))
            for site in sites.order_by("code")
            for disease in Disease.values
            if sets_of(disease)
        ]
        return Response(InForceSerializer(rows, many=True).data)

    def _replay_later(self, *, change: CriteriaChange, by: User, now: datetime) -> CriteriaChange:
        check_can_replay(by, change)
        replay_soon(change_id=change.pk, by=by)
        return change

    def _site(self, code: str) -> Site:
        site = Site.objects.filter(code=code).first()
        if site is None:
            raise serializers.ValidationError({"site": "There is no such site."})
        check_can_work_at(self.person, site)
        return site

    def _step(self, step: Callable[..., CriteriaChange], asked: serializers.BaseSerializer[Any]) -> Response:
        change = self.get_object()
        asked.is_valid(raise_exception=True)
        self._do(step, change_id=change.pk, **asked.validated_data)
        return Response(self.get_serializer(self.get_object()).data)

    def _do(self, step: Callable[..., CriteriaChange], **given: Any) -> CriteriaChange:
        try:
            return step(by=self.person, now=timezone.now(), **given)
        except CriteriaRefused as refusal:
            raise Conflict(str(refusal)) from refusal


def _in_force(site: Site, held: InForce) -> dict[str, Any]:
    return {
        "site": site.code,
        "disease": held.disease,
        "criteria": held.criteria,
        "grading": held.grading,
        "switched_off": held.left_out,
        "not_asked": held.switched_off,
        "change": held.change.pk if held.change else None,
        "since": held.change.activated_at if held.change else None,
    }
