"""Where people are told, how their sites tell them, and what was sent."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.notification_addresses import add_address, change_address, drop_address
from labs.actions.set_up_notifications import send_again, set_up_notifications
from labs.api.statements import user_name
from labs.models import Notification, NotificationAddress, NotificationSettings
from labs.selectors.notifications import addresses_of, notifications_for
from patients.access import check_can_set_up_notifications
from patients.models import Site, User
from patients.selectors.keyset import Key, read_instant


class NotificationAddressSerializer(serializers.ModelSerializer[NotificationAddress]):
    """An address at which you are told, and of what. Without any, the e-mail of your account is told of both."""

    address = serializers.CharField(max_length=254)

    class Meta:
        model = NotificationAddress
        fields = ("id", "way", "address", "urgent", "digest", "recorded_at")
        read_only_fields = ("recorded_at",)
        validators: tuple[Any, ...] = ()


class ToldOfSerializer(serializers.Serializer[NotificationAddress]):
    """What an address is told of."""

    urgent = serializers.BooleanField(required=False)
    digest = serializers.BooleanField(required=False)


class NothingSerializer(serializers.Serializer[Any]):
    """A step that needs no word."""


class NotificationAddressViewSet(viewsets.GenericViewSet[NotificationAddress]):
    """Your own addresses."""

    queryset = NotificationAddress.objects.none()
    serializer_class = NotificationAddressSerializer
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[NotificationAddress]:
        """Addresses of this person that hold."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return addresses_of(self._person())

    def list(self, request: Request) -> Response:
        """Your addresses."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page or [], many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One of your addresses."""
        return Response(self.get_serializer(self.get_object()).data)

    def create(self, request: Request) -> Response:
        """Be told at an address, too."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = {"urgent": True, "digest": True} | asked.validated_data
        row = add_address(by=self._person(), now=timezone.now(), **given)
        return Response(self.get_serializer(row).data, status=201)

    @extend_schema(request=ToldOfSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Say what an address is told of; what is not named stays."""
        row, asked = self.get_object(), ToldOfSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = {"urgent": row.urgent, "digest": row.digest} | asked.validated_data
        return Response(self.get_serializer(change_address(row=row, by=self._person(), **given)).data)

    @extend_schema(request=NothingSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Be told no longer at an address."""
        row = drop_address(row=self.get_object(), by=self._person(), now=timezone.now())
        return Response(self.get_serializer(row).data)

    def _person(self) -> User:
        return self.request.user  # type: ignore[return-value]


class NotificationSettingsSerializer(serializers.ModelSerializer[NotificationSettings]):
    """How a site tells its people. Where it decided nothing, this project's own defaults are shown."""

    id = serializers.IntegerField(source="site_id", read_only=True, help_text="The number of the site.")
    site = serializers.SlugRelatedField[Site](slug_field="code", read_only=True)
    webhook_url = serializers.CharField(max_length=200, allow_blank=True, help_text="Empty: none.")

    class Meta:
        model = NotificationSettings
        fields = ("id", "site", "names_patients", "quiet_from", "quiet_until", "digest_at", "webhook_url")


class NotificationSettingsViewSet(viewsets.GenericViewSet[Site]):
    """How your sites tell their people, by the number of the site. For administrators."""

    queryset = Site.objects.none()
    serializer_class = NotificationSettingsSerializer  # type: ignore[assignment]
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Site]:
        """The sites this person works for."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return Site.objects.filter(staff=self.request.user.pk).select_related("notification_settings")

    def list(self, request: Request) -> Response:
        """What holds at each of your sites."""
        sites = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([self._shown(site) for site in sites])

    def retrieve(self, request: Request, pk: str) -> Response:
        """What holds at one site."""
        return Response(self._shown(self.get_object()))

    def partial_update(self, request: Request, pk: str) -> Response:
        """Decide; what is not named stays."""
        site = self.get_object()
        check_can_set_up_notifications(request.user, site)  # type: ignore[arg-type]
        holds = NotificationSettings.of(site)
        asked = self.get_serializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        names = ("names_patients", "quiet_from", "quiet_until", "digest_at", "webhook_url")
        given = {name: getattr(holds, name) for name in names} | asked.validated_data
        settings = set_up_notifications(site=site, by=request.user, **given)  # type: ignore[arg-type]
        return Response(self.get_serializer(settings).data)

    def _shown(self, site: Site) -> Any:
        check_can_set_up_notifications(self.request.user, site)  # type: ignore[arg-type]
        return self.get_serializer(NotificationSettings.of(site)).data


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    """One message, without its text, and what came of sending it. `recipient` is empty for the webhook of a site and
    for an address outside."""

    recipient = user_name(allow_null=True)
    site = serializers.SlugRelatedField[Site](slug_field="code", read_only=True)

    class Meta:
        model = Notification
        fields = (
            "id", "recipient", "site", "kind", "way", "address", "subject", "state", "made_at", "not_before",
            "sent_at", "attempts", "failure",
        )  # fmt: skip
        read_only_fields = fields


class NotificationViewSet(viewsets.GenericViewSet[Notification]):
    """What you were sent; for an administrator everything that was sent at the own sites."""

    queryset = Notification.objects.none()
    serializer_class = NotificationSerializer
    filterset_fields = ("kind", "way", "state")
    keys = (Key("made_at", descending=True, read=read_instant), Key("id", descending=True, read=int))
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Notification]:
        """What this person may see."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return notifications_for(self.request.user)  # type: ignore[arg-type]

    def list(self, request: Request) -> Response:
        """Messages, newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page or [], many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One message."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=NothingSerializer)
    @action(detail=True, methods=["post"], url_path="send-again")
    def send_again(self, request: Request, pk: str) -> Response:
        """Try one anew that failed. For administrators of its site."""
        row = send_again(notification=self.get_object(), by=request.user, now=timezone.now())  # type: ignore[arg-type]
        return Response(self.get_serializer(row).data)
