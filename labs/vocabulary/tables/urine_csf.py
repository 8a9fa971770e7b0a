"""Urine protein, test strip, and cerebrospinal fluid."""

from collections.abc import Mapping
from fractions import Fraction

from labs.vocabulary.analyte import Analyte, Range, limits
from labs.vocabulary.units import factors

DIPSTICK_SCALE = ("negative", "trace", "1+", "2+", "3+", "4+")

_URINE = frozenset({"urine", "urine_24h"})
_PER_CREATININE = factors("per_creatinine", "mg/g")
_CELLS = factors("count", "/uL")
_MASS = factors("mass", "mg/dL", only=("mg/dL", "g/L", "mg/L", "g/dL", "ug/mL", "mg/mL"))
# 1 mmol glucose is 180.156 mg, so 1 mmol/L is 18.0156 mg/dL.
_GLUCOSE: Mapping[str, Fraction] = {
    "mg/dL": Fraction(1),
    "mg/L": Fraction(1, 10),
    "g/L": Fraction(100),
    "mmol/L": Fraction("18.0156"),
}


def _urine(
    code: str,
    name: str,
    loinc: tuple[str, ...],
    unit: str,
    accepted: Mapping[str, Fraction],
    family: str,
    high: str,
    soft: Range | None = None,
) -> Analyte:
    daily = family == "mass_rate"
    return Analyte(
        code=code,
        name=name,
        loinc=loinc,
        specimen="urine_24h" if daily else "urine",
        specimens=_URINE,
        unit=unit,
        group="urine",
        factors=accepted,
        families=(family,),
        hard=limits("0", high),
        soft=soft,
        absent=True,
        collection="24h" if daily else "",
        sibling="urine_protein_dipstick" if code == "urine_protein_dipstick_mass" else "",
    )


def _csf(
    code: str,
    name: str,
    loinc: tuple[str, ...],
    unit: str,
    accepted: Mapping[str, Fraction],
    families: tuple[str, ...],
    high: str,
    soft: Range,
    *,
    absent: bool = True,
    soft_note: str = "",
) -> Analyte:
    return Analyte(
        code=code,
        name=name,
        loinc=loinc,
        specimen="csf",
        specimens=frozenset({"csf"}),
        unit=unit,
        group="csf",
        factors=accepted,
        families=families,
        hard=limits("0", high),
        soft=soft,
        absent=absent,
        soft_note=soft_note,
    )


_DIPSTICK = Analyte(
    code="urine_protein_dipstick",
    name="Urine protein, test strip",
    loinc=("20454-5", "2887-8"),
    specimen="urine",
    specimens=_URINE,
    unit="",
    group="urine",
    kind="ordinal",
    places=0,
    scale=DIPSTICK_SCALE,
    sibling="urine_protein_dipstick_mass",
)

URINE_AND_CSF = (
    _urine(
        "urine_protein_24h",
        "Urine protein, 24 h",
        ("2889-4",),
        "mg/(24.h)",
        factors("mass_rate", "mg/(24.h)"),
        "mass_rate",
        "60000",
        limits("0", "20000"),
    ),
    _DIPSTICK,
    _urine(
        "urine_protein_dipstick_mass",
        "Urine protein, test strip, as concentration",
        ("5804-0",),
        "mg/dL",
        factors("mass", "mg/dL", only=("mg/dL", "g/L", "mg/L")),
        "mass",
        "5000",
    ),
    _urine("urine_acr", "Urine albumin/creatinine", ("9318-7",), "mg/g", _PER_CREATININE, "per_creatinine", "50000"),
    _urine("urine_pcr", "Urine protein/creatinine", ("2890-2",), "mg/g", _PER_CREATININE, "per_creatinine", "50000"),
    _csf(
        "csf_wbc",
        "White cells in CSF",
        ("26465-5", "806-0", "58470-6"),
        "/uL",
        _CELLS,
        ("count",),
        "200000",
        limits("0", "1000"),
    ),
    _csf(
        "csf_rbc",
        "Red cells in CSF",
        ("26454-9", "792-2"),
        "/uL",
        _CELLS,
        ("count",),
        "5000000",
        limits("0", "9.999999"),
        soft_note="10 or more: a traumatic tap",
    ),
    _csf(
        "csf_blasts",
        "Blasts in CSF",
        ("26447-3",),
        "%",
        factors("percent", "%"),
        ("percent",),
        "100",
        limits("0", "0"),
        soft_note="any value above zero is confirmed by a look at the cytospin",
    ),
    _csf(
        "csf_protein",
        "Protein in CSF",
        ("2880-3",),
        "mg/dL",
        _MASS,
        ("mass",),
        "5000",
        limits("5", "500"),
        absent=False,
    ),
    _csf(
        "csf_glucose",
        "Glucose in CSF",
        ("2342-4",),
        "mg/dL",
        _GLUCOSE,
        ("mass", "substance"),
        "1000",
        limits("5", "500"),
        absent=False,
    ),
)
