"""The spellings laboratories use for units, by family. Add a spelling here; a spelling means one unit in its family."""

from collections.abc import Mapping
from itertools import product

# Texts in which upper and lower case mean different things: G/L is 10*9/L of cells, g/L is grams.
CASE_MATTERS = frozenset(
    {"G/L", "T/L", "g/l", "t/l", "g/L", "t/L", "G/l", "T/l", "M/uL", "M/UL", "M/ul", "m/uL", "m/ul", "m/mm3", "M/mm3"}
)

_THOUSAND = ("K", "thou", "thous", "thousand", "thousands", "tsd", "tsd.")
_MILLION = ("mil", "mill", "million", "millions", "mio", "mio.")
_MICROLITRE = ("uL", "mcL", "mm3", "mm^3", "mm*3", "cumm", "cu.mm", "cmm")
_CELLS = ("", "cells", "cell", "cells.")


def _powers(exponent: int) -> tuple[str, ...]:
    """10*3, 10^3, 10E3, 10(3), 10**3 and 103 (the raised digit lost), each also with a leading x or *."""
    bare = [f"10{sign}{exponent}" for sign in ("*", "^", "E", "e", "**", "")] + [f"10({exponent})", f"10^({exponent})"]
    return tuple(lead + power for lead in ("", "x", "*", "x.") for power in bare)


def _per(numbers: tuple[str, ...], volumes: tuple[str, ...], unit: str) -> dict[str, str]:
    return {f"{number}{cells}/{volume}": unit for number, cells, volume in product(numbers, _CELLS[:2], volumes)}


def _counts() -> dict[str, str]:
    spellings = {f"{cells}/{volume}": "/uL" for cells, volume in product(_CELLS, _MICROLITRE)}
    spellings |= {f"{cells}/{volume}": f"/{volume}" for cells, volume in product(_CELLS, ("L", "mL", "nL", "pL"))}
    spellings |= {f"per{volume}": "/uL" for volume in _MICROLITRE}
    spellings |= _per(_powers(3) + _THOUSAND, _MICROLITRE, "10*3/uL")
    spellings |= _per(_powers(4), _MICROLITRE, "10*4/uL")
    spellings |= _per((*_powers(6), *_MILLION, "M"), _MICROLITRE, "10*6/uL")
    spellings |= _per(_powers(3), ("mL",), "10*3/mL") | _per(_powers(6), ("mL",), "10*6/mL")
    spellings |= _per(_powers(6), ("L",), "10*6/L")
    spellings |= _per((*_powers(9), "Gpt", "Giga", "bil", "billion"), ("L",), "10*9/L")
    spellings |= _per((*_powers(12), "Tpt", "Tera", "trillion"), ("L",), "10*12/L")
    return spellings | {
        "G/L": "10*9/L",
        "G/l": "10*9/L",
        "T/L": "10*12/L",
        "T/l": "10*12/L",
        "M/UL": "10*6/uL",
        "M/ul": "10*6/uL",
    }


def _masses() -> dict[str, str]:
    prefixes = {"g": ("g", "gm", "gms", "gr", "grams"), "mg": ("mg", "mgm"), "ug": ("ug", "mcg"), "ng": ("ng",)}
    per = {"L": ("L", "liter", "litre"), "dL": ("dL", "100mL"), "mL": ("mL",)}
    listed = {"g/L", "g/dL", "mg/mL", "mg/dL", "mg/L", "ug/mL", "ug/dL", "ug/L", "ng/mL"}
    spellings = {
        f"{mass}/{volume}": f"{prefix}/{unit}"
        for prefix, masses in prefixes.items()
        for unit, volumes in per.items()
        for mass, volume in product(masses, volumes)
        if f"{prefix}/{unit}" in listed
    }
    return spellings | {"g/l": "g/L", "g%": "g/dL", "gm%": "g/dL", "mg%": "mg/dL", "G/L": "g/L", "G/l": "g/L"}


def _daily_masses() -> dict[str, str]:
    days = ("24h", "24hr", "24hrs", "24hour", "24hours", "24.h", "(24h)", "(24.h)", "24H", "24hUrine")
    spellings = {f"{mass}/{day}": "mg/(24.h)" for mass, day in product(("mg", "mgm"), days)}
    spellings |= {f"{mass}/{day}": "g/(24.h)" for mass, day in product(("g", "gm", "gms"), days)}
    spellings |= {f"{mass}/{day}": f"{mass}/d" for mass, day in product(("mg", "g"), ("d", "day", "dag", "Tag"))}
    return spellings


def _filtration() -> dict[str, str]:
    surfaces = (
        "1.73m2",
        "1.73m^2",
        "1.73m*2",
        "1.73sqm",
        "1.73sq.m",
        "1.73",
        "(1.73m2)",
        "1.73m",
        "{1.73m2}",
        "1.73.m2",
        "1,73m2",
    )
    joints = ("/", "per", "*")
    times = {"mL/min": ("mL/min", "mLs/min", "mL/minute"), "mL/s": ("mL/s", "mL/sec")}
    return {
        f"{time}{joint}{surface}": f"{unit}/{{1.73_m2}}"
        for unit, spelled in times.items()
        for time, joint, surface in product(spelled, joints, surfaces)
    }


SPELLINGS: Mapping[str, Mapping[str, str]] = {
    "count": _counts(),
    "mass": _masses(),
    "substance": {
        f"{text}/{litre}": f"{prefix}/L"
        for prefix, texts in {
            "mmol": ("mmol", "millimol", "mmoles", "mmols"),
            "umol": ("umol", "mcmol", "micromol", "umoles", "umols", "mcmoles"),
            "nmol": ("nmol", "nanomol"),
        }.items()
        for text, litre in product(texts, ("L", "liter", "litre"))
    },
    "mass_rate": _daily_masses(),
    "percent": {
        "percent": "%",
        "pct": "%",
        "per cent": "%",
        "‰": "[ppth]",
        "%o": "[ppth]",
        "o/oo": "[ppth]",
        "/1000": "[ppth]",
    },
    "volume_fraction": {"l/l": "L/L"},
    "residual": {
        "percent": "%",
        "pct": "%",
        "% IS": "%",
        "%(IS)": "%",
        "% of nucleated cells": "%",
        "% of CD45+ cells": "%",
        "copies/100 ABL1": "%",
        "copies/100 control": "%",
    }
    | {
        f"{lead}10{sign}-{power}": f"10*-{power}"
        for lead in ("", "x")
        for sign in ("^", "E", "e", "**", "*", "")
        for power in range(2, 7)
    },
    "enzyme": {
        **dict.fromkeys(("IU/L", "UI/L", "[IU]/L", "[iU]/L", "units/L", "unit/L", "E/L"), "U/L"),
        **dict.fromkeys(("mIU/mL",), "mU/mL"),
        **dict.fromkeys(("microkat/L", "mckat/L"), "ukat/L"),
    },
    "volume": dict.fromkeys(("femtoliter", "femtolitre", "um^3", "um*3", "cumicron", "cu.micron", "um3"), "um3")
    | {"femtoliter": "fL", "femtolitre": "fL", "fL": "fL"},
    "ratio": dict.fromkeys(
        ("ratio", "1", "(ratio)", "{Ratio}", "no units", "none", "{k/l}", "k/l ratio", "1:1"), "{ratio}"
    ),
    "filtration": _filtration(),
    "per_creatinine": {
        f"{mass}/{creatinine}": unit
        for unit, (mass, base) in {
            "mg/g": ("mg", "g"),
            "ug/mg": ("ug", "mg"),
            "g/g": ("g", "g"),
            "mg/mg": ("mg", "mg"),
            "mg/mmol": ("mg", "mmol"),
            "g/mol": ("g", "mol"),
        }.items()
        for creatinine in (f"{base}creat", f"{base}creatinine", f"{base}crea", f"{base}cr", f"{base}Cre")
    }
    | {"mcg/mg": "ug/mg", "mcg/mgcreat": "ug/mg", "mcg/mgcreatinine": "ug/mg"},
    "other": {"mmHg": "mm[Hg]", "mEq/L": "meq/L", "pH": "[pH]", "picogram": "pg", "sec": "s"},
}
