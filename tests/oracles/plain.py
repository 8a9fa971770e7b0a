"""One patient in plain Python: results, days, series, and what becomes of hits. Shares no code with labs/rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

INFINITY = Decimal("Infinity")
D = Decimal


@dataclass(frozen=True)
class PlainResult:
    """One result in its canonical unit; of a finding in words the place on its scale."""

    analyte: str
    day: date
    value: Decimal
    comparator: str = ""
    group: str = ""
    moment: datetime | None = None
    accession: str = ""
    specimen: str = ""
    coded: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None
    limit: Decimal | None = None
    cells: int | None = None
    target: str = ""

    @property
    def low(self) -> Decimal:
        return D(0) if self.comparator.startswith("<") else self.value

    @property
    def high(self) -> Decimal:
        return INFINITY if self.comparator.startswith(">") else self.value


@dataclass(frozen=True)
class PlainEvent:
    kind: str
    start: date
    end: date


@dataclass(frozen=True)
class PlainPatient:
    """What the oracles need to know."""

    disease: str = "MM"
    lines: tuple[date, ...] = ()
    remission: date | None = None
    response: str = ""
    born: date | None = None
    sex: str = ""
    diagnosed: date | None = None
    remissions: tuple[date, ...] = ()
    relapses: tuple[date, ...] = ()
    heavy_chain: str = ""
    light_chain: str = ""
    disease_type: str = ""
    measurable: frozenset[str] = frozenset()
    therapy_ended: date | None = None
    events: tuple[PlainEvent, ...] = ()
    results: tuple[PlainResult, ...] = ()

    def under(self, day: date, windows: dict[str, int]) -> bool:
        return any(e.kind in windows and e.start <= day <= e.end + timedelta(days=windows[e.kind]) for e in self.events)

    def line_of(self, day: date) -> date | None:
        return max((start for start in self.lines if start <= day), default=None)


@dataclass(frozen=True)
class Point:
    """One assessment: bounds of the value."""

    day: date
    low: Decimal
    high: Decimal
    extra: object = None


@dataclass(frozen=True)
class Said:
    """A finding, as far as both sides must agree."""

    state: str
    level: str
    opened: date
    onset: date
    detected: date
    last: date
    line: date | None


@dataclass
class Mark:
    """A point that counts: "sure", "weak" or nothing, with its levels (1 info, 2 review, 3 urgent)."""

    day: date
    hit: str = ""
    alone: int = 2
    both: int = 3


def one_a_day(results: Iterable[PlainResult]) -> list[PlainResult]:
    """Of each day the latest instant, then the greatest accession, then the greatest value."""
    best: dict[date, PlainResult] = {}
    for result in results:
        held = best.get(result.day)
        if held is None or _later(result) > _later(held):
            best[result.day] = result
    return [best[day] for day in sorted(best)]


def _later(result: PlainResult) -> tuple[int, datetime, str, Decimal, int]:
    order = ["", "<", "<=", ">", ">="].index(result.comparator)
    known = result.moment is not None
    return (int(known), result.moment or datetime(1970, 1, 1), result.accession, result.value, order)


def series(patient: PlainPatient, analyte: str) -> dict[tuple[str, date | None], list[PlainResult]]:
    """Assessments by group and line of therapy."""
    out: dict[tuple[str, date | None], list[PlainResult]] = {}
    groups = sorted({r.group for r in patient.results if r.analyte == analyte})
    for group in groups:
        for result in one_a_day(r for r in patient.results if r.analyte == analyte and r.group == group):
            out.setdefault((group, patient.line_of(result.day)), []).append(result)
    return out


def points(results: list[PlainResult]) -> list[Point]:
    return [Point(r.day, r.low, r.high) for r in results]


def lowest_confirmed(earlier: list[Point]) -> tuple[Decimal, Decimal] | None:
    """Least, over consecutive pairs, of the greater of the two: its bounds. None without a pair."""
    pairs = list(pairwise(earlier))
    if not pairs:
        return None
    return min(max(a.low, b.low) for a, b in pairs), min(max(a.high, b.high) for a, b in pairs)


def highest_confirmed(earlier: list[Point | None]) -> tuple[Decimal, Decimal] | None:
    """Greatest, over consecutive pairs, of the lesser of the two. None in a place breaks the pair."""
    pairs = [(a, b) for a, b in pairwise(earlier) if a is not None and b is not None]
    if not pairs:
        return None
    return max(min(a.low, b.low) for a, b in pairs), max(min(a.high, b.high) for a, b in pairs)


LEVELS = {1: "INFO", 2: "REVIEW", 3: "URGENT"}


@dataclass
class _Open:
    first: int
    last: int
    sure: list[int] = field(default_factory=list)
    confirmed_at: int | None = None
    onset: int | None = None
    level: int = 0


def tell(
    marks: list[Mark],
    line: date | None,
    *,
    needed: int = 2,
    consecutive: bool = True,
    days_apart: int = 0,
    misses: int = 1,
    one_a_line: bool = True,
    lapsed: int = 1,
    together: list[bool] | None = None,
    recovers: bool = False,
) -> list[Said]:
    """Walk through the marks of one segment and tell every episode."""
    done: list[tuple[_Open, int | None]] = []
    now: _Open | None = None
    missed = 0
    for i, mark in enumerate(marks):
        if not mark.hit:
            missed += 1
            if now is not None and missed == misses:
                done.append((now, i))
                now = None
            continue
        if now is None:
            again = one_a_line and done and done[-1][0].confirmed_at is not None
            now = done.pop()[0] if again else _Open(i, i)
        missed = 0
        now.last = i
        _note(now, marks, i, needed, consecutive, days_apart, together is None or together[i])
    if now is not None:
        done.append((now, None))
    told = [_said(episode, ended, marks, line, lapsed) for episode, ended in done]
    if not recovers:
        return told
    return [
        replace(one, level="INFO")
        if one.state == "confirmed" and ended is not None and (marks[-1].day - one.last).days >= 90
        else one
        for one, (_, ended) in zip(told, done, strict=True)
    ]


def _note(
    now: _Open, marks: list[Mark], i: int, needed: int, consecutive: bool, days_apart: int, together: bool
) -> None:
    mark = marks[i]
    now.level = max(now.level, mark.alone)
    if mark.hit != "sure":
        return
    now.sure.append(i)
    if needed == 1:
        by: int | None = i
    elif consecutive:
        by = i - 1 if together and i - 1 in now.sure else None
        if by is not None:
            now.level = max(now.level, min(mark.both, marks[by].both))
    else:
        first = now.sure[0]
        by = first if (mark.day - marks[first].day).days >= days_apart else None
        if by is not None:
            now.level = max(now.level, mark.both)
    if by is not None and now.confirmed_at is None:
        now.confirmed_at, now.onset = i, by


def _said(episode: _Open, ended: int | None, marks: list[Mark], line: date | None, lapsed: int) -> Said:
    opened, last = marks[episode.first].day, marks[episode.last].day
    if episode.confirmed_at is not None and episode.onset is not None:
        onset, settled = marks[episode.onset].day, marks[episode.confirmed_at].day
        return Said("confirmed", LEVELS[episode.level], opened, onset, settled, last, line)
    if ended is not None:
        return Said("not_confirmed", LEVELS[lapsed], opened, opened, marks[ended].day, last, line)
    settled = marks[episode.sure[0]].day if episode.sure else opened
    return Said("provisional", LEVELS[episode.level], opened, opened, settled, last, line)


Criterion = Callable[[Decimal, Decimal], bool]


def rising_marks(row: list[Point], met: Criterion, *, both: int = 3) -> list[Mark]:
    """Marks of the progression rules: sure against the confirmed lowest, weak against a lone one or within bounds."""
    out = []
    for i, point in enumerate(row):
        earlier = row[:i]
        mark = Mark(point.day, both=both)
        if earlier:
            confirmed = lowest_confirmed(earlier)
            single = min(p.low for p in earlier), min(p.high for p in earlier)
            low, high = confirmed or single
            apart = confirmed is None or 4 * (high - single[1]) >= high if high < INFINITY else single[1] < INFINITY
            if confirmed is not None and _met(met, point.low, high):
                mark.hit = "sure"
            elif (_met(met, point.low, single[1]) and apart) or (
                (point.low != point.high or any(p.low != p.high for p in earlier)) and _met(met, point.high, low)
            ):
                mark.hit = "weak"
        out.append(mark)
    return out


def _met(met: Criterion, value: Decimal, reference: Decimal) -> bool:
    if reference == INFINITY:
        return False
    return value == INFINITY or met(value, reference)
