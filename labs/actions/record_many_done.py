"""Recording by hand that many tests were done: when a unit brings its past follow-up along."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from labs.actions.close_tests import close_for
from labs.models import ScheduledTest
from labs.vocabulary.test_kinds import DONE_BY_HAND
from patients import access
from patients.models import AuditEvent, User

# The change and its audit rows in one statement. A test that was done or skipped meanwhile stays as it is.
WRITE = f"""
    with new as (
        select * from unnest(%(tests)s::bigint[], %(days)s::date[]) as new(id, collected_on)
    ), changed as (
        update {ScheduledTest._meta.db_table} as test
        set collected_on = new.collected_on
        from new
        where test.id = new.id and test.collected_on is null and test.closed_by_id is null and test.skipped_because = ''
          and test.kind = any(%(kinds)s) and new.collected_on <= %(now)s::date
        returning test.id, test.patient_id, test.collected_on
    )
    insert into {AuditEvent._meta.db_table} (at, by_id, verb, target_type, target_id, patient_id, detail)
    select %(now)s, %(by)s, 'record_done', '{ScheduledTest._meta.label_lower}', id, patient_id,
           jsonb_build_object('done_on', collected_on)
    from changed
    returning patient_id
"""  # noqa: S608 (table names of our own models)


@transaction.atomic
def record_many_done(*, days: Mapping[int, date], by: User, now: datetime) -> int:
    """Note for each test (by number) the day it was done; how many were noted.

    Only kinds no result closes (visits, scans); what was done or skipped meanwhile, and days to come, are left out.
    """
    access.check_can_import(by)
    if not days:
        return 0
    kinds = sorted(DONE_BY_HAND)
    values: dict[str, Any] = {"tests": list(days), "days": list(days.values()), "kinds": kinds, "now": now, "by": by.pk}
    with connection.cursor() as cursor:
        cursor.execute(WRITE, values)
        patients = [patient for (patient,) in cursor.fetchall()]
    close_for(patient_ids=set(patients), by=by, now=now)
    return len(patients)
