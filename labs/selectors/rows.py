"""What else the rules read as results, as rows of a cohort; and what a stored result comes to there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from labs.models import Quarantine, Result, SpuriousMark
from labs.rules.columns import NO_NOTE, Note, Row
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.fixed_point import PLACES
from labs.vocabulary.statuses import is_usable
from patients.models.withdrawal import STANDING

USABLE: Final = tuple(status for status in ("final", "amended", "corrected") if is_usable(status))

WITH_RANGES: Final = tuple(code for code, analyte in ANALYTES.items() if analyte.places == PLACES)
"""Analytes of the usual fixed point; those of another (residual disease, findings in words) have no normal range."""

MARKED: Final = Exists(SpuriousMark.objects.filter(STANDING, result=OuterRef("pk")))
"""The condition "a physician marked it as spurious", of a query of results."""


def is_marked(result: Result) -> bool:
    """Whether a result that was read with `marked=MARKED` is marked; not known means no."""
    return bool(getattr(result, "marked", False))


def waiting_values(patient_ids: Collection[int]) -> QuerySet[Quarantine]:
    """Values that came but wait in quarantine: while they do, no rule reading them may say "no"."""
    waiting = Quarantine.objects.filter(
        patient_id__in=list(patient_ids),
        state=Quarantine.State.OPEN,
        collected_on__isnull=False,
        analyte__in=list(ANALYTES),
    )
    return waiting.only("pk", "patient", "analyte", "collected_on").order_by()


def waiting_rows(waiting: Iterable[Quarantine]) -> Iterator[Row]:
    """Each as rules read it."""
    for one in waiting:
        if one.patient_id is not None and one.collected_on is not None:
            yield Row(one.patient_id, one.analyte, one.collected_on, None)


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
