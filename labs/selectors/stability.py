"""Whether a patient's last results may be called stable, and if not, why not.

Only where everything that follows the disease was measured, is final, was held against the rules, and each of them said
"no". Where anything is open, waits or could not be judged, the answer is not "stable": there is a reason instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from labs.models import Evaluation, Flag, Quarantine, Result, Review, ScheduledTest, SpuriousMark
from labs.models.flag_states import ON_SCREEN
from labs.rules.base import Answer
from labs.rules.registry import BY_CODE
from labs.selectors.due import ON_SOMEBODYS_LIST, OPEN, Status, with_status
from labs.vocabulary.statuses import USABLE
from labs.vocabulary.test_kinds import TEST_KINDS, label_of
from patients.models import Diagnosis, Patient
from patients.models.withdrawal import STANDING
from patients.selectors.patients import with_course

ROUND: Final = timedelta(days=31)
"""Tests done within so many days of the last one belong to the same round (project default)."""
TOGETHER: Final = timedelta(days=14)
"""Next tests so close to the first of them are named together (project default)."""
MARKERS: Final = frozenset(code for code, kind in TEST_KINDS.items() if kind.disease_marker)
NOT_FINAL: Final = frozenset({"registered", "preliminary", "unknown"})
AHEAD: Final = frozenset({Status.PLANNED, Status.DUE, Status.BOOKED})


@dataclass(slots=True)
class LastRound:
    """The last round of a patient: its last day, its kinds, and the tests that come next. `why_not`: "" when stable."""

    results_on: date | None = None
    kinds: frozenset[str] = frozenset()
    next_tests: tuple[ScheduledTest, ...] = ()
    why_not: str = ""


@dataclass(slots=True)
class _Read:
    """What is on record of these patients, each by the patient's number."""

    rounds: dict[int, list[ScheduledTest]] = field(default_factory=lambda: defaultdict(list))
    waiting: dict[int, list[ScheduledTest]] = field(default_factory=lambda: defaultdict(list))
    analytes: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    evaluations: Mapping[int, Evaluation] = field(default_factory=dict)
    diseases: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    relapsed: set[int] = field(default_factory=set)
    signalled: set[int] = field(default_factory=set)
    aside: set[int] = field(default_factory=set)
    unfinished: set[int] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)


def last_rounds(*, patient_ids: Collection[int], now: datetime) -> dict[int, LastRound]:
    """The last round of each patient, and why it may not be called stable. Nine queries, whatever their number."""
    read = _read(list(patient_ids), now)
    return {number: _judged(number, read) for number in patient_ids}


def _read(numbers: list[int], now: datetime) -> _Read:
    read = _Read()
    for test in _tests_of_last_round(numbers):
        read.rounds[test.patient_id].append(test)
    waiting = ScheduledTest.objects.filter(OPEN, ON_SOMEBODYS_LIST, patient__in=numbers)
    for test in with_status(waiting, now=now).order_by("due_on", "id"):
        read.waiting[test.patient_id].append(test)
    read.evaluations = {one.patient_id: one for one in Evaluation.objects.filter(patient__in=numbers)}
    for diagnosis in with_course(Diagnosis.objects.filter(patient__in=numbers)):
        read.diseases[diagnosis.patient_id].add(diagnosis.disease)
        if diagnosis.in_relapse:
            read.relapsed.add(diagnosis.patient_id)
    flags = Flag.objects.filter(patient__in=numbers, signal__in=ON_SCREEN).exclude(review=Review.RESOLVED)
    read.signalled = set(flags.values_list("patient_id", flat=True))
    aside = Quarantine.objects.filter(patient__in=numbers, state=Quarantine.State.OPEN)
    read.aside = set(aside.values_list("patient_id", flat=True))
    _read_results(read)
    return read


def _tests_of_last_round(numbers: list[int]) -> Iterable[ScheduledTest]:
    """Tests that follow the disease and were done at most `ROUND` before the last of them."""
    done = ScheduledTest.objects.filter(patient__in=numbers, kind__in=MARKERS, skipped_because="")
    done = done.filter(collected_on__isnull=False)
    last = dict(done.values_list("patient_id").annotate(last=Max("collected_on")))
    if not last:
        return []
    recent = done.filter(collected_on__gte=min(last.values()) - ROUND)
    return [one for one in recent if one.collected_on and one.collected_on >= last[one.patient_id] - ROUND]


def _read_results(read: _Read) -> None:
    """What was measured in each round, what of it is not final, and what a physician marked as spurious."""
    if not read.rounds:
        return
    first = {number: _first_day(tests) for number, tests in read.rounds.items()}
    results = Result.objects.filter(patient__in=first, is_current=True, collected_on__gte=min(first.values()))
    for number, analyte, status, day in results.values_list("patient_id", "analyte", "status", "collected_on"):
        if day < first[number]:
            continue
        if status in USABLE:
            read.analytes[number].add(analyte)
        elif status in NOT_FINAL:
            read.unfinished.add(number)
    marks = SpuriousMark.objects.filter(STANDING, result__patient__in=first, result__is_current=True)
    for number, day in marks.values_list("result__patient_id", "result__collected_on"):
        if day >= first[number]:
            read.struck.add(number)


def _first_day(tests: Iterable[ScheduledTest]) -> date:
    return min(test.collected_on for test in tests if test.collected_on)


def _judged(number: int, read: _Read) -> LastRound:
    tests = read.rounds.get(number, [])
    found = LastRound(
        results_on=max((test.collected_on for test in tests if test.collected_on), default=None),
        kinds=frozenset(test.kind for test in tests),
        next_tests=_next_of(read.waiting.get(number, [])),
    )
    found.why_not = _why_not(number, found, read)
    return found


def _why_not(number: int, found: LastRound, read: _Read) -> str:
    """The first thing that stands against "stable"; "" when nothing does."""
    evaluation = read.evaluations.get(number)
    statuses = {test.status for test in read.waiting.get(number, [])}  # type: ignore[attr-defined]
    against = (
        (number in read.signalled, _("A signal is open.")),
        (number in read.relapsed, _("A relapse is recorded, and no remission after it.")),
        (evaluation is None or evaluation.evaluated_at is None, _("The rules were not asked yet.")),
        (evaluation is not None and evaluation.pending, _("Results wait to be evaluated.")),
        (number in read.aside, _("Something that came in could not be used: see the quarantine.")),
        (not found.kinds, _("No test that follows the disease has been done yet.")),
        (Status.COLLECTED in statuses, _("A sample waits for its result.")),
        (number in read.unfinished, _("A result is not final.")),
        (number in read.struck, _("A result of the last tests is marked as spurious.")),
        (Status.OVERDUE in statuses, _("A test is overdue.")),
    )
    for stands, reason in against:
        if stands:
            return reason
    assert evaluation is not None
    if reason := _what_rules_said(number, found, read, evaluation.answers):
        return reason
    if not found.next_tests:
        return _("No next test is planned.")
    if any(day_of(test) < test.today for test in found.next_tests):  # type: ignore[attr-defined]
        return _("The day of the next test has passed: ask for it first.")
    return ""


def _what_rules_said(number: int, found: LastRound, read: _Read, answers: Mapping[str, Any]) -> str:
    """Why the answers of the rules do not allow "stable": one was raised, one could not tell, or none spoke."""
    given = {rule: Answer(kept["answer"]) for rule, kept in answers.items() if rule in BY_CODE}
    if raised := sorted(rule for rule, answer in given.items() if answer is Answer.RAISED):
        return _("%(rule)s is raised.") % {"rule": raised[0]}
    measured = read.analytes.get(number, set())
    asked = {rule: BY_CODE[rule] for rule in given if BY_CODE[rule].diseases & read.diseases.get(number, set())}
    judging = {code for code, rule in asked.items() if measured.intersection(rule.judged_analytes)}
    if unclear := sorted(rule for rule in judging if given[rule] is Answer.NOT_EVALUABLE):
        return _("%(rule)s cannot tell.") % {"rule": unclear[0]}
    said_no = {rule for rule in judging if given[rule] is Answer.NOT_RAISED}
    for kind in sorted(found.kinds):
        belonging = TEST_KINDS[kind].analytes & measured
        if not any(belonging.intersection(asked[rule].judged_analytes) for rule in said_no):
            return _("No rule could judge the last %(test)s.") % {"test": label_of(kind)}
    return ""


def _next_of(waiting: Iterable[ScheduledTest]) -> tuple[ScheduledTest, ...]:
    """The next tests: the first to come, and those close to it."""
    ahead = [test for test in waiting if test.status in AHEAD]  # type: ignore[attr-defined]
    if not ahead:
        return ()
    first = min(day_of(test) for test in ahead)
    return tuple(test for test in ahead if day_of(test) <= first + TOGETHER)


def day_of(test: ScheduledTest) -> date:
    """The day a test is to be done: the booked one while it is ahead, else the one it is due."""
    booked = test.booked_for if test.status == Status.BOOKED else None  # type: ignore[attr-defined]
    return booked or test.due_on


def candidates(patients: Any) -> Any:
    """Of these patients (a queryset), those who could be stable at all: living, evaluated, without an open signal."""
    flagged = Flag.objects.filter(signal__in=ON_SCREEN).exclude(review=Review.RESOLVED).values("patient")
    asked = Q(evaluation__pending=False, evaluation__evaluated_at__isnull=False)
    return patients.filter(asked, deceased_on=None).exclude(pk__in=flagged)


def stable_of(patients: Iterable[Patient], *, now: datetime) -> list[tuple[Patient, LastRound]]:
    """Of these patients, those whose last round is stable."""
    listed = list(patients)
    rounds = last_rounds(patient_ids=[one.pk for one in listed], now=now)
    return [(one, rounds[one.pk]) for one in listed if not rounds[one.pk].why_not]
