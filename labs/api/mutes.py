"""/api/v1/mutes/: rules that nobody is asked about in one patient until a day."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.end_mute import end_mute
from labs.actions.mute_rule import mute_rule
from labs.api.scoped import ScopedViewSet
from labs.api.statements import WITHDRAWN, ReasonSerializer, StandingFilter, user_name
from labs.models import Flag, Mute, MuteReason
from labs.selectors.mutes import HELD_BACK, running, with_held_back
from patients.access import visible_to


class SeenFlag(serializers.PrimaryKeyRelatedField[Flag]):
    """A signal of a patient the person may see."""

    def get_queryset(self) -> Any:
        """Signals of visible patients."""
        seen = visible_to(self.context["request"].user, "patient__")
        return Flag.objects.filter(seen).select_related("patient__site")


class MuteSerializer(serializers.ModelSerializer[Mute]):
    """A mute: signals of `rule` in `patient` up to `level` want no answer until `until_on`, that day included.

    `held_back`: how many it holds back now.
    """

    reason = serializers.ChoiceField(choices=MuteReason.choices)
    held_back = serializers.SerializerMethodField()
    recorded_by = user_name()
    withdrawn_by = user_name(allow_null=True)

    class Meta:
        model = Mute
        fields = (
            "id", "patient", "rule", "level", "reason", "note", "until_on", "held_back",
            "recorded_by", "recorded_at", *WITHDRAWN,
        )  # fmt: skip
        read_only_fields = fields

    def get_held_back(self, mute: Mute) -> int:
        """Counted for a whole list at once where the view read it so."""
        counted = getattr(mute, "held_back", None)
        return mute.flags.filter(HELD_BACK).count() if counted is None else int(counted)


class NewMuteSerializer(serializers.Serializer[Any]):
    """Mute the rule of this signal, in its patient, up to its level. `urgent_too` has to be said of an urgent one."""

    flag = SeenFlag(pk_field=serializers.IntegerField())
    reason = serializers.ChoiceField(choices=MuteReason.choices)
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)
    until_on = serializers.DateField()
    urgent_too = serializers.BooleanField(required=False, default=False)


class MuteFilter(StandingFilter):
    """How a list of mutes is narrowed. `holds`: those that hold now, neither taken back nor over."""

    patient = filters.NumberFilter(field_name="patient_id")
    rule = filters.CharFilter()
    holds = filters.BooleanFilter(method="holding")

    def holding(self, rows: QuerySet[Mute], name: str, wanted: bool) -> QuerySet[Mute]:
        """Those that hold now, or those that do not."""
        now = timezone.now()
        held = rows.filter(running(now), withdrawn_at__isnull=True)
        return held if wanted else rows.exclude(pk__in=held.values("pk"))


class MuteViewSet(ScopedViewSet[Mute]):
    """Rules muted in the patients you may see."""

    queryset = Mute.objects.select_related("patient__site", "recorded_by", "withdrawn_by")
    serializer_class = MuteSerializer
    filterset_class = MuteFilter
    view = "mutes"

    def get_queryset(self) -> QuerySet[Mute]:
        """Mutes of visible patients, each with what it holds back."""
        return with_held_back(super().get_queryset())

    @extend_schema(request=NewMuteSerializer, responses={201: MuteSerializer})
    def create(self, request: Request) -> Response:
        """Mute a rule for a patient, from one of its signals."""
        asked = NewMuteSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        mute = mute_rule(by=self.person, now=timezone.now(), **asked.validated_data)
        return self.answer(mute, status=201)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """End it: what it held back is asked about anew."""
        asked, mute = ReasonSerializer(data=request.data), self.get_object()
        asked.is_valid(raise_exception=True)
        ended = end_mute(mute=mute, by=self.person, now=timezone.now(), **asked.validated_data)
        return self.answer(ended)
