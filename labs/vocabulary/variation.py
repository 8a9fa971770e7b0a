"""Reference change value: by how much two results must differ to differ by more than chance.

The log-normal form, which is not symmetric (Fokkema, Clin Chem 2006;52:1602). Where a laboratory gives no analytical
variation, half of the variation within a person stands for it. Variation was measured in healthy people, or in stable
gammopathy: that of patients is larger.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from functools import cache
from types import MappingProxyType
from typing import Literal, NamedTuple

DIGITS = 28
TWO_SIDED = Decimal("1.96")
ONE_SIDED = Decimal("1.645")


class ChangeValue(NamedTuple):
    """Percent down (negative) and up, to one decimal."""

    down: Decimal
    up: Decimal


class Variation(NamedTuple):
    """Coefficient of variation in percent: within a person, or already `total`; where it was published, how sure."""

    percent: Decimal
    source: str
    confidence: Literal["high", "medium", "low"] = "high"
    total: bool = False


class Change(NamedTuple):
    """A value against an earlier one: percent, and whether that is more than chance explains."""

    percent: Decimal
    chance: ChangeValue
    beyond: bool


COSKUN = "Coskun et al. 2020"
ONE_YEAR = "one-year within-subject variation of haematology quantities, PubMed 1497462"
EFLM = "EFLM biological variation database"
EUBIVAS = "European Biological Variation Study (EuBIVAS)"
RICOS = "EuBIVAS; older compilations give more"
KATZMANN = "Katzmann et al., Clin Chem 2011;57:1687: stable monoclonal gammopathy"

VARIATIONS: Mapping[str, Variation] = MappingProxyType(
    {
        "haemoglobin": Variation(Decimal("2.7"), COSKUN, "medium"),
        "rbc": Variation(Decimal("3.0"), ONE_YEAR),
        "haematocrit": Variation(Decimal("2.9"), ONE_YEAR),
        "platelets": Variation(Decimal("7.3"), EFLM),
        "wbc": Variation(Decimal("11.1"), EFLM),
        "neutrophils": Variation(Decimal("12.5"), EFLM),
        "lymphocytes": Variation(Decimal("10.5"), EFLM),
        "creatinine": Variation(Decimal("4.4"), EUBIVAS),
        "calcium": Variation(Decimal("1.8"), EUBIVAS, "medium"),
        "albumin": Variation(Decimal("2.5"), EUBIVAS),
        "ldh": Variation(Decimal("5.2"), EUBIVAS, "medium"),
        "igg": Variation(Decimal("2.6"), RICOS, "low"),
        "b2m": Variation(Decimal("3.6"), RICOS, "low"),
        "serum_m": Variation(Decimal("8.1"), KATZMANN, total=True),
        "flc_kappa": Variation(Decimal("28.4"), KATZMANN, total=True),
        "flc_lambda": Variation(Decimal("28.4"), KATZMANN, total=True),
        "urine_m": Variation(Decimal("35.8"), KATZMANN, total=True),
    }
)


@cache
def change_value(analyte: str) -> ChangeValue | None:
    """The reference change value of an analyte, two-sided; None where its variation is not known here."""
    known = VARIATIONS.get(analyte)
    if known is None:
        return None
    return reference_change(known.percent if known.total else total_variation(known.percent))


def change_from(analyte: str, before: Decimal, value: Decimal) -> Change | None:
    """A value against an earlier one of the same series. None where chance is not known, or from zero or below."""
    chance = change_value(analyte)
    if chance is None or before <= 0:
        return None
    percent = (value - before) * 100 / before
    shown = percent.quantize(Decimal("0.1"), ROUND_HALF_EVEN)
    return Change(shown, chance, beyond=not chance.down <= percent <= chance.up)


def total_variation(within: Decimal, analytical: Decimal | None = None) -> Decimal:
    """Coefficient of variation in percent of a result, from those within a person and of the analysis."""
    with localcontext() as context:
        context.prec, context.rounding = DIGITS, ROUND_HALF_EVEN
        analytical = within / 2 if analytical is None else analytical
        return (within**2 + analytical**2).sqrt()


def reference_change(total: Decimal, z: Decimal = TWO_SIDED) -> ChangeValue:
    """The change beyond which two results differ, from the total variation in percent."""
    with localcontext() as context:
        context.prec, context.rounding = DIGITS, ROUND_HALF_EVEN
        spread = (1 + (total / 100) ** 2).ln().sqrt()
        step = z * Decimal(2).sqrt() * spread
        return ChangeValue(_percent((-step).exp()), _percent(step.exp()))


def _percent(ratio: Decimal) -> Decimal:
    return ((ratio - 1) * 100).quantize(Decimal("0.1"))
