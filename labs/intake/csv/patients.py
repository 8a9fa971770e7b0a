"""`patients.csv`: one person a row, with the facts of the disease that the rules need.

Decisions where the contract is silent: sex may not be blank (write `unknown`); facts of a disease without the disease,
and chains or markers of myeloma beside a leukaemia, are refused; the same row twice is skipped, a different row under
the same medical record number is refused and names the first.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import IO

from labs.intake.csv.table import Columns, DamageError, Table
from labs.intake.incoming import (
    DISEASES,
    MRN,
    SEXES,
    IncomingDiagnosis,
    IncomingPatient,
    IncomingSubject,
    Reason,
    Refused,
    Skipped,
)
from labs.intake.moments import BadMomentError, read_day

COLUMNS = Columns(
    required=("mrn", "family_name", "given_name", "birth_date", "sex", "site"),
    optional=(
        "diagnosis",
        "diagnosed_on",
        "heavy_chain",
        "light_chain",
        "disease_type",
        "measurable",
        "remission_on",
        "response",
        "therapy_ended_on",
        "risk_group",
    ),
    longest=40,
    limits={"mrn": 120, "family_name": 120, "given_name": 120, "response": 20},
)
HEAVY_CHAINS = ("IgG", "IgA", "IgM", "IgD", "IgE", "none")
LIGHT_CHAINS = ("kappa", "lambda")
DISEASE_TYPES = ("intact", "light_chain_only", "nonsecretory")
MARKERS = ("serum_m", "urine_m", "flc", "marrow")
RISK_GROUPS = ("standard", "high", "favourable", "intermediate", "adverse", "unknown")
RESPONSES: Mapping[str, tuple[str, ...]] = {
    "MM": ("sCR", "CR", "VGPR", "PR", "MR", "SD", "PD"),
    "AML": ("CR", "CRh", "CRi", "MLFS", "PR", "NR"),
    "ALL": ("CR", "CRh", "CRi", "MLFS", "PR", "NR"),
}
_ONLY_IN_MYELOMA = ("heavy_chain", "light_chain", "disease_type", "measurable")
_IN_ORDER = (("birth_date", "diagnosed_on"), ("diagnosed_on", "remission_on"), ("diagnosed_on", "therapy_ended_on"))

Fields = Mapping[str, str]


def read_patients(stream: IO[bytes], *, as_of: date) -> Iterator[IncomingPatient | Skipped | Refused]:
    """Yield one outcome a row, after notes on the header. `as_of` is today's date at the reader."""
    try:
        table = Table(stream, COLUMNS)
    except DamageError as damage:
        yield damage.refuse_file()
        return
    yield from table.notes()
    seen: dict[str, tuple[int, int]] = {}
    number = 1
    for number, fields in table.rows():
        yield _outcome(number, fields, seen, as_of)
    if number == 1:
        yield Skipped("file", Reason.NO_ROWS, "The file has a header row and nothing below it.")


def _outcome(
    number: int, fields: list[str] | DamageError, seen: dict[str, tuple[int, int]], as_of: date
) -> IncomingPatient | Skipped | Refused:
    """Return the patient of a row; `seen` keeps the row and a digest of the content of each patient taken so far."""
    if isinstance(fields, DamageError):
        return fields.refuse_row(number)
    try:
        patient = _patient(number, dict(zip(COLUMNS.known, fields, strict=True)), as_of)
        digest = hash((patient.subject, patient.site, patient.diagnosis))
        first_row, first_digest = seen.setdefault(fields[0], (number, digest))
        if digest != first_digest:
            message = f"Row {first_row} has the same mrn and other data."
            remedy = f"Keep the right one of rows {first_row} and {number}, or correct the mrn."
            raise DamageError(Reason.CONTRADICTING_ROWS, message, remedy, column="mrn", found=fields[0])
    except DamageError as damage:
        return damage.refuse_row(number)
    if first_row != number:
        return Skipped(f"row {number}", Reason.REPEATED_ROW, f"The same as row {first_row}.", number)
    return patient


def _patient(number: int, row: Fields, as_of: date) -> IncomingPatient:
    for name in COLUMNS.required:
        if not row[name]:
            remedy = f"Enter one of: {', '.join(sorted(SEXES))}." if name == "sex" else "Fill in the field."
            raise DamageError(Reason.MISSING_VALUE, f"Column {name} is empty.", remedy, column=name)
        if not row[name].isprintable():
            message = (
                f"Column {name} holds a character that cannot be seen (a line break, tab or zero-width character)."
            )
            raise DamageError(Reason.BAD_VALUE, message, "Remove the character.", column=name)
    dates = {
        name: _day(row, name, as_of) for name in ("birth_date", "diagnosed_on", "remission_on", "therapy_ended_on")
    }
    _refuse_disorder(dates)
    subject = IncomingSubject(
        identifiers=((MRN, row["mrn"]),),
        family_name=_name(row["family_name"]),
        given_name=_name(row["given_name"]),
        birth_date=dates["birth_date"],
        birth_date_text=row["birth_date"],
        sex=_one_of(row, "sex", tuple(SEXES)),
    )
    return IncomingPatient(
        subject=subject, where=f"row {number}", site=_site(row), diagnosis=_diagnosis(row, dates), row=number
    )


def _diagnosis(row: Fields, dates: Mapping[str, date | None]) -> IncomingDiagnosis | None:
    disease = _one_of(row, "diagnosis", tuple(sorted(DISEASES)))
    stated = [name for name in COLUMNS.optional if name != "diagnosis" and row[name]]
    if not disease:
        if stated:
            message = f"Column {stated[0]} is filled in but diagnosis is empty."
            raise DamageError(Reason.FACT_WITHOUT_DIAGNOSIS, message, "Enter MM, AML or ALL.", column="diagnosis")
        return None
    foreign = [name for name in _ONLY_IN_MYELOMA if row[name]]
    if disease != "MM" and foreign:
        message = f"Column {foreign[0]} belongs to myeloma; the diagnosis is {disease}."
        raise DamageError(Reason.BAD_VALUE, message, "Empty the field or correct the diagnosis.", column=foreign[0])
    return IncomingDiagnosis(
        disease=disease,
        diagnosed_on=dates["diagnosed_on"],
        heavy_chain=_one_of(row, "heavy_chain", HEAVY_CHAINS),
        light_chain=_one_of(row, "light_chain", LIGHT_CHAINS),
        disease_type=_one_of(row, "disease_type", DISEASE_TYPES),
        measurable=_markers(row),
        remission_on=dates["remission_on"],
        response=_one_of(row, "response", RESPONSES[disease]),
        therapy_ended_on=dates["therapy_ended_on"],
        risk_group=_one_of(row, "risk_group", RISK_GROUPS),
    )


def _name(text: str) -> str:
    """Return a name in composed form with single spaces, so that one spelling is one text."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _site(row: Fields) -> str:
    code = row["site"]
    if not (code.isascii() and code.replace("-", "").replace("_", "").isalnum()):
        remedy = "Use letters, digits, hyphen and underscore only."
        raise DamageError(Reason.BAD_VALUE, f"“{code}” is not a site code.", remedy, column="site", found=code)
    return code


def _one_of(row: Fields, column: str, allowed: tuple[str, ...]) -> str:
    """Return the allowed word that the field holds, in its own spelling; empty stays empty."""
    text = row[column]
    for word in allowed:
        if text.casefold() == word.casefold():
            return word
    if text:
        remedy = f"Enter one of: {', '.join(allowed)}."
        raise DamageError(
            Reason.BAD_VALUE, f"Column {column} does not know “{text}”.", remedy, column=column, found=text
        )
    return ""


def _markers(row: Fields) -> tuple[str, ...]:
    markers = [marker.strip() for marker in row["measurable"].split(";") if marker.strip()]
    for marker in markers:
        if marker not in MARKERS:
            message = f"Column measurable does not know “{marker}”."
            remedy = f"Enter some of {', '.join(MARKERS)}, parted by a semicolon."
            raise DamageError(Reason.BAD_VALUE, message, remedy, column="measurable", found=marker)
    return tuple(marker for marker in MARKERS if marker in markers)


def _day(row: Fields, column: str, as_of: date) -> date | None:
    text = row[column]
    if not text:
        return None
    try:
        return read_day(text, as_of=as_of)
    except BadMomentError as bad:
        raise DamageError(bad.reason, bad.message, bad.remedy, column=column, found=text) from None


def _refuse_disorder(dates: Mapping[str, date | None]) -> None:
    for earlier, later in _IN_ORDER:
        first, second = dates[earlier], dates[later]
        if first and second and second < first:
            message = f"{later} ({second}) lies before {earlier} ({first})."
            raise DamageError(Reason.DATES_OUT_OF_ORDER, message, "Correct one of the two dates.", column=later)
