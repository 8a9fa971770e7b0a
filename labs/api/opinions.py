"""/api/v1/second-opinions/: what colleagues and people outside were asked about signals, and what they answered."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.answer_opinion import answer_opinion
from labs.actions.review_flag import ReviewRefused
from labs.api.scoped import ScopedViewSet
from labs.api.statements import WITHDRAWN, StandingFilter, user_name
from labs.models import SecondOpinion
from patients.api.problems import Conflict


class OpinionSerializer(serializers.ModelSerializer[SecondOpinion]):
    """A question about a signal and its answer. It is asked by a decision on the flag."""

    patient = serializers.IntegerField(source="flag.patient_id", read_only=True)
    asked_by = user_name()
    colleague = user_name(allow_null=True)
    answered_by = user_name(allow_null=True)
    withdrawn_by = user_name(allow_null=True)

    class Meta:
        model = SecondOpinion
        fields = (
            "id",
            "flag",
            "patient",
            "asked_by",
            "asked_at",
            "colleague",
            "address",
            "question",
            "due_on",
            "answer",
            "answered_at",
            "answered_by",
            *WITHDRAWN,
        )
        read_only_fields = fields


class AnswerSerializer(serializers.Serializer[Any]):
    """What the colleague thinks, or what came from outside."""

    answer = serializers.CharField(max_length=4000)


class OpinionFilter(StandingFilter):
    """How a list of opinions is narrowed. `waiting`: not answered."""

    patient = filters.NumberFilter(field_name="flag__patient_id")
    flag = filters.NumberFilter(field_name="flag_id")
    colleague = filters.CharFilter(field_name="colleague__username")
    asked_by = filters.CharFilter(field_name="asked_by__username")
    waiting = filters.BooleanFilter(field_name="answered_at", lookup_expr="isnull")


class OpinionViewSet(ScopedViewSet[SecondOpinion]):
    """Second opinions on signals of the patients you may see."""

    queryset = SecondOpinion.objects.select_related(
        "flag__patient__site", "asked_by", "colleague", "answered_by", "withdrawn_by"
    )
    serializer_class = OpinionSerializer
    filterset_class = OpinionFilter
    path = "flag__patient"
    view = "second-opinions"

    @extend_schema(request=AnswerSerializer, responses=OpinionSerializer)
    @action(detail=True, methods=["post"], url_path="answer")
    def answer_question(self, request: Request, pk: str) -> Response:
        """Give the opinion, or write down the one that came from outside. The owner of the signal is asked anew."""
        asked, row = AnswerSerializer(data=request.data), self.get_object()
        asked.is_valid(raise_exception=True)
        try:
            answer_opinion(opinion_id=row.pk, by=self.person, now=timezone.now(), **asked.validated_data)
        except ReviewRefused as refusal:
            raise Conflict(str(refusal)) from refusal
        return self.answer(self.get_object())
