"""Protocols, pauses and results made up by hypothesis, for tests of the arithmetic of dates."""

from __future__ import annotations

from hypothesis import strategies as st

from labs.protocols.dates import Interval
from labs.protocols.schedule import Step


@st.composite
def chains_of_steps(draw: st.DrawFn, kind: str = "visit") -> list[Step]:
    """Steps of one kind that follow one another, as a protocol may have them: single days first, then a taper."""
    steps, start = [], 0
    if draw(st.integers(0, 4)) == 0:
        days = sorted(draw(st.sets(st.integers(20, 170), min_size=1, max_size=4)))
        spread = [day for number, day in enumerate(days) if number == 0 or day - days[number - 1] >= 14]
        steps.append(Step("single", kind, at=tuple(Interval(day, "day") for day in spread)))
        start = 6
    for number in range(draw(st.integers(1, 3))):
        every = draw(
            st.sampled_from([(4, "week"), (6, "week"), (1, "month"), (2, "month"), (3, "month"), (6, "month")])
        )
        last = number == 2 or draw(st.booleans())
        end = None if last and draw(st.booleans()) else start + draw(st.integers(2, 24))
        steps.append(Step(f"step-{number}", kind, every=Interval(*every), from_month=start, until_month=end))
        if end is None or last:
            break
        start = end + draw(st.sampled_from([0, 0, 3]))
    return steps
