"""Several querysets in one message to the database, for pages that read a little from many tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet


def read_together(**wanted: QuerySet[Any]) -> dict[str, list[Any]]:
    """The rows of each queryset, as objects of its model with what it annotates. One statement each, sent at once.

    A queryset may filter, order, slice, annotate and `defer`; relations are not joined, and columns of JSON must be
    deferred: what the database gives is taken as it is.
    """
    asked = {name: _columns(rows) for name, rows in wanted.items()}
    statements: list[str] = []
    parameters: list[Any] = []
    for name, rows in wanted.items():
        sql, given = rows.values_list(*asked[name]).query.sql_with_params()
        statements.append(sql)
        parameters += given
    with connection.cursor() as cursor:
        cursor.execute(";".join(statements), parameters)
        # Counted from the end: what keeps the history may put a statement of its own first.
        answers = [cursor.set_result(place - len(statements)).fetchall() for place in range(len(statements))]
    found = zip(wanted.items(), answers, strict=True)
    return {name: _made(rows, asked[name], answer, connection.alias) for (name, rows), answer in found}


def keep_prefetched(one: Model, name: str, rows: Sequence[Any]) -> None:
    """Let `one.name.all()` give these rows, as if `prefetch_related` had read them; each knows whom it belongs to."""
    related = getattr(one, name)
    kept = related.all()
    kept._result_cache, kept._prefetch_done = list(rows), True
    one.__dict__.setdefault("_prefetched_objects_cache", {})[name] = kept
    for row in rows:
        setattr(row, related.field.name, one)


def _columns(rows: QuerySet[Any]) -> list[str]:
    """The columns that are read, then what is annotated: an alias may not carry the name of a column."""
    left_out, deferring = rows.query.deferred_loading
    columns = [field for field in rows.model._meta.concrete_fields if (field.name in left_out) is not deferring]
    if any(field.get_internal_type() == "JSONField" for field in columns):
        raise ValueError(f"{rows.model.__name__}: columns of JSON must be deferred")
    return [*(field.attname for field in columns), *rows.query.annotations]


def _made(rows: QuerySet[Any], names: list[str], answer: list[tuple[Any, ...]], alias: str) -> list[Any]:
    model, annotated = rows.model, len(rows.query.annotations)
    columns, more = names[: len(names) - annotated], names[len(names) - annotated :]
    made = []
    for values in answer:
        one = model.from_db(alias, columns, values[: len(columns)])
        for name, value in zip(more, values[len(columns) :], strict=True):
            setattr(one, name, value)
        made.append(one)
    return made
