"""The statement of the alert economy: every signal raised in the period with what became of it, counted in SQL.

Each table is read once for the signals in question, never once a signal: steps and decisions are grouped by signal
before they are joined.
"""

from __future__ import annotations

from typing import Final

from labs.models import Decision, Flag, FlagDecision, FlagEvent
from patients.models import AccessEvent, Diagnosis, Patient, Site

TIME_CAP_MINUTES: Final = 15
"""Longest time counted for one decision: who left the page open was not reading all the while. This project's own."""

LOOK_BACK_HOURS: Final = 12
"""How long before a decision its opening is looked for; an earlier one belongs to another day's work."""

OPENED: Final = ("signal", "why")
"""Names of the pages, in the record of access, on which a signal is read."""

LATER: Final = ("withdrawn", "taken_off", "joined", "cleared", "muted", "waiting")
"""What a signal without a decision that holds is: the first that fits, in this order."""

STATES: Final = (*Decision.values, *LATER)
"""Every signal is in one of these."""

_KINDS = FlagEvent.Kind
_COUNTS = ",\n           ".join(f"count(*) filter (where state = '{state}')" for state in STATES)

SIGNALS: Final = f"""
    with seen as materialized (
        select flag.id, flag.patient_id, flag.rule, flag.criteria_version, flag.level, flag.signal,
               flag.muted_by_id, flag.raised_at, patient.site_id, diagnosis.disease
        from {Flag._meta.db_table} as flag
        join {Patient._meta.db_table} as patient on patient.id = flag.patient_id
        join {Site._meta.db_table} as site on site.id = patient.site_id
        left join {Diagnosis._meta.db_table} as diagnosis on diagnosis.id = flag.diagnosis_id
        where patient.site_id = any(%(sites)s)
          and flag.raised_at <= %(now)s
          and flag.raised_at >= (%(since)s::timestamp - interval '2 days') at time zone 'UTC'
          and (flag.raised_at at time zone site.time_zone)::date between %(since)s and %(until)s
          and (%(disease)s = '' or diagnosis.disease = %(disease)s)
    ), steps as (
        select seen.id,
               min(event.at) filter (where event.kind in ('{_KINDS.ACKNOWLEDGED.value}', '{_KINDS.RESOLVED.value}'))
                   as acknowledged_at,
               min(event.at) filter (where event.kind in ('{_KINDS.ESCALATED.value}', '{_KINDS.UNANSWERED.value}'))
                   as passed_on_at,
               max(event.at) filter (where event.kind in ('{_KINDS.REOPENED.value}', '{_KINDS.WATCH_ENDED.value}'))
                   as reopened_at,
               min(event.at) filter (where event.signal = 'confirmed') as confirmed_at,
               (array_agg(event.kind order by event.id desc) filter (where event.kind in (
                   '{_KINDS.WITHDRAWN.value}', '{_KINDS.CRITERIA.value}', '{_KINDS.JOINED.value}')))[1] as left_as
        from seen
        join {FlagEvent._meta.db_table} as event on event.flag_id = seen.id
        group by seen.id
    ), decisions as (
        select decision.id, decision.flag_id, decision.by_id, decision.at, decision.decision, decision.corrects_id,
               seen.patient_id
        from seen
        join {FlagDecision._meta.db_table} as decision on decision.flag_id = seen.id
        where decision.undone_at is null
    ), decided as (
        select flag_id, min(at) as first_at, count(corrects_id) as corrected,
               (array_agg(at order by id desc))[1] as last_at,
               (array_agg(decision order by id desc))[1] as decision
        from decisions
        group by flag_id
    ), read as (
        select decision.id, decision.flag_id,
               least(extract(epoch from decision.at - max(access.at)), %(cap)s) as seconds
        from decisions as decision
        join {AccessEvent._meta.db_table} as access
            on access.patient_id = decision.patient_id and access.by_id = decision.by_id
            and access.at <= decision.at and access.at > decision.at - make_interval(hours => %(look_back)s)
        where access.view = any(%(opened)s)
        group by decision.id, decision.flag_id, decision.at
    ), timed as (
        select flag_id, sum(seconds) as seconds, count(*) as decisions
        from read
        group by flag_id
    ), judged as (
        select seen.site_id, seen.rule, seen.criteria_version, seen.disease, seen.level, seen.raised_at,
               case
                   when decided.last_at >= coalesce(steps.reopened_at, decided.last_at) then decided.decision
                   when seen.signal = 'withdrawn' and steps.left_as = '{_KINDS.CRITERIA.value}' then 'taken_off'
                   when seen.signal = 'withdrawn' and steps.left_as = '{_KINDS.JOINED.value}' then 'joined'
                   when seen.signal = 'withdrawn' then 'withdrawn'
                   when seen.signal = 'not_confirmed' then 'cleared'
                   when seen.muted_by_id is not null then 'muted'
                   else 'waiting'
               end as state,
               seen.level <> 'INFO' and (decided.first_at is not null or steps.passed_on_at is not null) as answered,
               seen.level <> 'INFO' and decided.first_at is not null
                   and decided.first_at <= coalesce(steps.passed_on_at, decided.first_at) as in_time,
               steps.passed_on_at is not null as passed_on,
               floor(extract(epoch from steps.acknowledged_at - seen.raised_at) / 60)::int as to_acknowledge,
               floor(extract(epoch from decided.first_at - seen.raised_at) / 60)::int as to_decide,
               floor(extract(epoch from steps.confirmed_at - seen.raised_at) / 60)::int as to_confirm,
               coalesce(decided.corrected, 0) as corrected,
               coalesce(timed.seconds, 0) as seconds, coalesce(timed.decisions, 0) as timed
        from seen
        left join steps on steps.id = seen.id
        left join decided on decided.flag_id = seen.id
        left join timed on timed.flag_id = seen.id
    )
"""  # noqa: S608 (table names and constants of our own)

FOUND: Final = "'relapse_confirmed'"
NEEDLESS: Final = ", ".join(
    f"'{one}'" for one in sorted(Decision) if one.startswith("explained_") or one == Decision.NO_RELAPSE
)

COUNTED: Final = f"""{SIGNALS}
    select site_id, rule, criteria_version,
           array[{_COUNTS}],
           percentile_cont(array[0.25, 0.5, 0.75]) within group (order by to_acknowledge),
           percentile_cont(array[0.25, 0.5, 0.75]) within group (order by to_decide),
           count(*) filter (where answered), count(*) filter (where in_time), count(*) filter (where passed_on),
           coalesce(sum(corrected), 0)::bigint, round(coalesce(sum(seconds), 0))::bigint,
           coalesce(sum(timed), 0)::bigint,
           array_remove(array_agg(distinct disease), null),
           count(*) filter (where state in ({NEEDLESS}) and to_confirm is null),
           count(*) filter (where state = {FOUND} and to_confirm is null),
           count(*) filter (where state = {FOUND} and to_confirm > 0),
           percentile_cont(0.5) within group (order by to_confirm)
               filter (where state = {FOUND} and to_confirm > 0),
           array[count(*) filter (where state in ({NEEDLESS}) and level = 'URGENT'),
                 count(*) filter (where state = {FOUND} and level = 'URGENT'),
                 count(*) filter (where state in ({NEEDLESS}) and level = 'REVIEW'),
                 count(*) filter (where state = {FOUND} and level = 'REVIEW')]
    from judged
    group by grouping sets ((), (rule, criteria_version), (site_id, rule, criteria_version))
    order by rule nulls first, criteria_version, site_id nulls first
"""  # noqa: S608 (a statement of our own)
