"""What a signal's marker was held against, read from the frozen finding: for small pictures that ask nothing anew.

Only what the finding says in so many words is taken: a reference that is the value of one of the results drawn, and
comparisons of that marker with a number. Of a difference, a ratio or several analytes together nothing is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from labs.models import Result
from labs.rules.wording import day_text, unit_text
from labs.vocabulary.analytes import ANALYTES

AMOUNT: Final = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?: (?P<unit>.+))?")
NEEDED: Final = re.compile(r"(?P<how>at least|above|more than|below|at most) (?P<amount>.+)")
RISES: Final = frozenset({"rise", "rise in percent of the lowest"})
FALLS: Final = frozenset({"fall", "fall below baseline", "fall in percent"})
DAY: Final = re.compile(r" on \d{1,2} [A-Z][a-z]{2} \d{4}$")


@dataclass(frozen=True, slots=True)
class Bar:
    """A value of the marker from which on a comparison was met, in its canonical unit, and the comparison's words."""

    value: Decimal
    needed: str


@dataclass(frozen=True, slots=True)
class Frozen:
    """The reference (None without one that was drawn), the day of it, how it was found, and the bars."""

    reference: Decimal | None = None
    on: date | None = None
    how: str = ""
    bars: tuple[Bar, ...] = ()


def frozen_bars(finding: Mapping[str, Any], marker: str, drawn: Sequence[Result]) -> Frozen:
    """What `drawn`, results of the marker, were held against."""
    if marker not in ANALYTES:
        return Frozen()
    unit = unit_text(ANALYTES[marker].unit)
    reference = finding.get("reference") or {}
    amount = _amount(str(reference.get("value", "")).removeprefix("below "), unit)
    days = reference.get("collected_on") or []
    held = next((one for one in drawn if one.value == amount and one.collected_on.isoformat() in days), None)
    bars = _bars(_newest(finding.get("comparisons") or [], drawn), unit, amount if held else None, drawn)
    if held is None:
        return Frozen(bars=bars)
    return Frozen(held.value, held.collected_on, str(reference.get("how", "")), bars)


def _newest(comparisons: Sequence[Mapping[str, Any]], drawn: Sequence[Result]) -> list[tuple[str, str, str]]:
    """Name, found and needed of the comparisons that were met on the last day told of from which a value is drawn."""
    days = {f" on {day_text(one.collected_on)}" for one in drawn}
    dated = [(one, found[0]) for one in comparisons if (found := DAY.search(str(one.get("what", "")))) is not None]
    last = next((day for _one, day in reversed(dated) if day in days), None)
    return [
        (str(one["what"]).removesuffix(day), str(one.get("found", "")), str(one.get("needed", "")))
        for one, day in dated
        if one.get("met") and day == last
    ]


def _bars(
    met: Iterable[tuple[str, str, str]], unit: str, reference: Decimal | None, drawn: Sequence[Result]
) -> tuple[Bar, ...]:
    found: dict[Decimal, Bar] = {}
    for what, seen, needed in met:
        asked = NEEDED.fullmatch(needed)
        if asked is None:
            continue
        if what in RISES | FALLS:
            value = None if reference is None else _moved(what, asked["amount"], unit, reference)
        else:
            last = drawn[-1].value if drawn else None
            value = _amount(asked["amount"], unit) if last is not None and _amount(seen, unit) == last else None
        if value is not None and value >= 0:
            found.setdefault(value, Bar(value, needed if what not in RISES | FALLS else f"{what}: {needed}"))
    return tuple(found.values())


def _moved(what: str, amount: str, unit: str, reference: Decimal) -> Decimal | None:
    """The reference moved by what a comparison asks for."""
    relative = "percent" in what
    change = _amount(amount, "%" if relative else unit)
    if change is None:
        return None
    step = reference * change / 100 if relative else change
    return reference - step if what in FALLS else reference + step


def _amount(text: str, unit: str) -> Decimal | None:
    """The number of an amount in exactly this unit."""
    read = AMOUNT.fullmatch(text)
    return Decimal(read["number"]) if read and (read["unit"] or "") == unit else None
