"""Comparisons against thresholds: exact, over whole columns, and able to say what was compared."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple, TypeAlias

from labs.rules.arrays import Bools, Ints, one_of
from labs.rules.base import Comparison, Threshold
from labs.rules.wording import amount_text, listed, percent_text


class Bar(NamedTuple):
    """One comparison of an amount with a threshold. `scale`: the amounts are held as this multiple of themselves."""

    what: str
    found: Ints
    words: str
    threshold: Threshold
    met: Bools
    scale: int = 1

    def __and__(self, other: Check) -> Both:
        return Both(self, other, self.met & other.met)

    def __or__(self, other: Check) -> Either:
        return Either(self, other, self.met | other.met)

    def comparisons(self, row: int, on: str = "") -> list[Comparison]:
        """What was compared at one row; `on`: words for its day, put after what it was."""
        found, rest = divmod(self.found.item(row), self.scale)
        text = amount_text(found, self.threshold.places, self.threshold.unit)
        needed = f"{self.words} {self.threshold.text}"
        return [Comparison(self.what + on, f"≈{text}" if rest else text, needed, self.met.item(row))]


class Share(NamedTuple):
    """One comparison of an amount with a percentage of another amount."""

    what: str
    part: Ints
    whole: Ints
    words: str
    threshold: Threshold
    met: Bools

    def __and__(self, other: Check) -> Both:
        return Both(self, other, self.met & other.met)

    def __or__(self, other: Check) -> Either:
        return Either(self, other, self.met | other.met)

    def comparisons(self, row: int, on: str = "") -> list[Comparison]:
        """What was compared at one row."""
        found = percent_text(self.part.item(row), self.whole.item(row))
        return [Comparison(self.what + on, found, f"{self.words} {self.threshold.value} %", self.met.item(row))]


class Word(NamedTuple):
    """One finding in words, held against the words that count. What was found is shown from the evidence."""

    what: str
    needed: str
    met: Bools
    found: str = ""

    def __and__(self, other: Check) -> Both:
        return Both(self, other, self.met & other.met)

    def __or__(self, other: Check) -> Either:
        return Either(self, other, self.met | other.met)

    def comparisons(self, row: int, on: str = "") -> list[Comparison]:
        """What was compared at one row."""
        return [Comparison(self.what + on, self.found, self.needed, self.met.item(row))]


class Both(NamedTuple):
    """Two checks of which both must hold."""

    left: Check
    right: Check
    met: Bools

    def __and__(self, other: Check) -> Both:
        return Both(self, other, self.met & other.met)

    def __or__(self, other: Check) -> Either:
        return Either(self, other, self.met | other.met)

    def comparisons(self, row: int, on: str = "") -> list[Comparison]:
        """What was compared at one row, on both sides."""
        return self.left.comparisons(row, on) + self.right.comparisons(row, on)


class Either(Both):
    """Two checks of which one suffices."""


class Known(NamedTuple):
    """A check against a reference: not met, and nothing is said of it, where there is none."""

    check: Check
    there: Bools
    met: Bools

    def __and__(self, other: Check) -> Both:
        return Both(self, other, self.met & other.met)

    def __or__(self, other: Check) -> Either:
        return Either(self, other, self.met | other.met)

    def comparisons(self, row: int, on: str = "") -> list[Comparison]:
        """What was compared at one row."""
        return self.check.comparisons(row, on) if self.there[row] else []


Check: TypeAlias = Bar | Share | Word | Both | Either | Known


def where_known(check: Check, there: Bools) -> Known:
    """A check, where there is something to compare with."""
    return Known(check, there, check.met & there)


def at_least(what: str, found: Ints, bar: Threshold, scale: int = 1) -> Bar:
    """found >= bar."""
    return Bar(what, found, "at least", bar, found >= bar.amount * scale, scale)


def above(what: str, found: Ints, bar: Threshold, scale: int = 1) -> Bar:
    """found > bar."""
    return Bar(what, found, "above", bar, found > bar.amount * scale, scale)


def below(what: str, found: Ints, bar: Threshold, scale: int = 1) -> Bar:
    """found < bar."""
    return Bar(what, found, "below", bar, found < bar.amount * scale, scale)


def at_least_percent(what: str, part: Ints, whole: Ints, bar: Threshold) -> Share:
    """part >= bar % of whole; of a whole of 0 any part is enough."""
    numerator, denominator = bar.share
    return Share(what, part, whole, "at least", bar, part * denominator >= whole * numerator)


def more_than_percent(what: str, part: Ints, whole: Ints, bar: Threshold) -> Share:
    """part > bar % of whole."""
    numerator, denominator = bar.share
    return Share(what, part, whole, "more than", bar, part * denominator > whole * numerator)


def stands_at(what: str, place: Ints, places: Collection[int], needed: str) -> Word:
    """A coded finding that is one of these places on its scale."""
    return Word(what, needed, one_of(place, places))


def met_text(comparisons: Iterable[Comparison]) -> str:
    """ "neutrophils 0.8 ×10³/µL (below 1.0 ×10³/µL) and platelets ...": what met its bar."""
    met = (made._replace(what=made.what.removesuffix(" (new)")) for made in comparisons if made.met)
    return listed([f"{made.what} {made.found} ({made.needed.removeprefix(f'{made.what} ')})" for made in met])
