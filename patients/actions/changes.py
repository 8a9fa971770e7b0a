"""Changing fields of a row, and telling what changed in a form the audit can keep."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models


def change(row: models.Model, fields: dict[str, Any]) -> dict[str, list[Any]]:
    """Set these fields, check the row and write it. Returns {field: [before, after]} of what really changed."""
    before = {name: getattr(row, name) for name in fields}
    for name, value in fields.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    changed = {
        name: [_plain(before[name]), _plain(getattr(row, name))]
        for name in fields
        if before[name] != getattr(row, name)
    }
    if changed:
        row.full_clean()
        row.save(update_fields=list(changed))
    return changed


def _plain(value: Any) -> Any:
    """The value as JSON can hold it."""
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value
