"""Units: a closed list of UCUM units by family, the spellings laboratories send, and exact factors.

General converters read `K/uL` as kelvin, `G/L` as gauss and `T/L` as tesla. Here a text is a unit only when it is
listed, and only within the families of the analyte it was sent for: `G/L` is 10*9/L of platelets and g/L of a protein.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

from labs.vocabulary.unit_spellings import CASE_MATTERS, SPELLINGS

LONGEST = 60

# family -> UCUM unit -> size in the family's first unit
SCALES: Mapping[str, Mapping[str, Fraction]] = MappingProxyType(
    {
        "count": {
            "/uL": Fraction(1),
            "/L": Fraction(1, 10**6),
            "/mL": Fraction(1, 1000),
            "/nL": Fraction(1000),
            "/pL": Fraction(10**6),
            "10*3/uL": Fraction(1000),
            "10*4/uL": Fraction(10**4),
            "10*6/uL": Fraction(10**6),
            "10*3/mL": Fraction(1),
            "10*6/mL": Fraction(1000),
            "10*6/L": Fraction(1),
            "10*9/L": Fraction(1000),
            "10*12/L": Fraction(10**6),
        },
        "mass": {
            "g/L": Fraction(1),
            "g/dL": Fraction(10),
            "mg/mL": Fraction(1),
            "mg/dL": Fraction(1, 100),
            "mg/L": Fraction(1, 1000),
            "ug/mL": Fraction(1, 1000),
            "ug/dL": Fraction(1, 10**5),
            "ug/L": Fraction(1, 10**6),
            "ng/mL": Fraction(1, 10**6),
        },
        "substance": {"mmol/L": Fraction(1), "umol/L": Fraction(1, 1000), "nmol/L": Fraction(1, 10**6)},
        "mass_rate": {
            "mg/(24.h)": Fraction(1),
            "mg/d": Fraction(1),
            "g/(24.h)": Fraction(1000),
            "g/d": Fraction(1000),
        },
        "percent": {"%": Fraction(1), "[ppth]": Fraction(1, 10)},
        "volume_fraction": {"L/L": Fraction(1)},
        "residual": {
            "%": Fraction(1),
            "10*-2": Fraction(1),
            "10*-3": Fraction(1, 10),
            "10*-4": Fraction(1, 100),
            "10*-5": Fraction(1, 1000),
            "10*-6": Fraction(1, 10**4),
        },
        "enzyme": {"U/L": Fraction(1), "mU/mL": Fraction(1), "ukat/L": Fraction(60), "nkat/L": Fraction(60, 1000)},
        "volume": {"fL": Fraction(1), "um3": Fraction(1)},
        "ratio": {"{ratio}": Fraction(1)},
        "filtration": {"mL/min/{1.73_m2}": Fraction(1), "mL/s/{1.73_m2}": Fraction(60)},
        "per_creatinine": {
            "mg/g": Fraction(1),
            "ug/mg": Fraction(1),
            "g/g": Fraction(1000),
            "mg/mg": Fraction(1000),
            "mg/mmol": Fraction("8.842"),
            "g/mol": Fraction("8.842"),
        },
        "length": {"mm": Fraction(1), "cm": Fraction(10)},
        "area": {"mm2": Fraction(1), "cm2": Fraction(100)},
        "days": {"d": Fraction(1)},
        # Known units that no analyte of Vigil takes: they make the difference between "unknown" and "of another kind".
        "other": dict.fromkeys(
            ("pg", "mm/h", "s", "kg", "Cel", "{score}", "mL", "mL/min", "meq/L", "mm[Hg]", "kg/m2", "[pH]"),
            Fraction(1),
        ),
    }
)


def normalised(text: str) -> str:
    """The text without spaces, with one letter for micro, one sign for times and plain digits for raised ones."""
    plain = unicodedata.normalize("NFKC", text)
    for sign, plainer in (("μ", "u"), ("×", "x"), ("−", "-"), ("⁄", "/"), ("·", "."), ("∗", "*")):
        plain = plain.replace(sign, plainer)
    return "".join(plain.split())


def _tables(family: str) -> tuple[dict[str, str], dict[str, str]]:
    exact = {normalised(unit): unit for unit in SCALES[family]}
    for spelling, unit in SPELLINGS.get(family, {}).items():
        exact[normalised(spelling)] = unit
    folded = {spelling.casefold(): unit for spelling, unit in exact.items() if spelling not in CASE_MATTERS}
    return exact, folded


_EXACT_AND_FOLDED = {family: _tables(family) for family in SCALES}


def _without_annotations(text: str) -> str:
    start = text.find("{")
    while start >= 0:
        end = text.find("}", start)
        if end < 0:
            return text
        text = text[:start] + text[end + 1 :]
        start = text.find("{")
    return text


@lru_cache(maxsize=4096)
def ucum_in(family: str, text: str) -> str | None:
    """The UCUM unit a text means within one family; None when it is not listed there."""
    if len(text) > LONGEST:
        return None
    exact, folded = _EXACT_AND_FOLDED[family]
    plain = normalised(text)
    for candidate in (plain, _without_annotations(plain)):
        found = exact.get(candidate) or folded.get(candidate.casefold())
        if found is not None:
            return found
    return None


def ucum(text: str, families: Iterable[str] | None = None) -> str | None:
    """The UCUM unit a text means within the families of an analyte (or in any); None when unknown or ambiguous."""
    found = {unit for family in (SCALES if families is None else families) if (unit := ucum_in(family, text))}
    return found.pop() if len(found) == 1 else None


def families_of(text: str) -> tuple[str, ...]:
    """The families in which a text is a listed unit."""
    return tuple(family for family in SCALES if ucum_in(family, text))


def factors(family: str, canonical: str, *, only: Iterable[str] = ()) -> dict[str, Fraction]:
    """Every unit of a family (or only some of them) -> exact factor to the canonical unit of the same family."""
    scale = SCALES[family]
    chosen = tuple(only) or tuple(scale)
    return {unit: scale[unit] / scale[canonical] for unit in chosen}


def molar(canonical: str, *, millimoles_per_unit: str, only: Iterable[str]) -> dict[str, Fraction]:
    """Some mass and substance units -> factor to a canonical mass unit worth so many mmol/L."""
    size = Fraction(millimoles_per_unit)
    every = factors("mass", canonical) | {unit: scale / size for unit, scale in SCALES["substance"].items()}
    return {unit: every[unit] for unit in only}
