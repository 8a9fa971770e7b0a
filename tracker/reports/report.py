"""What a report is: columns, a query narrowed by filters, and rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.functional import Promise

from patients import access
from patients.models import MRN, Diagnosis, Identifier, User

Kind = Literal["text", "date", "instant", "number", "integer"]
Value = str | int | Decimal | date | datetime | None
CHUNK = 2_000
"""Rows fetched at once from the server-side cursor."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in files, and what its values are."""

    name: str
    kind: Kind = "text"


class Narrowed(Protocol):
    """What narrows a report; each report knows its own."""

    def as_dict(self) -> dict[str, str]:
        """Those that were set, as text, for the audit row and the file's own account of itself."""
        ...


@dataclass(frozen=True, slots=True)
class Filters:
    """What to take; empty means all. Both days belong to the range."""

    site: str = ""
    disease: str = ""
    since: date | None = None
    until: date | None = None
    level: str = ""
    status: str = ""

    def as_dict(self) -> dict[str, str]:
        """Those that were set, as text, for the audit row and the file's own account of itself."""
        given = {name: getattr(self, name) for name in self.__slots__}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `day` is the field the date range is about; `levels` and `statuses` are what may be asked for.

    `check` raises for those who may not take it. `select` gives the rows this person may see in a stable order; `rows`
    turns the query into tuples in the order of `columns`; `objects` gives one object a row where that is more than the
    columns (NDJSON), else None.
    """

    code: str
    title: str | Promise
    about: str | Promise
    columns: tuple[Column, ...]
    day: str
    day_label: str | Promise
    levels: Sequence[tuple[str, str | Promise]]
    statuses: Sequence[tuple[str, str | Promise]]
    status_label: str | Promise
    select: Callable[[Any, User, datetime], QuerySet[Any]]
    rows: Callable[[QuerySet[Any]], Iterator[tuple[Value, ...]]]
    check: Callable[[User], None] = access.check_can_export
    objects: Callable[[QuerySet[Any]], Iterator[dict[str, Any]]] | None = None

    def lines(self, query: QuerySet[Any]) -> Iterator[dict[str, Any]]:
        """One object a row."""
        if self.objects is not None:
            yield from self.objects(query)
            return
        names = [column.name for column in self.columns]
        for row in self.rows(query):
            yield dict(zip(names, row, strict=True))


def narrowed(query: QuerySet[Any], filters: Filters, *, day: str) -> QuerySet[Any]:
    """The rows of a site and a range of days."""
    if filters.site:
        query = query.filter(patient__site__code=filters.site)
    if filters.since:
        query = query.filter(**{f"{day}__gte": filters.since})
    if filters.until:
        query = query.filter(**{f"{day}__lte": filters.until})
    return query


def with_mrn(query: QuerySet[Any]) -> QuerySet[Any]:
    """The rows with `mrn`, the first record number of their patient."""
    numbers = Identifier.objects.filter(patient=OuterRef("patient"), system=MRN).order_by("id")
    return query.annotate(mrn=Subquery(numbers.values("value")[:1]))


def of_disease(query: QuerySet[Any], disease: str) -> QuerySet[Any]:
    """The rows of patients who have (or had) this disease."""
    if not disease:
        return query
    return query.filter(patient__in=Diagnosis.objects.filter(disease=disease).values("patient"))
