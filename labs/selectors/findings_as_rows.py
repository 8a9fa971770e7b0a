"""Clinicians' findings in the form in which rules read results."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from django.db.models import QuerySet

from labs.models import ClinicalFinding, FindingStatus
from labs.rules.columns import NO_NOTE, Note, Row
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.findings import MODALITIES

USABLE = (FindingStatus.FINAL, FindingStatus.CORRECTED)
FIELDS = ("pk", "patient", "kind", "observed_on", "site_label", "method", "coded", "amount")


def usable_findings(patient_ids: Collection[int]) -> QuerySet[ClinicalFinding]:
    """The current findings of these patients."""
    usable = ClinicalFinding.objects.filter(is_current=True, status__in=USABLE, patient_id__in=list(patient_ids))
    return usable.only(*FIELDS).order_by("pk")


def finding_rows(findings: Iterable[ClinicalFinding]) -> Iterator[Row]:
    """Each as rules read it. `patient` is the patient's number; the place stands as the specimen."""
    for one in findings:
        yield Row(
            one.patient_id,
            one.kind,
            one.observed_on,
            ANALYTES[one.kind].scale.index(one.coded) if one.coded else one.amount,
            specimen=one.site_label,
            method=MODALITIES.get(one.method, ""),
            accession=f"finding-{one.pk}",
            note=Note(one.coded) if one.coded else NO_NOTE,
        )
