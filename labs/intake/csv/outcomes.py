"""`outcomes.csv`: what is known to have happened to patients, a row each period of follow-up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import IO

from labs.intake.csv.table import Columns, DamageError, Table
from labs.intake.incoming import Reason, Refused
from labs.intake.moments import BadMomentError, read_day

COLUMNS = Columns(
    required=("mrn",),
    optional=("relapse_on", "relapsed_on", "onset_on", "onset", "followed_from", "followed_until"),
    longest=40,
    limits={"mrn": 120},
)
SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "relapse_on": ("relapse_on", "relapsed_on"),
    "onset_on": ("onset_on", "onset"),
    "followed_from": ("followed_from",),
    "followed_until": ("followed_until",),
}
_IN_ORDER = (
    ("followed_from", "followed_until"),
    ("followed_from", "relapse_on"),
    ("onset_on", "relapse_on"),
)


@dataclass(frozen=True, slots=True)
class IncomingOutcome:
    """One period of follow-up; what the file leaves open is None."""

    mrn: str
    where: str
    relapse_on: date | None = None
    onset_on: date | None = None
    followed_from: date | None = None
    followed_until: date | None = None


def read_outcomes(stream: IO[bytes], *, as_of: date) -> Iterator[IncomingOutcome | Refused]:
    """Yield one outcome a row. `as_of` is today's date at the reader; columns of other names are left alone."""
    try:
        table = Table(stream, COLUMNS)
        if not set(SPELLINGS["relapse_on"]) & set(table.names):
            message = "Missing in the header row: relapse_on (or relapsed_on)."
            remedy = "Add the column; leave it empty where no relapse is known."
            raise DamageError(Reason.MISSING_COLUMN, message, remedy, column="relapse_on")
    except DamageError as damage:
        yield damage.refuse_file()
        return
    for number, fields in table.rows():
        if isinstance(fields, DamageError):
            yield fields.refuse_row(number)
            continue
        try:
            yield _outcome(f"row {number}", dict(zip(COLUMNS.known, fields, strict=True)), as_of)
        except DamageError as damage:
            yield damage.refuse_row(number)


def _outcome(where: str, row: Mapping[str, str], as_of: date) -> IncomingOutcome:
    if not row["mrn"]:
        raise DamageError(Reason.MISSING_VALUE, "Column mrn is empty.", "Fill in the field.", column="mrn")
    days = {name: _day(row, columns, as_of) for name, columns in SPELLINGS.items()}
    for earlier, later in _IN_ORDER:
        first, second = days[earlier], days[later]
        if first and second and second < first:
            message = f"{later} ({second}) lies before {earlier} ({first})."
            raise DamageError(Reason.DATES_OUT_OF_ORDER, message, "Correct one of the two dates.", column=later)
    return IncomingOutcome(row["mrn"], where, **days)


def _day(row: Mapping[str, str], columns: tuple[str, ...], as_of: date) -> date | None:
    """The day that stands under any of the names."""
    found = {name: row[name] for name in columns if row[name]}
    if len(set(found.values())) > 1:
        message = f"Columns {' and '.join(found)} differ."
        raise DamageError(Reason.CONTRADICTING_ROWS, message, "Keep the right one.", column=columns[0])
    for name, text in found.items():
        try:
            return read_day(text, as_of=as_of)
        except BadMomentError as bad:
            raise DamageError(bad.reason, bad.message, bad.remedy, column=name, found=text) from None
    return None
