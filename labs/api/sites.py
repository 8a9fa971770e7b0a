"""/api/v1/sites/: the sites you work for, and the days on which they see no patients."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.record_closure import record_closure, withdraw_closure
from labs.models import Closure
from labs.selectors.days_off import closures_of, in_year
from patients.access import is_system
from patients.models import Site, User


class SiteSerializer(serializers.ModelSerializer[Site]):
    """A site."""

    class Meta:
        model = Site
        fields = ("code", "name", "time_zone")
        read_only_fields = fields


class ClosureSerializer(serializers.ModelSerializer[Closure]):
    """Days off, both inclusive. `last_on` may be left out for one day."""

    last_on = serializers.DateField(required=False)
    recorded_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    withdrawn_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = Closure
        fields = (
            "id",
            "first_on",
            "last_on",
            "name",
            "recorded_by",
            "recorded_at",
            "withdrawn_at",
            "withdrawn_by",
            "withdrawn_because",
        )
        read_only_fields = ("recorded_at", "withdrawn_at", "withdrawn_because")


class TakeBackSerializer(serializers.Serializer[Any]):
    """Why the site is open on these days after all."""

    reason = serializers.CharField(max_length=2000)


class YearSerializer(serializers.Serializer[Any]):
    """How a list of days off is narrowed."""

    year = serializers.IntegerField(required=False, min_value=1990, max_value=2100)


class SiteViewSet(viewsets.GenericViewSet[Site]):
    """The sites you work for."""

    queryset = Site.objects.order_by("code")
    serializer_class = SiteSerializer
    lookup_field = "code"
    lookup_value_regex = r"[-\w]+"
    pagination_class = None

    @property
    def person(self) -> User:
        """Who asks."""
        return self.request.user  # type: ignore[return-value]

    def get_queryset(self) -> QuerySet[Site]:
        """One's own sites."""
        sites = super().get_queryset()
        if getattr(self, "swagger_fake_view", False) or is_system(self.person):
            return sites
        return sites.filter(pk__in=self.person.sites.values("pk"))

    @extend_schema(responses=SiteSerializer(many=True))
    def list(self, request: Request) -> Response:
        """The sites you work for, by code."""
        return Response(self.get_serializer(self.get_queryset(), many=True).data)

    def retrieve(self, request: Request, code: str) -> Response:
        """One site."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(parameters=[YearSerializer], responses=ClosureSerializer(many=True))
    @action(detail=True, methods=["get"])
    def closures(self, request: Request, code: str) -> Response:
        """Days off by day, those taken back as well; `?year=` leaves those that touch it."""
        site = self.get_object()
        asked = YearSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        year = asked.validated_data.get("year")
        closures = closures_of(site) if year is None else in_year(closures_of(site), year)
        return Response(ClosureSerializer(closures, many=True).data)

    @extend_schema(request=ClosureSerializer, responses={201: ClosureSerializer})
    @closures.mapping.post
    def add_closure(self, request: Request, code: str) -> Response:
        """Record days off. Tests stay due on their days; bookings on these days have to be moved."""
        site = self.get_object()
        asked = ClosureSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = {"last_on": None, **asked.validated_data}
        closure = record_closure(site=site, by=self.person, now=timezone.now(), **given)
        return Response(ClosureSerializer(closure).data, status=201)

    @extend_schema(
        request=TakeBackSerializer,
        responses=ClosureSerializer,
        parameters=[OpenApiParameter("closure_id", OpenApiTypes.INT, OpenApiParameter.PATH)],
    )
    @action(detail=True, methods=["post"], url_path=r"closures/(?P<closure_id>\d+)/withdraw")
    def withdraw_closure(self, request: Request, code: str, closure_id: str) -> Response:
        """Take days off back: the site is open. The entry stays on record with the reason."""
        closure = Closure.objects.filter(site=self.get_object(), pk=closure_id).select_related("site").first()
        if closure is None:
            raise Http404
        asked = TakeBackSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        held = withdraw_closure(closure=closure, by=self.person, now=timezone.now(), **asked.validated_data)
        return Response(ClosureSerializer(held).data)
