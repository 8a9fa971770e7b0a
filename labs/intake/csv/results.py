"""`results.csv`: one laboratory value a row.

A row needs mrn, accession, collected_at, code, value, unit (may be empty), status. Decisions where the contract is
silent: a blank status is refused, since a whole file of unusable results would look like a quiet patient; a value may
be blank only when the status says that there is none; adjacent rows of one patient and accession make one report.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import IO

from labs.intake.csv.table import Columns, DamageError, Table
from labs.intake.incoming import (
    LOCAL_CODE,
    LOINC,
    MRN,
    RESULT_STATUSES,
    IncomingReport,
    IncomingResult,
    IncomingSubject,
    Reason,
    Refused,
    Skipped,
)
from labs.intake.moments import BadMomentError, read_moment
from labs.intake.numbers import read_number

COLUMNS = Columns(
    required=("mrn", "accession", "collected_at", "code", "value", "unit", "status"),
    optional=(
        "specimen",
        "method",
        "laboratory",
        "reference_low",
        "reference_high",
        "note",
        "detection_limit",
        "cells_counted",
        "target",
    ),
    longest=40,
    limits={
        "mrn": 120,
        "accession": 120,
        "code": 60,
        "value": 400,
        "unit": 60,
        "method": 80,
        "laboratory": 120,
        "note": 4000,
        "target": 60,
    },
)
_WHOLE = re.compile(r"[1-9]\d{0,8}", re.ASCII)
_LOINC_FORM = re.compile(r"\d{1,7}-\d", re.ASCII)
_WITHOUT_VALUE = frozenset({"registered", "cancelled", "entered-in-error"})
_NO_DETAILS: tuple[None, None, str] = (None, None, "")
_STATUS_WORDS = ", ".join(sorted(RESULT_STATUSES))
MOST_RESULTS_IN_A_REPORT = 500
"""A longer run of rows with one accession is cut into several reports, so that memory stays flat."""


def read_results(stream: IO[bytes], *, as_of: date) -> Iterator[IncomingReport | Skipped | Refused]:
    """Yield reports, refused rows and notes on the header, in the order of the file and one row at a time.

    `as_of` is today's date at the reader; results collected after it (with a day of slack for time zones) are refused.
    """
    try:
        table = Table(stream, COLUMNS)
    except DamageError as damage:
        yield damage.refuse_file()
        return
    yield from table.notes()
    yield from _reports(table, as_of)


def _reports(table: Table, as_of: date) -> Iterator[IncomingReport | Skipped | Refused]:
    held: list[IncomingResult] = []
    held_mrn = held_accession = ""
    empty = True
    for number, fields in table.rows():
        empty = False
        mrn, result = _read_row(number, fields, as_of)
        together = not isinstance(result, Refused) and result.accession == held_accession and mrn == held_mrn
        if held and not (together and len(held) < MOST_RESULTS_IN_A_REPORT):
            yield _report(held_mrn, held)
            held = []
        if isinstance(result, Refused):
            yield result
            continue
        held.append(result)
        held_mrn, held_accession = mrn, result.accession
    if held:
        yield _report(held_mrn, held)
    if empty:
        yield Skipped("file", Reason.NO_ROWS, "The file has a header row and nothing below it.")


def _read_row(number: int, fields: list[str] | DamageError, as_of: date) -> tuple[str, IncomingResult | Refused]:
    """Return the medical record number and the result of a row, or ("", why it was refused)."""
    if isinstance(fields, DamageError):
        return "", fields.refuse_row(number)
    try:
        return fields[0], _result(number, fields, as_of)
    except DamageError as damage:
        return "", damage.refuse_row(number)


def _result(number: int, fields: list[str], as_of: date) -> IncomingResult:
    mrn, accession, collected, code, value, unit, status, specimen, method, laboratory, low, high, note, *details = (
        fields
    )
    if not (mrn and accession and collected and code and status):
        raise _missing(fields)
    if not (mrn.isprintable() and accession.isprintable() and code.isprintable()):
        raise _unprintable(fields)
    status = _status(status)
    if not value and status not in _WITHOUT_VALUE:
        remedy = "Enter the value, or the status cancelled when there will be none."
        raise DamageError(Reason.MISSING_VALUE, "Column value is empty.", remedy, column="value")
    try:
        at, on, time_known, zone_known = read_moment(collected, as_of=as_of)
    except BadMomentError as bad:
        raise DamageError(bad.reason, bad.message, bad.remedy, column="collected_at", found=collected) from None
    comparator, decimal = read_number(value)
    reference_low, reference_high, reference_text = _reference(low, high) if low or high else (None, None, "")
    return IncomingResult(
        accession,
        code,
        LOINC if _LOINC_FORM.fullmatch(code) else LOCAL_CODE,
        "",
        value,
        comparator,
        decimal,
        "",
        unit,
        "",
        status,
        at,
        on,
        time_known,
        zone_known,
        specimen,
        method,
        laboratory,
        reference_low,
        reference_high,
        reference_text,
        note,
        f"row {number}",
        number,
        "",
        (),
        *(_details(*details) if any(details) else _NO_DETAILS),
    )


def _details(limit: str, cells: str, target: str) -> tuple[Decimal | None, int | None, str]:
    """Return limit of detection, cells counted and target; raise `DamageError` for what is no number."""
    sign, number = read_number(limit)
    if limit and (sign or number is None or number <= 0):
        remedy = "Write one number above zero, in the unit of the value (0.01), or leave it empty."
        raise _bad("detection_limit", limit, remedy)
    if cells and not _WHOLE.fullmatch(cells):
        raise _bad("cells_counted", cells, "Write one whole number above zero (200), or leave it empty.")
    if not target.isprintable():
        raise _bad("target", target, "Remove the character that cannot be seen.")
    return number, int(cells) if cells else None, target


def _bad(column: str, found: str, remedy: str) -> DamageError:
    message = f"Column {column} cannot be read: “{found[:40]}”."
    return DamageError(Reason.BAD_VALUE, message, remedy, column=column, found=found)


def _missing(fields: list[str]) -> DamageError:
    empty = [
        name
        for name, field in zip(COLUMNS.known, fields, strict=True)
        if not field and name in ("mrn", "accession", "collected_at", "code", "status")
    ]
    remedy = f"Enter one of: {_STATUS_WORDS}." if empty == ["status"] else "Fill in the field."
    return DamageError(Reason.MISSING_VALUE, f"Empty: {', '.join(empty)}.", remedy, column=empty[0])


def _unprintable(fields: list[str]) -> DamageError:
    name = next(name for name, field in zip(COLUMNS.known, fields, strict=True) if not field.isprintable())
    message = f"Column {name} holds a character that cannot be seen (a line break, tab or zero-width character)."
    return DamageError(Reason.BAD_VALUE, message, "Remove the character.", column=name)


def _status(text: str) -> str:
    status = text if text in RESULT_STATUSES else text.lower()
    if status not in RESULT_STATUSES:
        message = f"“{text[:40]}” is not a status of a result."
        raise DamageError(Reason.BAD_STATUS, message, f"Use one of: {_STATUS_WORDS}.", column="status", found=text)
    return status


def _reference(low: str, high: str) -> tuple[Decimal | None, Decimal | None, str]:
    """Return the range as two numbers; as printed text too when a limit is not a plain number."""
    low_sign, low_number = read_number(low)
    high_sign, high_number = read_number(high)
    plain = (
        not (low_sign or high_sign) and (low_number is not None or not low) and (high_number is not None or not high)
    )
    if plain:
        return low_number, high_number, ""
    return None, None, f"{low}–{high}" if low and high else low or high


def _report(mrn: str, results: list[IncomingResult]) -> IncomingReport:
    first = results[0]
    status = first.status
    if len(results) > 1 and any(result.status != status for result in results):
        status = "unknown"
    return IncomingReport(
        _subject(mrn), first.accession, status, first.laboratory, None, tuple(results), "csv", first.where, first.row
    )


@lru_cache(maxsize=10_000)
def _subject(mrn: str) -> IncomingSubject:
    return IncomingSubject(identifiers=((MRN, mrn),))
