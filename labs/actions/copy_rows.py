"""Inserting many rows by COPY: several times faster than `bulk_create`, which writes all values into one statement."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, TypeVar

from django.db import connection, models, transaction

FEW = 20
"""Up to so many rows a single statement is as fast."""

Row = TypeVar("Row", bound=models.Model)


def copy_rows(model: type[Row], rows: Sequence[Row]) -> None:
    """Insert new rows of one model, in their order; their keys are filled in. All of them, or none."""
    if len(rows) <= FEW:
        model._default_manager.bulk_create(rows)
        return
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    with transaction.atomic(), connection.cursor() as cursor:
        for row, key in zip(rows, _new_keys(cursor, model, len(rows)), strict=True):
            row.pk = key
        copying = cursor.copy(f"copy {table} ({columns}) from stdin")
        with connection.wrap_database_errors, copying as copy:
            for row in rows:
                copy.write_row([_value(field, row) for field in fields])
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias


def _new_keys(cursor: Any, model: type[models.Model], number: int) -> list[int]:
    cursor.execute(
        "select nextval(pg_get_serial_sequence(%s, %s)) from generate_series(1, %s)",
        [model._meta.db_table, model._meta.pk.column, number],
    )
    return [key for (key,) in cursor.fetchall()]


def _value(field: models.Field[Any, Any], row: models.Model) -> Any:
    """The value as `save` would write it; of a choice its value, not its name."""
    value = field.pre_save(row, add=True)
    if isinstance(value, Enum):
        value = value.value
    return field.get_db_prep_save(value, connection)
