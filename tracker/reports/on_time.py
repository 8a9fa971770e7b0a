"""Done on time: counts of scheduled tests by site, protocol, test and month. Figures alone, nobody is named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from labs.selectors.measures.judged import Asked, sites_asked
from labs.selectors.measures.on_time import cells
from labs.vocabulary.binomial import wilson
from patients.models import User
from tracker.reports.report import Column, Filters, Report, Value

COLUMNS = (
    Column("site"),
    Column("protocol"),
    Column("test"),
    Column("month", "date"),
    Column("required", "integer"),
    Column("on_time", "integer"),
    Column("late", "integer"),
    Column("not_done", "integer"),
    Column("not_required", "integer"),
    Column("not_counted_yet", "integer"),
    Column("share_on_time", "number"),
    Column("share_low", "number"),
    Column("share_high", "number"),
)
FINEST = Decimal("0.0001")


def select(filters: Filters, user: User, now: datetime) -> Asked:
    """What is asked for, of the sites this person works for."""
    sites = sites_asked(user, filters.site)
    return Asked(sites, now, disease=filters.disease, since=filters.since, until=filters.until)


def rows(asked: Asked) -> Iterator[tuple[Value, ...]]:
    """One tuple for each site, protocol (empty: outside a plan), test and month (its first day) that has tests."""
    for cell in cells(asked):
        came = cell.adherence
        low, high = wilson(came.on_time, came.required) or (None, None)
        share = None if came.share is None else float(came.share)
        counts = (came.required, came.on_time, came.late, came.not_done, came.not_required, came.open)
        yield (cell.site, cell.protocol, cell.kind, cell.month, *counts, *map(_rounded, (share, low, high)))


def _rounded(share: float | None) -> Decimal | None:
    return None if share is None else Decimal(share).quantize(FINEST)


ON_TIME = Report(
    code="on_time",
    title=_("Done on time"),
    about=_("How many required tests were done on time, late or not at all, by site, protocol, test and month due."),
    columns=COLUMNS,
    day="due_on",
    day_label=_("due"),
    levels=(),
    statuses=(),
    status_label="",
    select=select,
    rows=rows,
    names_patients=False,
)
