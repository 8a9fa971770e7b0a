"""What a rule is made of (sources, thresholds, examples) and what it says (findings, answers)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from labs.rules.kept import kept
from labs.rules.wording import unit_text
from labs.vocabulary.fixed_point import PLACES

if TYPE_CHECKING:
    from labs.rules.cohort import Cohort, Key
    from labs.rules.signals import Signal


class Level(IntEnum):
    """How soon a physician should look; a higher number is sooner."""

    INFO = 1
    REVIEW = 2
    URGENT = 3


class State(StrEnum):
    """How far a signal has got."""

    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    NOT_EVALUABLE = "not_evaluable"


class Answer(StrEnum):
    """What a rule says of a patient today. "Cannot tell" is an answer, and never the same as "no"."""

    RAISED = "raised"
    NOT_RAISED = "not_raised"
    NOT_EVALUABLE = "not_evaluable"
    NOT_APPLICABLE = "not_applicable"


RAISED, NOT_RAISED = Answer.RAISED, Answer.NOT_RAISED
NOT_EVALUABLE, NOT_APPLICABLE = Answer.NOT_EVALUABLE, Answer.NOT_APPLICABLE
PROVISIONAL, CONFIRMED, NOT_CONFIRMED = State.PROVISIONAL, State.CONFIRMED, State.NOT_CONFIRMED
INFO, REVIEW, URGENT = Level.INFO, Level.REVIEW, Level.URGENT


@dataclass(frozen=True, slots=True)
class Source:
    """Where a criterion or a number comes from. `default` marks a choice of this project that no guideline gives."""

    key: str
    citation: str
    url: str = ""
    default: bool = False


@dataclass(frozen=True)
class Threshold:
    """A number that cannot be parted from its unit, its source and its first day of validity."""

    value: str
    unit: str
    source: Source
    since: date
    places: int = PLACES

    @kept
    def amount(self) -> int:
        """The number in fixed point; exact, or a ValueError."""
        scaled = Fraction(self.value) * Fraction(10) ** self.places
        if scaled.denominator != 1:
            raise ValueError(f"{self.value} {self.unit} has more than {self.places} decimal places")
        return int(scaled)

    @kept
    def ratio(self) -> tuple[int, int]:
        """The number as numerator and denominator: 2.5 is (5, 2)."""
        return Fraction(self.value).as_integer_ratio()

    @kept
    def share(self) -> tuple[int, int]:
        """A percentage as numerator and denominator: 25 % is (1, 4)."""
        part = Fraction(self.value) / 100
        return part.numerator, part.denominator

    @kept
    def text(self) -> str:
        """The number with its unit as people write it."""
        return f"{self.value} {unit_text(self.unit)}".strip()

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


@dataclass(frozen=True, slots=True)
class Example:
    """A worked case (see `notation.py`), and the answer, or the state of the last finding, it must give."""

    name: str
    given: str
    expected: Answer | State
    onset: str = ""
    level: Level | None = None


class Comparison(NamedTuple):
    """One comparison made, as people read it. With nothing `needed` it is a label, true of the finding."""

    what: str
    found: str
    needed: str
    met: bool


class Evidence(NamedTuple):
    """One result a finding rests on."""

    result: int
    accession: str
    analyte: str
    value: str
    unit: str
    collected_on: str
    role: str
    laboratory: str
    method: str


class Confounder(NamedTuple):
    """Something that may explain the finding otherwise. It is shown; it never silences."""

    kind: str
    text: str
    started_on: str = ""


class Finding(NamedTuple):
    """One episode of one rule in one patient.

    opened_on, last_on   first and last assessment of the episode that met the criterion: what tells two episodes apart
    onset_on             first of the confirming pair once confirmed, else `opened_on`
    detected_on          collection day of the result that completed the present signal
    recovered_on         the day the criterion was first not met again, where it has stayed away (see `recovery.py`)
    series               the comparability group it was found in: specimen, method family, laboratory
    reference            {value, how, confirmed} of the value compared against; empty for a rule with a fixed bar
    """

    patient_key: Key
    rule: str
    criteria_version: str
    level: Level
    signal: State
    onset_on: date
    detected_on: date
    opened_on: date
    last_on: date
    line_started_on: date | None
    series: str
    explanation: str
    comparisons: tuple[Comparison, ...]
    evidence: tuple[Evidence, ...]
    reference: dict[str, Any]
    confounders: tuple[Confounder, ...] = ()
    missing: tuple[str, ...] = ()
    would_confirm: str = ""
    would_clear: str = ""
    recovered_on: date | None = None

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON: dates as text, the level by name."""
        out: dict[str, Any] = {name: _plain(value) for name, value in self._asdict().items()}
        out["level"] = self.level.name
        return out


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [item._asdict() if hasattr(item, "_asdict") else item for item in value]
    return value


@dataclass(frozen=True)
class Rule:
    """One published criterion: a file, its function, and what people must know of it.

    reads        analytes whose results can change its answer
    judges       those of them it holds against a bar, where the others only decide whether it applies
    confounders  kinds of events that may explain a finding otherwise (`confounders.py` has the windows)
    would_confirm  what would settle a provisional finding, as advice; would_clear  what would take it back
    confirms_from, confirms_within  days after the first assessment in which a second one confirms, where it says so
    asks_for     what is missing where nothing that it reads is there; empty: any result of its analytes
    note         what it tells of is no sign of relapse (a band of another isotype); lead time does not count it
    recovers     a confirmed finding whose criterion was not met again for AWAY is information: see `recovery.py`
    passing      it tells of a present state; when its finding is gone the state has ended, and nothing was corrected
    """

    code: str
    title: str
    criteria_version: str
    diseases: frozenset[str]
    reads: tuple[str, ...]
    thresholds: tuple[Threshold, ...]
    sources: tuple[Source, ...]
    examples: tuple[Example, ...]
    evaluate: Callable[[Cohort], Signal]
    judges: tuple[str, ...] = ()
    confounders: tuple[str, ...] = ()
    would_confirm: str = ""
    would_clear: str = ""
    confirms_from: Threshold | None = None
    confirms_within: Threshold | None = None
    asks_for: str = ""
    note: bool = False
    recovers: bool = False
    passing: bool = False

    @property
    def judged_analytes(self) -> tuple[str, ...]:
        """Analytes it holds against a bar."""
        return self.judges or self.reads

    @property
    def doc(self) -> str:
        """The text of the rule's file, which is also its published page."""
        return sys.modules[self.evaluate.__module__].__doc__ or ""
