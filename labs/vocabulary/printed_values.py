"""Values as laboratories print them: read exactly, or refused with the reason. Never guessed."""

import re
from typing import NamedTuple

from labs.vocabulary.printed_words import FLAGS, NO_RESULT, NOT_DETECTED, NOT_FINITE
from labs.vocabulary.quarantine import QuarantineReason as Reason

ASK = "Ask the laboratory for the value, then correct this result."
LONGEST = 80
MOST_DIGITS = 30


class Number(NamedTuple):
    """A printed number: digits * 10**-scale, the comparator before it, and whatever stood behind it."""

    comparator: str
    digits: int
    scale: int
    behind: str = ""


class NotDetected(NamedTuple):
    """The laboratory looked and found none."""

    printed: str


class Unread(NamedTuple):
    """Why a text is not a value."""

    reason: Reason
    message: str
    remedy: str


_COMPARATORS = {
    "": "",
    "<": "<",
    ">": ">",
    "<=": "<=",
    ">=": ">=",
    "=<": "<=",
    "=>": ">=",
    "≤": "<=",
    "≥": ">=",
    "less than": "<",
    "below": "<",
    "under": "<",
    "greater than": ">",
    "more than": ">",
    "above": ">",
    "over": ">",
}

_NUMBER = re.compile(
    r"(?P<comparator><=|>=|=<|=>|<|>|≤|≥|less than|below|under|greater than|more than|above|over)?\s*"
    r"(?P<sign>[+-]?)\s*(?P<number>[0-9.,]*[0-9][.,]?(?:[eE][+-]?[0-9]{1,2}(?![0-9.,]))?)(?P<behind>.*)",
    re.IGNORECASE | re.DOTALL,
)
_POINT = re.compile(r"(?P<whole>[0-9]*)(?:\.(?P<fraction>[0-9]*))?")
_THOUSANDS_AND_POINT = re.compile(r"[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+\.[0-9]+|(?:,[0-9]{3}){2,})")
_THOUSANDS_AND_COMMA = re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+,[0-9]+|(?:\.[0-9]{3}){2,})")
_RANGE = re.compile(r"\s*(?:-|–|—|to|\.\.)\s*[0-9]", re.IGNORECASE)
_MORE_DIGITS = re.compile(r"[\s']+[0-9]")


def plain(text: str) -> str:
    """The text with plain minus signs and single spaces."""
    for sign in "−–—‐‑﹣-":
        text = text.replace(sign, "-")
    return " ".join(text.replace("&lt;", "<").replace("&gt;", ">").split())


def read_value(text: str, *, decimal_comma: bool = False) -> Number | NotDetected | Unread:
    """What a printed value says. `decimal_comma` is True only for a source known to write 0,4 for four tenths."""
    text = plain(text)
    word = text.casefold().rstrip(".").strip() or text
    if not text:
        return Unread(Reason.VALUE_MISSING, "the result carries no value", ASK)
    if len(text) > LONGEST:
        return Unread(Reason.VALUE_UNREADABLE, f"the value is a text of {len(text)} characters, not a number", ASK)
    if word in NO_RESULT:
        return Unread(Reason.VALUE_MISSING, f'the laboratory printed "{text}" in place of a value', _no_result_remedy())
    if word in NOT_DETECTED:
        return NotDetected(text)
    if word in NOT_FINITE:
        return Unread(Reason.VALUE_NOT_FINITE, f'"{text}" is not a number a laboratory can measure', ASK)
    return _read_number(text, decimal_comma)


def _no_result_remedy() -> str:
    return "Nothing was measured or it stands elsewhere: read the report, and repeat the test if none was made."


def _read_number(text: str, decimal_comma: bool) -> Number | Unread:
    found = _NUMBER.fullmatch(text.strip("* "))
    if found is None:
        return Unread(Reason.VALUE_UNREADABLE, f'"{text}" is not a number', ASK)
    behind = found["behind"]
    if _RANGE.match(behind):
        return Unread(Reason.VALUE_UNREADABLE, f'"{text}" is a range, not one value', ASK)
    if _MORE_DIGITS.match(behind):
        return Unread(Reason.VALUE_AMBIGUOUS, f'"{text}" holds more than one number, or a thousands separator', ASK)
    if found["sign"] == "+" or behind.startswith(("+", "/", "%%")):
        return Unread(Reason.VALUE_UNREADABLE, f'"{text}" is a grade or a titre, not a number', ASK)
    digits = _digits(found["number"], text, decimal_comma)
    if isinstance(digits, Unread):
        return digits
    if found["sign"] == "-":
        return Unread(Reason.VALUE_NEGATIVE, f'"{text}" is negative, which this test cannot be', ASK)
    comparator = _COMPARATORS[(found["comparator"] or "").casefold()]
    return Number(comparator, *digits, _without_flags(behind))


def _without_flags(behind: str) -> str:
    """What stands behind a number once "H", "(L)", "*" and the like are gone."""
    words = [word.strip("()[]*") for word in behind.split()]
    kept = [
        printed for printed, word in zip(behind.split(), words, strict=True) if word and word.casefold() not in FLAGS
    ]
    return " ".join(kept).strip(" *")


def _digits(number: str, text: str, decimal_comma: bool) -> tuple[int, int] | Unread:
    mantissa, _, exponent = number.replace("E", "e").partition("e")
    with_point = _with_point(mantissa, decimal_comma)
    if with_point is None:
        return Unread(
            Reason.VALUE_AMBIGUOUS,
            f'"{text}": the comma or point may part thousands or decimals',
            "Enter the value with a decimal point, or record for this source that it prints decimal commas.",
        )
    parts = _POINT.fullmatch(with_point)
    if parts is None or len(with_point) > MOST_DIGITS:
        return Unread(Reason.VALUE_UNREADABLE, f'"{text}" is not a number', ASK)
    fraction = parts["fraction"] or ""
    scale = len(fraction) - int(exponent or 0)
    whole = int(parts["whole"] + fraction)
    return (whole * 10**-scale, 0) if scale < 0 else (whole, scale)


def _with_point(mantissa: str, decimal_comma: bool) -> str | None:
    """The number with a decimal point; None when its separators can be read in two ways."""
    if not decimal_comma:
        if "," not in mantissa:
            return mantissa
        return mantissa.replace(",", "") if _THOUSANDS_AND_POINT.fullmatch(mantissa) else None
    if "." in mantissa:
        return mantissa.replace(".", "").replace(",", ".") if _THOUSANDS_AND_COMMA.fullmatch(mantissa) else None
    return mantissa.replace(",", ".")
