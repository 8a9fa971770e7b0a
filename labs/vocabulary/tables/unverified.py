"""Accepted LOINC codes whose meaning still has to be looked up in the LOINC release, and why each is here."""

from collections.abc import Mapping
from types import MappingProxyType

_ONE_LIST = "seen in one public code list only"
_COMMON = "in wide use, known from practice, its official name not seen"
_NAMED = "its name seen in public code lists, not in the LOINC release"

UNVERIFIED: Mapping[str, str] = MappingProxyType(
    {
        "11150-0": _ONE_LIST,
        **dict.fromkeys(("59260-0", "709-6", "708-8", "20454-5", "2887-8", "2890-2", "806-0"), _COMMON),
        **dict.fromkeys(("804-5", "753-4", "732-8", "743-5", "26484-6", "1995-0"), _COMMON),
        **dict.fromkeys(("26453-1", "26499-4", "26474-7", "26515-7", "30428-7"), _NAMED),
        **dict.fromkeys(("38483-4", "14804-9", "25700-6"), _NAMED),
        "40844-3": "deprecated by LOINC; old results still carry it",
    }
)
