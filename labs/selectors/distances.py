"""How far a patient is from the bar of every rule, nearest first; what a rule cannot tell is said, never left out.

Everything comes from the rules themselves, asked today: their bars (`labs.selectors.bars`) and their answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from labs.rules.base import Answer, Rule
from labs.rules.cohort import Cohort
from labs.rules.registry import RULES, evaluate
from labs.selectors.bars import Held, held_of


class Standing(StrEnum):
    """Where the latest value stands, in the order of lists. None of them says that anything is normal."""

    REACHED = "reached"
    SHORT = "short"
    IN_WORDS = "in_words"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Distance:
    """One rule, what it answers today, and the bar it holds the latest value against (None: nothing to hold)."""

    rule: Rule
    answer: Answer
    missing: tuple[str, ...]
    held: Held | None

    @property
    def standing(self) -> Standing:
        """Reached, short of the bar by a number, no number to be told, or not to be told at all."""
        if self.answer is Answer.NOT_EVALUABLE or (self.held is not None and self.held.in_numbers and self._unsure):
            return Standing.UNKNOWN
        if self.held is None or not self.held.in_numbers:
            return Standing.REACHED if self.answer is Answer.RAISED else Standing.IN_WORDS
        return Standing.REACHED if self.held.met else Standing.SHORT

    @property
    def short_by(self) -> Decimal | None:
        """From the latest value to the bar, in the unit of the rule; of a value between bounds the least it can be.

        None where there is no number. Zero or less: the bar is reached, by so much.
        """
        held = self.held
        if held is None or not held.in_numbers or held.meets_from is None or held.low is None:
            return None
        if held.falls:
            return held.low - held.meets_from
        value = held.low if held.met or held.high is None else held.high
        return held.meets_from - value

    @property
    def percent(self) -> Decimal | None:
        """The same as a share of the bar."""
        short, bar = self.short_by, self.held.meets_from if self.held else None
        if short is None or not bar:
            return None
        return Decimal(round(Fraction(short) / Fraction(bar) * 1000)) / 10

    @property
    def at_least(self) -> bool:
        """Whether the true distance may be greater: the value is only known to lie below, or above, a limit."""
        return self.held is not None and self.held.low != self.held.high

    @property
    def _unsure(self) -> bool:
        """A value that may lie on either side of its bar."""
        held = self.held
        return held is not None and not held.met and self._nearest_meets

    @property
    def _nearest_meets(self) -> bool:
        held = self.held
        if held is None or held.meets_from is None or held.low is None:
            return False
        if held.falls:
            return held.low <= held.meets_from
        return held.high is None or held.high >= held.meets_from


def distances_in(cohort: Cohort, rules: Iterable[Rule] = RULES) -> list[Distance]:
    """Every rule that applies to the only patient of a cohort, nearest to its bar first.

    Rules the site switched off, and those of other diseases, do not apply.
    """
    (facts,) = cohort.patients
    applying = [rule for rule in rules if facts.disease in rule.diseases and rule.code not in facts.switched_off]
    answers = evaluate(cohort, applying).answers_for(facts.key)
    found = []
    for rule in applying:
        said = answers.get(rule.code)
        if said is None:  # it failed: an administrator has been told, and nobody may read that as "no"
            found.append(Distance(rule, Answer.NOT_EVALUABLE, ("an answer: the rule failed",), None))
        elif said.answer is not Answer.NOT_APPLICABLE:
            held = held_of(rule.evaluate(cohort)) if any(cohort.has(code) for code in rule.reads) else None
            found.append(Distance(rule, said.answer, said.reasons, held))
    return sorted(found, key=_nearest_first)


def _nearest_first(one: Distance) -> tuple[int, Decimal, str]:
    far = one.percent if one.percent is not None else Decimal(10**9)
    return list(Standing).index(one.standing), far, one.rule.code
