"""Markers over time: every version of every value of some analytes, told apart by comparability."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise

from django.db.models import QuerySet

from labs.models import Result
from labs.selectors.rows import MARKED, is_marked
from labs.vocabulary.analytes import ANALYTES, Analyte
from labs.vocabulary.statuses import is_usable
from patients.models import Patient


@dataclass(frozen=True, slots=True)
class Measured:
    """One value in the canonical unit. `assay`: its comparability group. `replaced`: a newer version took its place.

    `spurious`: a physician marked it so. Neither counts.
    """

    on: date
    value: Decimal
    comparator: str
    value_printed: str
    unit_printed: str
    assay: tuple[str, str, str]
    replaced: bool
    contradictory: bool
    spurious: bool = False

    @property
    def counts(self) -> bool:
        """Whether rules read it."""
        return not (self.replaced or self.spurious)


@dataclass(slots=True)
class Trend:
    """One analyte of one patient, oldest value first, with the reference range last printed."""

    analyte: Analyte
    points: list[Measured] = field(default_factory=list)
    reference_low: Decimal | None = None
    reference_high: Decimal | None = None

    @property
    def assay_changes(self) -> list[date]:
        """Days on which the method or the laboratory differed from that of the value before."""
        by_day: dict[date, set[tuple[str, str, str]]] = defaultdict(set)
        for point in self.points:
            if point.counts:
                by_day[point.on].add(point.assay)
        days = sorted(by_day)
        return [later for earlier, later in pairwise(days) if by_day[earlier].isdisjoint(by_day[later])]


def measured_results(*, patient: Patient, analytes: Collection[str]) -> list[Result]:
    """Usable values of these analytes and versions replaced since, oldest first; none that was taken back.

    Each knows whether it is `marked` as spurious.
    """
    return [row for row in valued_results(patient).filter(analyte__in=analytes) if is_usable(row.status)]


def valued_results(patient: Patient) -> QuerySet[Result]:
    """Every version with a number, oldest first, whatever its status. Each knows whether it is `marked` as spurious."""
    rows = Result.objects.filter(patient=patient, value__isnull=False).annotate(marked=MARKED)
    return rows.order_by("collected_on", "collected_at", "id").defer("note", "warnings")


def trends_of(results: Iterable[Result]) -> dict[str, Trend]:
    """Results of one patient, oldest first, as a trend for each analyte."""
    by_analyte: dict[str, list[Result]] = defaultdict(list)
    for row in results:
        by_analyte[row.analyte].append(row)
    return {code: _trend(ANALYTES[code], found) for code, found in by_analyte.items()}


def _trend(analyte: Analyte, results: list[Result]) -> Trend:
    values: dict[tuple[date, str], set[tuple[str, Decimal | None]]] = defaultdict(set)
    for result in results:
        if result.is_current and not is_marked(result):
            values[result.collected_on, result.specimen].add((result.comparator, result.value))
    trend = Trend(analyte)
    for result in results:
        if result.value is None:
            continue
        trend.points.append(
            Measured(
                on=result.collected_on,
                value=result.value,
                comparator=result.comparator,
                value_printed=result.value_printed,
                unit_printed=result.unit_printed,
                assay=(result.specimen, result.method_family or result.method, result.laboratory),
                replaced=not result.is_current,
                contradictory=result.is_current and len(values[result.collected_on, result.specimen]) > 1,
                spurious=is_marked(result),
            )
        )
        if result.reference_low is not None or result.reference_high is not None:
            trend.reference_low, trend.reference_high = result.reference_low, result.reference_high
    return trend
