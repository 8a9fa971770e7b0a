"""Reference change value: by how much two results must differ to differ by more than chance.

The log-normal form, which is not symmetric (Fokkema, Clin Chem 2006;52:1602). Where a laboratory gives no analytical
variation, half of the variation within a person stands for it.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import NamedTuple

DIGITS = 28
TWO_SIDED = Decimal("1.96")
ONE_SIDED = Decimal("1.645")


class ChangeValue(NamedTuple):
    """Percent down (negative) and up, to one decimal."""

    down: Decimal
    up: Decimal


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
