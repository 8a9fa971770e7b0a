"""Asking the rules about patients, and keeping what they answer.

The same code serves one patient in a web request (in the transaction that stored the result) and the whole cohort in a
job. A rule that fails takes nothing with it: results stay stored, the other rules answer, and a `RuleFailure` is there
for an administrator. When evaluation itself fails, the patients are marked as waiting and shown so.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import structlog
from django.db import connection, transaction

from labs.actions.close_tests import close_for
from labs.actions.end_waits import end_waits
from labs.actions.raise_flags import Found, raise_flags, results_of, stored_flags
from labs.models import Evaluation, RuleFailure, SpuriousMark
from labs.rules.base import Answer, Finding
from labs.rules.registry import RULES, Failure, evaluate
from labs.rules.registry import Evaluation as Said
from labs.selectors.cohort import Subject, Watched, cohort_between, cohort_of
from labs.selectors.left_out import LeftOut, left_out_of, words_for
from labs.selectors.questions import Question, answer_to
from patients.models import Patient, User

log = structlog.get_logger("vigil.evaluate")

PATIENTS_AT_ONCE = 2_000
"""Patients evaluated in one transaction of whole-cohort work; bounds memory."""

LOCK = f"select id from {Patient._meta.db_table} where id = any(%(patients)s) order by id for no key update"  # noqa: S608

# An update leaves answers that say the same as they are: most evaluations change none.
KEEP_ANSWERS = f"""
    insert into {Evaluation._meta.db_table} as stored (patient_id, evaluated_at, as_of, answers, pending)
    select patient::bigint, %(now)s, %(day)s, answers, false
    from jsonb_each(%(answers)s::jsonb) as new(patient, answers)
    on conflict (patient_id) do update
    set evaluated_at = excluded.evaluated_at, as_of = excluded.as_of, pending = false,
        answers = case when stored.answers = excluded.answers then stored.answers else excluded.answers end
"""  # noqa: S608 (our own table)

RULE_FAILED = "an answer: the rule failed on this patient's results and an administrator has been told"


@dataclass(slots=True)
class Evaluated:
    """How many patients were asked about, what became of flags, and which rules failed."""

    patients: int = 0
    findings: int = 0
    flags: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    failures: set[str] = field(default_factory=set)

    def add(self, other: Evaluated) -> None:
        """Count another batch in."""
        self.patients += other.patients
        self.findings += other.findings
        for kind, number in other.flags.items():
            self.flags[kind] += number
        self.failures |= other.failures

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "patients": self.patients,
            "findings": self.findings,
            "flags": dict(self.flags),
            "failed_rules": sorted(self.failures),
        }


def evaluate_patients(*, patient_ids: Collection[int], by: User, now: datetime, because: str = "") -> Evaluated:
    """Ask every rule about these patients and bring their flags in line. Call it in the transaction of the change.

    `because` is kept with what changes of their flags, where a person's word is the cause.
    Never raises for what rules or data do: a failure is stored and the patients are marked as waiting.
    """
    done = Evaluated()
    ordered = sorted(set(patient_ids))
    for start in range(0, len(ordered), PATIENTS_AT_ONCE):
        batch = ordered[start : start + PATIENTS_AT_ONCE]
        try:
            with transaction.atomic():
                first = {"lock": _lock(batch), "flags": stored_flags(batch)}
                watched = cohort_of(batch, today=now.date(), first=first)
                done.add(_keep(watched, by=by, now=now, because=because))
        except Exception as error:
            log.exception("evaluation failed", patients=len(batch))
            mark_pending(patient_ids=batch)
            RuleFailure.objects.create(rule="*", at=now, patients=len(batch), error=_named(error))
            done.failures.add("*")
    return done


def evaluate_all(*, by: User, now: datetime) -> Iterator[Evaluated]:
    """Ask every rule about every patient, a range of patients a transaction; yields what each range came to."""
    for first, last in patient_ranges():
        yield evaluate_range(first=first, last=last, by=by, now=now)


def evaluate_range(*, first: int, last: int, by: User, now: datetime) -> Evaluated:
    """Ask every rule about the patients numbered from `first` to `last`, read by ADBC: one job of whole-cohort work."""
    with transaction.atomic():
        lock_patients(Patient.objects.filter(pk__range=(first, last)).values_list("pk", flat=True))
        return _keep(cohort_between(first, last, today=now.date()), by=by, now=now)


def evaluate_pending(*, by: User, now: datetime) -> Evaluated:
    """Catch up on the patients whose results were stored but not evaluated: close their tests, ask the rules."""
    waiting = Evaluation.objects.filter(pending=True).order_by("patient_id").values_list("patient_id", flat=True)
    return catch_up(patient_ids=list(waiting), by=by, now=now)


def catch_up(*, patient_ids: Collection[int], by: User, now: datetime) -> Evaluated:
    """Close scheduled tests and ask the rules after results were stored, some patients a transaction."""
    done = Evaluated()
    ordered = sorted(set(patient_ids))
    for start in range(0, len(ordered), PATIENTS_AT_ONCE):
        some = ordered[start : start + PATIENTS_AT_ONCE]
        with transaction.atomic():
            lock_patients(some)
            closed = close_for(patient_ids=some, by=by, now=now)
            done.add(evaluate_patients(patient_ids=some, by=by, now=now))
            end_waits(patient_ids=closed.ordered, by=by, now=now)
    return done


def lock_patients(patient_ids: Iterable[int]) -> None:
    """Let nobody else store results or flags of these patients until the end of the transaction.

    Always the first lock, and in one order. Without it an evaluation that read the results before another message
    came would withdraw the flag that message has raised meanwhile.
    """
    answer_to(_lock(patient_ids))


def _lock(patient_ids: Iterable[int]) -> Question:
    return Question(LOCK, {"patients": list(patient_ids)})


def mark_pending(*, patient_ids: Collection[int]) -> None:
    """Say that these patients' results wait for evaluation; pages show it and a job comes back to it."""
    Evaluation.objects.bulk_create(
        [Evaluation(patient_id=patient, pending=True) for patient in sorted(set(patient_ids))],
        update_conflicts=True,
        unique_fields=["patient"],
        update_fields=["pending"],
        batch_size=5_000,
    )


def patient_ranges(size: int = PATIENTS_AT_ONCE) -> Iterator[tuple[int, int]]:
    """First and last number of consecutive ranges of `size` patients: the shares of work of many workers."""
    after = 0
    while True:
        numbers = Patient.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:size]
        ids = list(numbers)
        if not ids:
            return
        yield ids[0], ids[-1]
        after = ids[-1]


def findings_as_of(*, patient_ids: Collection[int], as_of: date) -> Said:
    """What the rules would have said on a day, from the results collected until then. Nothing is written."""
    return evaluate(cohort_of(patient_ids, as_of=as_of).cohort)


def _keep(watched: Watched, *, by: User, now: datetime, because: str = "") -> Evaluated:
    said = evaluate(watched.cohort)
    patients = sorted({subject.patient_id for subject in watched.subjects.values()})
    left_out = left_out_of(patients) if SpuriousMark in watched.present else LeftOut({})
    flags = raise_flags(
        found=_found(said.findings, watched.subjects, left_out),
        patient_ids=patients,
        rules=list(said.answers),
        by=by,
        now=now,
        switched_off=_switched_off(watched),
        joined={
            (watched.subjects[one.finding.patient_key].patient_id, one.finding.rule): one.into for one in said.joined
        },
        because=because,
        stored=watched.beside.get("flags"),
    )
    _keep_answers(said, watched.subjects, left_out, now=now)
    _keep_failures(said.failures, len(patients), now=now)
    return Evaluated(len(patients), len(said.findings), dict(flags), {failure.rule for failure in said.failures})


def _switched_off(watched: Watched) -> dict[tuple[int, str], str]:
    """(patient, rule) -> why it is not asked; not where it is asked for another disease of the patient."""
    off: dict[tuple[int, str], str] = {}
    asked: set[tuple[int, str]] = set()
    several = {number for number, keys in Counter(s.patient_id for s in watched.subjects.values()).items() if keys > 1}
    for facts in watched.cohort.patients:
        patient = watched.subjects[facts.key].patient_id
        off |= {(patient, rule): why for rule, why in facts.switched_off.items()}
        if patient in several:
            rules = (rule.code for rule in RULES if facts.disease in rule.diseases)
            asked |= {(patient, rule) for rule in rules if rule not in facts.switched_off}
    return {key: why for key, why in off.items() if key not in asked}


def _found(findings: Collection[Finding], subjects: Mapping[str | int, Subject], left_out: LeftOut) -> list[Found]:
    """Findings as flags want them. A patient with two diseases has one flag for what a common rule found twice."""
    unique: dict[tuple[int, str, str, date], Found] = {}
    for finding in findings:
        subject = subjects[finding.patient_key]
        found = _as_found(finding, subject, left_out.of(subject.patient_id, finding.rule))
        unique.setdefault((found.patient_id, found.rule, found.criteria_version, found.onset_on), found)
    return list(unique.values())


def _as_found(finding: Finding, subject: Subject, spurious: list[dict[str, Any]]) -> Found:
    stored = finding.as_dict()
    del stored["patient_key"]
    explanation = finding.explanation
    if spurious:
        stored["spurious"] = spurious
        stored["explanation"] = explanation = f"{explanation} {words_for(len(spurious))}."
    return Found(
        patient_id=subject.patient_id,
        diagnosis_id=subject.diagnosis_id,
        rule=finding.rule,
        criteria_version=finding.criteria_version,
        level=finding.level.name,
        signal=finding.signal.value,
        onset_on=finding.onset_on,
        detected_on=finding.detected_on,
        line_started_on=finding.line_started_on,
        explanation=explanation,
        finding=stored,
        results=results_of(stored),
        past_line=subject.line_started_on is not None and finding.onset_on < subject.line_started_on,
    )


def _keep_answers(said: Said, subjects: Mapping[str | int, Subject], left_out: LeftOut, *, now: datetime) -> None:
    """One row a patient: rule -> answer and what is missing. With two diseases the strongest answer stands.

    Results marked as spurious are counted there, so that no "no" hides that something was left out.
    """
    answers: dict[int, dict[str, Any]] = defaultdict(dict)
    for key, subject in subjects.items():
        kept = answers[subject.patient_id]
        for rule, answer in said.answers_for(key).items():
            if rule not in kept or _strength(answer.answer) > _strength(Answer(kept[rule]["answer"])):
                reasons = list(answer.reasons)
                if answer.answer is not Answer.NOT_APPLICABLE and (spurious := left_out.of(subject.patient_id, rule)):
                    reasons.append(words_for(len(spurious)))
                kept[rule] = {"answer": answer.answer.value, "missing": reasons}
        for failure in said.failures:
            kept[failure.rule] = {"answer": Answer.NOT_EVALUABLE.value, "missing": [RULE_FAILED]}
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP_ANSWERS,
            {"answers": json.dumps(answers), "now": now, "day": now.date()},
        )


def _strength(answer: Answer) -> int:
    return (Answer.NOT_APPLICABLE, Answer.NOT_RAISED, Answer.NOT_EVALUABLE, Answer.RAISED).index(answer)


def _keep_failures(failures: Collection[Failure], patients: int, *, now: datetime) -> None:
    for failure in failures:
        log.error("rule failed", rule=failure.rule, patients=patients)
        RuleFailure.objects.create(rule=failure.rule, at=now, patients=patients, error=failure.where)


def _named(error: Exception) -> str:
    """The kind of error and where it happened, without values of patients (messages may hold them)."""
    trace, where = error.__traceback__, ""
    while trace is not None:
        where, trace = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}", trace.tb_next
    return f"{type(error).__name__} at {where}"
