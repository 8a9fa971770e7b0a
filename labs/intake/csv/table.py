"""A CSV file as numbered rows: RFC 4180, comma, UTF-8. What is damaged is named; nothing is guessed or repaired."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from labs.intake.incoming import Reason, Refused, Skipped

LONGEST_LINE = 1 << 16
"""Bytes in one line; longer ones are refused unread, so that a file without line ends cannot fill the memory."""
MOST_LINES_IN_A_ROW = 100
"""Lines that a quoted field may span. A quote never closed must not swallow the rest of the file."""

_SAVE_AS_UTF8 = "Save the file as “CSV UTF-8” (comma delimited) and send it again."
_OTHER_DELIMITERS = {";": "semicolon", "\t": "tab", "|": "vertical bar"}


class DamageError(Exception):
    """What makes a line, a row or the whole file unreadable."""

    def __init__(self, reason: Reason, message: str, remedy: str, *, column: str = "", found: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.remedy = remedy
        self.column = column
        self.found = found if len(found) <= 80 else found[:79] + "…"

    def refuse_row(self, number: int) -> Refused:
        return Refused(
            where=f"row {number}",
            reason=self.reason,
            message=self.message,
            remedy=self.remedy,
            row=number,
            column=self.column,
            found=self.found,
        )

    def refuse_file(self) -> Refused:
        return Refused("file", self.reason, self.message, self.remedy, 1, self.column, self.found, whole_file=True)


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns a kind of file has, and how many characters a field may hold."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    longest: int
    """For a column not named in `limits`."""
    limits: Mapping[str, int]

    @property
    def known(self) -> tuple[str, ...]:
        return self.required + self.optional


class Table:
    """Rows of one CSV file. `header` is read first and raises `DamageError` when the file as a whole cannot be used."""

    def __init__(self, stream: IO[bytes], columns: Columns) -> None:
        self.columns = columns
        self._records = _records(stream)
        self.names = self._read_header()
        self.width = len(self.names)
        self.order = [self.names.index(name) if name in self.names else self.width for name in columns.known]
        """For each known column its place in a row; absent ones point behind the end, at an empty field."""

    def notes(self) -> Iterator[Skipped]:
        """Yield a line for every column that is not part of the contract and therefore not read."""
        for name in self.names:
            if name not in self.columns.known:
                label = f"Column “{name}”" if name else "A column without a name"
                yield Skipped("header", Reason.UNKNOWN_COLUMN, f"{label} is not known and was not read.", 1)

    def rows(self) -> Iterator[tuple[int, list[str] | DamageError]]:
        """Yield (row number as a spreadsheet shows it, fields in the order of `columns.known`), blank rows left out."""
        width, order = self.width, self.order
        shortest_limit = min(self.columns.longest, *self.columns.limits.values())
        for number, record in enumerate(self._records, start=2):
            if isinstance(record, DamageError):
                yield number, record
                continue
            cells = list(map(str.strip, record))
            if len(cells) != width:
                if any(cells):
                    yield number, _wrong_width(record, width)
                continue
            cells.append("")
            fields = [cells[place] for place in order]
            if max(map(len, fields)) > shortest_limit:
                too_long = self._too_long(fields)
                if too_long:
                    yield number, too_long
                    continue
            if any(fields):
                yield number, fields

    def _too_long(self, fields: list[str]) -> DamageError | None:
        for name, field in zip(self.columns.known, fields, strict=True):
            limit = self.columns.limits.get(name, self.columns.longest)
            if len(field) > limit:
                message = f"Column {name} holds {len(field)} characters; {limit} are allowed."
                return DamageError(Reason.TOO_LONG, message, "Shorten the field.", column=name, found=field)
        return None

    def _read_header(self) -> list[str]:
        header = next(self._records, None)
        if header is None:
            raise DamageError(Reason.EMPTY_FILE, "The file is empty.", "Send a file with a header row.")
        if isinstance(header, DamageError):
            raise header
        names = [name.strip() for name in header]
        if not any(names):
            raise DamageError(Reason.EMPTY_FILE, "The first row is empty.", "Put the header row first.")
        missing = [name for name in self.columns.required if name not in names]
        if missing:
            raise _wrong_delimiter(header, self.columns) or _missing(missing, names)
        for name in self.columns.known:
            if names.count(name) > 1:
                raise DamageError(
                    Reason.DUPLICATE_COLUMN,
                    f"Column {name} is there {names.count(name)} times.",
                    "Remove or rename all but one of them.",
                    column=name,
                )
        return names


def _missing(missing: list[str], names: list[str]) -> DamageError:
    found = ", ".join(name or "(no name)" for name in names)
    return DamageError(
        Reason.MISSING_COLUMN,
        f"Missing in the header row: {', '.join(missing)}.",
        "Add the column; names are written in lower case, exactly as listed.",
        column=missing[0],
        found=found,
    )


def _wrong_delimiter(header: list[str], columns: Columns) -> DamageError | None:
    """Return the damage when another character than the comma parts more of the required columns."""
    line = ",".join(header)
    by_comma = sum(name.strip() in columns.required for name in header)
    for delimiter, name in _OTHER_DELIMITERS.items():
        cells = {cell.strip().strip('"') for cell in line.split(delimiter)}
        if len(cells.intersection(columns.required)) > max(by_comma, 1):
            return DamageError(
                Reason.WRONG_DELIMITER,
                f"The columns are parted by a {name}; they must be parted by a comma.",
                "Save the file as CSV with comma as delimiter and a point in decimal numbers.",
                found=delimiter,
            )
    return None


def _wrong_width(record: list[str], width: int) -> DamageError:
    remedy = "Put fields that contain a comma in double quotes; write decimal numbers with a point."
    if len(record) == 1:
        for delimiter, name in _OTHER_DELIMITERS.items():
            if record[0].count(delimiter) == width - 1:
                remedy = f"This row is parted by a {name}; part it by commas as the header row is."
    return DamageError(Reason.WRONG_FIELD_COUNT, f"The row has {len(record)} fields; the header has {width}.", remedy)


def _records(stream: IO[bytes]) -> Iterator[list[str] | DamageError]:
    """Yield the fields of every row, or what damaged it. A damaged row never takes its neighbours with it."""
    lines = _Lines(stream)
    for line in lines:
        if isinstance(line, DamageError):
            yield line
        elif '"' not in line:
            yield line.rstrip("\r\n").split(",")
        else:
            yield _quoted(line, lines)


def _quoted(line: str, lines: "_Lines") -> list[str] | DamageError:
    """Return the fields of a row with quotes, taking further lines while a quoted field is open."""
    taken: list[str] = []
    size = len(line)
    while True:
        try:
            return next(csv.reader([line, *taken], strict=True))
        except csv.Error as error:
            open_quote = "unexpected end of data" in str(error)
        closing = None
        while open_quote and closing is None and len(taken) < MOST_LINES_IN_A_ROW and size < LONGEST_LINE:
            following = next(lines, None)
            if not isinstance(following, str):
                lines.put_back([following] if following else [])
                break
            taken.append(following)
            size += len(following)
            closing = following if '"' in following else None
        if closing is None:
            lines.put_back(taken)
            return _broken_quotes(open_quote)


def _broken_quotes(open_quote: bool) -> DamageError:
    fault = (
        "A double quote is opened and never closed."
        if open_quote
        else "A quoted field goes on behind its closing quote."
    )
    return DamageError(
        Reason.UNCLOSED_QUOTE, fault, "Put the whole field in double quotes and double each quote inside it."
    )


class _Lines:
    """The decoded lines of a stream, damaged ones as `DamageError`; lines read too far can be put back."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._fresh = _decoded(stream)
        self._returned: list[str | DamageError] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str | DamageError:
        if self._returned:
            return self._returned.pop()
        return next(self._fresh)

    def put_back(self, lines: Iterable[str | DamageError]) -> None:
        self._returned.extend(reversed(list(lines)))


def _decoded(stream: IO[bytes]) -> Iterator[str | DamageError]:
    offset = 0
    while raw := stream.readline(LONGEST_LINE):
        start, offset = offset, offset + len(raw)
        if start == 0:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
            start = offset - len(raw)
            _refuse_foreign_file(raw)
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            offset += _skip_line(stream)
            yield DamageError(
                Reason.TOO_LONG, f"The line has more than {LONGEST_LINE} bytes.", "Shorten it or break it up."
            )
            continue
        yield _decode(raw, start)


def _decode(raw: bytes, start: int) -> str | DamageError:
    try:
        line = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"Byte 0x{raw[error.start]:02X} at position {start + error.start} of the file is not UTF-8."
        return DamageError(Reason.NOT_UTF8, message, _SAVE_AS_UTF8)
    if "\0" in line:
        position = start + raw.index(b"\0")
        return DamageError(Reason.NUL_BYTE, f"A NUL byte stands at position {position} of the file.", _SAVE_AS_UTF8)
    return line


def _refuse_foreign_file(first: bytes) -> None:
    """Raise `DamageError` when the first line shows that no row of the file can be read."""
    if first.startswith((b"\xff\xfe", b"\xfe\xff")) or first[1:2] == b"\0" or first[:1] == b"\0":
        raise DamageError(Reason.NOT_UTF8, "The file is UTF-16, not UTF-8.", _SAVE_AS_UTF8)
    if b"\r" in first.rstrip(b"\r\n"):
        message = "The lines end with a carriage return alone."
        raise DamageError(Reason.WRONG_LINE_ENDS, message, "Save the file with line ends of Windows or Unix.")


def _skip_line(stream: IO[bytes]) -> int:
    """Read to the end of the line and return how many bytes that were."""
    skipped = 0
    while rest := stream.readline(LONGEST_LINE):
        skipped += len(rest)
        if rest.endswith(b"\n"):
            break
    return skipped
