"""Results that rules leave out because a physician marked them as spurious: counted wherever rules answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from labs.models import SpuriousMark
from labs.rules.registry import BY_CODE
from patients.models.withdrawal import STANDING

OfAnalyte = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Marked results by patient and analyte, each as evidence with the reason and who gave it."""

    by_patient: Mapping[int, OfAnalyte]

    def of(self, patient: int, rule: str) -> list[dict[str, Any]]:
        """The marked results of a patient that a rule would have read, oldest first."""
        found = self.by_patient.get(patient)
        if not found or rule not in BY_CODE:
            return []
        kept = [item for analyte in BY_CODE[rule].reads for item in found.get(analyte, ())]
        return sorted(kept, key=lambda item: (item["collected_on"], item["result"]))


def left_out_of(patient_ids: Collection[int]) -> LeftOut:
    """What is left out of these patients. One statement, whatever their number."""
    found: dict[int, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    marks = SpuriousMark.objects.filter(STANDING, result__patient_id__in=list(patient_ids), result__is_current=True)
    for mark in marks.select_related("result", "marked_by").order_by("pk"):
        found[mark.result.patient_id][mark.result.analyte].append(_told(mark))
    return LeftOut(found)


def words_for(count: int) -> str:
    """For example "2 results marked spurious are left out"."""
    return "1 result marked spurious is left out" if count == 1 else f"{count} results marked spurious are left out"


def _told(mark: SpuriousMark) -> dict[str, Any]:
    result = mark.result
    return {
        "result": result.pk,
        "analyte": result.analyte,
        "value": f"{result.value_printed or result.coded} {result.unit_printed}".strip(),
        "collected_on": result.collected_on.isoformat(),
        "reason": mark.reason,
        "by": str(mark.marked_by),
    }
