"""What is told of an import: a line for everything that needs somebody, counts for the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from labs.actions.evaluate import Evaluated
from labs.intake.incoming import Refused, Skipped

LINES_KEPT = 1_000
"""Lines kept with the message; the command prints all of them."""


class Outcome(StrEnum):
    """What became of a row, an entry or a value."""

    TAKEN = "taken"
    KNOWN = "known"
    SKIPPED = "skipped"
    NOTED = "noted"
    QUARANTINED = "quarantined"
    REFUSED = "refused"


class Exit(StrEnum):
    """How an import ended."""

    DONE = "done"
    PARTLY = "partly"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing told: where it is, what is wrong with it, how to mend it."""

    outcome: Outcome
    where: str
    reason: str = ""
    message: str = ""
    remedy: str = ""
    row: int | None = None
    column: str = ""
    found: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value not in ("", None)}


Tell = Callable[[Line], None]


@dataclass(slots=True)
class ImportLog:
    """Counts and lines of one import. `tell` is given every line as it comes up, so that none need be held."""

    tell: Tell | None = None
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)
    evaluated: Evaluated = field(default_factory=Evaluated)
    unreadable: bool = False
    message_id: int | None = None

    def add(self, line: Line, *, count: bool = True) -> None:
        """Tell of something; by default it counts as one of its outcome."""
        if count:
            self.counts[line.outcome] += 1
        if line.reason:
            self.reasons[f"{line.outcome}: {line.reason}"] += 1
        if len(self.lines) < LINES_KEPT:
            self.lines.append(line)
        if self.tell:
            self.tell(line)

    def skip(self, skipped: Skipped) -> None:
        """Tell of something deliberately not read."""
        outcome = Outcome.NOTED if skipped.where in ("header", "file", "message") else Outcome.SKIPPED
        self.add(Line(outcome, skipped.where, skipped.reason, skipped.message, row=skipped.row))

    def refuse(self, refused: Refused) -> None:
        """Tell of something that could not be read."""
        self.unreadable = self.unreadable or refused.whole_file
        self.add(
            Line(
                Outcome.REFUSED,
                refused.where,
                refused.reason,
                refused.message,
                refused.remedy,
                refused.row,
                refused.column,
                refused.found,
            )
        )

    @property
    def exit(self) -> Exit:
        """Done; partly, when something was refused or quarantined; nothing, when nothing else happened at all."""
        bad = self.counts[Outcome.REFUSED] + self.counts[Outcome.QUARANTINED]
        good = sum(self.counts[outcome] for outcome in (Outcome.TAKEN, Outcome.KNOWN, Outcome.SKIPPED))
        if self.unreadable or (self.counts[Outcome.REFUSED] and not good and not self.counts[Outcome.QUARANTINED]):
            return Exit.NOTHING
        return Exit.PARTLY if bad else Exit.DONE

    def as_dict(self) -> dict[str, Any]:
        """Counts ready for JSON; the lines are told apart."""
        return {
            "exit": self.exit.value,
            "message": self.message_id,
            "counts": {outcome.value: self.counts[outcome] for outcome in Outcome},
            "details": {name: number for name, number in sorted(self.counts.items()) if name not in tuple(Outcome)},
            "reasons": dict(sorted(self.reasons.items())),
            "evaluated": self.evaluated.as_dict(),
        }
