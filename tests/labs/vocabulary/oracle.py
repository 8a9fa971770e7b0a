"""An independent converter: ucumvert reads UCUM, pint converts. Molar masses come from atomic weights."""

from functools import lru_cache
from typing import Any

# g/mol from standard atomic weights, and the daltons of one globin chain with its haem.
_WEIGHTS = {"C": 12.011, "H": 1.008, "N": 14.007, "O": 15.999, "Ca": 40.078}
MOLAR_MASS = {
    "creatinine": 4 * _WEIGHTS["C"] + 7 * _WEIGHTS["H"] + 3 * _WEIGHTS["N"] + _WEIGHTS["O"],
    "glucose": 6 * _WEIGHTS["C"] + 12 * _WEIGHTS["H"] + 6 * _WEIGHTS["O"],
    "calcium": _WEIGHTS["Ca"],
    "haemoglobin": 16114.5,
}


@lru_cache(maxsize=1)
def registry() -> Any:
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()


def size(unit: str) -> Any:
    """A quantity of 1 of a UCUM unit. Annotations carry no meaning in UCUM."""
    if unit == "{ratio}":
        return registry().Quantity(1.0, "dimensionless")
    return registry().from_ucum(unit)


def factor(unit: str, canonical: str) -> float:
    """How many of the canonical unit are in one of the unit, by the independent library."""
    return float((1.0 * size(unit)).to(size(canonical).units).magnitude / size(canonical).magnitude)


def is_molar(unit: str) -> bool:
    return "mol" in unit


def molar_factor(unit: str, canonical: str, molar_mass: float) -> float:
    """The same across mass and substance, with a molar mass in g/mol."""
    mass = molar_mass * size("g/mol")
    quantity = 1.0 * size(unit)
    crossed = quantity * mass if is_molar(unit) else quantity / mass
    return float(crossed.to(size(canonical).units).magnitude / size(canonical).magnitude)
