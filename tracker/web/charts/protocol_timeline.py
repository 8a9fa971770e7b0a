"""The picture of a protocol: for each kind of test a line with a mark at every month it falls due. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from labs.protocols.comparing import by_kind
from labs.protocols.dates import add_months
from labs.protocols.schedule import Step
from labs.vocabulary.test_kinds import label_of

WIDTH, ROW, TOP, BOTTOM = 360.0, 24.0, 8.0, 16.0
LEFT, RIGHT = 4.0, 354.0
ANCHOR = date(2025, 1, 1)
"""Any day does: the picture counts months, and shows no date."""
TICKS = {24: 6, 60: 12}
"""Months shown -> months between two ticks."""


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One kind of test: its name, how often it falls due, the height of its line and the places of its marks."""

    label: str
    count: int
    y: float
    marks: Sequence[float]


@dataclass(frozen=True, slots=True)
class DrawnTimeline:
    """Everything the template needs."""

    height: float
    rows: Sequence[TimelineRow]
    ticks: Sequence[tuple[float, int]]
    months: int
    width: float = WIDTH
    left: float = LEFT
    right: float = RIGHT

    @property
    def foot(self) -> float:
        """Where the words under the ticks stand."""
        return self.height - 4


def draw_timeline(steps: Sequence[Step], months: int) -> DrawnTimeline:
    """The first so many months after the anchor; `months` is one of `TICKS`."""
    end = add_months(ANCHOR, months)
    scale = (RIGHT - LEFT) / (end - ANCHOR).days
    rows = [
        TimelineRow(
            label_of(kind),
            len(tests),
            TOP + ROW * (place + 1),
            [LEFT + (slot.due_on - ANCHOR).days * scale for slot in tests],
        )
        for place, (kind, tests) in enumerate(by_kind(steps, anchor=ANCHOR, until=end).items())
    ]
    ticks = [
        (LEFT + (add_months(ANCHOR, month) - ANCHOR).days * scale, month)
        for month in range(0, months + 1, TICKS[months])
    ]
    return DrawnTimeline(TOP + ROW * len(rows) + BOTTOM, rows, ticks, months)
