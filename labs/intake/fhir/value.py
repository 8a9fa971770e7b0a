"""The value[x] of an Observation or of one of its components."""

from dataclasses import dataclass
from decimal import Decimal

from labs.intake.fhir.elements import UCUM, BadEntryError, codings, flag, number, objects, one_of, part, text, wording
from labs.intake.fhir.json_text import Object
from labs.intake.incoming import Reason
from labs.intake.numbers import read_number

_COMPARATORS = frozenset({"<", "<=", ">=", ">"})
_KEPT_AS_TEXT = ("valueTime", "valueDateTime")


@dataclass(frozen=True, slots=True)
class Value:
    """What was measured, as sent."""

    text: str = ""
    comparator: str = ""
    number: Decimal | None = None
    coded: str = ""
    unit: str = ""
    unit_system: str = ""


@dataclass(frozen=True, slots=True)
class ReferenceRange:
    """The range printed beside a value."""

    low: Decimal | None = None
    high: Decimal | None = None
    text: str = ""


def read_value(holder: Object) -> Value | None:
    """Return the one value of an Observation or component, None when it has none. Raises `BadEntryError`."""
    given = [name for name in holder if name.startswith("value") and name[5:6].isupper()]
    if not given:
        return None
    if len(given) > 1:
        raise BadEntryError(
            Reason.BROKEN_ENTRY, f"It has several values: {', '.join(sorted(given))}.", "Send one value."
        )
    name = given[0]
    reader = _READERS.get(name)
    if reader:
        value = reader(holder, name)
    elif name in _KEPT_AS_TEXT:
        value = Value(text=text(holder, name))
    else:
        raise BadEntryError(
            Reason.VALUE_NOT_READ,
            f"{name} is a form of value Vigil does not read.",
            "Send valueQuantity, valueCodeableConcept or valueString.",
            column=name,
        )
    if len(value.unit) > 60:
        raise BadEntryError(Reason.TOO_LONG, "The unit has more than 60 characters.", found=value.unit)
    return value if value.text else None


def absent_because(holder: Object) -> str:
    """Return why a value is missing in the sender's words, "" when no reason is given."""
    return wording(part(holder, "dataAbsentReason"))


def read_range(holder: Object, unit: str) -> ReferenceRange:
    """Return the normal range of a value; as numbers only when its limits are in the unit of the value."""
    listed = objects(holder, "referenceRange")
    normal = [item for item in listed if _is_normal(item)] or listed
    if not normal:
        return ReferenceRange()
    low, high = part(normal[0], "low"), part(normal[0], "high")
    if all(not limit or _unit(limit)[0] in ("", unit) for limit in (low, high)):
        return ReferenceRange(number(low, "value"), number(high, "value"), text(normal[0], "text"))
    return ReferenceRange(text=text(normal[0], "text") or " – ".join(filter(None, map(_printed, (low, high)))))


def _is_normal(item: Object) -> bool:
    kind = part(item, "type")
    return not kind or any(coding.code == "normal" for coding in codings(kind))


def _quantity(holder: Object, name: str) -> Value:
    quantity = part(holder, name)
    comparator = one_of(quantity, "comparator", _COMPARATORS, Reason.BAD_VALUE)
    measured = number(quantity, "value")
    if measured is None:
        return Value()
    unit, unit_system = _unit(quantity)
    return Value(comparator + _plain(measured), comparator, measured, "", unit, unit_system)


def _unit(quantity: Object) -> tuple[str, str]:
    """Return the unit and the system of its code: the UCUM code when there is one, else the unit as printed."""
    system = text(quantity, "system")
    if system == UCUM and text(quantity, "code"):
        return text(quantity, "code"), UCUM
    return text(quantity, "unit") or text(quantity, "code"), system


def _concept(holder: Object, name: str) -> Value:
    concept = part(holder, name)
    coded = next((f"{coding.system}|{coding.code}" for coding in codings(concept)), "")
    return Value(text=wording(concept), coded=coded)


def _string(holder: Object, name: str) -> Value:
    printed = text(holder, name)
    comparator, measured = read_number(printed)
    return Value(printed, comparator, measured)


def _integer(holder: Object, name: str) -> Value:
    measured = number(holder, name)
    return Value() if measured is None else Value(_plain(measured), "", measured)


def _boolean(holder: Object, name: str) -> Value:
    answer = flag(holder, name)
    return Value() if answer is None else Value("true" if answer else "false")


def _range(holder: Object, name: str) -> Value:
    limits = part(holder, name)
    return Value(text=" – ".join(filter(None, (_printed(part(limits, "low")), _printed(part(limits, "high"))))))


def _ratio(holder: Object, name: str) -> Value:
    ratio = part(holder, name)
    sides = [_printed(part(ratio, "numerator")), _printed(part(ratio, "denominator"))]
    return Value(text=":".join(sides) if all(sides) else "")


def _period(holder: Object, name: str) -> Value:
    period = part(holder, name)
    return Value(text=" – ".join(filter(None, (text(period, "start"), text(period, "end")))))


def _printed(quantity: Object) -> str:
    measured = number(quantity, "value")
    if measured is None:
        return ""
    comparator = one_of(quantity, "comparator", _COMPARATORS, Reason.BAD_VALUE)
    return f"{comparator}{_plain(measured)} {_unit(quantity)[0]}".rstrip()


def _plain(value: Decimal) -> str:
    """Return a number without exponent, with the digits it was sent with."""
    return format(value, "f")


_READERS = {
    "valueQuantity": _quantity,
    "valueCodeableConcept": _concept,
    "valueString": _string,
    "valueInteger": _integer,
    "valueBoolean": _boolean,
    "valueRange": _range,
    "valueRatio": _ratio,
    "valuePeriod": _period,
}
