"""How sure a share is that was counted: the 95 % score interval. Floats: for the eye, no bar is held against it."""

from math import sqrt

Z = 1.959963984540054  # the 97.5 % point of the normal distribution: two-sided 95 %


def wilson(found: float, of: int) -> tuple[float, float] | None:
    """The 95 % score interval of a share (Wilson 1927), None of nothing. `found` may be a share of a whole cell.

    (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n) with p = found/of, n = of, z = 1.959964.
    """
    if of <= 0:
        return None
    share, square = found / of, Z * Z
    middle = share + square / (2 * of)
    reach = Z * sqrt(share * (1 - share) / of + square / (4 * of * of))
    whole = 1 + square / of
    low = 0.0 if found == 0 else (middle - reach) / whole
    high = 1.0 if found == of else (middle + reach) / whole
    return low, high
