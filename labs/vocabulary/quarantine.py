"""Why a result was not taken: every refusal has a reason code, a sentence that names what and where, and a remedy."""

from enum import StrEnum
from typing import NamedTuple


class QuarantineReason(StrEnum):
    """Stable codes; pages translate them, reports count them."""

    CODE_MISSING = "code_missing"
    CODE_MALFORMED = "code_malformed"
    CODE_UNKNOWN = "code_unknown"
    CODE_OF_ANOTHER_MEANING = "code_of_another_meaning"
    SPECIMEN_CONTRADICTS = "specimen_contradicts"
    SPECIMEN_MISSING = "specimen_missing"
    UNIT_MISSING = "unit_missing"
    UNIT_UNKNOWN = "unit_unknown"
    UNIT_OF_ANOTHER_KIND = "unit_of_another_kind"
    UNIT_CONTRADICTS = "unit_contradicts"
    SPOT_URINE = "spot_urine"
    COLLECTION_INCOMPLETE = "collection_incomplete"
    VALUE_MISSING = "value_missing"
    VALUE_UNREADABLE = "value_unreadable"
    VALUE_AMBIGUOUS = "value_ambiguous"
    VALUE_CONTRADICTS = "value_contradicts"
    VALUE_NOT_FINITE = "value_not_finite"
    VALUE_NEGATIVE = "value_negative"
    VALUE_IMPLAUSIBLE = "value_implausible"
    LIMIT_ABOVE_VALUE = "limit_above_value"


class CautionCode(StrEnum):
    """A value that was taken and should be looked at."""

    BEYOND_SOFT_LIMITS = "beyond_soft_limits"
    SPECIMEN_NOT_RECOGNISED = "specimen_not_recognised"
    UNIT_READ_FROM_VALUE = "unit_read_from_value"
    NOT_DETECTED_TAKEN_AS_ZERO = "not_detected_taken_as_zero"


class Caution(NamedTuple):
    """A note beside a value that was taken; `message` is plain English, pages translate `code`."""

    code: CautionCode
    message: str


class Quarantined(NamedTuple):
    """A result kept aside: nobody may read it as normal. `where` is the place in the message or file, as given."""

    reason: QuarantineReason
    message: str
    remedy: str
    where: str = ""
    analyte: str = ""


class NotTaken(NamedTuple):
    """A well-formed code that Vigil knows it does not use: a line in the import report, not a quarantine."""

    code: str
    reason: str


class UnknownCode(NamedTuple):
    """A code that names no analyte: malformed, of another meaning, or a local code nobody has mapped yet."""

    code: str
    reason: QuarantineReason
    message: str
    remedy: str
