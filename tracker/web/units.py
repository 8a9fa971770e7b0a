"""Units as people write them. Only for the screen: files and interfaces keep UCUM."""

from __future__ import annotations

WRITTEN = {
    "10*3/uL": "×10³/µL",
    "10*6/uL": "×10⁶/µL",
    "/uL": "/µL",
    "mg/(24.h)": "mg/24 h",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "{ratio}": "",
    "umol/L": "µmol/L",
    "mm2": "mm²",
}


def written(ucum: str) -> str:
    """A UCUM unit as it is read on paper; unknown ones stay as they are, without the braces of an annotation."""
    return WRITTEN.get(ucum, ucum.strip("{}") if ucum.startswith("{") else ucum)
