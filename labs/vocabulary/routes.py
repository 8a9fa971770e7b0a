"""The way from what was sent (unit, specimen) to an analyte's canonical unit: worked out once, then remembered."""

from functools import lru_cache
from typing import NamedTuple

from labs.vocabulary.analyte import Analyte, Range
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.fixed_point import to_amount
from labs.vocabulary.quarantine import Caution, CautionCode
from labs.vocabulary.quarantine import QuarantineReason as Reason
from labs.vocabulary.specimens import is_spot_urine, specimen_of
from labs.vocabulary.units import families_of, ucum

_NO_LIMIT = (-(10**30), 10**30)


class Route(NamedTuple):
    """How a number becomes an amount: amount = number * numerator / denominator. Limits are amounts."""

    analyte: Analyte
    numerator: int
    denominator: int
    hard_low: int
    hard_high: int
    soft_low: int
    soft_high: int
    unit: str
    specimen: str
    warnings: tuple[Caution, ...]


class NoRoute(NamedTuple):
    """Why there is none."""

    reason: Reason
    message: str
    remedy: str


def _ends(limits: Range | None, places: int) -> tuple[int, int]:
    if limits is None:
        return _NO_LIMIT
    low = _NO_LIMIT[0] if limits.low is None else to_amount(limits.low, places)
    high = _NO_LIMIT[1] if limits.high is None else to_amount(limits.high, places)
    return low, high


@lru_cache(maxsize=16384)
def specimen_for(analyte_code: str, text: str) -> tuple[str, tuple[Caution, ...]] | NoRoute:
    """The specimen of a result, with what is doubtful about it; NoRoute when it cannot be this analyte's."""
    analyte = ANALYTES[analyte_code]
    given = specimen_of(text) if text.strip() else None
    if analyte.collection == "24h" and is_spot_urine(text):
        return _spot_urine(analyte, f'the specimen is "{text}"')
    if given is None and not analyte.specimen:
        return NoRoute(
            Reason.SPECIMEN_MISSING,
            f"{analyte.name}: the specimen " + (f'"{text}" is not known' if text.strip() else "is not stated"),
            "Enter whether it was bone marrow or blood: the two may not be compared with each other.",
        )
    if given is None:
        if not text.strip():
            return analyte.specimen, ()
        return analyte.specimen, (
            Caution(CautionCode.SPECIMEN_NOT_RECOGNISED, f'specimen "{text}" is not a listed specimen'),
        )
    if given not in analyte.specimens:
        return NoRoute(
            Reason.SPECIMEN_CONTRADICTS,
            f'{analyte.name} is not measured in "{text}"',
            "Ask the laboratory which is right, the code or the specimen.",
        )
    return _same_group(analyte, given), ()


def _same_group(analyte: Analyte, given: str) -> str:
    """Serum and plasma are one; a 24 h analyte says so by its code."""
    if given in ("serum", "plasma") and analyte.specimen == "serum":
        return "serum"
    return analyte.specimen if analyte.collection == "24h" else given


def _spot_urine(analyte: Analyte, found: str) -> NoRoute:
    return NoRoute(
        Reason.SPOT_URINE,
        f"{analyte.name} needs a 24 h collection, but {found}",
        "Ask for a 24 h collection; a spot sample cannot be turned into an amount a day.",
    )


@lru_cache(maxsize=16384)
def route_for(analyte_code: str, unit: str, specimen: str) -> Route | NoRoute:
    """The route for a quantity; NoRoute when unit or specimen do not allow one."""
    analyte = ANALYTES[analyte_code]
    material = specimen_for(analyte_code, specimen)
    if isinstance(material, NoRoute):
        return material
    known = ucum(unit, analyte.families) if unit.strip() else _unit_unsaid(analyte)
    if known is None or known not in analyte.factors:
        return _no_unit(analyte, unit)
    factor = analyte.factors[known]
    return Route(
        analyte,
        factor.numerator * 10**analyte.places,
        factor.denominator,
        *_ends(analyte.hard, analyte.places),
        *_ends(analyte.soft, analyte.places),
        known,
        *material,
    )


def _unit_unsaid(analyte: Analyte) -> str | None:
    """A ratio has no unit to state; everything else has."""
    return analyte.unit if analyte.unit == "{ratio}" else None


def _no_unit(analyte: Analyte, unit: str) -> NoRoute:
    accepted = ", ".join(sorted(analyte.factors))
    if not unit.strip():
        return NoRoute(
            Reason.UNIT_MISSING,
            f"{analyte.name} came without a unit",
            f"Ask the laboratory for the unit; accepted are {accepted}.",
        )
    families = families_of(unit)
    if analyte.collection == "24h" and {"mass", "per_creatinine"} & set(families):
        return _spot_urine(analyte, f'the unit is "{unit}", a concentration')
    if families:
        return NoRoute(
            Reason.UNIT_OF_ANOTHER_KIND,
            f'{analyte.name} cannot be measured in "{unit}"',
            f"Ask the laboratory which is right, the code or the unit; accepted are {accepted}.",
        )
    return NoRoute(
        Reason.UNIT_UNKNOWN,
        f'"{unit}" is not a known unit of {analyte.name}',
        f"Ask the laboratory what it means; accepted are {accepted}, and spellings can be added to the vocabulary.",
    )
