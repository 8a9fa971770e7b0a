"""What the signals of each rule and criteria version came to: one statement, whatever the number of signals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from labs.models import Decision
from labs.models.flag import EXPLAINED
from labs.selectors.alert_economy.statement import COUNTED, LOOK_BACK_HOURS, OPENED, STATES, TIME_CAP_MINUTES
from labs.selectors.measures.judged import Asked
from labs.vocabulary.binomial import wilson

Quartiles = tuple[float, float, float]

LOOKED_INTO: Final = (Decision.WATCH, Decision.REPEAT_TEST, Decision.WORK_UP, Decision.SECOND_OPINION)
"""Decisions after which it is not known yet whether the signal was a relapse."""


@dataclass(frozen=True, slots=True)
class Confirming:
    """What would have been had only confirmed signals been shown, of signals decided on as relapse or explained.

    needless    explained signals that never were confirmed: not shown
    missed      confirmed relapses whose signal never was confirmed: not shown at all
    later       confirmed relapses whose signal was confirmed after it was raised; `later_minutes`: their median delay
    """

    needless: int
    missed: int
    later: int
    later_minutes: float | None


@dataclass(frozen=True, slots=True)
class Levels:
    """Explained signals and confirmed relapses by the level of the signal."""

    urgent_needless: int
    urgent_relapses: int
    review_needless: int
    review_relapses: int


@dataclass(frozen=True, slots=True)
class Line:
    """The signals of one rule under one version of the criteria (both "": all), at one site (None: all asked for).

    states          how many are in each of `STATES`; their sum is how many were raised
    to_acknowledge  quartiles of minutes from being raised to the first acknowledgement or decision
    to_decide       quartiles of minutes from being raised to the first decision
    answered        signals that want an answer and were decided on or passed on; `in_time`: decided before passed on
    seconds         physicians' time over `timed` decisions
    """

    site: int | None
    rule: str
    version: str
    states: Mapping[str, int]
    to_acknowledge: Quartiles | None
    to_decide: Quartiles | None
    answered: int
    in_time: int
    passed_on: int
    corrected: int
    seconds: int
    timed: int
    diseases: Sequence[str]
    confirming: Confirming
    levels: Levels

    @property
    def raised(self) -> int:
        """How many signals."""
        return sum(self.states.values())

    @property
    def relapses(self) -> int:
        """How many were decided on as relapse."""
        return self.states[Decision.RELAPSE_CONFIRMED]

    @property
    def explained(self) -> int:
        """How many were decided on as no sign of relapse."""
        return sum(self.states[one] for one in EXPLAINED)

    @property
    def looked_into(self) -> int:
        """How many were decided on with the outcome still open."""
        return sum(self.states[one] for one in LOOKED_INTO)

    @property
    def decided(self) -> int:
        """Of how many it is known whether they were a relapse."""
        return self.relapses + self.explained

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the share of relapses among those decided."""
        return wilson(self.relapses, self.decided)


@dataclass(frozen=True, slots=True)
class Economy:
    """All lines of what was asked for."""

    whole: Line
    rules: Sequence[Line]
    by_site: Sequence[Line]


def alert_economy(asked: Asked) -> Economy:
    """The signals raised in the period at these sites, by rule and version, and by site. One statement."""
    given = asked.as_parameters() | {
        "cap": TIME_CAP_MINUTES * 60,
        "look_back": LOOK_BACK_HOURS,
        "opened": list(OPENED),
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, given)
        lines = [_line(row) for row in cursor.fetchall()]
    return Economy(
        whole=next(line for line in lines if not line.rule),
        rules=[line for line in lines if line.rule and line.site is None],
        by_site=[line for line in lines if line.site is not None],
    )


def _line(row: tuple[Any, ...]) -> Line:
    site, rule, version, states, acknowledge, decide, *counts = row
    answered, in_time, passed_on, corrected, seconds, timed, diseases, needless, missed, later, delay, levels = counts
    return Line(
        site=site,
        rule=rule or "",
        version=version or "",
        states=dict(zip(STATES, states, strict=True)),
        to_acknowledge=_quartiles(acknowledge),
        to_decide=_quartiles(decide),
        answered=answered,
        in_time=in_time,
        passed_on=passed_on,
        corrected=corrected,
        seconds=seconds,
        timed=timed,
        diseases=sorted(diseases or ()),
        confirming=Confirming(needless, missed, later, delay),
        levels=Levels(*levels),
    )


def _quartiles(found: Sequence[float | None] | None) -> Quartiles | None:
    if not found or found[0] is None:
        return None
    low, median, high = (float(one or 0) for one in found)
    return low, median, high
