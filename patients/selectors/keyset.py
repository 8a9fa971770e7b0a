"""Pages of a long list by the keys of their last and first rows: as fast at the end as at the start, no counting."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row")


class UnreadableCursor(ValueError):
    """The cursor in an address was not made by Vigil."""


@dataclass(frozen=True, slots=True)
class Key:
    """One part of the order: the name of a field or annotation, and how its text in a cursor becomes a value again."""

    name: str
    descending: bool = False
    read: Callable[[str], Any] = str


@dataclass(slots=True)
class Page(Generic[Row]):
    """Some rows of a list and the cursors of the pages around them; None where the list ends."""

    rows: list[Row] = field(default_factory=list)
    next_cursor: str | None = None
    previous_cursor: str | None = None


def read_day(text: str) -> date:
    """A date key."""
    return date.fromisoformat(text)


def read_instant(text: str) -> datetime:
    """A date-time key."""
    return datetime.fromisoformat(text)


def page_of(queryset: QuerySet[Any], keys: Sequence[Key], *, size: int, after: str = "", before: str = "") -> Page[Any]:
    """Rows after (or before) a cursor in the order of `keys`; the last key is unique. Raises UnreadableCursor."""
    backwards = bool(before)
    cursor = before or after
    if cursor:
        queryset = queryset.filter(beyond(keys, values_of(cursor, keys), backwards=backwards))
    names = [("-" if key.descending != backwards else "") + key.name for key in keys]
    found = list(queryset.order_by(*names)[: size + 1])
    more = len(found) > size
    rows = found[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page()
    has_next = bool(cursor) if backwards else more
    has_previous = more if backwards else bool(cursor)
    return Page(
        rows,
        next_cursor=_cursor(rows[-1], keys) if has_next else None,
        previous_cursor=_cursor(rows[0], keys) if has_previous else None,
    )


def beyond(keys: Sequence[Key], values: Sequence[Any], *, backwards: bool) -> Q:
    """The condition "comes later in the order than these values"; its first part lets an index find the place."""

    def step(key: Key) -> str:
        return "lt" if key.descending != backwards else "gt"

    condition = Q()
    for index, key in enumerate(keys):
        same = {keys[i].name: values[i] for i in range(index)}
        condition |= Q(**same, **{f"{key.name}__{step(key)}": values[index]})
    return Q(**{f"{keys[0].name}__{step(keys[0])}e": values[0]}) & condition


def _cursor(row: Model | dict[str, Any], keys: Sequence[Key]) -> str:
    values = [row[key.name] if isinstance(row, dict) else getattr(row, key.name) for key in keys]
    text = json.dumps([value.isoformat() if isinstance(value, date) else str(value) for value in values])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def values_of(cursor: str, keys: Sequence[Key]) -> list[Any]:
    """The values of the keys that a cursor carries. Raises UnreadableCursor."""
    try:
        texts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if any("\0" in text for text in texts):
            raise ValueError("No database takes a NUL.")
        return [key.read(text) for key, text in zip(keys, texts, strict=True)]
    except (ValueError, TypeError) as error:
        raise UnreadableCursor("The address of this page is damaged. Start from the first page of the list.") from error
