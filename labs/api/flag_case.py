"""/api/v1/flags/{id}/case/: what one signal is judged by, as its page shows it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labs.models import Decision, Flag, Level, Review, SecondOpinion, Signal
from labs.rules.base import Answer
from labs.selectors.case_of import Case, case_of
from labs.selectors.distances import Distance, Standing
from labs.selectors.due import Status
from labs.selectors.signals import visible_flag
from labs.selectors.trend import Measured, Trend
from patients.actions.record_access import record_access
from patients.models import CourseKind, EventKind


class CasePointSerializer(serializers.Serializer[Measured]):
    """One value in the unit of its marker. One that does not `count` was replaced, or marked spurious."""

    on = serializers.DateField()
    value = serializers.DecimalField(max_digits=None, decimal_places=None)
    comparator = serializers.CharField()
    assay = serializers.SerializerMethodField()
    counts = serializers.BooleanField()
    contradictory = serializers.BooleanField()

    def get_assay(self, point: Measured) -> list[str]:
        """Specimen, method and laboratory: only values that agree in these are comparable."""
        return list(point.assay)


class CaseMarkerSerializer(serializers.Serializer[Trend]):
    """One marker, oldest value first."""

    analyte = serializers.CharField(source="analyte.code")
    name = serializers.CharField(source="analyte.name")
    unit = serializers.CharField(source="analyte.unit")
    assay_changes = serializers.ListField(child=serializers.DateField())
    points = CasePointSerializer(many=True)


class CaseDistanceSerializer(serializers.Serializer[Distance]):
    """One rule and how far the latest value it judges is from its bar: in the rule's unit, and in percent of the bar.

    `missing` says what an answer would need. `distance` is null where it cannot be told in numbers.
    """

    rule = serializers.CharField(source="rule.code")
    title = serializers.CharField(source="rule.title")
    answer = serializers.ChoiceField(choices=[one.value for one in Answer], source="answer.value")
    standing = serializers.ChoiceField(choices=[one.value for one in Standing], source="standing.value")
    missing = serializers.ListField(child=serializers.CharField())
    on = serializers.DateField(source="held.on", default=None, allow_null=True)
    low = serializers.DecimalField(None, None, source="held.low", default=None, allow_null=True)
    high = serializers.DecimalField(None, None, source="held.high", default=None, allow_null=True)
    unit = serializers.CharField(source="held.unit", default="")
    reference = serializers.DecimalField(None, None, source="held.reference", default=None, allow_null=True)
    met_from = serializers.DecimalField(None, None, source="held.meets_from", default=None, allow_null=True)
    falls = serializers.BooleanField(source="held.falls", default=None, allow_null=True)
    distance = serializers.DecimalField(None, None, source="short_by", allow_null=True)
    percent = serializers.DecimalField(None, None, allow_null=True)
    at_least = serializers.BooleanField()


class CaseSignalSerializer(serializers.Serializer[Flag]):
    """Another signal of the patient, with the decision that holds."""

    id = serializers.IntegerField(source="pk")
    rule = serializers.CharField()
    level = serializers.ChoiceField(choices=Level.choices)
    signal = serializers.ChoiceField(choices=Signal.choices)
    review = serializers.ChoiceField(choices=Review.choices)
    onset_on = serializers.DateField()
    explanation = serializers.CharField()
    decision = serializers.ChoiceField(choices=Decision.choices, allow_blank=True)
    decision_note = serializers.CharField()
    decided_by = serializers.CharField(source="decider")
    decided_at = serializers.DateTimeField(source="reviewed_at", allow_null=True)


class CaseTestSerializer(serializers.Serializer[Any]):
    """A test that waits for something."""

    kind = serializers.CharField(source="test.kind")
    status = serializers.ChoiceField(choices=Status.choices)
    on = serializers.DateField()


class CaseSymptomsSerializer(serializers.Serializer[Any]):
    """What was told on one day; an empty list: asked, and nothing told."""

    on = serializers.DateField(source="reported_on")
    symptoms = serializers.ListField(child=serializers.CharField())


class CaseTherapySerializer(serializers.Serializer[Any]):
    """A phase of a line of therapy."""

    number = serializers.IntegerField()
    regimen = serializers.CharField()
    phase = serializers.CharField()
    started_on = serializers.DateField()
    ended_on = serializers.DateField(allow_null=True)


class CaseEventSerializer(serializers.Serializer[Any]):
    """A treatment event."""

    kind = serializers.ChoiceField(choices=EventKind.choices)
    detail = serializers.CharField()
    started_on = serializers.DateField()
    ended_on = serializers.DateField(allow_null=True)


class CaseTurnSerializer(serializers.Serializer[Any]):
    """A remission or a relapse that stands."""

    kind = serializers.ChoiceField(choices=CourseKind.choices)
    on = serializers.DateField()
    sites = serializers.ListField(child=serializers.CharField())


class CaseOpinionSerializer(serializers.Serializer[SecondOpinion]):
    """A second opinion; `answered_at` null: still waited for."""

    asked_by = serializers.CharField(source="asker")
    colleague = serializers.CharField(source="colleague_name")
    address = serializers.CharField()
    question = serializers.CharField()
    due_on = serializers.DateField()
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)


class CaseSerializer(serializers.Serializer[Case]):
    """Everything a signal is judged by. `first` and `near_from`: where the whole course and what was compared begin."""

    flag = serializers.IntegerField(source="flag.pk")
    as_of = serializers.DateField(source="today")
    first = serializers.DateField()
    near_from = serializers.DateField()
    markers = CaseMarkerSerializer(many=True)
    therapy = CaseTherapySerializer(many=True, source="lines")
    events = CaseEventSerializer(many=True)
    turns = CaseTurnSerializer(many=True)
    distances = CaseDistanceSerializer(many=True)
    other_signals = CaseSignalSerializer(many=True, source="others")
    other_signals_left_out = serializers.IntegerField(source="unshown")
    next_tests = CaseTestSerializer(many=True, source="tests")
    symptoms = CaseSymptomsSerializer(many=True)
    opinions = CaseOpinionSerializer(many=True)


class WithCase:
    """Adds `case/` to the flags."""

    @extend_schema(responses=CaseSerializer)
    @action(detail=True, methods=["get"])
    def case(self, request: Request, pk: str) -> Response:
        """What the signal is judged by: all markers on one time axis, the distance to each bar, earlier decisions."""
        seen: Flag = self.get_object()  # type: ignore[attr-defined]
        record_access(by=request.user, patient=seen.patient, view="api:flags")  # type: ignore[arg-type]
        flag = visible_flag(user=request.user, flag_id=seen.pk)  # type: ignore[arg-type]
        today = timezone.now().astimezone(flag.patient.site.zone).date()
        return Response(CaseSerializer(case_of(flag=flag, today=today)).data)
