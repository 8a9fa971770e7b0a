"""Who is away, whole lists handed over, and how sites answer signals."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.change_absence import drop_absence, note_absence
from labs.actions.hand_over import HandedOver, hand_over_list
from labs.actions.set_up_review import set_up_review
from labs.api.statements import WITHDRAWN, ReasonSerializer, StandingFilter, user_name
from labs.models import ReviewSettings
from labs.models.review import LONGEST_DAYS, LONGEST_HOURS
from labs.selectors.held_posts import Held, left_behind
from patients.access import check_can_set_up_review
from patients.api.fields import ChosenUser
from patients.models import Absence, Site, User
from patients.selectors.absences import absences_for


class AbsenceSerializer(serializers.ModelSerializer[Absence]):
    """Days, both inclusive, on which `user` does not answer. Without `deputy` the cover of each patient does."""

    user = ChosenUser()
    deputy = ChosenUser(required=False, allow_null=True, default=None)
    recorded_by = user_name()
    withdrawn_by = user_name(allow_null=True)

    class Meta:
        model = Absence
        fields = (
            "id", "user", "deputy", "starts_on", "until_on", "note", "recorded_by", "recorded_at", *WITHDRAWN,
        )  # fmt: skip
        read_only_fields = ("recorded_at", *WITHDRAWN)


class AbsenceFilter(StandingFilter):
    """How a list of absences is narrowed. `on`: the absences that run on this day."""

    user = filters.CharFilter(field_name="user__username")
    deputy = filters.CharFilter(field_name="deputy__username")
    on = filters.DateFilter(method="running_on")

    def running_on(self, rows: QuerySet[Absence], name: str, day: Any) -> QuerySet[Absence]:
        """Absences this day belongs to."""
        return rows.filter(starts_on__lte=day, until_on__gte=day)


class AbsenceViewSet(viewsets.GenericViewSet[Absence]):
    """Absences of the people of your sites."""

    queryset = Absence.objects.none()
    serializer_class = AbsenceSerializer
    filterset_class = AbsenceFilter
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Absence]:
        """Absences of people who work at a site of this person, and their own."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return absences_for(self._person())

    def list(self, request: Request) -> Response:
        """Absences of the people of your sites, also those over and those taken back."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page or [], many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One absence."""
        return Response(self.get_serializer(self.get_object()).data)

    def create(self, request: Request) -> Response:
        """Record that somebody is away. From the first day on, their signals are with whoever answers meanwhile."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        absence = note_absence(by=self._person(), now=timezone.now(), **asked.validated_data)
        return Response(self.get_serializer(absence).data, status=201)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it back: who was away answers again."""
        asked, absence = ReasonSerializer(data=request.data), self.get_object()
        asked.is_valid(raise_exception=True)
        absence = drop_absence(absence=absence, by=self._person(), now=timezone.now(), **asked.validated_data)
        return Response(self.get_serializer(absence).data)

    def _person(self) -> User:
        return self.request.user  # type: ignore[return-value]


class HandOverSerializer(serializers.Serializer[HandedOver]):
    """Every post that `leaving` holds goes to `to`. `leaving` may be a closed account."""

    leaving = serializers.SlugRelatedField[User](
        slug_field="username", queryset=User.objects.all(), write_only=True, help_text="User name."
    )
    to = ChosenUser(write_only=True)
    patients = serializers.IntegerField(read_only=True, help_text="How many patients changed hands.")
    signals = serializers.IntegerField(read_only=True, help_text="How many waiting signals went with them.")


class LeftBehindSerializer(serializers.Serializer[Held]):
    """A closed account that still holds posts."""

    user = serializers.CharField(source="user.username", read_only=True)
    patients = serializers.IntegerField(read_only=True)
    signals = serializers.IntegerField(read_only=True)


class HandOverViewSet(viewsets.GenericViewSet[User]):
    """Lists of patients handed over whole."""

    queryset = User.objects.none()
    serializer_class = HandOverSerializer  # type: ignore[assignment]
    pagination_class = None
    filter_backends = ()

    @extend_schema(responses=LeftBehindSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Closed accounts that still hold posts of patients you may see."""
        return Response(LeftBehindSerializer(left_behind(by=request.user), many=True).data)  # type: ignore[arg-type]

    @extend_schema(responses={201: HandOverSerializer})
    def create(self, request: Request) -> Response:
        """Hand a whole list over, of the patients you may see; waiting signals go along."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        done = hand_over_list(by=request.user, now=timezone.now(), **asked.validated_data)  # type: ignore[arg-type]
        return Response(self.get_serializer(done).data, status=201)


class ReviewSettingsSerializer(serializers.ModelSerializer[ReviewSettings]):
    """How a site answers signals. Where it decided nothing, this project's own defaults are shown."""

    id = serializers.IntegerField(source="site_id", read_only=True, help_text="The number of the site.")
    site = serializers.SlugRelatedField[Site](slug_field="code", read_only=True)
    urgent_hours = serializers.IntegerField(min_value=1, max_value=LONGEST_HOURS)
    review_days = serializers.IntegerField(min_value=1, max_value=LONGEST_DAYS)
    duty_physician = ChosenUser(allow_null=True)

    class Meta:
        model = ReviewSettings
        fields = ("id", "site", "urgent_hours", "review_days", "duty_physician")


class ReviewSettingsViewSet(viewsets.GenericViewSet[Site]):
    """How your sites answer signals, by the number of the site."""

    queryset = Site.objects.none()
    serializer_class = ReviewSettingsSerializer  # type: ignore[assignment]
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Site]:
        """The sites this person works for."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        sites = Site.objects.filter(staff=self.request.user.pk)
        return sites.select_related("review_settings__duty_physician")

    def list(self, request: Request) -> Response:
        """What holds at each of your sites."""
        sites = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(
            self.get_serializer([ReviewSettings.of(site) for site in sites], many=True).data
        )

    def retrieve(self, request: Request, pk: str) -> Response:
        """What holds at one site."""
        return Response(self.get_serializer(ReviewSettings.of(self.get_object())).data)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Decide; what is not named stays. Signals that wait keep the time they have."""
        site = self.get_object()
        check_can_set_up_review(request.user, site)  # type: ignore[arg-type]
        holds = ReviewSettings.of(site)
        asked = self.get_serializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        given: dict[str, Any] = {
            name: getattr(holds, name) for name in ("urgent_hours", "review_days", "duty_physician")
        }
        given |= asked.validated_data
        settings = set_up_review(site=site, by=request.user, now=timezone.now(), **given)  # type: ignore[arg-type]
        return Response(self.get_serializer(settings).data)
