"""/api/v1/inbox/: patients whose signals wait, as physicians see them, the most pressing first."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from labs.models import Flag, Level, MuteReason, Review, Signal
from labs.selectors.inbox import MINE, SITE, STATES, Wanted, inbox, inbox_counts
from labs.selectors.inbox_cards import Card
from labs.selectors.news import news_of
from patients.access import check_can_have_inbox
from patients.api.pagination import LARGEST_PAGE, PAGE_SIZE, KeysetPages
from patients.models import Disease
from patients.selectors.keyset import Page, UnreadableCursor


class InboxFilterSerializer(serializers.Serializer[Any]):
    """How the list is narrowed, and which page: the filters of the page of the same name."""

    scope = serializers.ChoiceField(choices=[MINE, SITE], required=False, default=MINE)
    disease = serializers.ChoiceField(choices=Disease.choices, required=False, default="")
    level = serializers.ChoiceField(choices=Level.choices, required=False, default="")
    state = serializers.ChoiceField(choices=STATES, required=False, default="")
    raised_since = serializers.DateTimeField(required=False, default=None)
    new = serializers.BooleanField(required=False, default=False)
    info = serializers.BooleanField(required=False, default=False)
    after = serializers.CharField(required=False, default="")
    before = serializers.CharField(required=False, default="")
    page_size = serializers.IntegerField(required=False, default=PAGE_SIZE, min_value=1, max_value=LARGEST_PAGE)


class InboxSignalSerializer(serializers.Serializer[Flag]):
    """A signal on a card. `news`: what you have not seen of it, "raised" or a kind of event; "" for nothing."""

    id = serializers.IntegerField()
    rule = serializers.CharField()
    criteria_version = serializers.CharField()
    level = serializers.ChoiceField(choices=Level.choices)
    signal = serializers.ChoiceField(choices=Signal.choices)
    review = serializers.ChoiceField(choices=Review.choices)
    owner = serializers.CharField(source="owner.username")
    detected_on = serializers.DateField()
    raised_at = serializers.DateTimeField()
    answer_by = serializers.DateTimeField(allow_null=True)
    explanation = serializers.CharField()
    version = serializers.IntegerField()
    news = serializers.SerializerMethodField()

    def get_news(self, flag: Flag) -> str:
        """What is new of it."""
        return news_of(flag)


class MutedSignalSerializer(InboxSignalSerializer):
    """A signal that no answer is asked for until a day, that day inclusive."""

    muted_until = serializers.DateField(source="muted_by.until_on")
    muted_because = serializers.ChoiceField(choices=MuteReason.choices, source="muted_by.reason")


class InboxCardSerializer(serializers.Serializer[Card]):
    """One patient. `signals` make the list, its level and its order; `beside` wait too, for a colleague or of another
    disease. `new_since`: when you last looked, where something is new since; null where nothing is or you never did."""

    patient = serializers.IntegerField(source="patient.pk")
    level = serializers.ChoiceField(choices=Level.choices, source="headline.level")
    answer_by = serializers.DateTimeField(allow_null=True)
    is_new = serializers.BooleanField()
    new_since = serializers.DateTimeField(allow_null=True)
    signals = InboxSignalSerializer(many=True, source="flags")
    beside = InboxSignalSerializer(many=True)
    muted = MutedSignalSerializer(many=True)


class InboxCountsSerializer(serializers.Serializer[Any]):
    """How many patients the list holds, by the level of their most pressing signal, in how many something is new to
    you; and how many signals are muted."""

    urgent = serializers.IntegerField()
    review = serializers.IntegerField()
    info = serializers.IntegerField()
    new = serializers.IntegerField()
    muted = serializers.IntegerField()


class InboxPages(KeysetPages):
    """Pages that the selector has read already."""

    def take(self, page: Page[Card], request: Request) -> InboxPages:
        """Remember the page."""
        self.page, self.url = page, request.build_absolute_uri()
        return self


class InboxViewSet(viewsets.GenericViewSet[Flag]):
    """Signals that wait for an answer, one card a patient. For physicians."""

    queryset = Flag.objects.none()
    serializer_class = InboxCardSerializer  # type: ignore[assignment]
    pagination_class = InboxPages

    @extend_schema(parameters=[InboxFilterSerializer])
    def list(self, request: Request) -> Response:
        """A page of cards, by level, then by the time left to answer."""
        chosen, asked = self._asked(request)
        paging = {"after": chosen["after"], "before": chosen["before"], "size": chosen["page_size"]}
        try:
            page = inbox(**asked, today=timezone.localdate(), **paging)
        except UnreadableCursor as error:
            raise ValidationError({"before" if chosen["before"] else "after": [str(error)]}) from error
        pages = InboxPages().take(page, request)
        return pages.get_paginated_response(self.get_serializer(page.rows, many=True).data)

    @extend_schema(parameters=[InboxFilterSerializer], responses=InboxCountsSerializer)
    @action(detail=False, methods=["get"], pagination_class=None)
    def counts(self, request: Request) -> Response:
        """What the list comes to under its filters."""
        _chosen, asked = self._asked(request)
        return Response(InboxCountsSerializer(inbox_counts(**asked)).data)

    def _asked(self, request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
        check_can_have_inbox(request.user)  # type: ignore[arg-type]
        filters = InboxFilterSerializer(data=request.query_params)
        filters.is_valid(raise_exception=True)
        chosen = filters.validated_data
        wanted = Wanted(
            scope=chosen["scope"],
            disease=chosen["disease"],
            raised_since=chosen["raised_since"],
            with_info=chosen["info"] or chosen["level"] == Level.INFO,
            level=chosen["level"],
            state=chosen["state"],
            only_new=chosen["new"],
        )
        return chosen, {"user": request.user, "wanted": wanted}
