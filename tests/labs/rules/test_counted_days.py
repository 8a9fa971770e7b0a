"""Series that hold how many counts are low: pages tell them as a number, never in the unit of a count."""

from __future__ import annotations

import pytest

from labs.rules.notation import cohort_of
from labs.rules.registry import BY_CODE

GIVEN = (
    "remission 2026-01-01 | 2026-02-01 platelets 210 10*3/uL | 2026-02-01 neutrophils 3.0 10*3/uL | "
    "2026-06-01 platelets 60 10*3/uL | 2026-06-01 neutrophils 0.8 10*3/uL"
)


@pytest.mark.parametrize(("rule", "name"), [("CBC-CYTOPENIA", "newly low cell lines"), ("AML-COUNTS", "low counts")])
def test_they_are_named_and_counted_as_what_they_are(rule: str, name: str) -> None:
    series = BY_CODE[rule].evaluate(cohort_of(GIVEN, analyte="platelets", disease="AML")).series
    assert (series.name, series.unit, series.places, series.low.tolist()[-1]) == (name, "{count}", 0, 2)
