"""Clinicians' findings in the form in which rules read results."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from labs.models import ClinicalFinding, FindingStatus
from labs.rules.columns import NO_NOTE, Note, Row
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.findings import MODALITIES

USABLE = (FindingStatus.FINAL, FindingStatus.CORRECTED)
FIELDS = ("pk", "patient_id", "kind", "observed_on", "site_label", "method", "coded", "amount")


def finding_rows(patient_ids: Collection[int]) -> Iterator[Row]:
    """The current findings of these patients. `patient` is the patient's number; the place stands as the specimen."""
    usable = ClinicalFinding.objects.filter(is_current=True, status__in=USABLE, patient_id__in=list(patient_ids))
    for pk, patient, kind, day, place, method, coded, amount in usable.order_by("pk").values_list(*FIELDS):
        yield Row(
            patient,
            kind,
            day,
            ANALYTES[kind].scale.index(coded) if coded else amount,
            specimen=place,
            method=MODALITIES.get(method, ""),
            accession=f"finding-{pk}",
            note=Note(coded) if coded else NO_NOTE,
        )
