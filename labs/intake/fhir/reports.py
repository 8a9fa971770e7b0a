"""DiagnosticReports with their Observations, and Observations that came without a report."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from labs.intake.fhir.elements import BadEntryError, Coding, codings, issued, objects, one_of, part, text, wording
from labs.intake.fhir.entries import Entries, Entry, refuse
from labs.intake.fhir.json_text import Object
from labs.intake.fhir.observation import (
    Frame,
    effective,
    laboratory,
    members,
    own_frame,
    read_results,
    read_specimen,
)
from labs.intake.fhir.patient import find_subject
from labs.intake.incoming import (
    REPORT_STATUSES,
    IncomingReport,
    IncomingResult,
    IncomingSubject,
    Reason,
    Refused,
    Skipped,
)

_TAKEN_BACK = frozenset({"cancelled", "entered-in-error"})
_ACCESSION_TYPES = ("ACSN", "FILL")


@dataclass(slots=True)
class _Reading:
    """One pass over a message; `done` holds the resources that have had their outcome."""

    entries: Entries
    as_of: date
    done: set[int] = field(default_factory=set)
    outcomes: list[Skipped | Refused] = field(default_factory=list)

    def is_new(self, entry: Entry) -> bool:
        """Say whether a resource has had no outcome yet, and note that it gets one now."""
        key = id(entry.resource)
        if key in self.done:
            return False
        self.done.add(key)
        return True

    def emptied(self) -> list[Skipped | Refused]:
        """Return the outcomes gathered beside the results, and forget them."""
        gathered, self.outcomes = self.outcomes, []
        return gathered


def read_reports(entries: Entries, chosen: list[Entry], as_of: date) -> Iterator[IncomingReport | Skipped | Refused]:
    """Yield the reports first, then groups of Observations outside a report, then single Observations."""
    reading = _Reading(entries, as_of)
    for entry in chosen:
        if entry.kind == "DiagnosticReport" and reading.is_new(entry):
            yield from _diagnostic_report(reading, entry)
    observations = [entry for entry in chosen if entry.kind == "Observation"]
    grouped = _grouped(entries, observations)
    for entry in sorted(observations, key=lambda entry: id(entry.resource) in grouped):
        if id(entry.resource) not in reading.done:
            yield from _without_report(reading, entry)


def _diagnostic_report(reading: _Reading, entry: Entry) -> Iterator[IncomingReport | Skipped | Refused]:
    resource = entry.resource
    try:
        status = one_of(resource, "status", REPORT_STATUSES, Reason.BAD_STATUS)
        if not status:
            raise BadEntryError(Reason.BAD_STATUS, "The report has no status.")
        frame = _frame_of_report(reading, entry)
        heading = _heading(entry)
        wanted = [text(item, "reference") for item in objects(resource, "result")]
    except BadEntryError as bad:
        yield refuse(entry, bad)
        yield from _refuse_with_report(reading, entry, bad)
        return
    results = _gather(reading, entry, wanted, frame)
    if status in _TAKEN_BACK:
        results = [replace(result, status=status) for result in results]
    yield from reading.emptied()
    subject = frame.subject or _shared_subject(reading, entry, wanted)
    if subject is None:
        yield from _refuse_results(results, "The report does not say whom it is about.")
        yield refuse(entry, BadEntryError(Reason.SUBJECT_MISSING, "The report does not say whom it is about."))
    elif results or status in _TAKEN_BACK:
        yield _report(entry, heading, subject, frame, status, results)
    else:
        yield Skipped(
            entry.where, Reason.NO_RESULT, "The report brings no result that is not told of elsewhere.", entry.index
        )


def _without_report(reading: _Reading, entry: Entry) -> Iterator[IncomingReport | Skipped | Refused]:
    """Yield one report for an Observation, with its members, that no DiagnosticReport lists."""
    try:
        frame = Frame(accession=_accession(reading, entry))
        heading = _heading(entry)
        subject = find_subject(reading.entries, entry, "subject", reading.as_of)
    except BadEntryError as bad:
        reading.is_new(entry)
        yield refuse(entry, bad)
        return
    results = _walk(reading, [(entry, replace(frame, subject=subject))])
    yield from reading.emptied()
    if results and subject is None:
        yield from _refuse_results(results, "It does not say whom it is about.")
    elif results and subject is not None:
        status = results[0].status if len({result.status for result in results}) == 1 else "unknown"
        yield _report(entry, heading, subject, replace(frame, laboratory=results[0].laboratory), status, results)


def _frame_of_report(reading: _Reading, entry: Entry) -> Frame:
    entries, as_of = reading.entries, reading.as_of
    specimens = objects(entry.resource, "specimen")
    specimen = read_specimen(entries, entry, specimens[0], as_of) if len(specimens) == 1 else None
    return Frame(
        subject=find_subject(entries, entry, "subject", as_of),
        accession=_accession(reading, entry),
        collected=effective(entry.resource, as_of) or (specimen.collected if specimen else None),
        specimen=specimen.word if specimen else "",
        laboratory=laboratory(entries, entry),
    )


def _gather(reading: _Reading, entry: Entry, wanted: list[str], frame: Frame) -> list[IncomingResult]:
    """Return the results a report lists; references that lead nowhere are refused under the report's own index."""
    found: list[tuple[Entry, Frame]] = []
    for reference in wanted:
        try:
            found.append((_observation(reading, reference, entry), frame))
        except BadEntryError as bad:
            reading.outcomes.append(refuse(entry, bad))
    return _walk(reading, found)


def _walk(reading: _Reading, start: list[tuple[Entry, Frame]]) -> list[IncomingResult]:
    """Return the results of Observations and of all their members, in the order of the message."""
    results: list[IncomingResult] = []
    waiting = start[::-1]
    while waiting:
        entry, outer = waiting.pop()
        if not reading.is_new(entry):
            continue
        try:
            frame = own_frame(reading.entries, entry, outer, _own_subject(reading, entry, outer), reading.as_of)
            found = read_results(entry, frame)
            following = _members(reading, entry, frame)
        except BadEntryError as bad:
            reading.outcomes.append(refuse(entry, bad))
            continue
        if isinstance(found, Skipped):
            reading.outcomes.append(found)
        else:
            results.extend(found)
        waiting.extend(reversed(following))
    return results


def _members(reading: _Reading, entry: Entry, frame: Frame) -> list[tuple[Entry, Frame]]:
    found: list[tuple[Entry, Frame]] = []
    for reference in members(entry.resource):
        try:
            found.append((_observation(reading, reference, entry), frame))
        except BadEntryError as bad:
            reading.outcomes.append(refuse(entry, bad))
    return found


def _observation(reading: _Reading, reference: str, source: Entry) -> Entry:
    target = reading.entries.find(reference, source)
    if target.kind != "Observation":
        raise BadEntryError(
            Reason.REFERENCE_NOT_FOUND, f"Reference “{reference[:80]}” leads to a {target.kind}, not to a result."
        )
    return target


def _own_subject(reading: _Reading, entry: Entry, outer: Frame) -> IncomingSubject | None:
    """Return whom an Observation says it is about. Raises `BadEntryError` when its report is about somebody else."""
    own = find_subject(reading.entries, entry, "subject", reading.as_of)
    if own and outer.subject and not set(own.identifiers) & set(outer.subject.identifiers):
        message = "It is about another patient than the report or group it stands in."
        raise BadEntryError(Reason.SUBJECT_CONTRADICTS, message, "Find out whose result it is and send it again.")
    return own


def _shared_subject(reading: _Reading, entry: Entry, wanted: list[str]) -> IncomingSubject | None:
    """Return the one person all Observations of a report without subject are about, None when there is none."""
    subjects: set[IncomingSubject | None] = set()
    for reference in wanted:
        try:
            target = _observation(reading, reference, entry)
            subjects.add(find_subject(reading.entries, target, "subject", reading.as_of))
        except BadEntryError:
            continue
    return subjects.pop() if len(subjects) == 1 else None


def _refuse_with_report(reading: _Reading, entry: Entry, bad: BadEntryError) -> Iterator[Refused]:
    """Yield refusals of all Observations under a refused report: alone they would come in under another accession."""
    message = f"The report it belongs to was refused: {bad.message}"
    results = entry.resource.get("result")
    waiting = (
        [(item.get("reference"), entry) for item in results if isinstance(item, dict)]
        if isinstance(results, list)
        else []
    )
    while waiting:
        reference, source = waiting.pop(0)
        try:
            target = _observation(reading, reference if isinstance(reference, str) else "", source)
            following = members(target.resource)
        except BadEntryError:
            continue
        if reading.is_new(target):
            yield refuse(target, BadEntryError(Reason.REPORT_REFUSED, message, bad.remedy))
            waiting.extend((name, target) for name in following)


def _refuse_results(results: list[IncomingResult], message: str) -> Iterator[Refused]:
    for where, row in dict.fromkeys((result.where, result.row) for result in results):
        yield Refused(where, Reason.SUBJECT_MISSING, message, "Send it with a subject.", row)


def _heading(entry: Entry) -> Coding:
    """Return what a report calls itself."""
    concept = part(entry.resource, "code")
    first = next(iter(codings(concept)), Coding("", "", ""))
    return Coding(first.system, first.code[:60], wording(concept)[:200])


def _report(
    entry: Entry, heading: Coding, subject: IncomingSubject, frame: Frame, status: str, results: list[IncomingResult]
) -> IncomingReport:
    return IncomingReport(
        subject=subject,
        accession=frame.accession,
        status=status,
        laboratory=frame.laboratory,
        issued_at=issued(entry.resource),
        results=tuple(results),
        source_format="fhir",
        where=entry.where,
        row=entry.index,
        code=heading.code,
        code_system=heading.system,
        display=heading.display,
        source_id=entry.address,
    )


def _accession(reading: _Reading, entry: Entry) -> str:
    """Return what the laboratory calls this: its identifier, the number of its specimen, else the sender's address."""
    resource = entry.resource
    identifiers = sorted(objects(resource, "identifier"), key=_rank)
    named = next(filter(None, (text(identifier, "value") for identifier in identifiers)), "")
    stated = objects(resource, "specimen") if entry.kind == "DiagnosticReport" else [part(resource, "specimen")]
    if not named and len(stated) == 1:
        named = read_specimen(reading.entries, entry, stated[0], reading.as_of).accession
    if named:
        if len(named) > 120 or not named.isprintable():
            message = "The identifier has more than 120 characters or an invisible one."
            raise BadEntryError(Reason.TOO_LONG, message, "Send a shorter identifier.", found=named)
        return named
    address = f"{entry.kind}/{entry.id}" if entry.id else entry.url
    return address if address and len(address) <= 120 else _digest(address or resource)


def _rank(identifier: Object) -> int:
    types = [coding.code for coding in codings(part(identifier, "type"))]
    return min(
        (_ACCESSION_TYPES.index(kind) for kind in types if kind in _ACCESSION_TYPES), default=len(_ACCESSION_TYPES)
    )


def _digest(content: Object | str) -> str:
    """Return a name made of the content, so that the same resource sent again has the same name."""
    written = json.dumps(content, sort_keys=True, default=str, ensure_ascii=True)
    return f"sha256:{hashlib.sha256(written.encode()).hexdigest()[:40]}"


def _grouped(entries: Entries, observations: list[Entry]) -> set[int]:
    """Return the resources that another Observation names as its member; references that lead nowhere do not count."""
    found: set[int] = set()
    for entry in observations:
        try:
            found.update(id(entries.find(reference, entry).resource) for reference in members(entry.resource))
        except BadEntryError:
            continue
    return found
