"""Putting every patient without a plan on the protocol that fits, as far as what is recorded allows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.start_plan import PlanStart, anchor_label, anchor_obstacle, start_plans
from labs.selectors.silence import patients_without_plan
from labs.selectors.suggested_plans import Suggestion, suggestions_for
from patients import access
from patients.models import Patient, User

BATCH = 500


@dataclass(slots=True)
class Started:
    """How many plans were started, and why the other patients were left without one."""

    plans: int = 0
    left: Counter[str] = field(default_factory=Counter)


def start_suggested_plans(*, by: User, now: datetime) -> Started:
    """Start the suggested plan of every patient `by` may see who has none; a batch and a transaction at a time.

    Nothing is guessed: a patient without a diagnosis, a fitting protocol or the day it counts from stays on the list.
    """
    access.check_can_start_plans(by)
    done = Started()
    waiting = patients_without_plan(access.patients_visible_to(by)).order_by("id")
    last = 0
    while batch := list(waiting.filter(pk__gt=last).select_related("site").prefetch_related("diagnoses")[:BATCH]):
        last = batch[-1].pk
        _start(batch, done, by=by, now=now)
    return done


@transaction.atomic
def _start(patients: list[Patient], done: Started, *, by: User, now: datetime) -> None:
    suggestions = suggestions_for(patients)
    starts = []
    for patient in patients:
        suggestion = suggestions.get(patient.pk)
        reason = _obstacle(suggestion, patient, now)
        if suggestion is None or suggestion.protocol is None or reason:
            done.left[reason] += 1
            continue
        starts.append(PlanStart(suggestion.diagnosis, suggestion.protocol, suggestion.anchor_on))
    if starts:
        done.plans += len(start_plans(starts=starts, by=by, now=now))


def _obstacle(suggestion: Suggestion | None, patient: Patient, now: datetime) -> str:
    """Why no plan can be started; "" when one can."""
    if suggestion is None:
        return _("no diagnosis is recorded")
    suggestion.diagnosis.patient = patient
    if suggestion.protocol is None:
        return _("no fitting protocol is loaded")
    if suggestion.anchor_on is None:
        return _("not recorded: %(day)s") % {"day": anchor_label(suggestion.protocol.definition["anchor"])}
    if anchor_obstacle(suggestion.diagnosis, suggestion.anchor_on, now):
        return _("recorded wrongly: %(day)s") % {"day": anchor_label(suggestion.protocol.definition["anchor"])}
    return ""
