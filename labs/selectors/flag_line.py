"""A flag as other programs read it: one object a flag, the same for a stored flag and for a run on files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def flag_line(*, mrn: str, finding: Mapping[str, Any], level: str, signal: str, review: str) -> dict[str, Any]:
    """The contract's keys in its order. `finding` is the frozen evidence of a flag (`Finding.as_dict()`)."""
    return {
        "mrn": mrn,
        "rule": finding["rule"],
        "criteria_version": finding["criteria_version"],
        "level": level,
        "signal": signal,
        "review": review,
        "onset_date": finding["onset_on"],
        "detected_on": finding["detected_on"],
        "explanation": finding["explanation"],
        "evidence": [
            {
                "accession": item["accession"],
                "analyte": item["analyte"],
                "value": item["value"],
                "unit": item["unit"],
                "collected_at": item["collected_on"],
                "role": item["role"],
            }
            for item in finding["evidence"]
        ],
        "confounders": [item["text"] for item in finding["confounders"]],
        "missing": list(finding["missing"]),
    }
