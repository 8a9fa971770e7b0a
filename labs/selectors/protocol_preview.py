"""The dates a protocol would give a sample patient at a site, beside those of another protocol. Stores nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from labs.protocols.comparing import by_kind
from labs.protocols.dates import add_months
from labs.protocols.schedule import Slot, Step
from labs.protocols.working_days import WorkingDays
from labs.selectors.site_calendar import working_days_of
from patients.models import Site

PREVIEW_MONTHS = 24
MARGIN = timedelta(days=62)
"""Days around the preview in which days off may move the day that is offered."""


@dataclass(frozen=True, slots=True)
class PreviewDay:
    """A day a test falls due. On a day off: why it is one (`WEEKEND` or a name), and the day offered instead."""

    due_on: date
    closed: str | None = None
    offered_on: date | None = None


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """The dates of one kind of test under both protocols."""

    kind: str
    own: list[PreviewDay]
    original: list[PreviewDay]

    @property
    def moved(self) -> bool:
        """Whether the two give other dates."""
        return [day.due_on for day in self.own] != [day.due_on for day in self.original]


def preview_of(*, steps: Sequence[Step], original: Sequence[Step], anchor: date, site: Site) -> list[PreviewRow]:
    """The first 24 months counted from `anchor`, by kind, in the order of the steps. Two queries."""
    end = add_months(anchor, PREVIEW_MONTHS)
    calendar = working_days_of(site.pk, since=anchor - MARGIN, until=end + MARGIN)
    own, other = by_kind(steps, anchor=anchor, until=end), by_kind(original, anchor=anchor, until=end)
    kinds = [*own, *(kind for kind in other if kind not in own)]
    return [
        PreviewRow(
            kind,
            [_day(slot, calendar) for slot in own.get(kind, ())],
            [_day(slot, calendar) for slot in other.get(kind, ())],
        )
        for kind in kinds
    ]


def _day(slot: Slot, calendar: WorkingDays) -> PreviewDay:
    closed = calendar.why_closed(slot.due_on)
    if closed is None:
        return PreviewDay(slot.due_on)
    offered = calendar.nearest(slot.due_on, earliest=slot.opens_on, latest=slot.closes_on)
    return PreviewDay(slot.due_on, closed, offered)
