"""JSON as exact data: decimals stay decimals, and what is not clean JSON is named by line and column."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal

Json = object
Object = dict[str, Json]

_LONGEST_NUMBER = 100
_ODD_CHARACTER = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


class BrokenJsonError(ValueError):
    """A text that is not usable JSON; the message names the place."""


class DoubledKeys(dict[str, Json]):
    """An object in which one name stands twice: which of the two values was meant cannot be known."""


def read_json(data: bytes) -> tuple[Json, bool]:
    """Return the value written in UTF-8 `data`, and whether `fault_within` may find a fault in it.

    Raises `BrokenJsonError`. Numbers with a point become exact `Decimal`s.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenJsonError(f"Byte 0x{data[error.start]:02X} at position {error.start} is not UTF-8.") from None
    doubled: list[DoubledKeys] = []

    def make_object(pairs: list[tuple[str, Json]]) -> Object:
        made = dict(pairs)
        if len(made) == len(pairs):
            return made
        doubled.append(DoubledKeys(pairs))
        return doubled[-1]

    try:
        value: Json = json.loads(
            text,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_refuse_constant,
            object_pairs_hook=make_object,
        )
    except json.JSONDecodeError as error:
        raise BrokenJsonError(f"Line {error.lineno}, column {error.colno}: {error.msg}.") from None
    except RecursionError:
        raise BrokenJsonError("The objects are nested too deeply.") from None
    return value, bool(doubled or _ODD_CHARACTER.search(data))


def fault_within(value: Json) -> str:
    """Return what makes a value unusable wherever it is nested, "" when nothing does."""
    for item in _walk(value):
        if isinstance(item, DoubledKeys):
            return "One name stands twice in an object."
        if isinstance(item, str) and not _is_clean(item):
            return "A text holds a NUL or half a surrogate pair."
    return ""


def _is_clean(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _walk(value: Json) -> Iterator[Json]:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        yield item
        if isinstance(item, dict):
            waiting.extend(item.keys())
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _decimal(digits: str) -> Decimal:
    if len(digits) > _LONGEST_NUMBER:
        raise BrokenJsonError(f"A number has {len(digits)} digits; {_LONGEST_NUMBER} are allowed.")
    return Decimal(digits)


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise BrokenJsonError(f"A number has {len(digits)} digits; {_LONGEST_NUMBER} are allowed.")
    return int(digits)


def _refuse_constant(name: str) -> Json:
    raise BrokenJsonError(f"{name} is not a JSON number.")
