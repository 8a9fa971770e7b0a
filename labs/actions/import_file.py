"""Whole files: stored raw, read as a stream, taken in portions of one transaction each, told of line by line.

Running the same file again changes nothing. A dry run does all of it and takes it back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Literal, TypeVar

from django.db import transaction

from labs.actions.evaluate import catch_up
from labs.actions.import_log import Exit, ImportLog, Line, Outcome
from labs.actions.receive_report import Happened, Received, receive_reports
from labs.actions.record_condition import record_condition
from labs.actions.register_incoming import Person, Registered, register_incoming
from labs.actions.store_message import open_message, store_message
from labs.intake.csv.patients import read_patients
from labs.intake.csv.results import read_results
from labs.intake.fhir.bundle import read_bundle
from labs.intake.incoming import IncomingCondition, IncomingPatient, IncomingReport, IncomingResult, Refused, Skipped
from labs.models import Message
from patients.access import check_can_import
from patients.actions.audit import record
from patients.models import Site, User

Format = Literal["csv", "fhir"]
FORMATS: tuple[Format, ...] = ("csv", "fhir")

RESULTS_AT_ONCE = 10_000
"""Results taken in one transaction: bounds memory and how long rows stay locked."""
PATIENTS_AT_ONCE = 2_000

Item = TypeVar("Item")

OUTCOMES = {
    "stored": Outcome.TAKEN,
    "replaced": Outcome.TAKEN,
    "beside": Outcome.TAKEN,
    "late": Outcome.TAKEN,
    "known": Outcome.KNOWN,
    "not_taken": Outcome.SKIPPED,
    "aside": Outcome.QUARANTINED,
    "registered": Outcome.TAKEN,
    "changed": Outcome.TAKEN,
    "refused": Outcome.REFUSED,
}
NOTED = frozenset({"beside", "late"})


@dataclass(frozen=True, slots=True)
class Source:
    """A file to import: its bytes, what to call it, and where it came from."""

    stream: IO[bytes]
    name: str
    source: str = "command line"
    format: Format = "csv"
    site: Site | None = None
    """The site of patients whose message names none (FHIR); None: the only site there is, else they are refused."""


def import_patients(
    *, source: Source, by: User, now: datetime, log: ImportLog | None = None, dry_run: bool = False
) -> ImportLog:
    """Register the people of a `patients.csv`, and record what is new of those known already."""
    log = log or ImportLog()
    with _kept(source, log, by=by, dry_run=dry_run) as stream:
        outcomes = _told(read_patients(stream, as_of=now.date()), log)
        for portion in _portions(outcomes, PATIENTS_AT_ONCE):
            with transaction.atomic():
                registered = register_incoming(patients=portion, by=by, now=now)
                _evaluate(registered.patient_ids, log, by=by, now=now)
            _tell_people(registered, log)
    return log


def import_results(
    *, source: Source, by: User, now: datetime, log: ImportLog | None = None, dry_run: bool = False
) -> ImportLog:
    """Take the results of a `results.csv` or a FHIR message in."""
    log = log or ImportLog()
    with _kept(source, log, by=by, dry_run=dry_run) as stream:
        if source.format == "fhir":
            with transaction.atomic():
                _take_bundle(stream.read(), source, log, by=by, now=now)
        else:
            _take_rows(stream, log, by=by, now=now)
    return log


@contextmanager
def _kept(source: Source, log: ImportLog, *, by: User, dry_run: bool) -> Iterator[IO[bytes]]:
    """The bytes to read. An import reads its stored copy and notes how it ended; a dry run leaves nothing."""
    check_can_import(by)
    if dry_run:
        with transaction.atomic():
            yield source.stream
            transaction.set_rollback(True)
        return
    message = store_message(stream=source.stream, name=source.name, source=source.source, format=source.format, by=by)
    log.message_id = message.pk
    with open_message(message) as stream:
        yield stream
    _close_message(message, log, by=by)


@transaction.atomic
def _close_message(message: Message, log: ImportLog, *, by: User) -> None:
    summary = log.as_dict()
    record(by=by, verb="message.import", target=message, detail=summary)
    changed = log.counts[Outcome.TAKEN] or log.counts["quarantine new"] or log.counts["quarantine settled"]
    if message.state != Message.State.STORED and not changed:
        return  # the same file again, and nothing new in it: its story stands
    states = {Exit.DONE: Message.State.TAKEN, Exit.PARTLY: Message.State.PARTLY, Exit.NOTHING: Message.State.REFUSED}
    message.state = states[log.exit]
    message.summary = summary | {"lines": [line.as_dict() for line in log.lines]}
    message.save(update_fields=["state", "summary"])


def _take_rows(stream: IO[bytes], log: ImportLog, *, by: User, now: datetime) -> None:
    """Take a CSV file in portions. A file of one portion is evaluated with it, a longer one at the end."""
    reports = _told(read_results(stream, as_of=now.date()), log)
    portions = _portions(reports, RESULTS_AT_ONCE, size=lambda report: len(report.results))
    waiting: set[int] = set()
    portion, following = next(portions, None), next(portions, None)
    small = following is None
    while portion:
        received = receive_reports(reports=portion, message=_message(log), by=by, now=now, evaluate=small)
        _tell_results(received, log)
        waiting |= received.patient_ids
        portion, following = following, next(portions, None)
    if not small:
        _evaluate(waiting, log, by=by, now=now)


def _take_bundle(data: bytes, source: Source, log: ImportLog, *, by: User, now: datetime) -> None:
    """Take a FHIR message: patients, their diagnoses, their reports. Every entry is told of."""
    outcomes = list(_told(read_bundle(data, as_of=now.date()), log))
    site = source.site or _only_site()
    people = [outcome for outcome in outcomes if isinstance(outcome, IncomingPatient)]
    registered = register_incoming(patients=people, by=by, now=now, default_site=site)
    touched = set(registered.patient_ids)
    for outcome in outcomes:
        if isinstance(outcome, IncomingCondition):
            person, patient_id = record_condition(condition=outcome, by=by, now=now)
            registered.people.append(person)
            touched |= {patient_id} if patient_id else set()
    _tell_people(registered, log, all_of_them=True)
    reports = [outcome for outcome in outcomes if isinstance(outcome, IncomingReport)]
    received = receive_reports(reports=reports, message=_message(log), by=by, now=now, evaluate=False)
    _tell_entries(reports, received, log)
    _evaluate(touched | received.patient_ids, log, by=by, now=now)


def _evaluate(patient_ids: Iterable[int], log: ImportLog, *, by: User, now: datetime) -> None:
    """Close scheduled tests and ask the rules."""
    log.evaluated.add(catch_up(patient_ids=set(patient_ids), by=by, now=now))


def _told(outcomes: Iterable[Item | Skipped | Refused], log: ImportLog) -> Iterator[Item]:
    """What was read, with the lines of what was not passed on."""
    for outcome in outcomes:
        if isinstance(outcome, Refused):
            log.refuse(outcome)
        elif isinstance(outcome, Skipped):
            log.skip(outcome)
        else:
            yield outcome


def _tell_people(registered: Registered, log: ImportLog, *, all_of_them: bool = False) -> None:
    for code in registered.opened_sites:
        message = f"Site {code} was not known and has been opened with the clock of UTC."
        log.add(Line(Outcome.NOTED, f"site {code}", "site_opened", message, "Set its name and time zone."))
    for person in registered.people:
        log.counts[f"people {person.kind}"] += 1
        outcome = OUTCOMES[person.kind]
        if person.message or all_of_them:
            log.add(_person_line(outcome, person))
        else:
            log.counts[outcome] += 1


def _person_line(outcome: Outcome, person: Person) -> Line:
    message = person.message or f"{person.kind.capitalize()}."
    return Line(
        outcome, person.incoming.where, person.reason or person.kind, message, person.remedy, person.incoming.row
    )


def _tell_results(received: Received, log: ImportLog) -> None:
    """Count the results of a portion; a line for each that needs somebody."""
    _count(received, log)
    for happened in received.results:
        outcome = OUTCOMES[happened.kind]
        log.counts[outcome] += 1
        if happened.kind in NOTED:
            log.add(_result_line(Outcome.NOTED, happened))
        elif outcome is Outcome.QUARANTINED:
            log.add(_result_line(outcome, happened), count=False)


def _tell_entries(reports: Sequence[IncomingReport], received: Received, log: ImportLog) -> None:
    """One line for every entry that reports and their results came in: that of its result most in need of somebody."""
    _count(received, log)
    by_entry: dict[tuple[int | None, str], list[Happened]] = defaultdict(list)
    by_result = {id(happened.incoming): happened for happened in received.results}
    for happened in received.results:
        by_entry[happened.incoming.row, happened.incoming.where].append(happened)
    for report in reports:
        place = report.row, report.where
        if place not in by_entry:
            by_entry[place] = [by_result[id(incoming)] for incoming in report.results]
    for (row, where), results in sorted(by_entry.items(), key=lambda entry: (entry[0][0] or 0, entry[0][1])):
        if results:
            log.add(_entry_line(row, where, results))
        else:
            log.add(Line(Outcome.KNOWN, where, "nothing_to_take_back", "None of its results counts.", row=row))


def _entry_line(row: int | None, where: str, results: list[Happened]) -> Line:
    worst_first = (Outcome.QUARANTINED, Outcome.TAKEN, Outcome.KNOWN, Outcome.SKIPPED)
    worst = min(results, key=lambda happened: worst_first.index(OUTCOMES[happened.kind]))
    line = _result_line(OUTCOMES[worst.kind], worst)
    if worst.incoming.where == where:
        return line
    return Line(line.outcome, where, "report", f"A report of {len(results)} results; see their own lines.", row=row)


def _result_line(outcome: Outcome, happened: Happened) -> Line:
    incoming: IncomingResult = happened.incoming
    return Line(
        outcome,
        incoming.where,
        happened.reason or happened.kind,
        happened.message or f"{incoming.display or incoming.code}: {happened.kind}.",
        happened.remedy,
        incoming.row,
    )


def _count(received: Received, log: ImportLog) -> None:
    log.counts.update(Counter({f"results {kind}": number for kind, number in received.count().items()}))
    log.counts["quarantine new"] += received.quarantined
    log.counts["quarantine settled"] += received.settled
    if received.evaluated:
        log.evaluated.add(received.evaluated)


def _portions(items: Iterable[Item], most: int, size: Callable[[Item], int] = lambda _: 1) -> Iterator[list[Item]]:
    portion: list[Item] = []
    held = 0
    for item in items:
        portion.append(item)
        held += size(item)
        if held >= most:
            yield portion
            portion, held = [], 0
    if portion:
        yield portion


def _message(log: ImportLog) -> Message | None:
    return Message.objects.get(pk=log.message_id) if log.message_id else None


def _only_site() -> Site | None:
    sites = list(Site.objects.all()[:2])
    return sites[0] if len(sites) == 1 else None
