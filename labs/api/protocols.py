"""/api/v1/protocols/: what patients are followed by, and the protocols that sites derive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.derive_protocol import ProtocolRefused, SavedMeanwhileError, derive_protocol
from labs.actions.retire_protocol import restore_protocol, retire_protocol
from labs.models import Protocol
from labs.protocols.nodes import Problems
from labs.selectors.protocols import patients_on, protocols_visible_to
from patients.api.fields import OwnSite
from patients.api.problems import Conflict
from patients.models import Disease, User
from patients.problems import Problem, problem, refusal


@extend_schema_field({"type": "object", "additionalProperties": True})
class DefinitionField(serializers.JSONField):
    """A protocol as its file says it: title, summary, anchor, sources, steps, not_scheduled."""


class ProtocolSerializer(serializers.ModelSerializer[Protocol]):
    """One version as lists show it. `site` is null for those shipped with Vigil."""

    site = serializers.SlugRelatedField[Any](slug_field="code", read_only=True, allow_null=True)
    made_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = Protocol
        fields = (
            "id",
            "code",
            "version",
            "disease",
            "title",
            "site",
            "derived_from",
            "made_by",
            "loaded_at",
            "retired_at",
        )
        read_only_fields = fields


class ProtocolDetailSerializer(ProtocolSerializer):
    """One version with its definition and the number of patients on it whom you may see."""

    definition = DefinitionField(read_only=True)
    patients = serializers.SerializerMethodField()

    class Meta(ProtocolSerializer.Meta):
        fields = (*ProtocolSerializer.Meta.fields, "definition", "patients")  # type: ignore[assignment]

    def get_patients(self, protocol: Protocol) -> int:
        """Patients with a running plan on this version."""
        return patients_on(self.context["request"].user, [protocol]).get(protocol.pk, 0)


class DeriveSerializer(serializers.Serializer[Any]):
    """What a site makes of a protocol. `seen_version`: its newest own version you saw, 0 for none.

    `definition` has title, summary, sources, steps, not_scheduled and changed_because; the rest stays.
    """

    site = OwnSite()
    definition = DefinitionField()
    seen_version = serializers.IntegerField(min_value=0, max_value=10_000)

    def validate_definition(self, definition: Any) -> dict[str, Any]:
        """An object; what is null is as if it were not there."""
        if not isinstance(definition, dict):
            raise serializers.ValidationError(_("This is no object."))
        return _without_nulls(definition)  # type: ignore[no-any-return]


class ProtocolFilter(filters.FilterSet):  # type: ignore[misc]
    """How the list is narrowed. `retired=false` leaves out what is not offered any more."""

    code = filters.CharFilter()
    disease = filters.ChoiceFilter(choices=Disease.choices)
    site = filters.CharFilter(field_name="site__code")
    retired = filters.BooleanFilter(field_name="retired_at", lookup_expr="isnull", exclude=True)


class ProtocolViewSet(viewsets.GenericViewSet[Protocol]):
    """Protocols shipped with Vigil, and those of the sites you work for."""

    queryset = Protocol.objects.none()
    serializer_class = ProtocolSerializer
    filterset_class = ProtocolFilter
    lookup_value_regex = r"\d+"

    @property
    def person(self) -> User:
        """Who asks."""
        return self.request.user  # type: ignore[return-value]

    def get_serializer_class(self) -> type[ProtocolSerializer]:
        """The list without definitions, one version with it."""
        return ProtocolSerializer if self.action == "list" else ProtocolDetailSerializer

    def get_queryset(self) -> QuerySet[Protocol]:
        """Versions this person may see."""
        return (
            super().get_queryset() if getattr(self, "swagger_fake_view", False) else protocols_visible_to(self.person)
        )

    def list(self, request: Request) -> Response:
        """Every version, the newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page or [], many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One version with its definition."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=DeriveSerializer, responses={201: ProtocolDetailSerializer})
    @action(detail=True, methods=["post"])
    def derive(self, request: Request, pk: str) -> Response:
        """Store what a site makes of it as the next version of the site's own code.

        Plans that run stay on their version. Each mistake is named with its place, such as `definition.steps.2.every`.
        """
        asked = DeriveSerializer(data=request.data, context=self.get_serializer_context())
        source = self.get_object()
        asked.is_valid(raise_exception=True)
        try:
            stored = derive_protocol(source=source, by=self.person, **asked.validated_data)
        except Problems as error:
            raise _as_refusal(error) from error
        except SavedMeanwhileError as refused:
            raise Conflict(str(refused)) from refused
        except ProtocolRefused as refused:
            raise problem("", str(refused), _("Change it, or leave it.")) from refused
        return Response(self.get_serializer(stored).data, status=201)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: str) -> Response:
        """Offer this version of a site's own protocol to nobody any more. Plans that run go on."""
        return self._step(lambda protocol: retire_protocol(protocol=protocol, by=self.person, now=timezone.now()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Offer a retired version again."""
        return self._step(lambda protocol: restore_protocol(protocol=protocol, by=self.person))

    def _step(self, step: Callable[[Protocol], Protocol]) -> Response:
        try:
            step(self.get_object())
        except ProtocolRefused as refused:
            raise Conflict(str(refused)) from refused
        return Response(self.get_serializer(self.get_object()).data)


def _as_refusal(error: Problems) -> ValidationError:
    """Each mistake with its place in the request."""
    mend = _("Correct it and send it again.")
    return refusal(Problem(".".join(["definition", *map(str, one.place)]), one.reason, mend) for one in error.problems)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value
