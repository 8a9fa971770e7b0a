"""Bringing what the worklist is read by in line with the patients, plans and days it rests on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from labs.models import ScheduledTest
from labs.models.scheduled_test import may_wait_in_sql, risk_in_sql, site_in_sql
from patients import access
from patients.models import User

A_CLOCK_BEHIND = timedelta(days=2)
"""No clock on earth is that far behind: what was missed before then is missed everywhere."""

# A held test is left alone until its hold is over. Tests that are settled are in no index of the list.
RANK = f"""
    with right_now as (
        select id, {site_in_sql("test")} as site_id, {risk_in_sql("test")} as risk,
               {may_wait_in_sql("test")} and not (
                   coalesce(lapses_on <= %(missed)s, false) and collected_on is null
                   and coalesce(booked_for <= %(missed)s, true) and coalesce(held_until <= %(missed)s, true)
               ) as may_wait
        from {ScheduledTest._meta.db_table} as test
        where closed_by_id is null and skipped_because = '' and (%(all)s or patient_id = any(%(patients)s))
    )
    update {ScheduledTest._meta.db_table} as test
    set site_id = right_now.site_id, risk = right_now.risk, may_wait = right_now.may_wait
    from right_now
    where test.id = right_now.id
      and (test.site_id, test.risk, test.may_wait) <> (right_now.site_id, right_now.risk, right_now.may_wait)
"""  # noqa: S608 (names of our own tables)


@transaction.atomic
def rank_tests(*, by: User, now: datetime, patient_ids: Collection[int] | None = None) -> int:
    """Write site, risk and "may wait" of the open tests that have others; how many. None: of all patients.

    The database keeps them when a patient, a plan or a risk changes. Time alone makes a test missed: this takes those
    out of the indexes of the worklist, every night, and heals whatever may have gone wrong. Twice changes no more than
    once. No audit row: nobody decided anything, and what people see is worked out from dates.
    """
    access.check_can_import(by)
    parameters: dict[str, Any] = {
        "missed": now.date() - A_CLOCK_BEHIND,
        "all": patient_ids is None,
        "patients": list(patient_ids or ()),
    }
    with connection.cursor() as cursor:
        cursor.execute(RANK, parameters)
        return cursor.rowcount
