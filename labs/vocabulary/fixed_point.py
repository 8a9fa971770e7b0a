"""Fixed point: a value in the canonical unit as a whole number of 10**-places, so that comparisons are exact."""

from decimal import Decimal
from fractions import Fraction

PLACES = 6
MRD_PLACES = 9


def round_half_even(numerator: int, denominator: int) -> int:
    """The whole number nearest to numerator/denominator; a tie goes to the even one. The denominator is positive."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    if twice > denominator or (twice == denominator and quotient & 1):
        return quotient + 1
    return quotient


def to_amount(value: Decimal | Fraction | int, places: int) -> int:
    """The fixed-point amount of a value in its canonical unit: the only place where a value is rounded."""
    exact = Fraction(value) * 10**places
    return round_half_even(exact.numerator, exact.denominator)


def from_amount(amount: int, places: int) -> Decimal:
    """The value in its canonical unit, exactly."""
    return Decimal(amount).scaleb(-places)
