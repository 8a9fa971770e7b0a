"""Files in, figures out, no database: what the rules found and how early, against what is known to have happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from labs.actions.run_rules_on_files import FileRun, cohort_from_files
from labs.intake.csv.outcomes import IncomingOutcome, read_outcomes
from labs.intake.incoming import Refused
from labs.rules.cohort import Cohort, to_date
from labs.rules.registry import RULES
from labs.rules.replay.figures import Period, Window
from labs.rules.replay.raised import after_every_result, as_they_stand
from labs.rules.replay.report import definitions, not_asked, tables

Span = tuple[date, date]


@dataclass(slots=True)
class FileReplay:
    """What was read and refused, and the figures."""

    read: FileRun = field(default_factory=FileRun)
    periods: int = 0
    report: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON. The record numbers of refused rows stay out; their places in the files are given."""
        return {
            "patients": self.read.patients,
            "results": self.read.results,
            "periods": self.periods,
            "refused": self.read.refused,
            "not_taken": self.read.not_taken,
            "failed_rules": self.read.failed_rules,
            **self.report,
        }


def replay_rules_on_files(
    *, patients: Path, results: Path, outcomes: Path, today: date, window: Window, as_of_every_result: bool
) -> FileReplay:
    """Sensitivity, lead time and false signals of every rule and of all together."""
    done = FileReplay()
    cohort = cohort_from_files(patients=patients, results=results, today=today, done=done.read)
    replay = (after_every_result if as_of_every_result else as_they_stand)(cohort, RULES)
    done.read.failed_rules = [failure.rule for failure in replay.failures]
    asked = [rule for rule in RULES if rule.code not in done.read.failed_rules]
    periods = _periods(outcomes, cohort, today, done.read)
    done.periods = len(periods)
    done.report = {
        "as_of_every_result": as_of_every_result,
        "window_days": {"before": window.before, "after": window.after},
        "definitions": definitions(window, as_of_every_result=as_of_every_result),
        "not_asked": not_asked(cohort, asked),
        "tables": tables(cohort, asked, replay.signals, periods, window),
    }
    return done


def _periods(path: Path, cohort: Cohort, today: date, read: FileRun) -> list[Period]:
    """Periods of follow-up of patients that are in the other files; those of one patient never overlap."""
    known = {str(facts.key): facts.disease for facts in cohort.patients}
    rows: dict[str, list[IncomingOutcome]] = defaultdict(list)
    with path.open("rb") as stream:
        for item in read_outcomes(stream, as_of=today):
            if isinstance(item, Refused):
                read.refuse(f"outcomes: {item.where}", item.reason.value, item.message, item.remedy)
            elif item.mrn not in known:
                message = "The patient is not in the first file."
                read.refuse(f"outcomes: {item.where}", "patient_unknown", message, "Add the patient to it.")
            else:
                rows[item.mrn].append(item)
    spans = _spans(cohort)
    return [period for mrn, own in rows.items() for period in _of_patient(own, known[mrn], spans.get(mrn), read)]


def _of_patient(rows: Sequence[IncomingOutcome], disease: str, span: Span | None, read: FileRun) -> Iterable[Period]:
    """The periods of one patient in order of time; days left open come from the results and the period before."""
    last: date | None = None
    for row in sorted(rows, key=lambda row: row.followed_from or row.relapse_on or row.followed_until or date.max):
        start = row.followed_from or (last + timedelta(days=1) if last else span and span[0]) or row.relapse_on
        end = row.relapse_on or row.followed_until or (span and span[1])
        if start and row.relapse_on and not row.followed_from and not last:
            start = min(start, row.relapse_on)
        if start is None or end is None or end < start or (last is not None and start <= last):
            message = "The period has no days, or days that another row of the patient has."
            remedy = "State followed_from and followed_until, or correct the days."
            read.refuse(f"outcomes: {row.where}", "dates_out_of_order", message, remedy)
            continue
        yield Period(row.mrn, disease, start, end, row.relapse_on, row.onset_on)
        last = end


def _spans(cohort: Cohort) -> dict[str, Span]:
    """First and last day with a usable result of each patient that has any."""
    columns = cohort.columns
    days: dict[int, list[int]] = defaultdict(list)
    for patient, day in zip(columns.patient.tolist(), columns.day.tolist(), strict=True):
        days[patient].append(day)
    return {str(cohort.patients[at].key): (to_date(min(own)), to_date(max(own))) for at, own in days.items()}
