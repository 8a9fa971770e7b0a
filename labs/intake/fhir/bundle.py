"""A Bundle, or a single resource, as incoming records: one outcome for every entry."""

from collections.abc import Iterable, Iterator
from datetime import date

from labs.intake.fhir.condition import read_condition
from labs.intake.fhir.elements import BadEntryError
from labs.intake.fhir.entries import Entries, Entry, as_entries, refuse
from labs.intake.fhir.json_text import BrokenJsonError, DoubledKeys, Object, fault_within, read_json
from labs.intake.fhir.patient import read_patient
from labs.intake.fhir.reports import read_reports
from labs.intake.incoming import IncomingCondition, IncomingPatient, IncomingReport, Reason, Refused, Skipped

BUNDLE_TYPES = frozenset({"transaction", "batch", "collection", "message", "searchset"})
_REPORTED = frozenset({"Observation", "DiagnosticReport"})

Outcome = IncomingPatient | IncomingCondition | IncomingReport | Skipped | Refused


def read_bundle(data: bytes, *, as_of: date) -> Iterator[Outcome]:
    """Yield what a message in FHIR R4 JSON holds: patients first, then their diagnoses, then reports.

    Every entry is accounted for by its index: as the `row` of an outcome, or as the `row` of a result within a report.
    A message that cannot be read as a whole gives one `Refused` with `whole_file`.
    """
    try:
        message, suspect = read_json(data)
        if not isinstance(message, dict):
            raise BadEntryError(
                Reason.NOT_A_BUNDLE, "The message is not a JSON object.", "Send a FHIR R4 Bundle in JSON."
            )
        listed = _entries(message)
    except BrokenJsonError as broken:
        yield _whole(
            BadEntryError(Reason.MALFORMED_JSON, str(broken), "Correct the JSON, in UTF-8, and send it again.")
        )
        return
    except BadEntryError as bad:
        yield _whole(bad)
        return
    yield from _outcomes(listed, as_of, suspect)
    if not listed:
        yield Skipped("message", Reason.NO_ROWS, "The Bundle has no entries.")


def _entries(message: Object) -> list[tuple[Entry, Object]]:
    """Return the entries with their requests; a resource that is no Bundle is the only entry, without an index."""
    kind = message.get("resourceType")
    if not isinstance(kind, str) or not kind:
        raise BadEntryError(Reason.NOT_A_BUNDLE, "The message has no resourceType.", "Send a FHIR R4 Bundle in JSON.")
    if kind != "Bundle":
        return [(Entry(index=-1, url="", resource=message), {})]
    if isinstance(message, DoubledKeys):
        raise BadEntryError(
            Reason.MALFORMED_JSON, "One name stands twice in the Bundle.", "Correct the JSON and send it again."
        )
    found = message.get("type")
    if found not in BUNDLE_TYPES:
        remedy = f"Send a Bundle of type {', '.join(sorted(BUNDLE_TYPES))}."
        raise BadEntryError(Reason.NOT_A_BUNDLE, f"A Bundle of type {str(found)[:40]} is not read.", remedy)
    return as_entries(message)


def _outcomes(listed: list[tuple[Entry, Object]], as_of: date, suspect: bool) -> Iterator[Outcome]:
    usable: list[Entry] = []
    for entry, request in listed:
        turned_away = _turn_away(entry, request, suspect)
        if turned_away:
            yield turned_away
        else:
            usable.append(entry)
    entries = Entries(usable)
    yield from _read_each(entries, (entry for entry in usable if entry.kind == "Patient"), as_of)
    yield from _read_each(entries, (entry for entry in usable if entry.kind == "Condition"), as_of)
    yield from read_reports(entries, [entry for entry in usable if entry.kind in _REPORTED], as_of)
    for entry in usable:
        if entry.kind not in _REPORTED | {"Patient", "Condition"}:
            message = f"Vigil does not use {entry.kind} resources by themselves."
            yield Skipped(entry.where, Reason.RESOURCE_NOT_USED, message, entry.index)


def _turn_away(entry: Entry, request: Object, suspect: bool) -> Skipped | Refused | None:
    """Return why an entry is not even looked at, None when it is."""
    method = request.get("method")
    if method in ("DELETE", "GET", "HEAD"):
        message = f"A request to {method} was not carried out: Vigil takes records and deletes nothing."
        return Skipped(entry.where, Reason.DELETION_NOT_DONE, message, entry.index)
    fault = fault_within(entry.resource) if suspect else ""
    if fault:
        return refuse(entry, BadEntryError(Reason.BROKEN_ENTRY, fault))
    if not entry.kind:
        return refuse(entry, BadEntryError(Reason.BROKEN_ENTRY, "The entry holds no resource with a resourceType."))
    if entry.kind == "Bundle":
        remedy = "Send the inner Bundle as a message of its own."
        return refuse(entry, BadEntryError(Reason.BROKEN_ENTRY, "A Bundle within a Bundle is not read.", remedy))
    return None


def _read_each(entries: Entries, chosen: Iterable[Entry], as_of: date) -> Iterator[Outcome]:
    for entry in chosen:
        try:
            if entry.kind == "Patient":
                yield read_patient(entry, as_of)
            else:
                yield read_condition(entries, entry, as_of)
        except BadEntryError as bad:
            yield refuse(entry, bad)


def _whole(bad: BadEntryError) -> Refused:
    return Refused("message", bad.reason, bad.message, bad.remedy, None, bad.column, bad.found, whole_file=True)
