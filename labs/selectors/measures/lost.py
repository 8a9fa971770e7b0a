"""Lost to follow-up: patients on a plan who have been late for too long and did nothing since, on any day.

A patient is lost on a day when a required test of a plan that runs on that day is late by more than the site's
`lost_after_days`, no test was done since its window ended, and none is on hold. Bookings and calls do not count: only
coming does (unlike in `silence.lost_to_follow_up`, which says whom to call today). The days are computed from the dates
as they are known now, so that a month may be read again later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection

from labs.models import FollowUpSettings, Plan, Protocol
from labs.selectors.measures.judged import JUDGED, Asked
from patients.models import Patient, Site

LOST_AFTER = FollowUpSettings._meta.get_field("lost_after_days").default

# "Late for longer, nothing done since" holds of some test when it holds of the one whose window ended last: a maximum
# for each day asked, so that one hashed pass over the tests answers for all days.
LATE = f"""
    select judged.patient_id, judged.site_id, {{columns}}
    from ({JUDGED}) as judged
    join (
        select site.id, coalesce(settings.lost_after_days, %(lost_after)s) as lost_after
        from {Site._meta.db_table} as site
        left join {FollowUpSettings._meta.db_table} as settings on settings.site_id = site.id
    ) as allowed on allowed.id = judged.site_id
    where judged.done_on is not null or (judged.verdict <> 'not_required' and judged.ends_on < judged.today)
          or judged.held_from is not null
    group by judged.patient_id, judged.site_id
"""  # noqa: S608 (a statement of our own)
ON_A_DAY = """
    max(judged.done_on) filter (where judged.done_on <= {day}) as done_{number},
    max(judged.ends_on) filter (
        where judged.verdict <> 'not_required'
          and judged.ends_on < {day} - allowed.lost_after
          and (judged.done_on is null or judged.done_on > {day})
          and judged.started_on <= {day}
          and (judged.ended_on is null or judged.ended_on > {day})
          and (judged.deceased_on is null or judged.deceased_on > {day})
    ) as late_{number},
    coalesce(bool_or({day} between judged.held_from and judged.held_until), false) as held_{number}
"""
LOST_ON = "late_{number} >= coalesce(done_{number}, '-infinity'::date) and not held_{number}"
LOST = f"select site_id, {{counts}} from ({LATE}) as late group by site_id"  # noqa: S608 (a statement of our own)
FOLLOWED = f"""
    select site_id, {{counts}}
    from (
        select patient.id, patient.site_id, {{columns}}
        from {Plan._meta.db_table} as plan
        join {Protocol._meta.db_table} as protocol on protocol.id = plan.protocol_id
        join {Patient._meta.db_table} as patient on patient.id = plan.patient_id
        join (
            select id, (%(now)s at time zone time_zone)::date as today
            from {Site._meta.db_table} where id = any(%(sites)s)
        ) as judged on judged.id = patient.site_id
        where %(disease)s = '' or protocol.disease = %(disease)s
        group by patient.id, patient.site_id
    ) as planned
    group by site_id
"""  # noqa: S608 (table names of our own models)
RUNS_ON = """
    bool_or(plan.started_on <= {day} and (plan.ended_on is null or plan.ended_on > {day})
            and (patient.deceased_on is null or patient.deceased_on > {day})) as runs_{number}
"""
PATIENTS = f"""
    with lost as (select patient_id, done_0, late_0 from ({LATE}) as late where {LOST_ON.format(number=0)})
    select lost.patient_id, lost.done_0, min(judged.ends_on)
    from lost join ({JUDGED}) as judged on judged.patient_id = lost.patient_id
    where judged.verdict = 'not_done' and judged.ends_on >= coalesce(lost.done_0, '-infinity'::date)
      and (judged.ended_on is null or judged.ended_on > judged.today)
    group by lost.patient_id, lost.done_0
    order by 3, 1
"""  # noqa: S608 (a statement of our own)


@dataclass(frozen=True, slots=True)
class Followed:
    """Patients of a site on a running plan on a day (None: today at the site), and how many of them are lost."""

    site: int
    on: date | None
    followed: int
    lost: int


@dataclass(frozen=True, slots=True)
class LostPatient:
    """A patient who is lost today. `done_on`: the last test done; `late_since`: the first window that ended since."""

    patient_id: int
    done_on: date | None
    late_since: date


def lost_to_follow_up(asked: Asked, days: Sequence[date]) -> list[Followed]:
    """How many patients were lost on each of these days and are today, by site; sites nobody is followed at are left
    out. Two statements; the range of days in `asked` is not looked at."""
    parameters = _parameters(asked)
    names = {number: f"%(day_{number})s::date" for number in range(1, len(days) + 1)} | {0: "judged.today"}
    parameters |= {f"day_{number}": day for number, day in enumerate(days, start=1)}
    late = LOST.format(
        counts=_counts(names, LOST_ON),
        columns=", ".join(ON_A_DAY.format(day=day, number=number) for number, day in names.items()),
    )
    running = FOLLOWED.format(
        counts=_counts(names, "runs_{number}"),
        columns=", ".join(RUNS_ON.format(day=day, number=number) for number, day in names.items()),
    )
    lost, followed = _by_site(late, parameters), _by_site(running, parameters)
    found = []
    for site, counts in sorted(followed.items()):
        lost_there = lost.get(site, (0,) * len(counts))
        for number, count, missing in zip(names, counts, lost_there, strict=True):
            if count:
                found.append(Followed(site, days[number - 1] if number else None, count, missing))
    return found


def lost_patients(asked: Asked) -> list[LostPatient]:
    """Who is lost today, the longest late first. One statement."""
    statement = PATIENTS.format(columns=ON_A_DAY.format(day="judged.today", number=0))
    with connection.cursor() as cursor:
        cursor.execute(statement, _parameters(asked))
        return [LostPatient(*row) for row in cursor.fetchall()]


def _parameters(asked: Asked) -> dict[str, Any]:
    return replace(asked, since=None, until=None).as_parameters() | {"lost_after": LOST_AFTER}


def _counts(numbers: Iterable[int], condition: str) -> str:
    return ", ".join(f"count(*) filter (where {condition.format(number=number)})" for number in numbers)


def _by_site(statement: str, parameters: dict[str, Any]) -> dict[int, tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {site: tuple(counts) for site, *counts in cursor.fetchall()}
