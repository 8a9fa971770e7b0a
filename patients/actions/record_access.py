"""Noting that somebody opened a patient's record."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from patients.models import AccessEvent, Patient, User


def record_access(*, by: User, patient: Patient, view: str, purpose: str = "") -> AccessEvent:
    """Write one access row: who opened which patient on which page."""
    return AccessEvent.objects.create(by=by, patient=patient, view=view, purpose=purpose)


def record_access_to_each(*, by: User, patient_ids: Collection[int], view: str) -> int:
    """Write one access row for each of these patients, in one statement; how many."""
    rows = (AccessEvent(by=by, patient_id=number, view=view) for number in sorted(patient_ids))
    return len(AccessEvent.objects.bulk_create(rows))


def record_access_to_all(*, by: User, patients: QuerySet[Any], view: str, purpose: str = "") -> int:
    """Write one access row for each patient whose number `patients` (a query of one column) gives; how many.

    One statement, so that an export of a whole registry is written down as quickly as one patient.
    """
    try:
        sql, parameters = patients.distinct().query.sql_with_params()
    except EmptyResultSet:
        return 0
    statement = (
        f"insert into {AccessEvent._meta.db_table} (at, by_id, patient_id, view, purpose) "  # noqa: S608 (our own query)
        f"select statement_timestamp(), %s, held.patient_id, %s, %s from ({sql}) as held(patient_id)"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, (by.pk, view, purpose, *parameters))
        return cursor.rowcount
