"""Results: every current value as the laboratory printed it, with its comparable form beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from labs.models import Result, ResultStatus
from labs.selectors.rows import MARKED
from labs.vocabulary.analytes import ANALYTES
from patients.access import visible_to
from patients.models import User
from tracker.reports.report import CHUNK, Column, Filters, Report, Value, narrowed, of_disease, with_mrn

COLUMNS = (
    Column("mrn"),
    Column("site"),
    Column("accession"),
    Column("collected_at"),
    Column("code"),
    Column("analyte"),
    Column("value"),
    Column("unit"),
    Column("status"),
    Column("comparator"),
    Column("comparable_value", "number"),
    Column("comparable_unit"),
    Column("coded_value"),
    Column("specimen"),
    Column("method"),
    Column("laboratory"),
    Column("reference_low", "number"),
    Column("reference_high", "number"),
    Column("detection_limit", "number"),
    Column("cells_counted", "integer"),
    Column("target"),
    Column("note"),
    Column("version", "integer"),
    Column("marked_spurious"),
)
FIELDS = (
    "mrn",
    "patient__site__code",
    "report__accession",
    "collected_at",
    "collected_on",
    "time_known",
    "code",
    "analyte",
    "value_printed",
    "unit_printed",
    "status",
    "comparator",
    "value",
    "coded",
    "specimen",
    "method",
    "laboratory",
    "reference_low",
    "reference_high",
    "detection_limit",
    "cells_counted",
    "target",
    "note",
    "version",
    "marked",
)
UNITS = {code: analyte.unit for code, analyte in ANALYTES.items()}


def select(filters: Filters, user: User, now: datetime) -> QuerySet[Any]:
    """Current versions of results this person may see, in the order they were stored."""
    results = Result.objects.filter(visible_to(user, "patient__"), is_current=True).annotate(marked=MARKED)
    results = of_disease(narrowed(with_mrn(results), filters, day="collected_on"), filters.disease)
    if filters.status:
        results = results.filter(status=filters.status)
    return results.order_by("id")


def rows(results: QuerySet[Any]) -> Iterator[tuple[Value, ...]]:
    """One tuple a result. A collection time is printed as it was known: an instant in UTC, or a day alone."""
    for row in results.values_list(*FIELDS).iterator(chunk_size=CHUNK):
        mrn, site, accession, at, on, time_known, code, analyte, value, unit, status, comparator, comparable, *rest = (
            row
        )
        *rest, marked = rest
        when = at.isoformat() if time_known and at is not None else on.isoformat()
        known_unit = UNITS.get(analyte, "") if comparable is not None else ""
        yield (
            mrn or "",
            site,
            accession,
            when,
            code,
            analyte,
            value,
            unit,
            status,
            comparator,
            comparable,
            known_unit,
            *rest,
            "yes" if marked else "",
        )


RESULTS = Report(
    code="results",
    title=_("Results"),
    about=_("Every current laboratory value as it was printed, and in Vigil's own unit."),
    columns=COLUMNS,
    day="collected_on",
    day_label=_("collected"),
    levels=(),
    statuses=ResultStatus.choices,
    status_label=_("Status"),
    select=select,
    rows=rows,
)
