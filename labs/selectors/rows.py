"""Results, and what else the rules read as results, as rows of a cohort: read on the connection of the transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Case, Exists, OuterRef, When

from labs.models import Quarantine, Result, SpuriousMark
from labs.rules.columns import NO_NOTE, Note, Row
from labs.selectors.findings_as_rows import finding_rows
from labs.selectors.overdue_as_rows import overdue_rows
from labs.selectors.symptoms_as_rows import symptom_rows
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.fixed_point import PLACES
from labs.vocabulary.statuses import is_usable
from patients.models.withdrawal import STANDING

USABLE: Final = tuple(status for status in ("final", "amended", "corrected") if is_usable(status))
FIELDS: Final = (
    "patient_id", "analyte", "collected_on", "amount", "comparator", "specimen", "method_family", "laboratory",
    Case(When(time_known=True, then="collected_at")), "report__accession", "id", "reference_low", "reference_high",
    "coded", "detection_limit", "cells_counted", "target",
)  # fmt: skip

WITH_RANGES: Final = tuple(code for code, analyte in ANALYTES.items() if analyte.places == PLACES)
"""Analytes of the usual fixed point; those of another (residual disease, findings in words) have no normal range."""

MARKED: Final = Exists(SpuriousMark.objects.filter(STANDING, result=OuterRef("pk")))
"""The condition "a physician marked it as spurious", of a query of results."""

OTHERS: Final[tuple[Callable[[Collection[int]], Iterator[Row]], ...]] = (finding_rows, symptom_rows)
"""What else is read as results: rows whose `patient` is the number of the patient and whose `result` is 0."""


def result_rows(patient_ids: Collection[int]) -> Iterator[Row]:
    """The current, usable results of these patients that nobody marked as spurious. `patient`: the patient's number."""
    usable = Result.objects.filter(~MARKED, is_current=True, status__in=USABLE, patient_id__in=list(patient_ids))
    for (
        patient, analyte, day, amount, comparator, specimen, method, laboratory, instant, accession, result,
        low, high, coded, limit, cells, target,
    ) in usable.order_by().values_list(*FIELDS):  # fmt: skip
        if amount is None:
            if not coded:  # a text, or a status without a value: no failed number
                continue
            amount = place_on_scale(analyte, coded)
        yield Row(
            patient, analyte, day, amount, comparator, specimen, f"{method} {target}".strip(), laboratory, instant,
            accession, result, "final", range_limit(low, analyte), range_limit(high, analyte),
            note_from(analyte, coded, limit, cells, target),
        )  # fmt: skip


def waiting_rows(patient_ids: Collection[int]) -> Iterator[Row]:
    """Values that came but wait in quarantine: while they do, no rule reading them may say "no"."""
    waiting = Quarantine.objects.filter(
        patient_id__in=list(patient_ids),
        state=Quarantine.State.OPEN,
        collected_on__isnull=False,
        analyte__in=list(ANALYTES),
    )
    for patient, analyte, day in waiting.order_by().values_list("patient_id", "analyte", "collected_on"):
        if patient is not None and day is not None:
            yield Row(patient, analyte, day, None)


def other_rows(patient_ids: Collection[int], today: date | None = None) -> Iterator[Row]:
    """Findings of clinicians, symptoms and whatever else is read as results; what is overdue only with a day."""
    for source in OTHERS:
        yield from source(patient_ids)
    if today is not None:
        yield from overdue_rows(patient_ids, today)


def place_on_scale(analyte: str, coded: str) -> int:
    """The place of a finding in words on the scale of its analyte; any isotypes follow a colon."""
    return ANALYTES[analyte].scale.index(coded.partition(":")[0])


def range_limit(limit: Decimal | None, analyte: str) -> int | None:
    """A limit of a printed range in fixed point."""
    return None if limit is None or analyte not in WITH_RANGES else int(limit.scaleb(PLACES))


def note_from(analyte: str, coded: str, limit: Decimal | str | None, cells: int | None, target: str) -> Note:
    """What a result carries besides its number."""
    if not (coded or target or limit is not None or cells is not None):
        return NO_NOTE
    return Note(coded, None if limit is None else int(Decimal(limit).scaleb(ANALYTES[analyte].places)), cells, target)
