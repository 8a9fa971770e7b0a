"""One printed result made comparable: analyte, canonical unit, exact fixed-point amount; or refused with a reason.

The printed value is the record. `<0.1` keeps its comparator and is never 0.1. The only rounding is the last one, half
to even, to the analyte's fixed point. Nothing is guessed: what can be read in two ways is refused.
"""

import re
from decimal import Decimal
from functools import lru_cache

from labs.vocabulary.analytes import ANALYTES, Analyte, LocalCodes, analyte_for
from labs.vocabulary.coded_results import read_coded
from labs.vocabulary.coded_values import read_grade
from labs.vocabulary.collection import incomplete_collection
from labs.vocabulary.displays import contradicts
from labs.vocabulary.fixed_point import round_half_even
from labs.vocabulary.outcome import Comparable
from labs.vocabulary.printed_values import NotDetected, Number, Unread, read_value
from labs.vocabulary.quarantine import Caution, CautionCode, NotTaken, Quarantined, QuarantineReason, UnknownCode
from labs.vocabulary.routes import NoRoute, Route, route_for
from labs.vocabulary.units import ucum

__all__ = ["Comparable", "NotTaken", "Quarantined", "make_comparable"]

_PLAIN = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,12}))?")
_POWERS = tuple(10**n for n in range(64))

Outcome = Comparable | Quarantined | NotTaken


def make_comparable(
    *,
    code: str,
    code_system: str | None = None,
    display: str = "",
    value_text: str = "",
    value: Decimal | None = None,
    comparator: str = "",
    coded: str = "",
    unit: str = "",
    specimen: str = "",
    laboratory: str = "",
    where: str = "",
    local_codes: LocalCodes | None = None,
    decimal_comma: bool = False,
    collection_hours: Decimal | None = None,
    collection_litres: Decimal | None = None,
) -> Outcome:
    """The result in its canonical unit, or why it is kept aside, or that its code is known and not used.

    `value_text` is read; `value` only where there is no text. `coded` is `system|code`. `decimal_comma` is True only
    for a source known to print decimal commas. Nothing is raised: every outcome is an answer.
    """
    analyte = (
        _named(code_system, code, display)
        if not local_codes
        else analyte_for(code_system, code, laboratory=laboratory, display=display, local_codes=local_codes)
    )
    if not isinstance(analyte, Analyte):
        return _refused_code(analyte, where)
    if display and (other := contradicts(analyte.code, display)):
        return _another_meaning(analyte, code, display, other, where)
    if analyte.kind == "quantity" and not comparator and collection_hours is collection_litres is None:
        route = route_for(analyte.code, unit, specimen)
        plain = _PLAIN.fullmatch(value_text)
        if plain and isinstance(route, Route):
            whole, fraction = plain.groups("")
            return _measured(route, int(whole + fraction), len(fraction), "", where)
    text = value_text if value_text.strip() or value is None else str(value)
    incomplete = incomplete_collection(analyte, collection_hours, collection_litres)
    if incomplete:
        return _kept_aside(incomplete, analyte, where)
    if analyte.kind == "quantity":
        return _quantity(analyte, text, comparator, unit, specimen, decimal_comma, where)
    return _word(analyte, text, coded, unit, specimen, decimal_comma, where)


@lru_cache(maxsize=16384)
def _named(code_system: str | None, code: str, display: str) -> Analyte | NotTaken | UnknownCode:
    return analyte_for(code_system, code, display=display)


def _refused_code(named: NotTaken | UnknownCode, where: str) -> Quarantined | NotTaken:
    if isinstance(named, NotTaken):
        return named
    return Quarantined(named.reason, named.message, named.remedy, where)


def _another_meaning(analyte: Analyte, code: str, display: str, other: str, where: str) -> Quarantined:
    return Quarantined(
        QuarantineReason.CODE_OF_ANOTHER_MEANING,
        f'{code} means {analyte.name}, but the sender calls it "{display[:120]}" ({other.replace("_", " ")})',
        "Ask the laboratory which is right, the code or the name; correct the code before the result is used.",
        where,
        analyte.code,
    )


def _kept_aside(why: NoRoute | Unread, analyte: Analyte, where: str) -> Quarantined:
    message = why.message if analyte.name in why.message else f"{analyte.name}: {why.message}"
    return Quarantined(why.reason, message, why.remedy, where, analyte.code)


def _word(
    analyte: Analyte, text: str, coded: str, unit: str, specimen: str, decimal_comma: bool, where: str
) -> Comparable | Quarantined:
    found = read_coded(analyte, text, coded, specimen)
    if isinstance(found, Comparable):
        return found
    graded = read_grade(text) is not None  # "1 plus" is a grade and would be a number too
    if analyte.sibling and not graded and isinstance(read_value(text, decimal_comma=decimal_comma), Number):
        return _quantity(_sibling(analyte), text, "", unit, specimen, decimal_comma, where)
    return _kept_aside(found, analyte, where)


def _sibling(analyte: Analyte) -> Analyte:
    return ANALYTES[analyte.sibling]


def _quantity(
    analyte: Analyte, text: str, comparator: str, unit: str, specimen: str, decimal_comma: bool, where: str
) -> Comparable | Quarantined:
    """A quantity that is not a plain number: comparator, flag, unit behind the number, words."""
    if analyte.sibling and read_grade(text):
        return _word(_sibling(analyte), text, "", unit, specimen, decimal_comma, where)
    read = read_value(text, decimal_comma=decimal_comma)
    if isinstance(read, Unread):
        return _kept_aside(read, analyte, where)
    if isinstance(read, NotDetected):
        return _not_detected(analyte, read, unit, specimen, where)
    both = _one_comparator(read.comparator, comparator)
    if isinstance(both, Unread):
        return _kept_aside(both, analyte, where)
    sent = _one_unit(analyte, text, read.behind, unit)
    if isinstance(sent, NoRoute):
        return _kept_aside(sent, analyte, where)
    route = route_for(analyte.code, sent, specimen)
    if isinstance(route, NoRoute):
        return _kept_aside(route, analyte, where)
    if read.behind and not unit.strip():
        note = Caution(CautionCode.UNIT_READ_FROM_VALUE, f'the unit was read from the value "{text}"')
        route = route._replace(warnings=(*route.warnings, note))
    return _measured(route, read.digits, read.scale, both, where)


def _one_comparator(printed: str, given: str) -> str | Unread:
    if given not in ("", "<", "<=", ">", ">="):
        return Unread(
            QuarantineReason.VALUE_UNREADABLE, f'"{given}" is not a comparator that can be used', "Ask the laboratory."
        )
    if printed and given and printed != given:
        message = f'the value is printed with "{printed}" and sent with "{given}"'
        return Unread(QuarantineReason.VALUE_CONTRADICTS, message, "Ask the laboratory which is right.")
    return printed or given


def _one_unit(analyte: Analyte, text: str, behind: str, unit: str) -> str | NoRoute:
    """The unit to use: the one sent, or the one printed behind the number; both must agree."""
    if not behind:
        return unit
    printed = ucum(behind, analyte.families)
    if printed is None:
        message = (
            f'{analyte.name}: "{text}": "{behind[:60]}" behind the number is neither a flag nor a unit of this test'
        )
        return NoRoute(
            QuarantineReason.VALUE_UNREADABLE, message, "Ask the laboratory for the value, then correct this result."
        )
    if unit.strip() and ucum(unit, analyte.families) != printed:
        message = f'{analyte.name}: the value is printed in {printed} and sent in "{unit}"'
        return NoRoute(QuarantineReason.UNIT_CONTRADICTS, message, "Ask the laboratory which unit is right.")
    return behind


def _not_detected(
    analyte: Analyte, read: NotDetected, unit: str, specimen: str, where: str
) -> Comparable | Quarantined:
    """Zero, for what may truly be absent; the word "not detected" stays beside it."""
    if not analyte.absent or contradicts(analyte.code, read.printed):
        message = f'"{read.printed}" is not a value: this test always has one'
        unread = Unread(
            QuarantineReason.VALUE_UNREADABLE, message, "Ask the laboratory for the number or the limit of detection."
        )
        return _kept_aside(unread, analyte, where)
    route = route_for(analyte.code, unit if unit.strip() else analyte.unit, specimen)
    if isinstance(route, NoRoute):
        return _kept_aside(route, analyte, where)
    note = Caution(
        CautionCode.NOT_DETECTED_TAKEN_AS_ZERO,
        f'"{read.printed}" is kept as zero; the limit of detection is not stated',
    )
    return Comparable(
        analyte.code,
        0,
        analyte.places,
        analyte.unit,
        "",
        "not_detected",
        route.specimen,
        route.unit,
        (),
        (*route.warnings, note),
    )


def _measured(route: Route, digits: int, scale: int, comparator: str, where: str) -> Comparable | Quarantined:
    amount, remainder = divmod(digits * route.numerator, route.denominator * _POWERS[scale])
    if remainder:
        amount = round_half_even(digits * route.numerator, route.denominator * _POWERS[scale])
    if not route.hard_low <= amount <= route.hard_high:
        return _implausible(route, digits, scale, comparator, where)
    warnings = route.warnings
    if not route.soft_low <= amount <= route.soft_high and not (comparator in ("<", "<=") and amount > route.soft_high):
        warnings = (*warnings, _confirm(route.analyte))
    analyte = route.analyte
    return Comparable(
        analyte.code, amount, analyte.places, analyte.unit, comparator, None, route.specimen, route.unit, (), warnings
    )


def _implausible(route: Route, digits: int, scale: int, comparator: str, where: str) -> Quarantined:
    analyte = route.analyte
    assert analyte.hard is not None
    printed = f"{comparator}{Decimal(digits).scaleb(-scale)} {route.unit}"
    return Quarantined(
        QuarantineReason.VALUE_IMPLAUSIBLE,
        f"{analyte.name} of {printed} is not possible ({analyte.hard.low} to {analyte.hard.high} {analyte.unit})",
        "Check value and unit with the laboratory; a unit mistaken by a power of ten is the usual cause.",
        where,
        analyte.code,
    )


def _confirm(analyte: Analyte) -> Caution:
    assert analyte.soft is not None
    note = analyte.soft_note or f"outside {analyte.soft.low} to {analyte.soft.high} {analyte.unit}"
    return Caution(CautionCode.BEYOND_SOFT_LIMITS, f"{analyte.name}: {note}; please confirm")
