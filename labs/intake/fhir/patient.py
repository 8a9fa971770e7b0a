"""Patient resources, and whom another resource is about."""

from datetime import date
from urllib.parse import parse_qs

from labs.intake.fhir.elements import BadEntryError, codings, composed, day, flag, moment, objects, one_of, part, text
from labs.intake.fhir.entries import Entries, Entry
from labs.intake.fhir.json_text import Object
from labs.intake.incoming import MRN, SEXES, IncomingPatient, IncomingSubject, Reason

_PERSONAL_DOCUMENTS = frozenset({"SS", "DL", "PPN", "NI", "CZ", "TAX"})
"""Identifier types that are of no use for care and therefore not taken: social security, driving licence, passport …"""
_NOT_VALID = frozenset({"old", "temp"})
_NAME_ORDER = ("official", "usual", "", "nickname", "anonymous", "temp", "maiden", "old")


def read_patient(entry: Entry, as_of: date) -> IncomingPatient:
    """Return the person of a Patient resource. Raises `BadEntryError`."""
    resource = entry.resource
    deceased = flag(resource, "deceasedBoolean")
    died = moment(resource, "deceasedDateTime", as_of)
    return IncomingPatient(
        subject=read_person(entry, as_of),
        where=entry.where,
        deceased=True if "deceasedDateTime" in resource else deceased,
        deceased_on=died.on if died else None,
        row=entry.index,
    )


def read_person(entry: Entry, as_of: date) -> IncomingSubject:
    """Return identifiers and demographics of a Patient resource. Raises `BadEntryError`."""
    resource = entry.resource
    identifiers = _identifiers(resource)
    if not identifiers:
        remedy = "Send the patient with an identifier that has a value, such as the medical record number."
        raise BadEntryError(Reason.NO_IDENTIFIER, "The patient has no identifier that Vigil takes.", remedy)
    family_name, given_name = _name(resource)
    return IncomingSubject(
        identifiers=identifiers,
        family_name=family_name,
        given_name=given_name,
        birth_date=day(resource, "birthDate", as_of),
        birth_date_text=text(resource, "birthDate"),
        sex=one_of(resource, "gender", SEXES, Reason.BAD_VALUE),
        source_ids=tuple(dict.fromkeys(filter(None, (entry.url, f"Patient/{entry.id}" if entry.id else "")))),
    )


def find_subject(entries: Entries, source: Entry, name: str, as_of: date) -> IncomingSubject | None:
    """Return whom the element `name` of `source` is about, None when it is not stated. Raises `BadEntryError`."""
    stated = part(source.resource, name)
    reference = text(stated, "reference")
    if reference:
        return _by_reference(entries, source, reference, stated, as_of)
    identifier = _identifier(part(stated, "identifier"))
    if identifier:
        return IncomingSubject(identifiers=(identifier,))
    return None


def _by_reference(entries: Entries, source: Entry, reference: str, stated: Object, as_of: date) -> IncomingSubject:
    searched = _searched_identifier(reference)
    if searched:
        return IncomingSubject(identifiers=(searched,), source_ids=(reference,))
    try:
        target = entries.find(reference, source)
    except BadEntryError as bad:
        identifier = _identifier(part(stated, "identifier"))
        if identifier:
            return IncomingSubject(identifiers=(identifier,), source_ids=(reference,))
        remedy = "Send the Patient in the same Bundle, or name the patient by identifier."
        raise BadEntryError(
            Reason.SUBJECT_NOT_FOUND, f"Whom it is about: {bad.message}", remedy, found=reference
        ) from None
    if target.kind != "Patient":
        raise BadEntryError(Reason.SUBJECT_NOT_FOUND, f"It is about a {target.kind or 'thing'}, not about a patient.")
    key = id(target.resource)
    if key in entries.people:
        return entries.people[key]
    try:
        return entries.people.setdefault(key, read_person(target, as_of))
    except BadEntryError as bad:
        message = f"Its patient ({target.where}) cannot be used: {bad.message}"
        raise BadEntryError(Reason.SUBJECT_NOT_FOUND, message, bad.remedy) from None


def _searched_identifier(reference: str) -> tuple[str, str] | None:
    """Return the identifier of a conditional reference such as `Patient?identifier=system|value`."""
    kind, _, query = reference.partition("?")
    if kind != "Patient" or not query:
        return None
    values = parse_qs(query).get("identifier", [])
    if len(values) != 1:
        return None
    system, bar, value = values[0].rpartition("|")
    value = value.strip()
    return (system.strip() if bar and system.strip() else MRN, value) if value else None


def _identifiers(resource: Object) -> tuple[tuple[str, str], ...]:
    """Return the valid identifiers, medical record numbers first."""
    ranked: list[tuple[bool, tuple[str, str]]] = []
    for item in objects(resource, "identifier"):
        types = {coding.code for coding in codings(part(item, "type"))}
        identifier = _identifier(item)
        if identifier and not types & _PERSONAL_DOCUMENTS and text(item, "use") not in _NOT_VALID:
            ranked.append(("MR" not in types, identifier))
    return tuple(dict.fromkeys(identifier for _, identifier in sorted(ranked, key=lambda pair: pair[0])))


def _identifier(item: Object) -> tuple[str, str] | None:
    value = text(item, "value")
    if not value:
        return None
    system = text(item, "system") or MRN
    if len(system) > 200 or len(value) > 120 or not (value.isprintable() and system.isprintable()):
        raise BadEntryError(Reason.BAD_VALUE, "An identifier is too long or holds an invisible character.", found=value)
    return system, value


def _name(resource: Object) -> tuple[str, str]:
    """Return (family, given) of the official name, else the next best; a name without parts is the family name."""
    names = sorted(objects(resource, "name"), key=_rank)
    for name in names:
        given = name.get("given") or []
        if not isinstance(given, list) or not all(isinstance(part_of_it, str) for part_of_it in given):
            raise BadEntryError(Reason.BROKEN_ENTRY, "name.given must be a list of texts.", column="name")
        family_name, given_name = composed(text(name, "family")), composed(" ".join(map(str, given)))
        if not family_name and not given_name:
            family_name = composed(text(name, "text"))
        if len(family_name) > 120 or len(given_name) > 120:
            raise BadEntryError(Reason.TOO_LONG, "A name has more than 120 characters.", column="name")
        if family_name or given_name:
            return family_name, given_name
    return "", ""


def _rank(name: Object) -> int:
    use = text(name, "use")
    return _NAME_ORDER.index(use) if use in _NAME_ORDER else len(_NAME_ORDER)
