"""Several querysets in one message to the database, for pages that read a little from many tables."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

Read = TypeVar("Read", bound=Model)


def read_together(**wanted: QuerySet[Any]) -> dict[str, list[Any]]:
    """The rows of each queryset, as objects of its model with what it annotates. One statement each, sent at once.

    A queryset may filter, order, slice, annotate and `defer`; relations are not joined, and columns of JSON must be
    deferred: what the database gives is taken as it is.
    """
    asked = {name: _columns(rows) for name, rows in wanted.items()}
    statements, parameters = [], []
    for name, rows in wanted.items():
        sql, given = rows.values_list(*asked[name]).query.sql_with_params()
        statements.append(sql)
        parameters += given
    with connection.cursor() as cursor:
        cursor.execute(";".join(statements), parameters)
        # Counted from the end: what keeps the history may put a statement of its own first.
        answers = [cursor.set_result(place - len(statements)).fetchall() for place in range(len(statements))]
    return {
        name: [_made(rows.model, asked[name], answer) for answer in found]
        for (name, rows), found in zip(wanted.items(), answers, strict=True)
    }


def _columns(rows: QuerySet[Any]) -> list[str]:
    """The columns that are not deferred, then what is annotated."""
    left_out, deferring = rows.query.deferred_loading
    columns = [field for field in rows.model._meta.concrete_fields if (field.name in left_out) is not deferring]
    if any(field.get_internal_type() == "JSONField" for field in columns):
        raise ValueError(f"{rows.model.__name__}: columns of JSON must be deferred")
    return [*(field.attname for field in columns), *rows.query.annotations]


def _made(model: type[Read], names: list[str], values: tuple[Any, ...]) -> Read:
    own = {field.attname for field in model._meta.concrete_fields}
    given = dict(zip(names, values, strict=True))
    made = model.from_db(connection.alias, [name for name in names if name in own], [given[n] for n in names if n in own])
    for name in names:
        if name not in own:
            setattr(made, name, given[name])
    return made
