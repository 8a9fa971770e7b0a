"""/api/v1/visits/: who comes when; a visit is booked, moved and cancelled as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.book_test import Booking, BookingRefused
from labs.actions.book_visit import book_visit, cancel_visit, move_visit
from labs.models import ScheduledTest
from labs.selectors.due import Status
from labs.selectors.visits import Seen, Visit, visit_on, visits_at
from labs.vocabulary.test_kinds import label_of
from patients.access import check_can_follow_calendar, patients_visible_to, visible_to
from patients.actions.record_access import record_access
from patients.api.problems import Conflict
from patients.models import Patient, Site, User
from patients.problems import problem

LONGEST = timedelta(days=62)
WEEK = timedelta(days=6)
LONG_BOOKING = 50


class VisitTestSerializer(serializers.Serializer[Any]):
    """One test of a visit, and how it stands."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    status = serializers.ChoiceField(choices=Status.choices)
    booked_time = serializers.TimeField(allow_null=True)


class VisitSerializer(serializers.Serializer[Any]):
    """The tests of one patient on one day. `id`: the patient's number and the day. The time is on the site's clock."""

    id = serializers.CharField()
    patient = serializers.IntegerField()
    day = serializers.DateField()
    time = serializers.TimeField(allow_null=True)
    place = serializers.CharField(allow_blank=True)
    tests = VisitTestSerializer(many=True)


class VisitListSerializer(serializers.Serializer[Any]):
    """Visits by day, then time."""

    results = VisitSerializer(many=True)


class VisitRangeSerializer(serializers.Serializer[Any]):
    """A site and days, both inclusive; a week from today unless told otherwise."""

    site = serializers.IntegerField(min_value=1)
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)


class SeenSerializer(serializers.Serializer[Any]):
    """How a test stood booked when the person or program looked."""

    test = serializers.IntegerField()
    booked_for = serializers.DateField(allow_null=True)
    booked_time = serializers.TimeField(required=False, allow_null=True, default=None)


class CancelVisitSerializer(serializers.Serializer[Any]):
    """`seen`: how every test of the visit stood booked; another state meanwhile is a conflict. Without it none is."""

    seen = SeenSerializer(many=True, required=False)

    def validate_seen(self, rows: list[dict[str, Any]]) -> dict[int, Seen]:
        """As the actions take it."""
        return {row["test"]: (row["booked_for"], row["booked_time"]) for row in rows}


class MoveVisitSerializer(CancelVisitSerializer):
    """Another day, time or place. `anyway` books a day on which the site is closed."""

    booked_for = serializers.DateField()
    booked_time = serializers.TimeField(required=False, allow_null=True, default=None)
    place = serializers.CharField(required=False, default="", allow_blank=True, max_length=80)
    anyway = serializers.BooleanField(required=False, default=False)


class BookVisitSerializer(MoveVisitSerializer):
    """Tests of one patient for one day."""

    tests = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=LONG_BOOKING)


class VisitViewSet(viewsets.GenericViewSet[ScheduledTest]):
    """Visits of the patients you may see."""

    queryset = ScheduledTest.objects.none()
    serializer_class = VisitSerializer
    pagination_class = None
    filter_backends = ()
    lookup_value_regex = r"\d+_\d{4}-\d\d-\d\d"

    @property
    def person(self) -> User:
        """Who asks."""
        return self.request.user  # type: ignore[return-value]

    @extend_schema(
        parameters=[
            OpenApiParameter("site", int, required=True),
            OpenApiParameter("since", date),
            OpenApiParameter("until", date),
        ],
        responses=VisitListSerializer,
    )
    def list(self, request: Request) -> Response:
        """Visits of a site, by day and time."""
        asked = VisitRangeSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        site = Site.objects.filter(pk=asked.validated_data["site"]).first()
        if site is None:
            raise Http404
        check_can_follow_calendar(self.person, site)
        now = timezone.now()
        since, until = _range(asked.validated_data, today=now.astimezone(site.zone).date())
        visits = visits_at(site=site, user=self.person, now=now, since=since, until=until)
        return Response({"results": [self._written(visit) for visit in visits]})

    @extend_schema(request=BookVisitSerializer, responses=VisitSerializer)
    def create(self, request: Request) -> Response:
        """Book tests of one patient for one day: all of them, or none."""
        asked = BookVisitSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        chosen = dict(asked.validated_data)
        tests = self._tests(chosen.pop("tests"))
        self._step(lambda now: book_visit(tests=tests, by=self.person, now=now, **chosen))
        return self._answer(tests[0].patient, chosen["booked_for"], status=201)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One visit. The look into the patient's record is recorded."""
        return self._answer(*self._named(pk))

    @extend_schema(request=MoveVisitSerializer, responses=VisitSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Book what stands booked for that day for another day, time or place."""
        patient, day = self._named(pk)
        asked = MoveVisitSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        chosen = asked.validated_data
        self._step(lambda now: move_visit(patient=patient, day=day, by=self.person, now=now, **chosen))
        return self._answer(patient, chosen["booked_for"])

    @extend_schema(request=CancelVisitSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Take the bookings of a visit off. Its tests wait to be booked again."""
        patient, day = self._named(pk)
        asked = CancelVisitSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        chosen = asked.validated_data
        self._step(lambda now: cancel_visit(patient=patient, day=day, by=self.person, now=now, **chosen))
        return Response(status=204)

    def _step(self, step: Callable[[Any], Sequence[Booking]]) -> None:
        try:
            step(timezone.now())
        except BookingRefused as refusal:
            raise Conflict(str(refusal)) from refusal

    def _named(self, pk: str) -> tuple[Patient, date]:
        number, _separator, text = pk.partition("_")
        patient = patients_visible_to(self.person).select_related("site").filter(pk=int(number)).first()
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise Http404 from None
        if patient is None:
            raise Http404
        return patient, day

    def _tests(self, numbers: Sequence[int]) -> Sequence[ScheduledTest]:
        visible = ScheduledTest.objects.filter(visible_to(self.person, "patient__"), pk__in=numbers)
        found = {test.pk: test for test in visible.select_related("patient__site")}
        if missing := sorted(set(numbers) - found.keys()):
            raise problem(
                "tests",
                _("Not a test you may see: %(numbers)s.") % {"numbers": ", ".join(map(str, missing))},
                _("Take the numbers from /api/v1/scheduled-tests/."),
            )
        return list(found.values())

    def _answer(self, patient: Patient, day: date, status: int = 200) -> Response:
        visit = visit_on(patient=patient, day=day, today=timezone.now().astimezone(patient.site.zone).date())
        if visit is None:
            raise Http404
        record_access(by=self.person, patient=patient, view="api:visits")
        return Response(self._written(visit), status=status)

    def _written(self, visit: Visit) -> dict[str, Any]:
        tests = [
            {
                "id": test.pk,
                "kind": test.kind,
                "label": label_of(test.kind),
                "status": state,
                "booked_time": test.booked_time,
            }
            for test, state in visit.states
        ]
        number = visit.patient.pk
        row = {
            "id": f"{number}_{visit.day.isoformat()}",
            "patient": number,
            "day": visit.day,
            "time": visit.time,
            "place": visit.place,
            "tests": tests,
        }
        return dict(VisitSerializer(row).data)


def _range(asked: dict[str, Any], *, today: date) -> tuple[date, date]:
    since = asked.get("since") or today
    until = asked.get("until") or since + min(WEEK, date.max - since)
    if until < since:
        raise problem("until", gettext_lazy("This day is before the first."), gettext_lazy("Give a later one."))
    if until - since > LONGEST:
        raise problem(
            "until",
            _("More than %(days)d days at once.") % {"days": LONGEST.days},
            gettext_lazy("Ask for a shorter time."),
        )
    return since, until
