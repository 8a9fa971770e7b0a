"""/api/v1/patients/{id}/course-timeline/: each followed disease from diagnosis to today, or to the death."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labs.models import Flag, Level, Signal
from labs.selectors.course_stages import StageKind
from labs.selectors.course_timeline import DiseaseCourse, Step, StepKind, course_timeline
from labs.selectors.relapse_timing import extent_of, timing_of
from patients.access import patients_visible_to
from patients.actions.record_access import record_access
from patients.models import (
    CourseEvent,
    CourseKind,
    Disease,
    Patient,
    RelapseSite,
    RiskGroup,
    TreatmentEvent,
    TreatmentLine,
)


class CourseStageSerializer(serializers.Serializer[Any]):
    """A stretch in which the disease did one thing; both days counted. `months`: whole calendar months."""

    kind = serializers.ChoiceField(choices=[(one.value, one.value) for one in StageKind])
    number = serializers.IntegerField()
    first = serializers.DateField()
    last = serializers.DateField()
    ended = serializers.BooleanField()
    days = serializers.IntegerField(source="lasted.days")
    months = serializers.IntegerField(source="lasted.months")


class TimelineStepSerializer(serializers.Serializer[Any]):
    """One step. `stands` is false of what was taken back, withdrawn or not confirmed; empty means not recorded.

    `id` is that of the record in its own list: a diagnosis, treatment line or event, course event, flag or patient.
    """

    kind = serializers.ChoiceField(choices=[(one.value, one.value) for one in StepKind])
    on = serializers.DateField(allow_null=True)
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    stands = serializers.BooleanField()
    because = serializers.CharField()
    phase = serializers.CharField()
    regimen = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)
    response = serializers.CharField()
    sites = serializers.ListField(child=serializers.ChoiceField(choices=RelapseSite.choices))
    extent = serializers.CharField()
    timing_bfm = serializers.CharField()
    timing_cog = serializers.CharField()
    rule = serializers.CharField()
    level = serializers.ChoiceField(choices=Level.choices, allow_blank=True)
    signal = serializers.ChoiceField(choices=Signal.choices, allow_blank=True)
    decision = serializers.CharField()


class CourseLeadSerializer(serializers.Serializer[Any]):
    """How early a relapse was signalled, in days; `flag` null: no signal had been raised. `by_notice` counts from the
    day the signal was raised and is negative where that was after the relapse."""

    relapse = serializers.IntegerField(source="relapse.pk")
    number = serializers.IntegerField()
    flag = serializers.IntegerField(source="flag.pk", allow_null=True, default=None)
    by_sample = serializers.IntegerField(allow_null=True)
    by_notice = serializers.IntegerField(allow_null=True)


class DiseaseCourseSerializer(serializers.Serializer[Any]):
    """One followed disease: stages without gap or overlap, steps in order of time, lead times."""

    diagnosis = serializers.IntegerField(source="diagnosis.pk")
    disease = serializers.ChoiceField(source="diagnosis.disease", choices=Disease.choices)
    risk_group = serializers.ChoiceField(source="diagnosis.risk_group", choices=RiskGroup.choices)
    until = serializers.DateField()
    died = serializers.BooleanField()
    stages = CourseStageSerializer(many=True)
    steps = serializers.SerializerMethodField()
    leads = CourseLeadSerializer(many=True)

    @extend_schema_field(TimelineStepSerializer(many=True))
    def get_steps(self, course: DiseaseCourse) -> list[dict[str, Any]]:
        """Each step with the facts of its record."""
        return list(TimelineStepSerializer([step_facts(step, course) for step in course.steps], many=True).data)


NOTHING: dict[str, Any] = {
    **dict.fromkeys(
        ("because", "phase", "regimen", "response", "extent", "timing_bfm", "timing_cog", "rule", "level", "signal"), ""
    ),
    "decision": "",
    "line": None,
    "ended_on": None,
    "sites": [],
}


def step_facts(step: Step, course: DiseaseCourse) -> dict[str, Any]:
    """A step as the API tells it."""
    record = step.record
    facts = {"kind": step.kind.value, "on": step.on, "id": record.pk, "number": step.number, "stands": step.stands}
    if isinstance(record, TreatmentLine):
        facts |= {"phase": record.phase, "regimen": record.regimen, "line": record.number}
        facts |= {"ended_on": record.ended_on, "because": record.withdrawn_because}
    elif isinstance(record, TreatmentEvent):
        facts |= {"phase": record.kind, "regimen": record.detail, "ended_on": record.ended_on}
    elif isinstance(record, CourseEvent):
        facts |= _turn_facts(record, course)
    elif isinstance(record, Flag):
        facts |= {"rule": record.rule, "level": record.level, "signal": record.signal, "decision": record.decision}
    return NOTHING | facts


def _turn_facts(event: CourseEvent, course: DiseaseCourse) -> dict[str, Any]:
    timing = timing_of(event, course.turns)
    return {
        "response": event.response,
        "sites": event.sites,
        "line": event.line_number,
        "because": event.withdrawn_because,
        "extent": extent_of(event) if event.kind == CourseKind.RELAPSE else "",
        "timing_bfm": timing.bfm if timing else "",
        "timing_cog": timing.cog if timing else "",
    }


class CourseTimelineViewSet(viewsets.GenericViewSet[Patient]):
    """The course of the patients you may see."""

    queryset = Patient.objects.none()
    serializer_class = DiseaseCourseSerializer
    lookup_value_regex = r"\d+"
    pagination_class = None

    def get_queryset(self) -> Any:
        """Patients this person may see, with their diagnoses."""
        seen = patients_visible_to(self.request.user)  # type: ignore[arg-type]
        return seen.select_related("site").prefetch_related("diagnoses")

    @extend_schema(responses=DiseaseCourseSerializer(many=True))
    @action(detail=True, methods=["get"], url_path="course-timeline", filter_backends=[])
    def course_timeline(self, request: Request, pk: str) -> Response:
        """Each followed disease from diagnosis to today: stages, steps, and how early relapses were signalled.

        Days that are not recorded are null. The look into the patient's record is recorded.
        """
        patient = self.get_object()
        today = timezone.localdate(timezone=patient.site.zone)
        record_access(by=request.user, patient=patient, view="api:course-timeline")  # type: ignore[arg-type]
        return Response(self.get_serializer(course_timeline(patient=patient, today=today), many=True).data)
