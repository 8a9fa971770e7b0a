"""Samples without a result: tests collected whose report has not come, by site and kind, as they stand today."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from labs.models import FollowUpSettings, ScheduledTest
from labs.selectors.measures.judged import Asked
from patients.models import Diagnosis, Site

ALLOWED = FollowUpSettings._meta.get_field("result_within_days").default

WAITING = f"""
    select test.site_id, test.kind, site.allowed, count(*),
           count(*) filter (where site.today - test.collected_on > site.allowed),
           percentile_disc(0.5) within group (order by site.today - test.collected_on),
           max(site.today - test.collected_on)
    from {ScheduledTest._meta.db_table} as test
    join (
        select site.id, (%(now)s at time zone site.time_zone)::date as today,
               coalesce(settings.result_within_days, %(allowed)s) as allowed
        from {Site._meta.db_table} as site
        left join {FollowUpSettings._meta.db_table} as settings on settings.site_id = site.id
        where site.id = any(%(sites)s)
    ) as site on site.id = test.site_id
    where test.closed_by_id is null and test.skipped_because = '' and test.collected_on <= site.today
      and test.kind <> all(%(done_by_hand)s)
      and (%(disease)s = '' or exists (
          select from {Diagnosis._meta.db_table} as diagnosis
          where diagnosis.patient_id = test.patient_id and diagnosis.disease = %(disease)s))
    group by test.site_id, test.kind, site.allowed
    order by test.site_id, test.kind
"""  # noqa: S608 (table names of our own models)


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples of one site and kind. `overlong`: waiting for more than `allowed` days; `median`, `longest` in days."""

    site: int
    kind: str
    allowed: int
    waiting: int
    overlong: int
    median: int
    longest: int


def samples_without_result(asked: Asked) -> list[Samples]:
    """Samples that wait today, whenever they were taken. One statement over the open tests."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, asked.as_parameters() | {"allowed": ALLOWED})
        return [Samples(*row) for row in cursor.fetchall()]
