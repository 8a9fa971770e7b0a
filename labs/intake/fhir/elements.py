"""Typed access to the elements of a resource. What has another JSON type than FHIR gives it raises `BadEntryError`."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from labs.intake.fhir.json_text import Json, Object
from labs.intake.incoming import LOINC, Reason
from labs.intake.moments import BadMomentError, Moment, read_moment
from labs.intake.numbers import is_small_enough

UCUM = "http://unitsofmeasure.org"


class BadEntryError(Exception):
    """Why one entry, or one value within it, cannot be taken."""

    def __init__(self, reason: Reason, message: str, remedy: str = "", *, column: str = "", found: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.remedy = remedy or "Correct the entry and send it again."
        self.column = column
        self.found = found if len(found) <= 80 else found[:79] + "…"


@dataclass(frozen=True, slots=True)
class Coding:
    """One code of a concept."""

    system: str
    code: str
    display: str


def text(holder: Object, name: str) -> str:
    """Return a string element without surrounding space, "" when absent."""
    value = holder.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong_type(name, "a text", value)
    return value.strip()


def objects(holder: Object, name: str) -> list[Object]:
    """Return the objects of a repeating element, [] when absent."""
    values = holder.get(name)
    if values is None:
        return []
    if not isinstance(values, list):
        raise _wrong_type(name, "a list", values)
    found: list[Object] = []
    for value in values:
        if not isinstance(value, dict):
            raise _wrong_type(name, "a list of objects", value)
        found.append(value)
    return found


def part(holder: Object, name: str) -> Object:
    """Return an object element, {} when absent."""
    value = holder.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong_type(name, "an object", value)
    return value


def flag(holder: Object, name: str) -> bool | None:
    """Return a true-or-false element, None when absent."""
    value = holder.get(name)
    if value is not None and not isinstance(value, bool):
        raise _wrong_type(name, "true or false", value)
    return value


def number(holder: Object, name: str) -> Decimal | None:
    """Return an exact number, None when absent."""
    value = holder.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _wrong_type(name, "a number", value)
    exact = Decimal(value)
    if not is_small_enough(exact):
        raise BadEntryError(Reason.BAD_VALUE, f"{name} is too large or too long a number.", column=name)
    return exact


def codings(concept: Object) -> list[Coding]:
    """Return the codes of a CodeableConcept, LOINC first, in the sender's order otherwise."""
    found = [
        Coding(text(coding, "system"), text(coding, "code"), text(coding, "display"))
        for coding in objects(concept, "coding")
    ]
    return sorted((coding for coding in found if coding.code), key=lambda coding: coding.system != LOINC)


def wording(concept: Object) -> str:
    """Return how a CodeableConcept reads: its text, else the first display, else the first code."""
    if text(concept, "text"):
        return text(concept, "text")
    listed = [text(coding, "display") or text(coding, "code") for coding in objects(concept, "coding")]
    return next(filter(None, listed), "")


def one_of(holder: Object, name: str, allowed: frozenset[str], reason: Reason) -> str:
    """Return a code of a closed list, "" when absent. Anything else raises `BadEntryError`."""
    word = text(holder, name)
    if word and word not in allowed:
        remedy = f"Use one of: {', '.join(sorted(allowed))}."
        raise BadEntryError(reason, f"“{word[:40]}” is not a {name} FHIR knows.", remedy, column=name, found=word)
    return word


def moment(holder: Object, name: str, as_of: date) -> Moment | None:
    """Return a date or date and time; None when absent or known to the month or year only."""
    written = text(holder, name)
    if not written or _is_partial(written):
        return None
    try:
        return read_moment(written, as_of=as_of)
    except BadMomentError as bad:
        raise BadEntryError(bad.reason, f"{name}: {bad.message}", bad.remedy, column=name, found=written) from None


def day(holder: Object, name: str, as_of: date) -> date | None:
    """Return the calendar day of a date element; None when absent or known to the month or year only."""
    found = moment(holder, name, as_of)
    return found.on if found else None


def issued(holder: Object) -> datetime | None:
    """Return when a result was released, None when that is absent or unreadable: nothing is decided by it."""
    try:
        written = text(holder, "issued")
        at = datetime.fromisoformat(written) if written else None
    except (BadEntryError, ValueError):
        return None
    return at if at and at.tzinfo else None


def composed(name: str) -> str:
    """Return a person's name in composed form with single spaces, so that one spelling is one text."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def _is_partial(written: str) -> bool:
    year, _, month = written.partition("-")
    return len(year) == 4 and year.isdecimal() and (not month or (len(month) == 2 and month.isdecimal()))


def _wrong_type(name: str, wanted: str, found: Json) -> BadEntryError:
    return BadEntryError(Reason.BROKEN_ENTRY, f"{name} must be {wanted}.", column=name, found=type(found).__name__)
