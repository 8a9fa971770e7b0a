"""The course of each followed disease: stages, steps in order of time, and how early its relapses were signalled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from enum import StrEnum
from typing import Any, Final

from labs.models import Flag, Level, Signal
from labs.models.flag import EXPLAINED
from labs.selectors.course_stages import Span, Stage, StageKind, Turn, numbered, span, stage_on, stages
from patients.models import CourseEvent, CourseKind, Diagnosis, EventKind, Patient, TreatmentEvent, TreatmentLine

MILESTONES: Final = (
    EventKind.TRANSPLANT_AUTOLOGOUS,
    EventKind.TRANSPLANT_ALLOGENEIC,
    EventKind.CAR_T,
    EventKind.BISPECIFIC,
)
"""Events that are steps of a course; transfusions and the like are on the treatment tab."""
RAISED: Final = frozenset({Signal.PROVISIONAL, Signal.CONFIRMED})


class StepKind(StrEnum):
    """What a step of the course is, in the order in which steps of one day are told."""

    DIAGNOSIS = "diagnosis"
    THERAPY = "therapy"
    MILESTONE = "milestone"
    THERAPY_ENDED = "therapy_ended"
    REMISSION = "remission"
    SIGNAL = "signal"
    RELAPSE = "relapse"
    DEATH = "death"


ORDER: Final = {kind: place for place, kind in enumerate(StepKind)}


@dataclass(frozen=True, slots=True)
class Step:
    """One step, and the record it comes from.

    on      None: the day is not recorded
    number  which remission or relapse it is; 0 of other steps, and of one taken back
    stands  not taken back, and no signal that was withdrawn or not confirmed
    since   the stage that lay behind it on that day, and how long after its beginning it came
    """

    kind: StepKind
    on: date | None
    record: Diagnosis | TreatmentLine | TreatmentEvent | CourseEvent | Flag | Patient
    number: int = 0
    stands: bool = True
    since: tuple[Stage, Span] | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """How early a recorded relapse was signalled.

    flag       the first signal of its stage, by the day of its first sample; None: none was raised
    by_sample  days from that sample to the relapse; by_notice  from the day it was raised, negative: after the relapse
    """

    relapse: CourseEvent
    number: int
    flag: Flag | None = None
    by_sample: int | None = None
    by_notice: int | None = None


@dataclass(frozen=True, slots=True)
class DiseaseCourse:
    """One followed disease from diagnosis to today, or to the death."""

    diagnosis: Diagnosis
    until: date
    died: bool
    stages: list[Stage]
    steps: list[Step]
    leads: list[Lead]

    @property
    def turns(self) -> list[CourseEvent]:
        """Remissions and relapses on record, those taken back too."""
        return [step.record for step in self.steps if isinstance(step.record, CourseEvent)]

    @property
    def struck(self) -> list[Step]:
        """What was taken back, withdrawn or not confirmed."""
        return [step for step in self.steps if not step.stands]


def course_timeline(*, patient: Patient, today: date) -> list[DiseaseCourse]:
    """The course of each disease of a patient whose diagnoses were read along. Four queries."""
    turns = _by_diagnosis(_turns(patient))
    lines = _by_diagnosis(
        TreatmentLine.every.filter(diagnosis__patient=patient).select_related("withdrawn_by").order_by("started_on")
    )
    events = list(patient.treatment_events.filter(kind__in=MILESTONES))
    flags = list(_flags(patient))
    diagnoses = list(patient.diagnoses.all())
    return [
        _course(
            patient,
            one,
            today=today,
            turns=turns[one.pk],
            others=[*lines[one.pk], *events],
            flags=[
                flag for flag in flags if flag.diagnosis_id == one.pk or (not flag.diagnosis_id and diagnoses[0] == one)
            ],
        )
        for one in diagnoses
    ]


def _turns(patient: Patient) -> Iterable[CourseEvent]:
    joined = CourseEvent.objects.select_related("diagnosis", "withdrawn_by")
    return joined.filter(diagnosis__patient=patient).order_by("on", "id")


def _flags(patient: Patient) -> Iterable[Flag]:
    """Signals of relapse: what is only said to be missing or newly measured is on the tab of signals."""
    raised = Flag.objects.filter(patient=patient).exclude(signal=Signal.NOT_EVALUABLE)
    return raised.defer("finding").order_by("onset_on", "id")


def _by_diagnosis(rows: Iterable[Any]) -> dict[int, list[Any]]:
    out: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        out[row.diagnosis_id].append(row)
    return out


def _course(
    patient: Patient,
    diagnosis: Diagnosis,
    *,
    today: date,
    turns: Sequence[CourseEvent],
    others: Sequence[TreatmentLine | TreatmentEvent],
    flags: Sequence[Flag],
) -> DiseaseCourse:
    standing = [one for one in turns if one.stands]
    until = patient.deceased_on or today
    found = stages(diagnosis.diagnosed_on, map(turn_of, standing), until=until)
    numbers = numbered(map(turn_of, standing))
    steps = [
        *_own_steps(patient, diagnosis),
        *(_turn_step(one, numbers) for one in turns),
        *map(_treatment_step, others),
        *map(_signal_step, flags),
    ]
    return DiseaseCourse(
        diagnosis=diagnosis,
        until=until,
        died=patient.deceased_on is not None,
        stages=found,
        steps=sorted((_placed(step, found) for step in steps), key=_order),
        leads=[
            _lead(one, numbers[turn_of(one)], found, flags, patient.site.zone)
            for one in standing
            if one.kind == CourseKind.RELAPSE
        ],
    )


def turn_of(event: CourseEvent) -> Turn:
    """A remission or relapse as stages know it."""
    return Turn(event.on, StageKind(event.kind))


def _own_steps(patient: Patient, diagnosis: Diagnosis) -> Iterator[Step]:
    yield Step(StepKind.DIAGNOSIS, diagnosis.diagnosed_on, diagnosis)
    if diagnosis.therapy_ended_on:
        yield Step(StepKind.THERAPY_ENDED, diagnosis.therapy_ended_on, diagnosis)
    if patient.deceased_on:
        yield Step(StepKind.DEATH, patient.deceased_on, patient)


def _turn_step(event: CourseEvent, numbers: dict[Turn, int]) -> Step:
    return Step(
        StepKind(event.kind), event.on, event, numbers[turn_of(event)] if event.stands else 0, stands=event.stands
    )


def _treatment_step(given: TreatmentLine | TreatmentEvent) -> Step:
    if isinstance(given, TreatmentLine):
        return Step(StepKind.THERAPY, given.started_on, given, stands=given.stands)
    return Step(StepKind.MILESTONE, given.started_on, given)


def _signal_step(flag: Flag) -> Step:
    return Step(StepKind.SIGNAL, flag.onset_on, flag, stands=flag.signal in RAISED)


def _placed(step: Step, found: Sequence[Stage]) -> Step:
    """The step with the stage behind it: of a turn, the one it ended."""
    if step.on is None or not found or step.kind == StepKind.DIAGNOSIS or not step.stands:
        return step
    stage = stage_on(found, step.on)
    if stage is not None and stage.first == step.on and step.kind in (StepKind.REMISSION, StepKind.RELAPSE):
        stage = next((one for one in reversed(found) if one.last < step.on), None)
    since = None if stage is None else (stage, span(stage.first, step.on))
    return Step(step.kind, step.on, step.record, step.number, step.stands, since)


def _order(step: Step) -> tuple[date, int, int]:
    """Unknown days first: only that of the diagnosis can be."""
    return step.on or date.min, ORDER[step.kind], step.record.pk


def _lead(relapse: CourseEvent, number: int, found: Sequence[Stage], flags: Sequence[Flag], zone: tzinfo) -> Lead:
    """Counted from the first signal since the stage the relapse ended began."""
    behind = next((one for one in reversed(found) if one.first < relapse.on), None)
    since = behind.first if behind else date.min
    first = next((flag for flag in flags if since <= flag.onset_on <= relapse.on and _of_relapse(flag)), None)
    if first is None:
        return Lead(relapse, number)
    noticed = first.raised_at.astimezone(zone).date()
    return Lead(relapse, number, first, (relapse.on - first.onset_on).days, (relapse.on - noticed).days)


def _of_relapse(flag: Flag) -> bool:
    """Whether a signal spoke of a relapse: raised, no mere information, and not explained by something else."""
    return flag.signal in RAISED and flag.level != Level.INFO and flag.decision not in EXPLAINED
