"""What becomes of many printed results, whole: value, unit, warnings, or the reason, message and remedy of a refusal.

`tests/labs/vocabulary/outcomes.txt` holds them, and `test_outcomes.py` compares. After a change that is meant,

    .venv/bin/python -m tests.labs.vocabulary.outcomes

writes the file anew; the difference is then read like any other change, since laboratories and nurses will read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from labs.vocabulary.analyte import Analyte
from labs.vocabulary.analytes import ANALYTES, NOT_TAKEN, LocalCode
from labs.vocabulary.comparable import Comparable, make_comparable

FILE = Path(__file__).parent / "outcomes.txt"
TEXTS = (
    "7", "7.0", "07.50", "0", "-1", "<7", "≤ 7", ">7", ">= 7", "7 H", "7*", "1,5", "1.234,5", "12 345", "7 mg/L", "7 furlong",
    "not detected", "negative", "positive", "trace", "2+", "+++", "IgG kappa", "faint IgG-lambda band", "see comment", "", "NaN",
    "1e3", "7-9", "7 (rechecked)", "99999999",
)  # fmt: skip
UNITS = ("", "mg/dL", "g/L", "%", "10*9/L", "/uL", "K/uL", "parsec", "MG/DL", "µmol/L")
FEW_TEXTS, FEW_UNITS = ("7", "<7", "not detected", "99999999"), ("", "parsec")
WHOLE = frozenset({
    "haemoglobin", "blasts_blood_percent", "ife_serum", "urine_protein_dipstick", "urine_m", "mrd_molecular", "flc_kappa",
})  # fmt: skip
SPECIMENS = ("", "serum", "urine", "blood", "bone_marrow", "CSF", "hair")


def outcomes() -> str:
    """Every case and what became of it, one line each."""
    return "\n".join(f"{' '.join(f'{k}={v!r}' for k, v in case.items())}\n    {told(case)}" for case in cases()) + "\n"


def told(case: dict[str, Any]) -> str:
    """One outcome, with its exact value and its finding in words."""
    outcome = make_comparable(**case)
    if not isinstance(outcome, Comparable):
        return repr(outcome)
    return f"{outcome!r} value={outcome.value} finding={outcome.finding!r} censored={outcome.censored}"


def cases() -> Iterator[dict[str, Any]]:
    """For each analyte its texts, units and specimens (all of them for WHOLE); then codes, and what is rare."""
    for analyte in ANALYTES.values():
        yield from _of(analyte)
    yield from _codes()
    yield from _rare()


def _of(analyte: Analyte) -> Iterator[dict[str, Any]]:
    known = {"code": analyte.loinc[0] if analyte.loinc else f"vigil:{analyte.code}", "where": "row 7"}
    specimen = analyte.specimen or min(analyte.specimens, default="")
    whole = analyte.code in WHOLE
    for text in TEXTS if whole else FEW_TEXTS:
        yield known | {"value_text": text, "unit": analyte.unit, "specimen": specimen}
    for unit in dict.fromkeys((*(UNITS if whole else FEW_UNITS), *analyte.factors)):
        yield known | {"value_text": "3", "unit": unit, "specimen": specimen}
    for other in SPECIMENS if whole else ():
        yield known | {"value_text": "3", "unit": analyte.unit, "specimen": other}
    for coded in (
        () if not whole else ("http://loinc.org|LA6577-6", "http://loinc.org|LA6576-8", "http://loinc.org|LA1", "x|POS")
    ):
        yield known | {"coded": coded, "unit": analyte.unit, "specimen": specimen}
    yield known | {"value_text": "3", "unit": analyte.unit, "specimen": specimen, "display": "Free kappa light chains"}
    yield known | {"value": Decimal("3.25"), "comparator": "<", "unit": analyte.unit, "specimen": specimen}


def _codes() -> Iterator[dict[str, Any]]:
    for code in (
        "718-7",
        " 718-7 ",
        "718-8",
        "26464-8",
        "26446-5",
        "33944-8",
        "32731-2",
        "abc",
        "",
        "albumin",
        "vigil:albumin",
    ):
        for system in (None, "", "http://loinc.org", "local", "urn:oid:1.2"):
            yield {"code": code, "code_system": system, "value_text": "12", "unit": "g/dL", "laboratory": "North"}
    for comparator in ("<", "<=", ">", ">=", "~", ""):
        for text in ("12", "<12", ">12"):
            yield {"code": "718-7", "value_text": text, "comparator": comparator, "unit": "g/dL"}
    for hours, litres in (
        (None, None),
        ("24", "1.5"),
        ("21", "1.5"),
        ("24", "9"),
        ("24", None),
        (None, "1.5"),
        ("22", "0.2"),
    ):
        yield {
            "code": "42482-0", "value_text": "300", "unit": "mg/(24.h)", "specimen": "urine_24h",
            "collection_hours": hours and Decimal(hours), "collection_litres": litres and Decimal(litres),
        }  # fmt: skip
    for text in ("1,5", "1.234,5", "1,234", "12"):
        yield {"code": "718-7", "value_text": text, "unit": "g/dL", "decimal_comma": True}


def _rare() -> Iterator[dict[str, Any]]:
    """Each beside a place ("row 9"), since somebody has to find the result again."""
    haemoglobin, strip, mass, ife = "718-7", "2887-8", "5804-0", "49275-1"
    local_codes = {LocalCode("", "HB"): "haemoglobin", LocalCode("North", "EOS"): NOT_TAKEN}
    for case in (
        {"code": "nothing", "value_text": "12"},
        {"code": "HB", "value_text": "12", "unit": "g/dL", "local_codes": local_codes},
        {"code": "EOS", "value_text": "12", "unit": "%", "laboratory": "North", "local_codes": local_codes},
        {"code": "EOS", "value_text": "12", "unit": "%", "laboratory": "South", "local_codes": local_codes},
        {"code": haemoglobin, "code_system": "http://snomed.info/sct", "value_text": "12", "local_codes": local_codes},
        {"code": "32731-2", "value_text": "12", "display": "Beta 2 globulin", "local_codes": local_codes},
        {"code": haemoglobin, "value_text": "12", "unit": "g/dL", "display": "Platelets, " + "counted again " * 20},
        {"code": haemoglobin, "value_text": "7 X", "unit": "g/dL"},
        {"code": haemoglobin, "value_text": "7X", "unit": "g/dL"},
        {"code": haemoglobin, "value_text": "X", "unit": "g/dL"},
        {"code": haemoglobin, "value_text": "7 *g/L*", "unit": ""},
        {"code": haemoglobin, "value_text": "7 g / dL", "unit": ""},
        {"code": haemoglobin, "value_text": "7%%", "unit": "g/dL"},
        {"code": haemoglobin, "value_text": "&gt;7", "unit": "g/dL"},
        {"code": haemoglobin, "value_text": "7 " + "furlongs" * 9, "unit": "g/dL"},
        {"code": "1751-7", "value_text": "42 g/L", "unit": "G/L"},
        {"code": "33358-3", "value_text": "not detected", "unit": "g/L"},
        {"code": "33358-3", "value_text": "not detected", "unit": "parsec"},
        {"code": ife, "value_text": "negative", "specimen": "tube 3"},
        {"code": ife, "value_text": "much to be said " * 10, "specimen": "serum"},
        {"code": strip, "value_text": "30,5 mg/dL", "specimen": "urine", "decimal_comma": True},
        {"code": strip, "value_text": "2+", "specimen": "serum"},
        {"code": strip, "value_text": "1 plus", "specimen": "serum"},
        {"code": mass, "value_text": "2+", "specimen": "serum"},
        {"code": mass, "value_text": "1 plus", "specimen": "serum", "unit": "mg/dL"},
        {"code": mass, "value_text": "1 +", "specimen": "urine"},
    ):
        yield case | {"where": "row 9"}


if __name__ == "__main__":
    FILE.write_text(outcomes(), "utf-8")
