"""24 h urine: whether the collection was complete enough to stand for a day."""

from decimal import Decimal

from labs.vocabulary.analyte import Analyte, Range, limits
from labs.vocabulary.quarantine import QuarantineReason
from labs.vocabulary.routes import NoRoute

HOURS: Range = limits("22", "26")
LITRES: Range = limits("0.2", "8")


def incomplete_collection(analyte: Analyte, hours: Decimal | None, litres: Decimal | None) -> NoRoute | None:
    """Why a 24 h result does not count; None when the collection fits or nothing is known about it."""
    if analyte.collection != "24h":
        return None
    if hours is not None and hours not in HOURS:
        found = f"the urine was collected over {hours} h, not {HOURS.low} to {HOURS.high} h"
    elif litres is not None and litres not in LITRES:
        found = f"the urine volume of {litres} L is not within {LITRES.low} to {LITRES.high} L"
    else:
        return None
    remedy = "Repeat the 24 h collection, and check with the patient how it was done."
    return NoRoute(QuarantineReason.COLLECTION_INCOMPLETE, f"{analyte.name}: {found}", remedy)
