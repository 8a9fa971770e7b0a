"""What a proposal would change: the site's own patients judged under what holds and under what is proposed.

Nothing of any patient is written. The counts go to the proposal, where the second person finds them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from labs.actions.criteria_steps import CriteriaRefused, take_change
from labs.actions.evaluate import PATIENTS_AT_ONCE
from labs.actions.raise_flags import CONTEXT_ROLES
from labs.models import CriteriaChange, CriteriaState, Level
from labs.rules.base import Finding, Rule
from labs.rules.cohort import Cohort
from labs.rules.criteria import switched_off
from labs.rules.registry import RULES, evaluate
from labs.rules.replay.compared import KINDS, Difference, Standing, compare, summary
from labs.selectors.cohort import Subject, Watched, cohort_of
from labs.selectors.criteria import in_force_at
from patients.access import check_can_propose_criteria
from patients.actions.audit import record
from patients.models import Patient, User

AT_ONCE = 1_000
"""Patients that are replayed while the person waits; with more, a job does it."""

EXAMPLES = 10
"""Patients named for each kind of difference, so that people can look at what the counts mean."""


@dataclass(slots=True)
class Replayed:
    """What was compared so far."""

    patients: int = 0
    patient_days: int = 0
    differences: list[Difference] = field(default_factory=list)
    failed_rules: set[str] = field(default_factory=set)


def replay_criteria(*, change_id: int, by: User, now: datetime) -> CriteriaChange:
    """Compare, and keep the counts with the proposal. Raises `CriteriaRefused` when it is no longer a proposal."""
    change = CriteriaChange.objects.select_related("site").get(pk=change_id)
    check_can_replay(by, change)
    held = in_force_at(change.site, change.disease)
    proposed = switched_off(change.disease, change.criteria, change.switched_off)
    replayed = _replay(change, held.switched_off, proposed, now.date())
    with transaction.atomic():
        change = take_change(change_id)
        _check_is_proposed(change)
        if in_force_at(change.site, change.disease).change != held.change:
            raise CriteriaRefused(_("Other criteria came into force meanwhile. Run the replay again."))
        change.replay = _as_json(replayed)
        change.replayed_by, change.replayed_at, change.replayed_against = by, now, held.change
        change.save()
        total = change.replay["lines"][0]
        counts = {kind: total[kind]["flags"] for kind in KINDS}
        record(by=by, verb="criteria.replayed", target=change, detail={"patients": replayed.patients, **counts})
    return change


def check_can_replay(by: User, change: CriteriaChange) -> None:
    """Raise unless this person may run a replay of the change, and it is still a proposal."""
    check_can_propose_criteria(by, change.site)
    _check_is_proposed(change)


def patients_concerned(change: CriteriaChange) -> QuerySet[Patient]:
    """The site's patients with the disease."""
    people = Patient.objects.filter(site_id=change.site_id, diagnoses__disease=change.disease)
    return people.order_by("pk").distinct()


def _check_is_proposed(change: CriteriaChange) -> None:
    if change.state != CriteriaState.PROPOSED:
        raise CriteriaRefused(
            _("This change is %(state)s: only what is proposed is replayed.") % {"state": change.get_state_display()}
        )


def _replay(change: CriteriaChange, held: Mapping[str, str], proposed: Mapping[str, str], today: date) -> Replayed:
    replayed = Replayed()
    for watched in _watched(change, today):
        before = _standings(watched, change.disease, held, replayed)
        after = _standings(watched, change.disease, proposed, replayed)
        replayed.differences += compare(before, after)
        replayed.patients += len({subject.patient_id for subject in watched.subjects.values()})
        replayed.patient_days += _days_watched(watched)
    return replayed


def _watched(change: CriteriaChange, today: date) -> Iterator[Watched]:
    """The site's patients with the disease, some at a time."""
    ids = list(patients_concerned(change).values_list("pk", flat=True))
    for start in range(0, len(ids), PATIENTS_AT_ONCE):
        yield cohort_of(ids[start : start + PATIENTS_AT_ONCE], today=today)


def _standings(watched: Watched, disease: str, off: Mapping[str, str], replayed: Replayed) -> Sequence[Standing]:
    """Findings as flags would stand. A patient with two diseases has one for what a common rule found twice."""
    said = evaluate(_under(watched.cohort, disease, off), _rules_for(disease))
    replayed.failed_rules |= {failure.rule for failure in said.failures}
    unique: dict[tuple[Any, ...], Standing] = {}
    for finding in said.findings:
        one = _standing(finding, watched.subjects[finding.patient_key])
        unique.setdefault((one.patient, one.rule, one.criteria_version, one.onset_on), one)
    return list(unique.values())


def _rules_for(disease: str) -> list[Rule]:
    return [rule for rule in RULES if disease in rule.diseases]


def _under(cohort: Cohort, disease: str, off: Mapping[str, str]) -> Cohort:
    """The cohort with other rules switched off for one disease."""
    facts = [replace(one, switched_off=off) if one.disease == disease else one for one in cohort.patients]
    return replace(cohort, patients=facts)


def _standing(finding: Finding, subject: Subject) -> Standing:
    past = subject.line_started_on is not None and finding.onset_on < subject.line_started_on
    return Standing(
        patient=subject.patient_id,
        rule=finding.rule,
        criteria_version=finding.criteria_version,
        onset_on=finding.onset_on,
        opened_on=finding.opened_on,
        last_on=finding.last_on,
        level=Level.INFO.value if past else finding.level.name,
        state=finding.signal.value,
        results=frozenset(item.result for item in finding.evidence if item.result and item.role not in CONTEXT_ROLES),
    )


def _days_watched(watched: Watched) -> int:
    """Days from the first to the last result of each patient, both counted; none for a patient without results.

    What is planned, told or found is no result (it has no number): an overdue test must not lengthen the time.
    """
    columns = watched.cohort.columns
    columns = columns.take(columns.result > 0)
    if not columns.day.size:
        return 0
    numbers = {}
    for place, facts in enumerate(watched.cohort.patients):
        numbers[place] = watched.subjects[facts.key].patient_id
    spans: dict[int, int] = {}
    places, starts = np.unique(np.sort(columns.patient), return_index=True)
    days = columns.day[np.lexsort((columns.day, columns.patient))]
    for place, own in zip(places.tolist(), np.split(days, starts[1:]), strict=True):
        spans[numbers[place]] = int(own[-1]) - int(own[0]) + 1
    return sum(spans.values())


def _as_json(replayed: Replayed) -> dict[str, Any]:
    return {
        "patients": replayed.patients,
        "patient_days": replayed.patient_days,
        "lines": summary(replayed.differences, replayed.patient_days),
        "examples": [_example(one) for kind in KINDS for one in _worth_seeing(replayed.differences, kind)],
        "failed_rules": sorted(replayed.failed_rules),
    }


def _worth_seeing(differences: Collection[Difference], kind: str) -> list[Difference]:
    """The most pressing first, then the newest."""
    order = {level: place for place, level in enumerate((Level.URGENT, Level.REVIEW, Level.INFO))}
    own = [one for one in differences if one.kind == kind]
    own.sort(key=lambda one: (order[Level(one.any.level)], -one.any.onset_on.toordinal(), one.any.patient))
    return own[:EXAMPLES]


def _example(one: Difference) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "patient": one.any.patient,
        "before": _side(one.before),
        "after": _side(one.after),
    }


def _side(standing: Standing | None) -> dict[str, str] | None:
    if standing is None:
        return None
    return {
        "rule": standing.rule,
        "criteria_version": standing.criteria_version,
        "onset_on": standing.onset_on.isoformat(),
        "level": standing.level,
        "state": standing.state,
    }
