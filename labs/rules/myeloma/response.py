"""The response category of a line of therapy, for display (IMWG 2016). No rule compares it with anything.

Baseline are the values at the start of the line: the latest of the 60 days before it, else the first of the 14 days
after it. A category counts when two consecutive assessments of each marker reach it (marrow, clonality and lesions need
no repetition); its date is the first day on which all of them did. Until then it is shown as unconfirmed. A confirmed
category holds until a better one, progression or the next line; progression is what the rules of progression say.
What is not on record is named, never guessed: then the category is not evaluable, or the better one is not given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from labs.rules.base import Finding, State
from labs.rules.cohort import Cohort, to_date
from labs.rules.myeloma.response_markers import Marker, markers_of
from labs.rules.myeloma.response_residual import ResidualTag, residual_tag
from labs.rules.wording import day_text

NO_LINE = "the start of the line of therapy"
NO_ASSESSMENT = "an assessment since the start of the line"
SECOND = "a second assessment that shows it again"


class Category(IntEnum):
    """What a line of therapy reached; a higher number is better."""

    NOT_EVALUABLE = 0
    PD = 1
    SD = 2
    MR = 3
    PR = 4
    VGPR = 5
    CR = 6
    SCR = 7

    @property
    def label(self) -> str:
        """As it is written."""
        return {"SCR": "sCR", "NOT_EVALUABLE": "not evaluable"}.get(self.name, self.name)


@dataclass(frozen=True, slots=True)
class Step:
    """A category, the first day it held, and whether a second assessment confirmed it."""

    category: Category
    since: date | None
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Response:
    """The response of one line.

    now        the category that holds; `steps`: every one that was confirmed in this line, in order of time
    pending    a better one that one assessment shows so far
    rests_on   the values it rests on; `missing`: what the next better category lacks, or why none can be told
    next       the next better category `missing` speaks of; None where none can be told
    """

    line_started_on: date | None
    now: Step
    steps: tuple[Step, ...] = ()
    pending: Step | None = None
    rests_on: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    next: Category | None = None
    residual: ResidualTag | None = None


def response_of(cohort: Cohort, progression: Sequence[Finding], as_of: date) -> Response:
    """The response of the present line of the only patient of a cohort. `progression`: what those rules found."""
    facts = cohort.patients[0]
    start = max((day for day in facts.line_starts if day <= as_of), default=None)
    if start is None:
        return _unknown(None, [NO_LINE])
    followed, lacking = markers_of(cohort, facts, start, as_of)
    if lacking:
        return _unknown(start, lacking)
    days = sorted({reading.day for marker in followed for reading in marker.readings})
    if not days:
        return _unknown(start, [NO_ASSESSMENT])
    steps, pending = _walk(followed, days)
    now = steps[-1] if steps else pending or Step(Category.NOT_EVALUABLE, None, confirmed=False)
    residual = residual_tag(cohort, start, as_of, complete=now.category >= Category.CR)
    worse = _progressed(progression, start)
    if worse is not None:
        told = (*steps, worse) if worse.confirmed else tuple(steps)
        lacks = () if worse.confirmed else (SECOND,)
        return Response(start, worse, told, None, _values(followed), lacks, residual=residual)
    better = pending if steps and pending and pending.category > now.category else None
    following = _following(now.category)
    missing = _missing(followed, following) if following else []
    return Response(start, now, tuple(steps), better, _values(followed), tuple(missing), following, residual)


def _unknown(start: date | None, missing: Sequence[str]) -> Response:
    return Response(start, Step(Category.NOT_EVALUABLE, None, confirmed=False), missing=tuple(missing))


def _walk(followed: Sequence[Marker], days: Sequence[int]) -> tuple[list[Step], Step | None]:
    """Day by day: the categories that were confirmed, and the best that the latest day shows, once or twice."""
    steps: list[Step] = []
    best, shown = Category.NOT_EVALUABLE, None
    courses = [_Course(marker) for marker in followed]
    for day in days:
        for course in courses:
            course.go_on(day)
        reached = [step for step in (_reached(courses, category) for category in _LADDER) if step is not None]
        confirmed = next((step for step in reached if step.confirmed), None)
        shown = reached[0] if reached else None
        if confirmed is not None and confirmed.category > best:
            steps.append(confirmed)
            best = confirmed.category
    return steps, shown


_LADDER = (Category.SCR, Category.CR, Category.VGPR, Category.PR, Category.MR, Category.SD)


class _Course:
    """A marker up to a day: of each category, since when and how often in a row its readings have shown it."""

    def __init__(self, marker: Marker) -> None:
        self.marker, self.read = marker, 0
        self.runs = dict.fromkeys(_LADDER, (0, 0))

    def go_on(self, day: int) -> None:
        """Take in what was read by the day."""
        readings = self.marker.readings
        while self.read < len(readings) and readings[self.read].day <= day:
            reading = readings[self.read]
            for category, (first, count) in self.runs.items():
                shows = reading.level >= category
                self.runs[category] = (first if count else reading.day, count + 1) if shows else (0, 0)
            self.read += 1


def _reached(courses: Sequence[_Course], category: Category) -> Step | None:
    """Whether every marker that the category needs shows it now, since when, and whether twice in a row."""
    since, confirmed = 0, True
    for course in (one for one in courses if one.marker.needed_from <= category):
        first, count = course.runs[category]
        if not count:
            return None
        since = max(since, first)
        confirmed &= count > 1 or not course.marker.repeated
    return Step(category, to_date(since), confirmed)


def _progressed(progression: Sequence[Finding], start: date) -> Step | None:
    """Progression in this line: the earliest confirmed one, else the earliest that stands provisionally."""
    own = [one for one in progression if one.line_started_on == start]
    for state in (State.CONFIRMED, State.PROVISIONAL):
        days = [one.onset_on for one in own if one.signal is state]
        if days:
            return Step(Category.PD, min(days), confirmed=state is State.CONFIRMED)
    return None


def _following(category: Category) -> Category | None:
    return Category(category + 1) if Category.SD <= category < Category.SCR else None


def _missing(followed: Sequence[Marker], category: Category) -> list[str]:
    """What each marker lacks for a category."""
    out = []
    for marker in (one for one in followed if one.needed_from <= category):
        if not marker.readings:
            out.append(marker.absent)
        elif marker.readings[-1].level < category:
            out.append(f"{marker.needs(category)}; it was {_text(marker)}")
        elif marker.repeated and [r.level >= category for r in marker.readings[-2:]] != [True, True]:
            out.append(f"{marker.name}: {SECOND} ({_text(marker)} so far)")
    return out


def _values(followed: Sequence[Marker]) -> tuple[str, ...]:
    """The latest value of each marker, beside its baseline."""
    return tuple(
        f"{marker.name} {_text(marker)}{f', {marker.baseline}' if marker.baseline else ''}"
        for marker in followed
        if marker.readings
    )


def _text(marker: Marker) -> str:
    latest = marker.readings[-1]
    return f"{latest.text} on {day_text(to_date(latest.day))}"
