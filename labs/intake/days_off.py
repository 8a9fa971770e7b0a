"""Days off as people have them: lines of day and name, a CSV file, or a calendar file (.ics). Nothing is guessed.

A day is written 2026-12-25: any other form could mean two days. Every line that cannot be used is named with its number
and its reason; then nothing of the list is to be taken.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

LONGEST_NAME = 80
LONGEST_LIST = 200_000
"""Characters."""
MOST_DAYS = 500
"""Entries of one list."""
LONGEST_CLOSURE = timedelta(days=366)
HEAD = frozenset({"date", "day", "first", "first_on", "from", "start"})
_DAY = r"\d{4}-\d{1,2}-\d{1,2}"
_LINE = re.compile(rf"({_DAY})(?:\s*(?:to|until|–|-|/|\.\.)\s*({_DAY}))?[\s,;:]+(\S.*)")
_ANY_DAY = re.compile(r"\d{1,4}[./-]\d{1,2}(?:[./-]\d{2,4})?")
_ICS_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True, slots=True)
class DayOff:
    """Days, both inclusive, with their name and the line they stood on."""

    first_on: date
    last_on: date
    name: str
    line: int


@dataclass(frozen=True, slots=True, order=True)
class BadLine:
    """A line that cannot be used, and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@dataclass(slots=True)
class DaysOff:
    """What a list says, in the order of its days; `bad` names every line that cannot be used."""

    days: list[DayOff] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)


def read_days_off(text: str) -> DaysOff:
    """The days off of a list, whichever of the three forms it has."""
    text = text.removeprefix("\ufeff")
    found = DaysOff()
    if len(text) > LONGEST_LIST:
        found.bad.append(BadLine(1, f"the list has {len(text)} characters; {LONGEST_LIST} are allowed"))
        return found
    if text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        _read_calendar(text, found)
    else:
        _read_lines(text, found)
    if not found.days and not found.bad:
        found.bad.append(BadLine(1, "there is no day in the list"))
    if len(found.days) > MOST_DAYS:
        found.bad.append(BadLine(found.days[MOST_DAYS].line, f"more than {MOST_DAYS} entries: send them in parts"))
    _refuse_twice(found)
    found.days.sort(key=lambda day: (day.first_on, day.line))
    found.bad.sort()
    return found


def _read_lines(text: str, found: DaysOff) -> None:
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.strip()
        if not words or (number == 1 and _is_head(words)):
            continue
        first, last, name = _split(words)
        if not first:
            found.bad.append(BadLine(number, _why_no_day(words)))
            continue
        _add(found, number, first, last or first, name)


def _is_head(words: str) -> bool:
    """A first line that names the columns: without a digit, and its first cell one of the usual names."""
    cells = re.split(r"[,;\t]", words)
    return not re.search(r"\d", words) and cells[0].strip().strip('"').lower() in HEAD


def _split(words: str) -> tuple[str, str, str]:
    """First day, last day ("" for one day) and name; ("", "", "") when the line does not begin with a day."""
    for delimiter in (",", ";", "\t"):
        cells = [cell.strip() for cell in next(csv.reader([words], delimiter=delimiter, skipinitialspace=True))]
        if len(cells) > 1 and re.fullmatch(_DAY, cells[0]):
            has_last = len(cells) > 2 and (re.fullmatch(_DAY, cells[1]) or not cells[1])
            name = f"{delimiter} ".join(cell for cell in cells[2 if has_last else 1 :] if cell)
            return cells[0], cells[1] if has_last else "", name
    match = _LINE.fullmatch(words)
    return (match[1], match[2] or "", match[3].strip()) if match else ("", "", "")


def _why_no_day(words: str) -> str:
    if re.match(_DAY, words.strip('"')):
        return "the name is missing: write the day, a comma and the name, such as 2026-12-25, Christmas Day"
    if _ANY_DAY.search(words):
        return "the day could mean two days: write year, month and day as 2026-12-25"
    return "there is no day: write the day, a comma and the name, such as 2026-12-25, Christmas Day"


def _add(found: DaysOff, line: int, first: str, last: str, name: str) -> None:
    try:
        first_on, last_on = _day(first), _day(last)
    except ValueError as error:
        found.bad.append(BadLine(line, str(error)))
        return
    if reason := why_not(first_on, last_on, name):
        found.bad.append(BadLine(line, reason))
    else:
        found.days.append(DayOff(first_on, last_on, name, line))


def why_not(first_on: date, last_on: date, name: str) -> str:
    """Why these cannot be days off; "" when they can."""
    if last_on < first_on:
        return f"the last day, {last_on}, lies before the first, {first_on}"
    if last_on - first_on > LONGEST_CLOSURE:
        return f"{(last_on - first_on).days + 1} days on end: check the year of the last day"
    if not name.strip():
        return "the name is missing"
    if len(name.strip()) > LONGEST_NAME:
        return f"the name has {len(name.strip())} characters; {LONGEST_NAME} are allowed"
    return ""


def _day(text: str) -> date:
    year, month, day = (int(part) for part in text.split("-"))
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"{text} is no day of the calendar") from None


def _refuse_twice(found: DaysOff) -> None:
    seen: dict[tuple[date, str], int] = {}
    for day in found.days:
        key = day.first_on, day.name
        if key in seen:
            found.bad.append(BadLine(day.line, f"{day.name} on {day.first_on} stands on line {seen[key]} already"))
        seen.setdefault(key, day.line)


# Calendar files: RFC 5545, whole-day events. The day an event ends on is the first one after it.


def _read_calendar(text: str, found: DaysOff) -> None:
    for line, event in _events(text):
        if "RRULE" in event or "RDATE" in event:
            reason = "this event repeats: repeated events are not read; give each year's day on its own"
            found.bad.append(BadLine(line, reason))
            continue
        try:
            first_on = _calendar_day(event, "DTSTART")
            last_on = _calendar_day(event, "DTEND") - timedelta(days=1) if "DTEND" in event else first_on
        except ValueError as error:
            found.bad.append(BadLine(line, str(error)))
            continue
        name = _unescaped(event.get("SUMMARY", ("", ""))[1])
        if reason := why_not(first_on, max(first_on, last_on), name):
            found.bad.append(BadLine(line, reason))
        else:
            found.days.append(DayOff(first_on, max(first_on, last_on), name.strip(), line))


Event = dict[str, tuple[str, str]]
"""Name of a property -> its parameters and its value."""


def _events(text: str) -> Iterator[tuple[int, Event]]:
    """Every event with the line it begins on."""
    begun: int | None = None
    event: Event = {}
    for number, line in _unfolded(text):
        name, _colon, value = line.partition(":")
        name, _semicolon, parameters = name.partition(";")
        name = name.strip().upper()
        if name == "BEGIN" and value.strip().upper() == "VEVENT":
            begun, event = number, {}
        elif name == "END" and value.strip().upper() == "VEVENT" and begun is not None:
            yield begun, event
            begun = None
        elif begun is not None:
            event.setdefault(name, (parameters.upper(), value.strip()))


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a calendar file with what was broken off put back, each with its number."""
    held: tuple[int, str] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if line[:1] in (" ", "\t") and held is not None:
            held = held[0], held[1] + line[1:]
            continue
        if held is not None:
            yield held
        held = number, line
    if held is not None:
        yield held


def _calendar_day(event: Event, name: str) -> date:
    parameters, value = event.get(name, ("", ""))
    if not value:
        raise ValueError(f"the event has no {name}")
    match = _ICS_DAY.fullmatch(value)
    if match is None:
        if "T" in value and "VALUE=DATE" not in parameters.replace("VALUE=DATE-TIME", ""):
            raise ValueError(f"{name} has a time of day: only events of whole days are read")
        raise ValueError(f"{name} is {value[:40]!r}, and no day such as 20261225")
    return _day("-".join(match.groups()))


def _unescaped(text: str) -> str:
    return re.sub(r"\\([\\,;])", r"\1", re.sub(r"\\[nN]", " ", text))
