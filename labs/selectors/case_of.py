"""Everything one signal is judged by, for its page, its PDF and the API: read in two messages to the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Case as ByCase
from django.db.models import Count, F, QuerySet, Value, When, Window
from django.db.models.functions import Coalesce, Concat, NullIf, Trim

from labs.models import Flag, ScheduledTest, SecondOpinion
from labs.rules.cohort import Cohort
from labs.rules.registry import BY_CODE
from labs.selectors.bars import Held, held_of
from labs.selectors.cohort import cohort_of
from labs.selectors.distances import Distance, distances_in
from labs.selectors.due import ON_SOMEBODYS_LIST, OPEN, Status, status_of
from labs.selectors.findings import measured_findings, trends_of_findings
from labs.selectors.read_together import read_together
from labs.selectors.trend import Trend, trends_of, valued_results
from labs.vocabulary.statuses import is_usable
from patients.models import CourseEvent, Patient, SymptomReport, TreatmentEvent, TreatmentLine
from patients.models.withdrawal import STANDING

SYMPTOMS_SINCE = timedelta(days=90)
EARLIER_SHOWN = 20
"""Other signals of the patient that are read; of more the number is told."""
WAITING = (Status.OVERDUE, Status.DUE, Status.BOOKED, Status.COLLECTED, Status.HELD)
UNDRAWN = ("code", "coded", "collected_at", "received_at", "fingerprint", "supersedes", "message", "note", "warnings")
"""Columns of results that no chart shows."""
AIR = timedelta(days=60)
"""What is shown before the earliest value the signal rests on, at least."""


@dataclass(frozen=True, slots=True)
class NextTest:
    """A test that waits for something, with its status today."""

    test: ScheduledTest
    status: Status

    @property
    def on(self) -> date:
        """The day it is booked for, or was collected; else the day it is due."""
        if self.status is Status.BOOKED and self.test.booked_for:
            return self.test.booked_for
        return self.test.collected_on or self.test.due_on


@dataclass(frozen=True, slots=True)
class Case:
    """One signal among all that is known of the patient. Lists are in the order in which they are read.

    trends      every marker with a number, by its analyte
    turns       remissions and relapses that stand
    others      other signals of the patient: of the same rule first, then the newest
    unshown     how many more there are
    tests       overdue first, then by day; the next planned one of a kind that is not already waiting
    distances   every rule that applies, the signal's own among them, as of today
    held        what the signal's rule held the result against that completed the signal; None where that cannot be told
    near_from   the first day of the axis that shows what was compared; `first`: of the whole course
    """

    flag: Flag
    patient: Patient
    today: date
    trends: dict[str, Trend]
    lines: Sequence[TreatmentLine]
    events: Sequence[TreatmentEvent]
    turns: Sequence[CourseEvent]
    others: Sequence[Flag]
    unshown: int
    symptoms: Sequence[SymptomReport]
    tests: Sequence[NextTest]
    opinions: Sequence[SecondOpinion]
    distances: Sequence[Distance]
    held: Held | None
    near_from: date
    first: date
    beside: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    @property
    def markers(self) -> list[Trend]:
        """Every marker with a number."""
        return list(self.trends.values())

    @property
    def other_distances(self) -> list[Distance]:
        """The distance to every other bar."""
        return [one for one in self.distances if one.rule.code != self.flag.rule]


def case_of(*, flag: Flag, today: date, **beside: QuerySet[Any]) -> Case:
    """The case of a flag read by `visible_flag`, as of a day of its site's calendar.

    `beside`: what else its page lists, read in the same message.
    """
    patient = flag.patient
    read = read_together(**_wanted(flag, today), **beside)
    results = [one for one in read["results"] if is_usable(one.status)]
    trends = trends_of(results) | trends_of_findings(read["findings"])
    lines = [line for one in patient.diagnoses.all() for line in one.lines.all()]
    days = [point.on for trend in trends.values() for point in trend.points]
    cohort = cohort_of([patient.pk], diagnosis_id=flag.diagnosis_id, today=today).cohort
    first = min([*days, *(line.started_on for line in lines), flag.onset_on])
    return Case(
        flag=flag,
        patient=patient,
        today=today,
        trends=trends,
        lines=sorted(lines, key=lambda line: line.started_on),
        events=read["events"],
        turns=read["turns"],
        others=read["others"],
        unshown=read["others"][0].of_all - len(read["others"]) if read["others"] else 0,
        symptoms=read["symptoms"],
        tests=_waiting(read["tests"], today),
        opinions=read["opinions"],
        distances=distances_in(cohort) if len(cohort.patients) == 1 else [],
        held=_held_then(cohort, flag),
        near_from=max(first, _near_from(flag, today)),
        first=first,
        beside={name: read[name] for name in beside},
    )


def _wanted(flag: Flag, today: date) -> dict[str, QuerySet[Any]]:
    patient = flag.patient
    others = Flag.objects.filter(patient=patient).exclude(pk=flag.pk).defer("finding")
    told = SymptomReport.objects.filter(patient=patient, reported_on__range=(today - SYMPTOMS_SINCE, today))
    return {
        "results": valued_results(patient).defer(*UNDRAWN),
        "findings": measured_findings(patient),
        "events": TreatmentEvent.objects.filter(patient=patient).order_by("started_on", "id"),
        "turns": CourseEvent.objects.filter(STANDING, diagnosis__patient=patient, superseded_by=None).order_by("on"),
        "others": others.annotate(
            decider=_name_of("reviewed_by"),
            of_all=Window(Count("*")),
            is_other=ByCase(When(rule=flag.rule, then=Value(0)), default=Value(1)),
        ).order_by("is_other", "-onset_on", "-id")[:EARLIER_SHOWN],
        "symptoms": told.annotate(teller=_name_of("recorded_by")).order_by("-reported_on", "-id"),
        "tests": ScheduledTest.objects.filter(OPEN, ON_SOMEBODYS_LIST, patient=patient).order_by("due_on", "id"),
        "opinions": SecondOpinion.objects.filter(STANDING, flag=flag)
        .annotate(asker=_name_of("asked_by"), colleague_name=_name_of("colleague"))
        .order_by("id"),
    }


def _held_then(cohort: Cohort, flag: Flag) -> Held | None:
    """The bars on the day of the result that completed the signal, from what is known today."""
    rule = BY_CODE.get(flag.rule)
    then = cohort.until(flag.detected_on)
    if rule is None or len(cohort.patients) != 1 or not any(then.has(code) for code in rule.reads):
        return None
    return held_of(rule.evaluate(then))


def _name_of(person: str) -> Coalesce:
    """A person's full name, else their user name, as `User.__str__` has it."""
    full = Trim(Concat(F(f"{person}__first_name"), Value(" "), F(f"{person}__last_name")))
    return Coalesce(NullIf(full, Value("")), F(f"{person}__username"), Value(""))


def _waiting(tests: Sequence[ScheduledTest], today: date) -> list[NextTest]:
    """What waits for something now, and of each other kind the next one planned."""
    stated = [NextTest(test, status_of(test, today)) for test in tests]
    now = [one for one in stated if one.status in WAITING]
    seen = {one.test.kind for one in now}
    for one in stated:
        if one.status is Status.PLANNED and one.test.kind not in seen:
            seen.add(one.test.kind)
            now.append(one)
    return sorted(now, key=lambda one: (one.status is not Status.OVERDUE, one.on))


def _near_from(flag: Flag, today: date) -> date:
    """Somewhat before the earliest value that was compared: a sixth of the time since then, or two months."""
    named = [str(one.get("collected_on", "")) for one in flag.finding.get("evidence") or ()]
    days = [date.fromisoformat(day) for day in named if day] + [flag.onset_on]
    earliest = min(days)
    return earliest - max(AIR, (today - earliest) / 6)
