"""Reports of symptoms as the rules read them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from labs.rules.columns import Row
from labs.rules.symptoms.told import rows_of_report
from patients.models import SymptomReport


def symptom_rows(patient_ids: Collection[int]) -> Iterator[Row]:
    """Every report of these patients; one statement."""
    reports = SymptomReport.objects.filter(patient_id__in=list(patient_ids)).order_by()
    for pk, patient, day, codes in reports.values_list("pk", "patient_id", "reported_on", "symptoms"):
        yield from rows_of_report(patient, day, codes, f"symptoms-{pk}")
