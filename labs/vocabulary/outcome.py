"""A value made comparable."""

from decimal import Decimal
from typing import NamedTuple

from labs.vocabulary.fixed_point import from_amount
from labs.vocabulary.isotypes import Isotype
from labs.vocabulary.quarantine import Caution


class Comparable(NamedTuple):
    """A result in its analyte's canonical unit.

    amount      the value as a whole number of 10**-places; for coded and ordinal analytes the place in `Analyte.scale`
    comparator  "", "<", "<=", ">" or ">=": with a comparator the amount is a bound, not the value
    coded       the finding of a coded or ordinal analyte; "not_detected" for a quantity reported in that word
    unit        the canonical unit
    sent_unit   the UCUM unit the value came in
    """

    analyte: str
    amount: int
    places: int
    unit: str
    comparator: str = ""
    coded: str | None = None
    specimen: str = ""
    sent_unit: str = ""
    isotypes: tuple[Isotype, ...] = ()
    warnings: tuple[Caution, ...] = ()

    @property
    def value(self) -> Decimal:
        """The amount as a decimal in the canonical unit: exactly `amount * 10**-places`."""
        return from_amount(self.amount, self.places)

    @property
    def finding(self) -> str:
        """The coded finding with its isotypes as one text: `positive: IgG-kappa, free kappa`; "" for a plain number."""
        if not self.isotypes:
            return self.coded or ""
        return f"{self.coded}: {', '.join(str(isotype) for isotype in self.isotypes)}"

    @property
    def censored(self) -> bool:
        """The value itself is not known, only a bound."""
        return self.comparator != ""
