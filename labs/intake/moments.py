"""Dates and times in ISO 8601, as exact as they were sent and no more exact."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from labs.intake.incoming import Reason

SLACK = timedelta(days=1)
"""How far a day may lie ahead of `as_of`: somewhere on earth it is already tomorrow."""

_WRITE_ISO = (
    "Write the date as year-month-day, for example 2021-01-07, with the time behind it as 2021-01-07T08:30 if known."
)
_SLASHED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?:[ T].*)?", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ISO_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_EARLIEST = date(1900, 1, 1)
_WIDEST_OFFSET = timedelta(hours=14)


class Moment(NamedTuple):
    """When something happened: an instant, a local time or a day, as far as it is known."""

    at: datetime | None
    on: date
    time_known: bool
    zone_known: bool


class BadMomentError(ValueError):
    """A text that is no usable date, with the reason and the way to mend it."""

    def __init__(self, reason: Reason, message: str, remedy: str = _WRITE_ISO) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.remedy = remedy


def read_moment(text: str, *, as_of: date) -> Moment:
    """Return the date or date and time written in `text`; raise `BadMomentError` when it cannot be trusted."""
    moment = _parse_moment(text)
    _refuse_future(moment.on, text, as_of)
    return moment


def read_day(text: str, *, as_of: date) -> date:
    """Return the calendar day written in `text` (no time); raise `BadMomentError` when it cannot be trusted."""
    day = _parse_day(text)
    _refuse_future(day, text, as_of)
    return day


@lru_cache(maxsize=32_768)
def _parse_moment(text: str) -> Moment:
    if len(text) == 10 and _ISO_DAY.fullmatch(text):
        return Moment(at=None, on=_parse_day(text), time_known=False, zone_known=False)
    if not _ISO_MOMENT.fullmatch(text):
        raise _explain(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _impossible(text) from None
    _refuse_implausible(at.date(), text)
    offset = at.utcoffset()
    if offset is not None and abs(offset) > _WIDEST_OFFSET:
        raise BadMomentError(Reason.BAD_DATE, f"“{text}” has a time zone that does not exist.")
    return Moment(at=at, on=at.date(), time_known=True, zone_known=offset is not None)


@lru_cache(maxsize=32_768)
def _parse_day(text: str) -> date:
    if not _ISO_DAY.fullmatch(text):
        raise _explain(text)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _impossible(text) from None
    _refuse_implausible(day, text)
    return day


def _refuse_future(day: date, text: str, as_of: date) -> None:
    if day > as_of + SLACK:
        raise BadMomentError(
            Reason.FUTURE_DATE,
            f"“{text}” lies in the future (today is {as_of.isoformat()}).",
            "Correct the date, or the clock of the system that sent it.",
        )


def _refuse_implausible(day: date, text: str) -> None:
    if day < _EARLIEST:
        raise BadMomentError(Reason.BAD_DATE, f"“{text}” lies before 1900.", "Correct the year; write all four digits.")


def _impossible(text: str) -> BadMomentError:
    return BadMomentError(Reason.BAD_DATE, f"“{text}” is not in the calendar.", "Correct the day, month or time.")


def _explain(text: str) -> BadMomentError:
    """Return why a text is not an ISO 8601 date, in the words of what it looks like instead."""
    slashed = _SLASHED.fullmatch(text)
    if slashed and int(slashed[1]) <= 12 and int(slashed[2]) <= 12:
        return BadMomentError(Reason.AMBIGUOUS_DATE, f"“{text}” can be read with the day or with the month first.")
    if text.isdecimal() and len(text) == 5:
        return BadMomentError(
            Reason.BAD_DATE,
            f"“{text}” looks like a spreadsheet's internal number of a day.",
            "Format the column as text or as yyyy-mm-dd before saving the file.",
        )
    return BadMomentError(Reason.BAD_DATE, f"“{_short(text)}” is not a date in the form of ISO 8601.")


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
