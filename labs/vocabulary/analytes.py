"""Every analyte Vigil takes, and which one a code names."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from labs.vocabulary.analyte import Analyte, Kind, Range
from labs.vocabulary.loinc import VIGIL, has_valid_check_digit, is_loinc_system, looks_like_loinc, malformed, misused
from labs.vocabulary.quarantine import NotTaken, QuarantineReason, UnknownCode
from labs.vocabulary.tables.blood import BLOOD
from labs.vocabulary.tables.chemistry import CHEMISTRY
from labs.vocabulary.tables.clinician import CLINICIAN, NOT_MEASURED
from labs.vocabulary.tables.myeloma import MYELOMA
from labs.vocabulary.tables.residual_disease import RESIDUAL_DISEASE
from labs.vocabulary.tables.unverified import UNVERIFIED
from labs.vocabulary.tables.urine_csf import URINE_AND_CSF

__all__ = [
    "ANALYTES",
    "BY_LOINC",
    "COMES_BY",
    "LABORATORY_ANALYTES",
    "NOT_TAKEN",
    "Analyte",
    "Kind",
    "LocalCode",
    "Range",
    "analyte_for",
]

LOCAL = "local"  # the code system of a code that came without one
COMES_BY: Mapping[str, str] = {
    "clinician": "recorded by a clinician on the page of the patient",
    "patient": "reported as a symptom",
    "plan": "seen from the plan of tests",
}
NOT_TAKEN = ""  # the target of a local code that a laboratory manager looked at and Vigil does not use


def _with_doubts(analyte: Analyte) -> Analyte:
    doubtful = {code: UNVERIFIED[code] for code in analyte.loinc if code in UNVERIFIED}
    return replace(analyte, unverified=MappingProxyType(doubtful)) if doubtful else analyte


_LABORATORY = tuple(
    _with_doubts(analyte) for analyte in (*BLOOD, *MYELOMA, *CHEMISTRY, *URINE_AND_CSF, *RESIDUAL_DISEASE)
)
_ALL = (*_LABORATORY, *CLINICIAN, *NOT_MEASURED)

ANALYTES: Mapping[str, Analyte] = MappingProxyType({analyte.code: analyte for analyte in _ALL})

LABORATORY_ANALYTES: Mapping[str, Analyte] = MappingProxyType({analyte.code: analyte for analyte in _LABORATORY})
"""Those that may arrive as results: what forms, files and messages offer and take."""

BY_LOINC: Mapping[str, Analyte] = MappingProxyType({loinc: analyte for analyte in _ALL for loinc in analyte.loinc})


class LocalCode(NamedTuple):
    """A laboratory's own code; a site maps it to the code of an analyte, or to NOT_TAKEN."""

    laboratory: str
    code: str


LocalCodes = Mapping[LocalCode, str]


def analyte_for(
    system: str | None, code: str, *, laboratory: str = "", display: str = "", local_codes: LocalCodes | None = None
) -> Analyte | NotTaken | UnknownCode:
    """The analyte a code names. A site's own mapping goes first, then LOINC, then Vigil's own codes; never a guess."""
    code = code.strip()
    if not code:
        return UnknownCode(
            code,
            QuarantineReason.CODE_MISSING,
            "the result carries no code",
            "Ask the laboratory to send the LOINC code of the test.",
        )
    mapped = (local_codes or {}).get(LocalCode(laboratory, code))
    if mapped is not None and code not in BY_LOINC:
        return (
            _measured(ANALYTES[mapped]) if mapped else NotTaken(code, f"{code} of {laboratory} is mapped as not taken")
        )
    if is_loinc_system(system) or (not system and looks_like_loinc(code)):
        return _by_loinc(code, display)
    own = _own_code(system, code)
    if own is not None:
        return own
    return UnknownCode(
        code,
        QuarantineReason.CODE_UNKNOWN,
        f"{code} ({system or 'no code system'}) of {laboratory or 'an unnamed laboratory'} is not mapped to an analyte",
        "Map this local code to an analyte, or mark it as not taken, for this laboratory.",
    )


def _measured(analyte: Analyte) -> Analyte | NotTaken:
    """The analyte, when a laboratory may send it."""
    if analyte.entered == "laboratory":
        return analyte
    return NotTaken(analyte.code, f"{analyte.name} is not a laboratory result: it is {COMES_BY[analyte.entered]}")


def _own_code(system: str | None, code: str) -> Analyte | NotTaken | None:
    """The analyte of one of Vigil's own codes: said to be Vigil's, or naming what has no LOINC code at all.

    A laboratory's own `albumin` may be urine albumin; a bare word is therefore never taken for one of Vigil's.
    """
    analyte = ANALYTES.get(code.removeprefix("vigil:"))
    if analyte is None or system not in (None, "", VIGIL, LOCAL):
        return None
    said = system == VIGIL or code.startswith("vigil:")
    return _measured(analyte) if said or not analyte.loinc else None


def _by_loinc(code: str, display: str) -> Analyte | NotTaken | UnknownCode:
    analyte = BY_LOINC.get(code)
    if analyte is not None:
        return analyte
    if not looks_like_loinc(code):
        return UnknownCode(
            code,
            QuarantineReason.CODE_MALFORMED,
            f"{code} does not have the form of a LOINC code",
            "Ask the laboratory which code it meant.",
        )
    if not has_valid_check_digit(code):
        return malformed(code)
    return misused(code, display) or NotTaken(code, f"{code} is a LOINC code Vigil does not use")
