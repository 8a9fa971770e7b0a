"""Scheduled tests with what each is to a measure: `labs.protocols.adherence` in SQL, and the sites it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from labs.models import Plan, Protocol, ScheduledTest, SkipReason
from labs.protocols.adherence import AskedTest
from labs.protocols.holding import Hold
from labs.vocabulary.test_kinds import DONE_BY_HAND
from patients.access import is_system
from patients.models import Diagnosis, Patient, Site, User

LETS_OFF = frozenset(
    {
        SkipReason.DONE_ELSEWHERE,
        SkipReason.NOT_INDICATED,
        SkipReason.TRANSFERRED,
        SkipReason.DIED,
        SkipReason.DUPLICATE,
        SkipReason.PLAN_ENDED,
        SkipReason.ORDER_UNDONE,
    }
)
"""Reasons that take a skipped test out of what is required. One whom illness or the patient's wish kept away was asked
for all the same, and stays in the denominator as not done."""
STILL_REQUIRED = frozenset({SkipReason.DECLINED, SkipReason.UNWELL})


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which sites, disease and days a measure is wanted, and when. Both days belong to the range."""

    sites: tuple[int, ...]
    now: datetime
    disease: str = ""
    since: date | None = None
    until: date | None = None

    def as_parameters(self) -> dict[str, Any]:
        """What the statements of the measures take."""
        return {
            "sites": list(self.sites),
            "now": self.now,
            "disease": self.disease,
            "since": self.since or date.min,
            "until": self.until or date.max,
            "lets_off": sorted(LETS_OFF),
            "done_by_hand": sorted(DONE_BY_HAND),
        }


def sites_asked(user: User, site: str = "") -> tuple[int, ...]:
    """The sites whose figures this person may read: those they work for (the account of Vigil: all)."""
    sites = Site.objects.all() if is_system(user) else user.sites.all()
    if not user.is_active:
        return ()
    if site:
        sites = sites.filter(code=site)
    return tuple(sites.order_by("pk").values_list("pk", flat=True))


def asked_test(test: ScheduledTest, *, ended_on: date | None = None, deceased_on: date | None = None) -> AskedTest:
    """A scheduled test as measures see it; the days are those on which its plan ended and its patient died."""
    hold = None
    if test.held_from is not None and test.held_until is not None:
        hold = Hold(test.held_from, test.held_until)
    done = not test.skipped_because and (test.closed_by_id is not None or test.kind in DONE_BY_HAND)
    return AskedTest(
        kind=test.kind,
        opens_on=test.opens_on,
        due_on=test.due_on,
        closes_on=test.closes_on,
        lapses_on=test.lapses_on,
        done_on=test.collected_on if done else None,
        hold=hold,
        let_off=test.skipped_because in LETS_OFF,
        stopped_on=min((day for day in (ended_on, deceased_on) if day is not None), default=None),
    )


# `unnest(array[...])` keeps PostgreSQL from writing these expressions out wherever their columns are named: each is
# computed once a row, which makes the measures of a registry two to three times as fast.
JUDGED = f"""
    select test.id, test.patient_id, site.today, test.site_id, test.kind, test.due_on, test.held_from, test.held_until,
           plan.started_on, plan.ended_on, patient.deceased_on, protocol.code as protocol,
           unnest(array[done.done_on]) as done_on, unnest(array[ends.ends_on]) as ends_on,
           unnest(array[case
               when test.skipped_because = any(%(lets_off)s) then 'not_required'
               when done.done_on is null
                    and ((test.held_from <= test.closes_on and test.lapses_on <= test.held_until + 1)
                         or least(plan.ended_on, patient.deceased_on) <= ends.ends_on) then 'not_required'
               when ends.ends_on >= site.today then 'open'
               when done.done_on is null then 'not_done'
               when done.done_on <= ends.ends_on then 'on_time'
               else 'late'
           end]) as verdict
    from {ScheduledTest._meta.db_table} as test
    join (
        select id, (%(now)s at time zone time_zone)::date as today
        from {Site._meta.db_table} where id = any(%(sites)s)
    ) as site on site.id = test.site_id
    join {Patient._meta.db_table} as patient on patient.id = test.patient_id
    left join {Plan._meta.db_table} as plan on plan.id = test.plan_id
    left join {Protocol._meta.db_table} as protocol on protocol.id = plan.protocol_id
    cross join lateral (
        select case
            when test.skipped_because = '' and (test.closed_by_id is not null or test.kind = any(%(done_by_hand)s))
            then test.collected_on
        end as done_on
    ) as done
    cross join lateral (
        select least(
            case
                when test.held_from <= test.closes_on
                then greatest(test.closes_on, test.held_until + (test.closes_on - test.due_on))
                else test.closes_on
            end,
            test.lapses_on - 1
        ) as ends_on
    ) as ends
    where test.due_on between %(since)s and %(until)s
      and (%(disease)s = '' or protocol.disease = %(disease)s
           or (test.plan_id is null and exists (
               select from {Diagnosis._meta.db_table} as diagnosis
               where diagnosis.patient_id = test.patient_id and diagnosis.disease = %(disease)s)))
"""  # noqa: S608 (table names of our own models)
"""`verdict` of every test asked for, line by line as `labs.protocols.adherence.verdict` says it."""
