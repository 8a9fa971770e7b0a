"""Units: every factor against an independent converter, every spelling in its table."""

from fractions import Fraction
from itertools import product

import pytest

from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.unit_spellings import SPELLINGS
from labs.vocabulary.units import SCALES, families_of, ucum, ucum_in
from tests.labs.vocabulary.oracle import MOLAR_MASS, factor, is_molar, molar_factor

FACTORS = [(analyte.code, unit) for analyte in ANALYTES.values() for unit in analyte.factors]
MASS_OF = {
    "haemoglobin": "haemoglobin",
    "creatinine": "creatinine",
    "calcium": "calcium",
    "calcium_corrected": "calcium",
    "calcium_ionised": "calcium",
    "csf_glucose": "glucose",
    "urine_acr": "creatinine",
    "urine_pcr": "creatinine",
}
# The factors of practice are rounded: 88.42 against 88.40, 0.6206 against 0.62056, 0.2495 against 0.24951.
MOLAR_TOLERANCE = 3e-4


def crosses_mass_and_substance(code: str, unit: str) -> bool:
    return is_molar(unit) != is_molar(ANALYTES[code].unit)


@pytest.mark.parametrize(("code", "unit"), FACTORS)
def test_every_factor_equals_the_independent_converter(code: str, unit: str) -> None:
    analyte = ANALYTES[code]
    ours = float(analyte.factors[unit])
    if not crosses_mass_and_substance(code, unit):
        assert ours == pytest.approx(factor(unit, analyte.unit), rel=1e-9)
        return
    mass = MOLAR_MASS[MASS_OF[code]]
    theirs = _per_creatinine(unit, mass) if analyte.unit == "mg/g" else molar_factor(unit, analyte.unit, mass)
    assert ours == pytest.approx(theirs, rel=MOLAR_TOLERANCE)


def _per_creatinine(unit: str, mass: float) -> float:
    """mg per mmol of creatinine, in mg per g: here the substance stands below the line."""
    per_mmol = factor(unit, "mg/mmol")
    return per_mmol * 1000 / mass


def test_every_family_and_molar_analyte_is_reached_by_the_oracle() -> None:
    crossing = {code for code, unit in FACTORS if crosses_mass_and_substance(code, unit)}
    assert crossing == set(MASS_OF)


@pytest.mark.parametrize(
    ("code", "unit", "exact"),
    [
        ("haemoglobin", "g/L", Fraction(1, 10)),
        ("haemoglobin", "mmol/L", Fraction(10000, 6206)),
        ("creatinine", "umol/L", Fraction(100, 8842)),
        ("creatinine", "mmol/L", Fraction(100000, 8842)),
        ("calcium", "mmol/L", Fraction(10000, 2495)),
        ("calcium_ionised", "mg/dL", Fraction(2495, 10000)),
        ("albumin", "g/L", Fraction(1, 10)),
        ("total_protein", "g/L", Fraction(1, 10)),
        ("serum_m", "g/L", Fraction(1, 10)),
        ("flc_kappa", "mg/dL", Fraction(10)),
        ("igg", "g/L", Fraction(100)),
        ("wbc", "10*9/L", Fraction(1)),
        ("rbc", "10*12/L", Fraction(1)),
        ("csf_wbc", "10*6/L", Fraction(1)),
        ("b2m", "ug/mL", Fraction(1)),
        ("ldh", "ukat/L", Fraction(60)),
        ("urine_m", "g/(24.h)", Fraction(1000)),
        ("mrd_flow", "10*-4", Fraction(1, 100)),
        ("haematocrit", "L/L", Fraction(100)),
        ("reticulocytes", "[ppth]", Fraction(1, 10)),
    ],
)
def test_factors_are_the_exact_ones_of_the_clinical_reference(code: str, unit: str, exact: Fraction) -> None:
    assert ANALYTES[code].factors[unit] == exact


SPELLED = [
    ("count", "10*3/uL", ("K/uL|k/ul|K/UL|K/mcL|K/µL|K/μL|K/mm3|x10E3/uL|X10E3/UL|10E3/uL|10e3/uL|x10^3/uL|10^3/uL|10*3/uL|10*3/ul"
     "|x10*3/uL|x10(3)/uL|10**3/uL|x 10³/µL|×10³/µL|10³/µl|thou/uL|Thou/uL|thous/uL|Thousand/uL|thousand/uL|x10 3/uL|10*3/mm3"
     "|10*3{cells}/uL|10^3 cells/uL|K/cumm|tsd/µl")),
    ("count", "10*9/L", "10^9/L|10*9/L|x10*9/L|x10^9/L|10E9/L|x10E9/L|10e9/L|10⁹/L|×10⁹/L|x109/L|G/L|G/l|Giga/L|Gpt/L|bil/L|10 9/L"),
    ("count", "10*12/L", "10^12/L|10*12/L|x10*12/L|x10E12/L|10¹²/L|T/L|T/l|Tera/L|Tpt/L"),
    ("count", "10*6/uL", "M/uL|M/UL|MIL/UL|mil/uL|Mil/uL|mill/uL|million/uL|Million/uL|M/mcL|10*6/uL|x10E6/uL|10^6/µL|Mio/µl|M/mm3|mill/mm3"),
    ("count", "10*3/uL", "10*3{cells}/uL{auto}|K{WBC}/uL{auto}|10∗3/uL|K⁄uL"),
    ("count", "/uL", "/uL|/ul|/mm3|/mm³|/cumm|/cu mm|cells/uL|cells/µL|cell/uL|{cells}/uL|{cell}/uL|cells/mm3|/mcL|/cmm"),
    ("count", "10*6/L", "10*6/L|10^6/L|x10E6/L|x10⁶/L"),
    ("count", "/nL", "/nL|/nl"),
    ("count", "/pL", "/pL|/pl"),
    ("count", "10*4/uL", "10*4/uL|x10^4/uL"),
    ("mass", "g/dL", "g/dL|g/dl|G/DL|gm/dL|gm/dl|GM/DL|g%|gm%|gr/dL|g/100 mL|g / dL"),
    ("mass", "g/L", "g/L|g/l|G/L|gm/L|g/liter"),
    ("mass", "mg/dL", "mg/dL|mg/dl|MG/DL|Mg/dL|mg%|mgm/dL|mg/100mL"),
    ("mass", "mg/L", "mg/L|mg/l|MG/L"),
    ("mass", "ug/mL", "ug/mL|µg/mL|μg/ml|mcg/mL|UG/ML|MCG/ML"),
    ("mass", "ug/L", "ug/L|mcg/L|µg/L|µg/l"),
    ("mass", "ng/mL", "ng/mL|NG/ML"),
    ("substance", "umol/L", "umol/L|µmol/L|μmol/l|UMOL/L|mcmol/L|micromol/L"),
    ("substance", "mmol/L", "mmol/L|mmol/l|MMOL/L|Mmol/L"),
    ("mass_rate", "mg/(24.h)", "mg/24h|mg/24 h|mg/24hr|mg/24 hrs|mg/24 hours|mg/(24.h)|mg/(24 h)|mg/24.h|MG/24HR"),
    ("mass_rate", "mg/d", "mg/d|mg/day|mg/Day"),
    ("mass_rate", "g/(24.h)", "g/24 h|g/24h|gm/24h|g/(24.h)|G/24H"),
    ("mass_rate", "g/d", "g/d|g/day"),
    ("percent", "%", "%|percent|pct|% "),
    ("percent", "%", "%{WBC}"),
    ("percent", "[ppth]", "‰|[ppth]|/1000"),
    ("volume_fraction", "L/L", "L/L|l/l"),
    ("residual", "10*-4", "10*-4|10^-4|10E-4|x10^-4|10⁻⁴"),
    ("residual", "%", "%|% IS|copies/100 ABL1"),
    ("enzyme", "U/L", "U/L|u/l|IU/L|iu/l|UI/L|[IU]/L|[iU]/L|units/L"),
    ("enzyme", "ukat/L", "ukat/L|µkat/L|μkat/l"),
    ("enzyme", "nkat/L", "nkat/L"),
    ("volume", "fL", "fL|fl|FL"),
    ("volume", "um3", "um3|µm3|um^3|µm³"),
    ("ratio", "{ratio}", "{ratio}|ratio|Ratio|1"),
    ("filtration", "mL/min/{1.73_m2}", ("mL/min/{1.73_m2}|mL/min/1.73m2|mL/min/1.73 m2|mL/min/1.73 m^2|mL/min/1.73m²|ml/min/1.73m2"
     "|mL/min/1.73|mL/min/1.73.m2|mL/min/1.73·m²|mL/min/{1.73m2}|ML/MIN/1.73M2|mL/min per 1.73 m2")),
    ("filtration", "mL/s/{1.73_m2}", "mL/s/1.73m2"),
    ("per_creatinine", "mg/g", "mg/g|mg/g creat|mg/g{creat}|mg/gCre|mg/g creatinine"),
    ("per_creatinine", "ug/mg", "ug/mg|mcg/mg|µg/mg creat|mcg/mg creat"),
    ("per_creatinine", "mg/mmol", "mg/mmol|mg/mmol creat|mg/mmol{creat}"),
]  # fmt: skip


@pytest.mark.parametrize(("family", "unit", "text"), [(f, u, t) for f, u, texts in SPELLED for t in texts.split("|")])
def test_spellings_of_laboratories(family: str, unit: str, text: str) -> None:
    assert ucum_in(family, text) == unit


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ("count", "g/L"),
        ("count", "g/l"),
        ("count", "t/L"),
        ("count", "m/uL"),
        ("count", "m/ul"),
        ("count", "kg"),
        ("count", "K"),
        ("count", "10/uL"),
        ("count", "10*5/uL"),
        ("count", "%"),
        ("count", "/HPF"),
        ("count", ""),
        ("mass", "g"),
        ("mass", "mg"),
        ("mass", "mg/24h"),
        ("mass", "mg/g"),
        ("mass", "T/L"),
        ("mass", "mmol/L"),
        ("mass", "mg/kg"),
        ("percent", "1"),
        ("percent", "mg/dL"),
        ("residual", "1"),
        ("residual", "10"),
        ("ratio", "%"),
        ("filtration", "mL/min"),
        ("enzyme", "U"),
        ("enzyme", "kU"),
        ("mass_rate", "mg/h"),
        ("mass_rate", "mg/12h"),
        ("mass_rate", "mg/dL"),
        ("count", "{cells/uL"),
    ],
)
def test_texts_that_are_not_units_of_a_family(family: str, text: str) -> None:
    assert ucum_in(family, text) is None


def test_one_text_means_one_unit_in_its_family() -> None:
    """Folding upper and lower case brings no two units together, and each spelled unit is listed."""
    for family, spellings in SPELLINGS.items():
        assert set(spellings.values()) <= set(SCALES[family]), family
        for text, unit in spellings.items():
            assert ucum_in(family, text) == unit, (family, text)
    for family, scale in SCALES.items():
        assert all(ucum_in(family, unit) == unit for unit in scale)


def test_a_text_of_two_meanings_needs_the_analyte() -> None:
    assert ucum("G/L") is None
    assert families_of("G/L") == ("count", "mass")
    assert ucum("G/L", ANALYTES["platelets"].families) == "10*9/L"
    assert ucum("G/L", ANALYTES["albumin"].families) == "g/L"


def test_accepted_units_are_listed_in_the_families_of_their_analyte() -> None:
    for analyte in ANALYTES.values():
        for unit in analyte.factors:
            assert ucum(unit, analyte.families) == unit, (analyte.code, unit)


def test_no_analyte_reads_a_text_in_two_ways() -> None:
    for analyte in ANALYTES.values():
        for one, other in product(analyte.families, repeat=2):
            both = set(SPELLINGS.get(one, {})) & set(SPELLINGS.get(other, {}))
            assert one == other or all(ucum_in(one, text) == ucum_in(other, text) for text in both), analyte.code
