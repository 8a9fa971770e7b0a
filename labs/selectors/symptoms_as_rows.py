"""Reports of symptoms as the rules read them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from labs.rules.columns import Row
from labs.rules.symptoms.told import rows_of_report
from labs.selectors.questions import Question, Rows
from patients.models import SymptomReport

# Written out, since building the statement takes longer than asking it.
READ: Final = f"""
    select id, patient_id, reported_on, symptoms from {SymptomReport._meta.db_table}
    where patient_id = any(%(patients)s)
"""  # noqa: S608 (our own table)


def symptoms_told(patient_ids: Collection[int]) -> Question:
    """Every report of these patients."""
    return Question(READ, {"patients": list(patient_ids)})


def symptom_rows(read: Rows) -> Iterator[Row]:
    """The reports as rows, from the answer to `symptoms_told`."""
    for pk, patient, day, codes in read:
        yield from rows_of_report(patient, day, codes, f"symptoms-{pk}")
