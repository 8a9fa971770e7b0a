"""/api/v1/letters/: what was sent to patients and what waits to be; making, queueing, posting and cancelling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.letter_steps import cancel_letters, post_letters, queue_letters
from labs.actions.prepare_letters import MOST_AT_ONCE, LettersRefused, prepare_letters
from labs.api.scoped import ScopedViewSet
from labs.letters.wording import CHANNELS
from labs.models import Letter, LetterKind, LetterState
from labs.models.contact import Channel
from patients.access import patients_visible_to
from patients.actions.record_access import record_access_to_each
from patients.api.problems import Conflict
from patients.selectors.keyset import Key, read_instant

LARGEST = 2**63 - 1
LETTER_CHANNELS = [(channel.value, channel.label) for channel in Channel if channel.value in CHANNELS]


class LetterSerializer(serializers.ModelSerializer[Letter]):
    """One letter or message, with address and words as they were frozen."""

    channel = serializers.ChoiceField(choices=LETTER_CHANNELS, read_only=True)
    made_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = Letter
        fields = (
            "id",
            "patient",
            "kind",
            "channel",
            "language",
            "recipient",
            "subject",
            "body",
            "tests",
            "state",
            "made_by",
            "made_at",
            "sent_at",
            "attempts",
            "failure",
        )
        read_only_fields = fields


class LettersToPrepareSerializer(serializers.Serializer[Any]):
    """Whom to write to and about what. Every patient gets one, or none does."""

    kind = serializers.ChoiceField(choices=LetterKind.choices)
    channel = serializers.ChoiceField(choices=LETTER_CHANNELS)
    patients = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST), allow_empty=False, max_length=MOST_AT_ONCE
    )

    def validate_patients(self, numbers: list[int]) -> set[int]:
        """Only patients this person may see: none is left out in silence."""
        user = self.context["request"].user
        known = set(patients_visible_to(user).filter(pk__in=numbers).values_list("pk", flat=True))
        if unknown := sorted(set(numbers) - known):
            raise serializers.ValidationError(f"There are no such patients: {', '.join(map(str, unknown))}.")
        return known


class LettersPreparedSerializer(serializers.Serializer[Any]):
    """What was made."""

    letters = LetterSerializer(many=True)


class NoWordSerializer(serializers.Serializer[Any]):
    """A step that needs no word."""


class LetterFilter(filters.FilterSet):  # type: ignore[misc]
    """How a list of letters is narrowed."""

    patient = filters.NumberFilter(field_name="patient_id")
    kind = filters.ChoiceFilter(choices=LetterKind.choices)
    channel = filters.ChoiceFilter(choices=LETTER_CHANNELS)
    state = filters.MultipleChoiceFilter(choices=LetterState.choices)


class LetterViewSet(ScopedViewSet[Letter]):
    """Letters and messages to the patients you may see, newest first."""

    queryset = Letter.objects.select_related("patient__site", "made_by")
    serializer_class = LetterSerializer
    filterset_class = LetterFilter
    keys = (Key("made_at", descending=True, read=read_instant), Key("id", descending=True, read=int))
    view = "letters"

    @extend_schema(request=LettersToPrepareSerializer, responses={201: LettersPreparedSerializer})
    def create(self, request: Request) -> Response:
        """Make letters about what is due, missed or stable. A conflict says for whom it is not possible, and why."""
        asked = LettersToPrepareSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        numbers: set[int] = asked.validated_data["patients"]
        try:
            letters = prepare_letters(by=self.person, now=timezone.now(), **asked.validated_data)
        except LettersRefused as refused:
            raise Conflict(str(refused)) from refused
        record_access_to_each(by=self.person, patient_ids=numbers, view=f"api:{self.view}")
        return Response({"letters": self.get_serializer(letters, many=True).data}, status=201)

    @extend_schema(request=NoWordSerializer, responses=LetterSerializer)
    @action(detail=True, methods=["post"])
    def queue(self, request: Request, pk: str) -> Response:
        """Hand an e-mail or text message to the worker; a failed one for another try."""
        return self._step(queue_letters)

    @extend_schema(request=NoWordSerializer, responses=LetterSerializer)
    @action(detail=True, methods=["post"])
    def posted(self, request: Request, pk: str) -> Response:
        """Say that a printed letter went to the post."""
        return self._step(post_letters)

    @extend_schema(request=NoWordSerializer, responses=LetterSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Take a letter back before it goes out."""
        return self._step(cancel_letters)

    def _step(self, step: Callable[..., Any]) -> Response:
        letter = self.get_object()
        try:
            step(letters=[letter.pk], by=self.person, now=timezone.now())
        except LettersRefused as refused:
            raise Conflict(str(refused)) from refused
        return self.answer(self.get_object())
