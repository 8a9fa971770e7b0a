"""/api/v1/alert-economy/: what signals of each rule came to, and what they cost. Figures alone."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from labs.models import Flag
from labs.selectors.alert_economy.counted import Line, alert_economy
from labs.selectors.alert_economy.retuning import is_low
from labs.selectors.measures.judged import Asked, sites_asked
from patients.access import check_can_read_alert_economy
from patients.models import Disease, Site, User


class EconomyFilterSerializer(serializers.Serializer[Any]):
    """Of which site and disease, raised from when to when, both days included; what is left out is not narrowed."""

    site = serializers.CharField(required=False, default="", allow_blank=True, max_length=40)
    disease = serializers.ChoiceField(choices=Disease.choices, required=False, default="", allow_blank=True)
    since = serializers.DateField(required=False, default=None)
    until = serializers.DateField(required=False, default=None)


class ConfirmingSerializer(serializers.Serializer[Any]):
    """Had only confirmed signals been shown: needless ones fewer, relapses not shown at all, and shown later."""

    needless = serializers.IntegerField()
    missed = serializers.IntegerField()
    later = serializers.IntegerField()
    later_minutes = serializers.FloatField(allow_null=True, help_text="Median delay of those shown later.")


class EconomySerializer(serializers.Serializer[Line]):
    """The signals of one rule under one version of the criteria, at one site.

    `states`: how many are in each; together they are all that were raised. `interval`: Wilson's 95 % interval of the
    share of relapses among those decided. Times are quartiles of minutes.
    """

    site = serializers.SerializerMethodField()
    rule = serializers.CharField()
    criteria_version = serializers.CharField(source="version")
    raised = serializers.IntegerField()
    states = serializers.DictField(child=serializers.IntegerField())
    relapses = serializers.IntegerField()
    explained = serializers.IntegerField()
    decided = serializers.IntegerField()
    interval = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    to_acknowledge = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    to_decide = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    answered = serializers.IntegerField()
    in_time = serializers.IntegerField()
    passed_on = serializers.IntegerField()
    corrected = serializers.IntegerField()
    seconds = serializers.IntegerField(help_text="Physicians' time over the decisions that were timed.")
    timed = serializers.IntegerField()
    only_confirmed = ConfirmingSerializer(source="confirming")
    to_retune = serializers.SerializerMethodField()

    def get_site(self, line: Line) -> str:
        """The code of the site."""
        return str(self.context["sites"][line.site])

    def get_to_retune(self, line: Line) -> bool:
        """Whether enough is decided and the interval lies below the bar."""
        return is_low(line)


class AlertEconomyViewSet(viewsets.GenericViewSet[Flag]):
    """What signals came to, by site, rule and version. For physicians, administrators and auditors."""

    queryset = Flag.objects.none()
    serializer_class = EconomySerializer  # type: ignore[assignment]
    pagination_class = None
    filter_backends = ()

    @extend_schema(parameters=[EconomyFilterSerializer], responses=EconomySerializer(many=True))
    def list(self, request: Request) -> Response:
        """One row for each site, rule and version that raised a signal in the period."""
        person: User = request.user  # type: ignore[assignment]
        check_can_read_alert_economy(person)
        wanted = EconomyFilterSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        given = wanted.validated_data
        sites = sites_asked(person, given.pop("site"))
        economy = alert_economy(Asked(sites, timezone.now(), **given))
        codes = dict(Site.objects.filter(pk__in=sites).values_list("pk", "code"))
        context = {**self.get_serializer_context(), "sites": codes}
        lines: Any = economy.by_site
        return Response(EconomySerializer(lines, many=True, context=context).data)
