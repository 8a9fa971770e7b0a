"""How far a patient is from each bar, in words. What cannot be told says what is missing; nothing is called normal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from labs.rules.base import Answer
from labs.selectors.bars import Held
from labs.selectors.distances import Distance, Standing
from tracker.web.charts.words import bar_text, short
from tracker.web.units import written


@dataclass(frozen=True, slots=True)
class DistanceRow:
    """One rule as a line of the table. `bar`: the bar, or what is compared where that is no number."""

    code: str
    title: str
    standing: str
    latest: str
    on: date | None
    bar: str
    far: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DistanceRows:
    """The lines of the page: reached or short by a number; told in words; not to be told."""

    near: list[DistanceRow]
    in_words: list[DistanceRow]
    unknown: list[DistanceRow]


def grouped(distances: Iterable[Distance]) -> DistanceRows:
    """The lines by what can be said, each group in the order given."""
    rows = distance_rows(distances)
    words, unknown = Standing.IN_WORDS.value, Standing.UNKNOWN.value
    return DistanceRows(
        near=[row for row in rows if row.standing not in (words, unknown)],
        in_words=[row for row in rows if row.standing == words],
        unknown=[row for row in rows if row.standing == unknown],
    )


def distance_rows(distances: Iterable[Distance]) -> list[DistanceRow]:
    """The lines of the table, in the order given."""
    return [_row(one) for one in distances]


def _row(one: Distance) -> DistanceRow:
    held = one.held
    numbers = held is not None and held.in_numbers
    return DistanceRow(
        code=one.rule.code,
        title=one.rule.title,
        standing=one.standing.value,
        latest=_latest(held) if held is not None and numbers else "",
        on=held.on if held is not None and (numbers or held.comparisons) else None,
        bar=_bar(held) if held is not None and numbers else _told(held),
        far=_far(one),
        reasons=one.missing if one.standing is Standing.UNKNOWN else (),
    )


def _latest(held: Held) -> str:
    low, high = held.low or Decimal(), held.high
    if high is None:
        value = f"≥{short(low)}"
    elif low == high:
        value = short(low)
    else:
        value = f"<{short(high)}" if not low else f"{short(low)}–{short(high)}"
    return f"{held.name} {value} {written(held.unit)}".strip()


def _bar(held: Held) -> str:
    bar = f"{bar_text(held.meets_from or Decimal(), falls=held.falls)} {written(held.unit)}".strip()
    if held.reference is None:
        return bar
    how = f"{held.how} {short(held.reference)}" + ("" if held.confirmed else f" {_('(single value)')}")
    return f"{bar}; {_('from')} {how}"


def _told(held: Held | None) -> str:
    """The comparisons made, where there is no number to tell a distance in."""
    made = held.comparisons if held is not None else ()
    return "; ".join(" ".join(filter(None, (f"{one.what}:", one.needed))) for one in made)


def _far(one: Distance) -> str:
    if one.standing is Standing.UNKNOWN:
        return _("cannot tell")
    short_by, percent, held = one.short_by, one.percent, one.held
    if short_by is None or held is None:
        return _("raised") if one.answer is Answer.RAISED else _("not raised; no distance in numbers")
    number = f"{short(abs(short_by))} {written(held.unit)}".strip()
    share = f"{number}, {short(abs(percent))} %" if percent is not None else number
    if one.standing is Standing.REACHED:
        said = _("reached, by %(number)s") % {"number": share} if short_by else _("reached exactly")
        return said if one.answer is Answer.RAISED else f"{said}; {_('no signal stands')}"
    said = _("at least %(number)s") % {"number": share} if one.at_least else share
    return f"{said}; {_('its signal stands')}" if one.answer is Answer.RAISED else said
