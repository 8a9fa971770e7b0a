"""Reports of symptoms as the rules read them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from django.db import connection

from labs.rules.columns import Row
from labs.rules.symptoms.told import rows_of_report
from patients.models import SymptomReport

# Written out, since building the statement takes longer than asking it.
READ: Final = f"""
    select id, patient_id, reported_on, symptoms from {SymptomReport._meta.db_table} where patient_id = any(%s)
"""  # noqa: S608 (our own table)


def symptom_rows(patient_ids: Collection[int]) -> Iterator[Row]:
    """Every report of these patients; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(READ, [list(patient_ids)])
        reports = cursor.fetchall()
    for pk, patient, day, codes in reports:
        yield from rows_of_report(patient, day, codes, f"symptoms-{pk}")
