"""Flags of a patient with their history, and what each rule answered last."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from labs.models import Evaluation, Flag, FlagEvent, Review
from labs.models.flag_states import ON_SCREEN
from labs.rules.registry import BY_CODE
from labs.selectors.near_misses import with_passing_on
from labs.selectors.read_together import keep_prefetched, read_together
from labs.selectors.urgency import urgency
from patients.access import visible_to
from patients.models import Patient, TreatmentLine, User
from patients.selectors.patients import BANNER_JOINS, with_course

NOT_EVALUABLE = "not_evaluable"
ORDER = ("raised", NOT_EVALUABLE, "not_raised", "not_applicable")


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """What one rule said of a patient when it was last asked."""

    rule: str
    title: str
    answer: str
    missing: Sequence[str]


@dataclass(frozen=True, slots=True)
class Signals:
    """A patient's flags: those that ask for an answer, those that are muted meanwhile, those that no longer ask."""

    waiting: list[Flag]
    muted: list[Flag]
    earlier: list[Flag]


def visible_flag(*, user: User, flag_id: int) -> Flag:
    """The flag with its history, if this person may see the patient. Raises Flag.DoesNotExist."""
    flags = with_passing_on(Flag.objects.filter(visible_to(user, "patient__"))).select_related(*BANNER_JOINS)
    flag = _with_history(flags).get(pk=flag_id)
    _read_banner(flag.patient)
    return flag


def _read_banner(patient: Patient) -> None:
    """What the banner lists, in one message instead of three."""
    read = read_together(
        identifiers=patient.identifiers.all(),
        diagnoses=with_course(patient.diagnoses.all()),
        lines=TreatmentLine.objects.filter(diagnosis__patient=patient),
    )
    keep_prefetched(patient, "identifiers", read["identifiers"])
    keep_prefetched(patient, "diagnoses", read["diagnoses"])
    for diagnosis in read["diagnoses"]:
        keep_prefetched(diagnosis, "lines", [line for line in read["lines"] if line.diagnosis_id == diagnosis.pk])


def all_visible(*, user: User, flag_ids: Collection[int]) -> bool:
    """Whether each of these flags is there and of a patient this person may see."""
    seen = Flag.objects.filter(visible_to(user, "patient__"), pk__in=list(flag_ids))
    return seen.count() == len(flag_ids)


def flags_of(*, patient: Patient) -> Signals:
    """Every flag of a patient: waiting ones most pressing first, earlier ones newest first."""
    flags = sorted(_with_history(Flag.objects.filter(patient=patient)), key=urgency)
    asking = [flag for flag in flags if flag.review != Review.RESOLVED and flag.signal in ON_SCREEN]
    earlier = sorted((flag for flag in flags if flag not in asking), key=lambda flag: flag.onset_on, reverse=True)
    muted = [flag for flag in asking if flag.muted_by_id]
    return Signals([flag for flag in asking if not flag.muted_by_id], muted, earlier)


def answers_of(*, patient: Patient) -> list[RuleAnswer]:
    """The last answer of each rule, those that say something first. Empty while the patient was never evaluated."""
    evaluation: Evaluation | None = getattr(patient, "evaluation", None)
    answers = evaluation.answers if evaluation else {}
    said_by_rule = [
        RuleAnswer(rule, _title(rule), str(said.get("answer", NOT_EVALUABLE)).lower(), said.get("missing") or ())
        for rule, said in sorted(answers.items())
    ]
    return sorted(said_by_rule, key=lambda said: ORDER.index(said.answer) if said.answer in ORDER else 0)


def _title(rule: str) -> str:
    """What a rule is called; empty for one that is no longer there."""
    return BY_CODE[rule].title if rule in BY_CODE else ""


def _with_history(flags: QuerySet[Flag]) -> QuerySet[Flag]:
    events = FlagEvent.objects.select_related("by", "owner").defer("finding").order_by("-id")
    return flags.select_related("diagnosis", "owner", "reviewed_by", "muted_by__recorded_by").prefetch_related(
        Prefetch("events", queryset=events)
    )
