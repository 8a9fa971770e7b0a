"""What a rule says of every patient today: raised, not raised, cannot tell (and why), or does not apply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from labs.rules.absence import overdue_tests
from labs.rules.arrays import Bools, Codes, Ints, any_true
from labs.rules.base import Answer, Finding, Rule, State
from labs.rules.cohort import Cohort
from labs.rules.signals import Signal
from labs.vocabulary.analytes import ANALYTES

ANSWERS = (Answer.NOT_EVALUABLE, Answer.NOT_RAISED, Answer.RAISED, Answer.NOT_APPLICABLE)
_NOT_EVALUABLE, _NOT_RAISED, _RAISED, _NOT_APPLICABLE = range(4)
_CODE_OF = {answer: code for code, answer in enumerate(ANSWERS)}
_STANDING = (State.PROVISIONAL, State.CONFIRMED, State.NOT_EVALUABLE)
NEVER = -(1 << 31)
NO_EARLIER_VALUE = "an earlier value of the same series (assay, laboratory and line of therapy) to compare with"
NO_DIAGNOSIS = "the diagnosis"
UNREADABLE = "a usable value: the latest result was received, but its value or unit could not be used"


class Said(NamedTuple):
    """An answer, and what is missing (NOT_EVALUABLE) or why it does not apply."""

    answer: Answer
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleAnswers:
    """Answers of one rule, a patient a row: a code for the answer and one for the reason."""

    codes: Codes
    reason: Codes
    reasons: Sequence[str]

    def said(self, patient: int) -> Said:
        """The answer for one patient, in words."""
        reason = int(self.reason[patient])
        return Said(ANSWERS[int(self.codes[patient])], (self.reasons[reason],) if reason >= 0 else ())

    def count(self, answer: Answer) -> int:
        """How many patients got an answer."""
        return int((self.codes == _CODE_OF[answer]).sum())


class _Draft:
    """Answers while they are put together; later words overrule earlier ones."""

    def __init__(self, patients: int, reason: str) -> None:
        self.codes = np.zeros(patients, np.int8)  # nobody can tell yet
        self.reason = np.zeros(patients, np.int8)
        self.reasons = [reason]

    def say(self, patients: Ints, code: int, reason: str = "") -> None:
        """Give some patients an answer."""
        if patients.size:
            self.codes[patients] = code
            self.reason[patients] = self._place(reason) if reason else -1

    def say_where(self, rows: Bools, patients: Ints, code: int, reason: str) -> None:
        """Give the patients of some rows an answer; mostly there are none, and looking is quicker than choosing."""
        if any_true(rows):
            self.say(patients[rows], code, reason)

    def done(self) -> RuleAnswers:
        """The answers as they stand."""
        return RuleAnswers(self.codes, self.reason, tuple(self.reasons))

    def _place(self, reason: str) -> int:
        if reason not in self.reasons:
            self.reasons.append(reason)
        return self.reasons.index(reason)


def nothing_to_judge(rule: Rule, cohort: Cohort) -> RuleAnswers:
    """Answers where no result a rule reads is there, or no patient has the disease."""
    draft = _Draft(len(cohort.patients), _no_result(rule))
    if cohort.unreadable:
        _say_unreadable(draft, rule, cohort, np.full(len(cohort.patients), NEVER))
    _say_by_disease(draft, rule, cohort)
    _say_switched_off(draft, rule, cohort)
    return draft.done()


def answers_of(rule: Rule, cohort: Cohort, signal: Signal, found: list[Finding]) -> RuleAnswers:
    """Answers from the latest assessment of each patient, overruled by findings that stand in its line of therapy."""
    draft = _Draft(len(cohort.patients), _no_result(rule))
    series = signal.series
    latest = series.latest
    patients = series.patient[latest]
    if signal.seen is not None:
        draft.say(signal.seen.nonzero()[0], _NOT_RAISED)
    draft.say(patients, _NOT_RAISED)
    if signal.against is not None:
        draft.say_where(~signal.against.known[latest], patients, _NOT_EVALUABLE, NO_EARLIER_VALUE)
    for silence in reversed(signal.silences):
        draft.say_where(silence.rows[latest], patients, _CODE_OF[silence.answer], silence.reason)
    if found or cohort.unreadable or overdue_tests(cohort):
        latest_day = np.full(len(cohort.patients), NEVER)
        latest_day[patients] = series.day[latest]
        _say_unreadable(draft, rule, cohort, latest_day)
        _say_overdue(draft, rule, cohort, latest_day)
        draft.say(np.array(_standing(cohort, found, latest_day), np.int64), _RAISED)
    _say_by_disease(draft, rule, cohort)
    _say_switched_off(draft, rule, cohort)
    return draft.done()


def _standing(cohort: Cohort, found: list[Finding], latest_day: Ints) -> list[int]:
    """Patients with a finding that stands in the line of therapy of their latest assessment."""
    standing = [finding for finding in found if finding.signal in _STANDING]
    return [
        at
        for finding in standing
        if cohort.line_start(at := cohort.places[finding.patient_key], int(latest_day[at])) == finding.line_started_on
    ]


def _say_unreadable(draft: _Draft, rule: Rule, cohort: Cohort, latest_day: Ints) -> None:
    """A result that came after the latest usable one but cannot be used makes the answer open."""
    later = {
        patient
        for patient, analyte, day in cohort.unreadable
        if analyte in rule.judged_analytes and day >= latest_day[patient]
    }
    draft.say(np.array(sorted(later), np.int64), _NOT_EVALUABLE, UNREADABLE)


def _say_overdue(draft: _Draft, rule: Rule, cohort: Cohort, latest_day: Ints) -> None:
    """No "no" from an old result while a test that would bring every newer one is overdue."""
    for patient, day, kind in overdue_tests(cohort):
        old = latest_day[patient] < day and draft.codes[patient] == _NOT_RAISED
        if old and kind.analytes.issuperset(rule.judged_analytes):
            draft.say(np.array([patient]), _NOT_EVALUABLE, f"a newer result: {kind.label} is overdue")


def _say_by_disease(draft: _Draft, rule: Rule, cohort: Cohort) -> None:
    if cohort.all_of(rule.diseases):
        return
    others, why = cohort.once(("all but", rule.diseases), lambda: _of_other_diseases(cohort, rule.diseases))
    draft.say(others, _NOT_APPLICABLE, why)
    if "" in cohort.by_disease:
        draft.say(cohort.by_disease[""].nonzero()[0], _NOT_EVALUABLE, NO_DIAGNOSIS)


def _of_other_diseases(cohort: Cohort, diseases: frozenset[str]) -> tuple[Ints, str]:
    """Patients with another disease than these, and what a rule for these tells them."""
    others = cohort.in_diseases(cohort.by_disease.keys() - diseases - {""})
    return others.nonzero()[0], f"a rule for {', '.join(sorted(diseases))}"


def _say_switched_off(draft: _Draft, rule: Rule, cohort: Cohort) -> None:
    """Not asked, because the site's criteria leave the rule out."""
    if rule.code not in cohort.some_switched_off:
        return
    for place, facts in enumerate(cohort.patients):
        if rule.code in facts.switched_off and (not facts.disease or facts.disease in rule.diseases):
            draft.say(np.array([place]), _NOT_APPLICABLE, facts.switched_off[rule.code])


def _no_result(rule: Rule) -> str:
    return rule.asks_for or _no_result_of(rule.judged_analytes)


@cache
def _no_result_of(analytes: tuple[str, ...]) -> str:
    return f"any usable result of {' or '.join(ANALYTES[code].name for code in analytes)}"
