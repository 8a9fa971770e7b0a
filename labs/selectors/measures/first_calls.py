"""Came after the first call: whom a unit addressed about waiting tests, and who came within so many days.

A call begins with the first time that tests of a patient are named in a contact (by telephone, letter, e-mail or text
message). Tests first named on one day are one call; a second attempt about them begins none. Who came did at least one
of them within `CAME_WITHIN` days. A call is counted from the day after these days have passed, whoever came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from labs.models import Channel, ContactAttempt, ScheduledTest
from labs.selectors.measures.judged import Asked
from patients.models import Diagnosis, Patient, Site

CAME_WITHIN = 15
"""Days, as Simple.org counts return to care [project default for haematology: no guideline gives one]."""

CALLS = f"""
    with named as (
        select attempt.patient_id, named.test_id, min(attempt.at) as first_at,
               (array_agg(attempt.channel order by attempt.at, attempt.id))[1] as channel
        from {ContactAttempt._meta.db_table} as attempt
        cross join lateral unnest(attempt.tests) as named(test_id)
        where attempt.channel <> '{Channel.IN_PERSON.value}'
        group by attempt.patient_id, named.test_id
    ), calls as (
        select patient.site_id, patient.id, patient.deceased_on, site.today,
               (named.first_at at time zone site.time_zone)::date as first_on,
               (array_agg(named.channel order by named.first_at, named.test_id))[1] as channel,
               coalesce(bool_or(done.done_on <= (named.first_at at time zone site.time_zone)::date + %(within)s), false)
                   as came
        from named
        join {ScheduledTest._meta.db_table} as test
            on test.id = named.test_id and test.patient_id = named.patient_id
        join {Patient._meta.db_table} as patient on patient.id = test.patient_id
        join (
            select id, time_zone, (%(now)s at time zone time_zone)::date as today
            from {Site._meta.db_table} where id = any(%(sites)s)
        ) as site on site.id = patient.site_id
        cross join lateral (
            select case
                when test.skipped_because = '' and (test.closed_by_id is not null or test.kind = any(%(done_by_hand)s))
                then test.collected_on
            end as done_on
        ) as done
        where test.skipped_because <> all(%(lets_off)s)
          and (done.done_on is null or done.done_on >= (named.first_at at time zone site.time_zone)::date)
          and (%(disease)s = '' or exists (
              select from {Diagnosis._meta.db_table} as diagnosis
              where diagnosis.patient_id = patient.id and diagnosis.disease = %(disease)s))
        group by patient.site_id, patient.id, patient.deceased_on, site.today, first_on
    )
    select site_id, date_trunc('month', first_on)::date, channel, count(*), count(*) filter (where came)
    from calls
    where first_on between %(since)s and %(until)s and first_on + %(within)s < today
      and (came or deceased_on is null or deceased_on > first_on + %(within)s)
    group by 1, 2, 3
    order by 2, 1, 3
"""  # noqa: S608 (table names of our own models)


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls of one site, month (its first day) and channel, and after how many of them the patient came."""

    site: int
    month: date
    channel: str
    calls: int
    came: int


def first_calls(asked: Asked) -> list[Calls]:
    """Calls begun in the range, by month, site and channel. One statement over the contacts."""
    with connection.cursor() as cursor:
        cursor.execute(CALLS, asked.as_parameters() | {"within": CAME_WITHIN})
        return [Calls(*row) for row in cursor.fetchall()]
