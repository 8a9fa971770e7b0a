"""What a message says once it has been read, before anything is decided about it.

Every format (`csv/`, `fhir/`) turns bytes into these records and into nothing else. Values are kept as they came: no
unit is converted, no code is interpreted, no patient is looked up here.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar, dataclass_transform

from labs.vocabulary import statuses

Record = TypeVar("Record")


@dataclass_transform(frozen_default=True)
def _row_record(cls: type[Record]) -> type[Record]:
    """Make a dataclass that the type checker holds frozen, for records made once a row.

    Freezing at run time makes construction nine times as slow: near half of all the time a large file takes to read.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)


MRN = "mrn"
"""Identifier system of a medical record number that came without a system of its own (the `mrn` column of CSV)."""

LOINC = "http://loinc.org"
LOCAL_CODE = ""
"""Code system of a code that has not the form of a LOINC code and came without a system: the laboratory's own code."""


RESULT_STATUSES = frozenset(statuses.RESULT_STATUSES)
REPORT_STATUSES = frozenset(statuses.REPORT_STATUSES) - {"modified"}
SEXES = frozenset({"female", "male", "other", "unknown"})
DISEASES = frozenset({"MM", "AML", "ALL"})


class Reason(StrEnum):
    """Why a file, row or entry was refused or skipped. Codes are stable; the sentence beside them is for people."""

    # the whole file
    NOT_READABLE = "not_readable"
    EMPTY_FILE = "empty_file"
    NOT_UTF8 = "not_utf8"
    WRONG_DELIMITER = "wrong_delimiter"
    WRONG_LINE_ENDS = "wrong_line_ends"
    MISSING_COLUMN = "missing_column"
    DUPLICATE_COLUMN = "duplicate_column"
    MALFORMED_JSON = "malformed_json"
    NOT_A_BUNDLE = "not_a_bundle"
    # a row or an entry
    WRONG_FIELD_COUNT = "wrong_field_count"
    UNCLOSED_QUOTE = "unclosed_quote"
    NUL_BYTE = "nul_byte"
    TOO_LONG = "too_long"
    MISSING_VALUE = "missing_value"
    BAD_VALUE = "bad_value"
    BAD_DATE = "bad_date"
    AMBIGUOUS_DATE = "ambiguous_date"
    FUTURE_DATE = "future_date"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    BAD_STATUS = "bad_status"
    CONTRADICTING_ROWS = "contradicting_rows"
    FACT_WITHOUT_DIAGNOSIS = "fact_without_diagnosis"
    BROKEN_ENTRY = "broken_entry"
    MISSING_CODE = "missing_code"
    VALUE_NOT_READ = "value_not_read"
    SUBJECT_MISSING = "subject_missing"
    SUBJECT_NOT_FOUND = "subject_not_found"
    SUBJECT_CONTRADICTS = "subject_contradicts"
    REFERENCE_NOT_FOUND = "reference_not_found"
    NO_IDENTIFIER = "no_identifier"
    REPORT_REFUSED = "report_refused"
    # skipped: nothing is wrong, nothing is taken
    UNKNOWN_COLUMN = "unknown_column"
    NO_ROWS = "no_rows"
    REPEATED_ROW = "repeated_row"
    NO_RESULT = "no_result"
    VALUE_ABSENT = "value_absent"
    GROUP_OF_RESULTS = "group_of_results"
    RESOURCE_NOT_USED = "resource_not_used"
    NOT_A_FOLLOWED_DISEASE = "not_a_followed_disease"
    NOT_A_CONFIRMED_CONDITION = "not_a_confirmed_condition"
    DELETION_NOT_DONE = "deletion_not_done"


@dataclass(frozen=True, slots=True)
class IncomingSubject:
    """Whom a record is about, in the sender's words: enough to find the patient, and to notice another person."""

    identifiers: tuple[tuple[str, str], ...]
    """(system, value) pairs, the sender's order; system is `MRN` where none was given."""
    family_name: str = ""
    given_name: str = ""
    birth_date: date | None = None
    birth_date_text: str = ""
    """As sent; `1948` or `1948-05` where only that is known, and `birth_date` is then None."""
    sex: str = ""
    """`female`, `male`, `other`, `unknown`; empty when not stated."""
    source_ids: tuple[str, ...] = ()
    """The sender's own addresses of this record (fullUrl, `Patient/123`)."""


@dataclass(frozen=True, slots=True)
class IncomingDiagnosis:
    """A followed disease with the facts the rules need. Empty text and None mean "not stated"."""

    disease: str
    """`MM`, `AML` or `ALL`."""
    diagnosed_on: date | None = None
    heavy_chain: str = ""
    light_chain: str = ""
    disease_type: str = ""
    measurable: tuple[str, ...] = ()
    remission_on: date | None = None
    response: str = ""
    therapy_ended_on: date | None = None
    risk_group: str = ""


@dataclass(frozen=True, slots=True)
class IncomingPatient:
    """One person to register, or to compare with the one already known under these identifiers."""

    subject: IncomingSubject
    where: str
    site: str = ""
    """Site code; empty when the format has none (FHIR)."""
    diagnosis: IncomingDiagnosis | None = None
    deceased: bool | None = None
    deceased_on: date | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class IncomingCondition:
    """A diagnosis of a followed disease that came apart from its patient."""

    subject: IncomingSubject
    where: str
    disease: str
    """`MM`, `AML` or `ALL`."""
    clinical_status: str
    """`active`, `recurrence`, `relapse`, `inactive`, `remission`, `resolved`; empty when not stated."""
    code: str
    code_system: str
    display: str = ""
    onset_on: date | None = None
    recorded_on: date | None = None
    abated_on: date | None = None
    source_id: str = ""
    row: int | None = None


@_row_record
class IncomingResult:
    """One measured, coded or narrative value with its unit, status and time, all as sent."""

    accession: str
    """What the sender calls this result; the same again means the same result, newly sent or corrected."""
    code: str
    code_system: str
    display: str
    value_text: str
    """The value as printed; empty when there is none (a cancelled test)."""
    comparator: str
    """Empty, `<`, `<=`, `>` or `>=`."""
    value: Decimal | None
    """The number in `value_text`; None when the text is not one plain number. Never rounded."""
    coded: str
    """`system|code` of a coded answer; empty otherwise."""
    unit: str
    unit_system: str
    status: str
    """One of the FHIR observation statuses."""
    collected_at: datetime | None
    """None when only the day, or nothing, is known. Naive: local time of the site, see `zone_known`."""
    collected_on: date | None
    """Calendar day at the place of collection; None when not known to the day."""
    time_known: bool
    zone_known: bool
    """True when `collected_at` carries an offset. When False the caller applies the time zone of the site."""
    specimen: str
    method: str
    laboratory: str
    reference_low: Decimal | None
    reference_high: Decimal | None
    reference_text: str
    """The range as printed, when it is more than two numbers in the unit of the value."""
    note: str
    where: str
    """Row or entry, as a person finds it in the file."""
    row: int | None = None
    """Row number as a spreadsheet shows it; in FHIR the index of the entry in the Bundle, from 0."""
    source_id: str = ""
    """The sender's own address of this record."""
    more_codes: tuple[tuple[str, str], ...] = ()
    """Further (system, code) pairs the sender gave for the same test, in order."""
    detection_limit: Decimal | None = None
    """The limit of detection in the unit of the value; above zero."""
    cells_counted: int | None = None
    """How many cells, or control gene copies, were looked at."""
    target: str = ""
    """What residual disease was looked for, in the sender's words."""


@_row_record
class IncomingReport:
    """Results that came together for one patient under one accession."""

    subject: IncomingSubject
    accession: str
    status: str
    """One of the FHIR report statuses; for CSV the status all its rows share, `unknown` when they differ."""
    laboratory: str
    issued_at: datetime | None
    results: tuple[IncomingResult, ...]
    source_format: str
    """`csv` or `fhir`."""
    where: str
    row: int | None = None
    code: str = ""
    code_system: str = ""
    display: str = ""
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that could not be taken, and how to mend it. The rest was not affected unless `whole_file`."""

    where: str
    reason: Reason
    message: str
    remedy: str
    row: int | None = None
    column: str = ""
    found: str = ""
    """The offending text, shortened. It may hold personal data: show it to the sender, never log it."""
    whole_file: bool = False


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something understood and deliberately not taken."""

    where: str
    reason: Reason
    message: str
    row: int | None = None
