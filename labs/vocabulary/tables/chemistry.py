"""Serum chemistry: proteins, kidney, calcium, LDH, CRP."""

from collections.abc import Mapping
from fractions import Fraction

from labs.vocabulary.analyte import Analyte, Range, limits
from labs.vocabulary.units import factors, molar

SERUM = frozenset({"serum", "plasma"})
SERUM_OR_BLOOD = SERUM | {"blood"}

# mmol/L in one mg/dL, as clinical practice rounds them; exact from here on (1 mg/dL creatinine = 88.42 umol/L).
CREATININE = molar("mg/dL", millimoles_per_unit="0.08842", only=("mg/dL", "mg/L", "umol/L", "mmol/L"))
CALCIUM = molar("mg/dL", millimoles_per_unit="0.2495", only=("mg/dL", "mg/L", "mmol/L"))
CALCIUM_IN_MMOL: Mapping[str, Fraction] = {unit: size / CALCIUM["mmol/L"] for unit, size in CALCIUM.items()}
GRAMS = factors("mass", "g/dL", only=("g/dL", "g/L", "mg/dL", "mg/mL"))


def _serum(
    code: str,
    name: str,
    loinc: tuple[str, ...],
    unit: str,
    accepted: Mapping[str, Fraction],
    families: tuple[str, ...],
    hard: Range,
    soft: Range,
    *,
    group: str = "chemistry",
    specimens: frozenset[str] = SERUM,
) -> Analyte:
    return Analyte(
        code=code,
        name=name,
        loinc=loinc,
        specimen="serum",
        specimens=specimens,
        unit=unit,
        group=group,
        factors=accepted,
        families=families,
        hard=hard,
        soft=soft,
    )


def _egfr(code: str, name: str, loinc: str) -> Analyte:
    unit = "mL/min/{1.73_m2}"
    accepted = factors("filtration", unit)
    return _serum(
        code,
        name,
        (loinc,),
        unit,
        accepted,
        ("filtration",),
        limits("0", "250"),
        limits("2", "160"),
        group="renal",
        specimens=SERUM_OR_BLOOD,
    )


_MASS = ("mass",)
_MOLAR = ("mass", "substance")

CHEMISTRY = (
    _serum("total_protein", "Total protein", ("2885-2",), "g/dL", GRAMS, _MASS, limits("1", "20"), limits("4", "13")),
    _serum("albumin", "Albumin", ("1751-7",), "g/dL", GRAMS, _MASS, limits("0.5", "7"), limits("1.5", "5.5")),
    _serum(
        "creatinine",
        "Creatinine",
        ("2160-0", "14682-9", "38483-4"),
        "mg/dL",
        CREATININE,
        _MOLAR,
        limits("0.05", "40"),
        limits("0.2", "15"),
        group="renal",
        specimens=SERUM_OR_BLOOD,
    ),
    _egfr("egfr", "eGFR, CKD-EPI 2021", "98979-8"),
    _egfr("egfr_mdrd", "eGFR, MDRD", "33914-3"),
    _egfr("egfr_ckd_epi_2009", "eGFR, CKD-EPI 2009", "62238-1"),
    _serum(
        "calcium",
        "Calcium",
        ("17861-6", "2000-8"),
        "mg/dL",
        CALCIUM,
        _MOLAR,
        limits("2", "25"),
        limits("5", "16"),
        group="calcium",
    ),
    _serum(
        "calcium_corrected",
        "Calcium, corrected for albumin",
        ("46099-8", "29265-6"),
        "mg/dL",
        CALCIUM,
        _MOLAR,
        limits("2", "25"),
        limits("5", "16"),
        group="calcium",
    ),
    _serum(
        "calcium_ionised",
        "Calcium, ionised",
        ("1994-3", "1995-0"),
        "mmol/L",
        CALCIUM_IN_MMOL,
        _MOLAR,
        limits("0.2", "5"),
        limits("0.7", "2.0"),
        group="calcium",
        specimens=SERUM_OR_BLOOD,
    ),
    _serum(
        "ldh",
        "Lactate dehydrogenase",
        ("2532-0", "14804-9"),
        "U/L",
        factors("enzyme", "U/L"),
        ("enzyme",),
        limits("10", "50000"),
        limits("60", "5000"),
    ),
    _serum(
        "crp",
        "C-reactive protein",
        ("1988-5",),
        "mg/L",
        factors("mass", "mg/L", only=("mg/L", "mg/dL", "ug/mL")),
        _MASS,
        limits("0", "1000"),
        limits("0", "400"),
    ),
)
