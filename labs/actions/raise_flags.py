"""From findings to flags: raise, confirm, change, withdraw, so that one episode stays one flag.

A finding and a stored flag are the same episode when they agree on patient, rule, criteria version and onset; failing
that (a corrected or late result moved the onset), when they share a result as evidence. A flag whose finding is gone is
withdrawn: its evidence was corrected. Where the site's criteria no longer ask the rule, the flag is taken off and says
so, unless somebody resolved it: that decision was made under the criteria of its day. A symptom taken into a laboratory
signal, and a state that has ended, say so too. Nothing is deleted, each turn is a `FlagEvent` with the evidence as it
stood.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from labs.actions.copy_rows import copy_rows
from labs.actions.flag_steps import ask_anew, give_to, step_of, tell_of
from labs.actions.mute_steps import keep_mutes
from labs.models import Decision, Flag, FlagEvent, Level, Review, Signal
from labs.models.level import SEVERITY
from labs.rules.registry import RULES
from labs.selectors.answer_times import AnswerTimes
from labs.selectors.corrected_evidence import was_corrected
from labs.selectors.owners import Owner, answering_for
from labs.selectors.questions import Question, Rows, answer_to
from patients.actions.audit import event
from patients.models import AuditEvent, User

ANSWERING_SIGNALS: Final = frozenset({Signal.PROVISIONAL, Signal.CONFIRMED, Signal.NOT_EVALUABLE})

EVENT_OF: Final[Mapping[str, FlagEvent.Kind]] = {
    Signal.CONFIRMED: FlagEvent.Kind.CONFIRMED,
    Signal.NOT_CONFIRMED: FlagEvent.Kind.NOT_CONFIRMED,
    Signal.WITHDRAWN: FlagEvent.Kind.WITHDRAWN,
}

PASSING: Final = frozenset(rule.code for rule in RULES if rule.passing)
"""Rules that tell of a present state: when their finding is gone the state has ended."""

CONTEXT_ROLES: Final = frozenset({"reference", "same_day"})
"""Evidence a finding was compared with, not what made it fire."""

COLUMNS: Final = [field.attname for field in Flag._meta.concrete_fields]
STORED: Final = f"""
    select {", ".join(COLUMNS)} from {Flag._meta.db_table} where patient_id = any(%(patients)s) order by id for update
"""  # noqa: S608 (our own table)
"""The flags of patients, locked; written out, since building the statement takes longer than asking it."""

Episode = tuple[int, str, str]
"""Patient, rule, criteria version."""


@dataclass(frozen=True, slots=True)
class Found:
    """One finding, ready to be stored: `finding` is its JSON form, `results` the numbers of the results it rests on."""

    patient_id: int
    diagnosis_id: int | None
    rule: str
    criteria_version: str
    level: str
    signal: str
    onset_on: date
    detected_on: date
    line_started_on: date | None
    explanation: str
    finding: dict[str, Any]
    results: frozenset[int]
    past_line: bool = False


@dataclass(slots=True)
class Changes:
    """What one reconciliation did, by kind of flag event, and why where a person's word is the cause.

    reopened    answered before, and asked anew
    returned    not on the screen before, so that nobody kept their owner right
    """

    times: AnswerTimes
    because: str = ""
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    new: list[Flag] = field(default_factory=list)
    changed: list[Flag] = field(default_factory=list)
    reopened: list[Flag] = field(default_factory=list)
    returned: list[Flag] = field(default_factory=list)
    events: list[FlagEvent] = field(default_factory=list)
    audit: list[AuditEvent] = field(default_factory=list)


def raise_flags(
    *,
    found: Iterable[Found],
    patient_ids: Collection[int],
    rules: Collection[str],
    by: User,
    now: datetime,
    switched_off: Mapping[tuple[int, str], str] | None = None,
    joined: Mapping[tuple[int, str], str] | None = None,
    because: str = "",
    stored: Rows | None = None,
) -> Mapping[str, int]:
    """Bring the flags of these patients and rules in line with what was found; returns how many of each event.

    `rules` are those that answered: a rule that failed or was not asked changes no flag. `switched_off`: (patient,
    rule) -> why the criteria of the patient's site leave the rule out. `joined`: (patient, rule) -> the rule whose
    signal now holds what this one found. `because`: the note of every event, where the
    word of a person changed what the rules say.
    Call it inside the transaction that stored the results. `stored`: the answer to `stored_flags`, where it was asked
    before, under the lock of these patients.
    """
    flags = _by_episode(answer_to(stored_flags(patient_ids)) if stored is None else stored, rules)
    wanted: dict[Episode, list[Found]] = defaultdict(list)
    for item in found:
        wanted[item.patient_id, item.rule, item.criteria_version].append(item)
    changes = Changes(AnswerTimes(patient_ids), because=because)
    raised: list[Found] = []
    for episode in wanted.keys() | flags.keys():
        pairs, new, gone = pair(wanted.get(episode, []), flags.get(episode, []))
        for item, flag in pairs:
            _update(flag, item, changes, by=by, now=now)
        raised += new
        for flag in gone:
            _end(flag, switched_off or {}, joined or {}, changes, by=by, now=now)
    asked = {item.patient_id for item in raised} | {flag.patient_id for flag in changes.reopened + changes.returned}
    if asked:
        answering = answering_for(asked, now=now)
        for item in raised:
            _raise(item, answering.owner(item.patient_id), changes, by=by, now=now)
        for flag in changes.returned:
            give_to(flag, answering.owner(flag.patient_id, asked=flag.unanswered_by))
        for flag in changes.reopened:
            ask_anew(flag, answering, changes.times, now=now)
    for step in keep_mutes([*changes.new, *changes.changed], by=by, now=now):
        changes.counts[step.kind] += 1
        changes.events.append(step)
    _write(changes)
    return dict(changes.counts)


def pair(found: Sequence[Found], flags: Sequence[Flag]) -> tuple[list[tuple[Found, Flag]], list[Found], list[Flag]]:
    """Match findings of one patient and rule with its flags: (pairs, findings without flag, flags without finding)."""
    by_onset = {flag.onset_on: flag for flag in flags}
    pairs, left = [], []
    for item in sorted(found, key=lambda item: item.onset_on):
        flag = by_onset.pop(item.onset_on, None)
        if flag is None:
            left.append(item)
        else:
            pairs.append((item, flag))
    free = sorted(by_onset.values(), key=lambda flag: flag.onset_on)
    new = []
    for item in left:
        twin = next((flag for flag in free if item.results & results_of(flag.finding)), None)
        if twin is None:
            new.append(item)
        else:
            free.remove(twin)
            pairs.append((item, twin))
    return pairs, new, [flag for flag in free if flag.signal != Signal.WITHDRAWN]


def results_of(finding: Mapping[str, Any]) -> frozenset[int]:
    """The numbers of the results that made this finding fire (not those it was compared with)."""
    evidence = (item for item in finding.get("evidence", ()) if item.get("role") not in CONTEXT_ROLES)
    return frozenset(item["result"] for item in evidence if item["result"])


def stored_flags(patient_ids: Collection[int]) -> Question:
    """Every flag of these patients, locked."""
    return Question(STORED, {"patients": list(patient_ids)})


def _by_episode(stored: Rows, rules: Collection[str]) -> dict[Episode, list[Flag]]:
    flags: dict[Episode, list[Flag]] = defaultdict(list)
    asked = frozenset(rules)
    for row in stored:
        flag = Flag.from_db(connection.alias, COLUMNS, row)
        flag.finding = json.loads(flag.finding)  # Django has the driver leave JSON as it is
        if flag.rule in asked:
            flags[flag.patient_id, flag.rule, flag.criteria_version].append(flag)
    return flags


def _raise(item: Found, owner: Owner, changes: Changes, *, by: User, now: datetime) -> None:
    flag = Flag(
        patient_id=item.patient_id,
        diagnosis_id=item.diagnosis_id,
        rule=item.rule,
        criteria_version=item.criteria_version,
        owner_id=owner.user,
        owner_as=owner.how,
        raised_at=now,
        review=Review.OPEN,
    )
    _copy(flag, item, changes.times, now=now, restart_clock=True)
    changes.new.append(flag)
    _note(flag, FlagEvent.Kind.RAISED, changes, by=by, now=now)


def _update(flag: Flag, item: Found, changes: Changes, *, by: User, now: datetime) -> None:
    if flag.finding == item.finding and flag.signal == item.signal and flag.level == level_of(item):
        return
    before = (flag.signal, flag.level, results_of(flag.finding))
    kind = EVENT_OF.get(item.signal, FlagEvent.Kind.CHANGED) if item.signal != flag.signal else FlagEvent.Kind.CHANGED
    revised = flag.review == Review.RESOLVED and was_corrected(flag.finding, now=item.finding)
    reopen = _reopens(flag, item, revised=revised)
    stronger = SEVERITY[level_of(item)] > SEVERITY[flag.level] or before[0] == Signal.WITHDRAWN
    _copy(flag, item, changes.times, now=now, restart_clock=stronger or reopen)
    changes.changed.append(flag)
    if before[0] not in ANSWERING_SIGNALS:
        changes.returned.append(flag)
    if kind != FlagEvent.Kind.CHANGED or not revised:
        _note(flag, kind, changes, by=by, now=now)
    if revised:
        _note(flag, FlagEvent.Kind.REVISED, changes, by=by, now=now)
    if reopen:
        changes.reopened.append(flag)
        flag.review, flag.decision, flag.decision_note, flag.watch_until = Review.OPEN, "", "", None
        _note(flag, FlagEvent.Kind.REOPENED, changes, by=by, now=now)


def _reopens(flag: Flag, item: Found, *, revised: bool) -> bool:
    """New evidence reopens what people had answered: a stronger signal always, further or corrected results unless the
    relapse was recorded already or the physician watches until a date that has not come."""
    if flag.review == Review.OPEN or item.signal not in ANSWERING_SIGNALS:
        return False
    if item.signal != flag.signal or SEVERITY[level_of(item)] > SEVERITY[flag.level]:
        return flag.review == Review.RESOLVED or item.signal == Signal.CONFIRMED or flag.signal == Signal.WITHDRAWN
    if flag.review != Review.RESOLVED or not (revised or item.results - results_of(flag.finding)):
        return False
    if flag.decision == Decision.WATCH and flag.watch_until is not None:
        return item.detected_on > flag.watch_until
    return flag.decision != Decision.RELAPSE_CONFIRMED


def _end(
    flag: Flag,
    switched_off: Mapping[tuple[int, str], str],
    joined: Mapping[tuple[int, str], str],
    changes: Changes,
    *,
    by: User,
    now: datetime,
) -> None:
    """What becomes of a flag whose finding is gone."""
    key = flag.patient_id, flag.rule
    if key in switched_off:
        if flag.review != Review.RESOLVED:
            _take_off(flag, switched_off[key], changes, by=by, now=now)
    elif key in joined:
        _leave(flag, Signal.WITHDRAWN, FlagEvent.Kind.JOINED, changes, by=by, now=now, note=joined[key])
    elif flag.rule in PASSING:
        if flag.signal in ANSWERING_SIGNALS:
            _leave(flag, Signal.NOT_CONFIRMED, FlagEvent.Kind.ENDED, changes, by=by, now=now)
    else:
        _leave(flag, Signal.WITHDRAWN, FlagEvent.Kind.WITHDRAWN, changes, by=by, now=now)


def _leave(
    flag: Flag, signal: Signal, kind: FlagEvent.Kind, changes: Changes, *, by: User, now: datetime, note: str = ""
) -> None:
    flag.signal = signal
    flag.answer_by = None
    flag.version += 1
    changes.changed.append(flag)
    _note(flag, kind, changes, by=by, now=now, note=note)


def _take_off(flag: Flag, why: str, changes: Changes, *, by: User, now: datetime) -> None:
    """The evidence stands, but the site no longer asks the rule: an event of its own, and a row in the audit."""
    _leave(flag, Signal.WITHDRAWN, FlagEvent.Kind.CRITERIA, changes, by=by, now=now, note=why)
    detail = {"rule": flag.rule, "because": why}
    changes.audit.append(event(by=by, verb="flag.criteria", target=flag, patient_id=flag.patient_id, detail=detail))


def level_of(item: Found) -> str:
    """The level to show: findings of an earlier line of therapy are kept for the record, as information."""
    return Level.INFO if item.past_line else item.level


def _copy(flag: Flag, item: Found, times: AnswerTimes, *, now: datetime, restart_clock: bool) -> None:
    flag.level, flag.signal = level_of(item), item.signal
    flag.onset_on, flag.detected_on, flag.line_started_on = item.onset_on, item.detected_on, item.line_started_on
    flag.explanation, flag.finding = item.explanation, item.finding
    flag.version = (flag.version or 0) + 1 if flag.pk else 1
    if item.signal not in ANSWERING_SIGNALS or flag.level == Level.INFO:
        flag.answer_by = None
    elif restart_clock or flag.answer_by is None:
        limit = times.limit(flag.patient_id, flag.level)
        flag.answer_by = None if limit is None else now + limit


def _note(flag: Flag, kind: FlagEvent.Kind, changes: Changes, *, by: User, now: datetime, note: str = "") -> None:
    changes.counts[kind.value] += 1
    changes.events.append(step_of(flag, kind, by=by, now=now, note=note or changes.because))


def _write(changes: Changes) -> None:
    copy_rows(Flag, changes.new)
    changed = list({flag.pk: flag for flag in changes.changed}.values())
    if changed:
        Flag.objects.bulk_update(
            changed,
            [
                "level",
                "signal",
                "review",
                "owner",
                "owner_as",
                "unanswered_by",
                "muted_by",
                "onset_on",
                "detected_on",
                "line_started_on",
                "answer_by",
                "explanation",
                "finding",
                "decision",
                "decision_note",
                "watch_until",
                "version",
            ],
            batch_size=500,
        )
    for step in changes.events:
        step.flag_id, step.owner_id, step.owner_as = step.flag.pk, step.flag.owner_id, step.flag.owner_as
    copy_rows(FlagEvent, changes.events)
    tell_of(changes.events)
    if changes.audit:
        AuditEvent.objects.bulk_create(changes.audit)
