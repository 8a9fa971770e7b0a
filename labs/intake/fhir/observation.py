"""Observation resources: each becomes one result, or one a component, or the frame of a group."""

from dataclasses import dataclass
from datetime import date

from labs.intake.fhir.elements import BadEntryError, codings, moment, objects, one_of, part, text, wording
from labs.intake.fhir.entries import Entries, Entry
from labs.intake.fhir.json_text import Object
from labs.intake.fhir.value import Value, absent_because, read_range, read_value
from labs.intake.incoming import LOCAL_CODE, RESULT_STATUSES, IncomingResult, IncomingSubject, Reason, Skipped
from labs.intake.moments import Moment

_WITHOUT_VALUE = frozenset({"registered", "cancelled", "entered-in-error", "amended", "corrected"})
"""Statuses under which a missing value says something: it is not there yet, will never be, or has been taken back."""
_TABLE_0487 = "http://terminology.hl7.org/CodeSystem/v2-0487"


@dataclass(frozen=True, slots=True)
class Frame:
    """What an Observation takes over from the group or report it stands in, where it says nothing itself."""

    subject: IncomingSubject | None = None
    accession: str = ""
    collected: Moment | None = None
    specimen: str = ""
    laboratory: str = ""


@dataclass(frozen=True, slots=True)
class Specimen:
    """The specimen an Observation or report was made on."""

    word: str = ""
    collected: Moment | None = None
    accession: str = ""


def read_results(entry: Entry, frame: Frame) -> list[IncomingResult] | Skipped:
    """Return the results of one Observation, or why it holds none. Raises `BadEntryError`.

    `frame` must already be that of this Observation, see `own_frame`.
    """
    resource = entry.resource
    status = one_of(resource, "status", RESULT_STATUSES, Reason.BAD_STATUS)
    if not status:
        raise BadEntryError(
            Reason.BAD_STATUS, "It has no status.", f"Send one of: {', '.join(sorted(RESULT_STATUSES))}."
        )
    components = objects(resource, "component")
    value = read_value(resource)
    results = []
    if value or (status in _WITHOUT_VALUE and not components and "hasMember" not in resource):
        results.append(_result(entry, resource, value, status, frame))
    for component in components:
        value = read_value(component)
        if value or status in _WITHOUT_VALUE:
            results.append(_result(entry, component, value, status, frame))
    return results or _without_result(entry)


def own_frame(entries: Entries, entry: Entry, outer: Frame, subject: IncomingSubject | None, as_of: date) -> Frame:
    """Return what holds for this Observation and its members: its own words first, then those of `outer`.

    Collected: the effective time, else the time of its own specimen, else that of the group or report; never `issued`.
    """
    resource = entry.resource
    specimen = read_specimen(entries, entry, part(resource, "specimen"), as_of)
    return Frame(
        subject=subject or outer.subject,
        accession=outer.accession,
        collected=effective(resource, as_of) or specimen.collected or outer.collected,
        specimen=specimen.word or outer.specimen,
        laboratory=laboratory(entries, entry) or outer.laboratory,
    )


def effective(resource: Object, as_of: date) -> Moment | None:
    """Return when the value was true: effectiveDateTime, effectiveInstant, or the start of effectivePeriod."""
    period = part(resource, "effectivePeriod")
    return (
        moment(resource, "effectiveDateTime", as_of)
        or moment(resource, "effectiveInstant", as_of)
        or moment(period, "start", as_of)
        or moment(period, "end", as_of)
    )


def read_specimen(entries: Entries, source: Entry, stated: Object, as_of: date) -> Specimen:
    """Return the specimen a reference names. One that leads nowhere gives what the reference itself says."""
    reference = text(stated, "reference")
    try:
        target = entries.find(reference, source) if reference else None
    except BadEntryError:
        target = None
    if target is None or target.kind != "Specimen":
        return Specimen(_specimen_word(text(stated, "display")))
    collection = part(target.resource, "collection")
    period = part(collection, "collectedPeriod")
    return Specimen(
        word=_specimen_of(part(target.resource, "type")) or _specimen_word(text(stated, "display")),
        collected=moment(collection, "collectedDateTime", as_of) or moment(period, "start", as_of),
        accession=text(part(target.resource, "accessionIdentifier"), "value"),
    )


def laboratory(entries: Entries, entry: Entry) -> str:
    """Return the name of the first organisation or performer, "" when there is none."""
    for performer in objects(entry.resource, "performer"):
        if text(performer, "display"):
            return text(performer, "display")[:120]
        try:
            target = entries.find(text(performer, "reference"), entry)
        except BadEntryError:
            continue
        name = target.resource.get("name")
        if isinstance(name, str) and name.strip():
            return name.strip()[:120]
    return ""


def members(resource: Object) -> list[str]:
    """Return the references to the Observations grouped under this one."""
    return [reference for item in objects(resource, "hasMember") if (reference := text(item, "reference"))]


def _result(entry: Entry, holder: Object, read: Value | None, status: str, frame: Frame) -> IncomingResult:
    """Return the result in `holder`, which is the resource itself or one of its components."""
    code, code_system, display, more_codes = _codes(holder)
    value = read or Value()
    normal = read_range(holder, value.unit)
    collected = frame.collected
    return IncomingResult(
        accession=frame.accession,
        code=code,
        code_system=code_system,
        display=display,
        value_text=value.text,
        comparator=value.comparator,
        value=value.number,
        coded=value.coded,
        unit=value.unit,
        unit_system=value.unit_system,
        status=status,
        collected_at=collected.at if collected else None,
        collected_on=collected.on if collected else None,
        time_known=collected.time_known if collected else False,
        zone_known=collected.zone_known if collected else False,
        specimen=frame.specimen,
        method=wording(part(entry.resource, "method"))[:80],
        laboratory=frame.laboratory,
        reference_low=normal.low,
        reference_high=normal.high,
        reference_text=normal.text,
        note=_note(entry.resource, holder),
        where=entry.where,
        row=entry.index,
        source_id=entry.address,
        more_codes=more_codes,
    )


def _codes(holder: Object) -> tuple[str, str, str, tuple[tuple[str, str], ...]]:
    """Return code, system, display and further codes. A concept in words only is the laboratory's own code."""
    concept = part(holder, "code")
    listed = codings(concept)
    words = wording(concept)
    code, system = (listed[0].code, listed[0].system) if listed else (words, LOCAL_CODE)
    if not code:
        raise BadEntryError(
            Reason.MISSING_CODE, "It does not say what was measured: code is empty.", "Send the LOINC code."
        )
    if len(code) > 60:
        raise BadEntryError(
            Reason.TOO_LONG, "The code has more than 60 characters.", "Send the LOINC code.", found=code
        )
    return code, system, words[:200], tuple((coding.system, coding.code) for coding in listed[1:])


def _without_result(entry: Entry) -> Skipped:
    """Return why an Observation without any value is left out; raise `BadEntryError` when it should have had one."""
    resource = entry.resource
    if "hasMember" in resource:
        return Skipped(
            entry.where, Reason.GROUP_OF_RESULTS, "It only groups other results, which are read.", entry.index
        )
    reason = absent_because(resource) or next(filter(None, map(absent_because, objects(resource, "component"))), "")
    if reason:
        return Skipped(entry.where, Reason.VALUE_ABSENT, f"The sender gives no value: {reason[:120]}.", entry.index)
    remedy = "Send the value, or the reason why there is none (dataAbsentReason)."
    raise BadEntryError(Reason.MISSING_VALUE, "It has neither a value nor a reason why there is none.", remedy)


def _specimen_of(concept: Object) -> str:
    for coding in codings(concept):
        if coding.system == _TABLE_0487:
            return coding.code[:40]
    return _specimen_word(wording(concept))


def _specimen_word(words: str) -> str:
    """Return the name of a specimen without the word "specimen" or "sample" behind it."""
    plain = words.removesuffix(" (specimen)")
    for ending in (" specimen", " sample"):
        plain = plain[: -len(ending)] if plain.lower().endswith(ending) else plain
    return plain[:40]


def _note(resource: Object, holder: Object) -> str:
    notes = [text(note, "text") for note in objects(resource, "note")]
    absent = absent_because(holder)
    return "\n".join(filter(None, [*notes, f"No value: {absent}" if absent else ""]))
