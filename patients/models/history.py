"""How changes of a model are kept: by database triggers, append-only, also for bulk and raw SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pghistory
import pgtrigger
from django.db import models

M = TypeVar("M", bound=type[models.Model])


def keep_history(
    name: str, *, inserts: bool = True, ignoring: tuple[str, ...] = (), indexes: Sequence[models.Index] = ()
) -> Callable[[M], M]:
    """Keep each version of a row in the table `name`. `inserts=False` keeps updates only (for tables filled in bulk,
    where the first version is still found in the row or in its first update). A change of nothing but the columns in
    `ignoring` (worked out from others, and often) makes no version. `indexes` are those of that table."""
    options: dict[str, Any] = {"condition": pghistory.AnyChange(exclude=list(ignoring))} if ignoring else {}
    trackers: list[pghistory.RowEvent] = [pghistory.UpdateEvent(row=pghistory.Old, **options)]
    if inserts:
        trackers.append(pghistory.InsertEvent())
    meta: dict[str, Any] = {"indexes": list(indexes)} if indexes else {}
    former = pghistory.ObjForeignKey(related_name="history")
    return pghistory.track(  # type: ignore[return-value]
        *trackers, model_name=name, append_only=True, obj_field=former, meta=meta
    )


def append_only() -> list[pgtrigger.Trigger]:
    """Triggers that refuse UPDATE, DELETE and TRUNCATE of a table."""
    return [
        pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        never_truncated(),
    ]


def never_deleted() -> list[pgtrigger.Trigger]:
    """Triggers that refuse DELETE and TRUNCATE: nothing clinical is ever removed."""
    return [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete), never_truncated()]


def never_truncated() -> pgtrigger.Trigger:
    """A statement trigger that refuses TRUNCATE, which row triggers do not see."""
    return pgtrigger.Trigger(
        name="never_truncated",
        level=pgtrigger.Statement,
        operation=pgtrigger.Truncate,
        when=pgtrigger.Before,
        func="RAISE EXCEPTION 'Vigil never truncates %', TG_TABLE_NAME;",
    )
