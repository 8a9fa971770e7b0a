"""LOINC codes as codes: their systems, their check digit, and the ones found in use for something they do not mean."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from labs.vocabulary.quarantine import NotTaken, QuarantineReason, UnknownCode

LOINC = "http://loinc.org"
VIGIL = "urn:vigil:analyte"

_LOINC_NAMES = frozenset(
    {
        "http://loinc.org",
        "https://loinc.org",
        "loinc",
        "ln",
        "lnc",
        "2.16.840.1.113883.6.1",
        "urn:oid:2.16.840.1.113883.6.1",
    }
)
_SHAPE = re.compile(r"[0-9]{1,7}-[0-9]")


def is_loinc_system(system: str | None) -> bool:
    """The code system is LOINC by one of its names in FHIR, HL7 v2 and CDA."""
    return (system or "").strip().rstrip("/").casefold() in _LOINC_NAMES


def looks_like_loinc(code: str) -> bool:
    """Digits, a hyphen and one more digit; its check digit may still be wrong."""
    return _SHAPE.fullmatch(code) is not None


def check_digit(number: str) -> int:
    """The mod 10 (Luhn) check digit of the digits before the hyphen."""
    total = 0
    for place, letter in enumerate(reversed(number)):
        digit = int(letter) * (2 if place % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return -total % 10


def has_valid_check_digit(code: str) -> bool:
    """The code has LOINC's shape and its check digit agrees; it may still not have been issued."""
    return looks_like_loinc(code) and check_digit(code[:-2]) == int(code[-1])


@dataclass(frozen=True, slots=True)
class Misused:
    """A code in public use for something it does not mean. `means_display` in the sender's name clears it."""

    means: str
    mistaken_for: str
    use_instead: str
    means_display: str


MISUSED: Mapping[str, Misused] = {
    "26450-7": Misused("Eosinophils/100 leukocytes in blood", "plasma cells in marrow", "11118-7", r"eosin"),
    "26098-4": Misused("an X-ray of the ankle", "plasma cells in marrow", "11118-7", r"ankle|x-?ray|\bxr\b"),
    "32731-2": Misused(
        "beta-2 globulin by electrophoresis", "beta-2 microglobulin", "1952-1", r"beta[- ]?2[- ]?globulin"
    ),
    "11050-2": Misused("total kappa light chains", "free kappa light chains", "104544-2 or 36916-5", r"\btotal\b"),
    "11051-0": Misused("total lambda light chains", "free lambda light chains", "33944-0", r"\btotal\b"),
}


def misused(code: str, display: str = "") -> UnknownCode | NotTaken | None:
    """What to do with a code known to be misused: not taken when its name confirms its true meaning, else refused."""
    known = MISUSED.get(code)
    if known is None:
        return None
    if re.search(known.means_display, display.casefold()):
        return NotTaken(code, f"{code} is {known.means}, which Vigil does not use")
    return UnknownCode(
        code,
        QuarantineReason.CODE_OF_ANOTHER_MEANING,
        f"{code} means {known.means}, and is known to be sent for {known.mistaken_for}",
        f"Ask the laboratory what was measured. For {known.mistaken_for} the code is {known.use_instead}; "
        f"if it really is {known.means}, map the code as not taken for this laboratory.",
    )


def malformed(code: str) -> UnknownCode:
    """The refusal of a code whose check digit is wrong."""
    return UnknownCode(
        code,
        QuarantineReason.CODE_MALFORMED,
        f"{code} is not a LOINC code: its check digit should be {check_digit(code[:-2])}",
        "Ask the laboratory which code it meant; a mistyped digit may name another test.",
    )
