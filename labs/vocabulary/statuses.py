"""Statuses of results and reports: FHIR's words, and what HL7 v2 and printed lists mean by theirs."""

from collections.abc import Mapping

RESULT_STATUSES = (
    "registered",
    "preliminary",
    "final",
    "amended",
    "corrected",
    "cancelled",
    "entered-in-error",
    "unknown",
)
REPORT_STATUSES = (
    "registered",
    "partial",
    "preliminary",
    "modified",
    "final",
    "amended",
    "corrected",
    "appended",
    "cancelled",
    "entered-in-error",
    "unknown",
)
USABLE = frozenset({"final", "amended", "corrected"})
USABLE_REPORTS = USABLE | {"appended"}
CORRECTING = frozenset({"amended", "corrected"})
VOID = frozenset({"cancelled", "entered-in-error"})

# HL7 table 0085, OBX-11. None: the segment carries no result of its own.
HL7_RESULT_STATUS: Mapping[str, str | None] = {
    "C": "corrected",
    "D": "entered-in-error",
    "F": "final",
    "I": "registered",
    "N": None,
    "O": None,
    "P": "preliminary",
    "R": "preliminary",
    "S": "preliminary",
    "U": "final",
    "V": "final",
    "W": "entered-in-error",
    "X": "cancelled",
    "A": "amended",
    "B": "amended",
}

# HL7 table 0123, OBR-25. Y and Z answer a query and say nothing of a report.
HL7_REPORT_STATUS: Mapping[str, str | None] = {
    "O": "registered",
    "I": "registered",
    "S": "registered",
    "A": "partial",
    "P": "preliminary",
    "C": "corrected",
    "R": "preliminary",
    "F": "final",
    "X": "cancelled",
    "Y": None,
    "Z": None,
    "M": "corrected",
    "N": "corrected",
}

_PRINTED: Mapping[str, str] = {
    "prelim": "preliminary",
    "interim": "preliminary",
    "pending": "registered",
    "canceled": "cancelled",
    "correction": "corrected",
    "entered in error": "entered-in-error",
    "entered_in_error": "entered-in-error",
    "error": "entered-in-error",
    "complete": "final",
    "completed": "final",
}


def is_usable(status: str) -> bool:
    """A result of this status may be held against a rule."""
    return status in USABLE


def is_void(status: str) -> bool:
    """The laboratory took the result back: it stays on record and counts for nothing."""
    return status in VOID


def status_of(text: str) -> str | None:
    """The FHIR status a printed word means; None when it means none of them. A blank is not a status."""
    word = text.strip().casefold()
    if word in RESULT_STATUSES:
        return word
    return _PRINTED.get(word)
