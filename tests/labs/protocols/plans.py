"""Protocols, pauses and results made up by hypothesis, for tests of the arithmetic of dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from hypothesis import strategies as st

from labs.protocols.closing import Evidence
from labs.protocols.dates import Interval
from labs.protocols.holding import Hold
from labs.protocols.schedule import Step

ANCHORS = st.one_of(
    st.sampled_from([date(2024, 2, 29), date(2025, 1, 31), date(2023, 12, 31), date(2025, 8, 30)]),
    st.dates(date(2010, 1, 1), date(2040, 12, 31)),
)
PANELS = [frozenset({"haemoglobin", "wbc", "platelets"})] * 3 + [
    frozenset({"haemoglobin"}),
    frozenset({"wbc", "platelets"}),
]


@dataclass(frozen=True)
class Life:
    """What happens to one chain of a plan. `skipped`: the numbers of tests a person skipped."""

    steps: Sequence[Step]
    anchor: date
    actual: bool
    pauses: Sequence[Hold] = ()
    evidence: Sequence[Evidence] = ()
    skipped: frozenset[int] = field(default_factory=frozenset)


@st.composite
def lives(draw: st.DrawFn, *, decided: bool = True) -> Life:
    """A protocol, an anchor, pauses, and results that come regularly, early, late or not at all.

    `decided` False: nothing in it depends on when somebody looked. Nobody skips a test, and where dates follow what was
    done the protocol goes on: one that ends keeps a test that was planned while its last dates lay earlier.
    """
    steps, anchor, actual = draw(chains_of_steps("cbc")), draw(ANCHORS), draw(st.booleans())
    if actual and not decided and steps[-1].until_month is not None:
        steps = [*steps[:-1], replace(steps[-1], until_month=None)]
    pauses, since = [], 0
    for _ in range(draw(st.integers(0, 3))):
        since += draw(st.integers(1, 150))
        until = since + draw(st.integers(0, 120))
        pauses.append(Hold(anchor + timedelta(days=since), anchor + timedelta(days=until)))
        since = until + 1
    every = draw(st.sampled_from([14, 28, 31, 60, 91]))
    days, day = [], draw(st.integers(5, 60))
    for _ in range(draw(st.integers(0, 12))):
        days.append(day)
        day += max(1, every + draw(st.integers(-12, 25)))
    evidence = [
        Evidence(anchor + timedelta(days=one), number, draw(st.sampled_from(PANELS)))
        for number, one in enumerate(days, start=1)
    ]
    skipped = draw(st.frozensets(st.integers(0, 8), max_size=2)) if decided else frozenset()
    return Life(steps, anchor, actual, pauses, evidence, skipped)


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
