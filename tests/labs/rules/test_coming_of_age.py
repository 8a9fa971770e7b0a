"""From which day on somebody counts as grown up, where bars differ for children."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from labs.rules.acute_lymphoblastic.age import adults
from labs.rules.cohort import Cohort, PatientFacts, Row
from labs.rules.markers import series_of


@pytest.mark.parametrize(
    ("born", "grown_up"),
    [
        (date(2008, 2, 29), date(2026, 3, 1)),  # no 29 February 18 years later
        (date(2008, 2, 28), date(2026, 2, 28)),
        (date(2008, 5, 29), date(2026, 5, 29)),
    ],
)
def test_one_comes_of_age_on_the_birthday_and_after_a_leap_day_on_1_march(born: date, grown_up: date) -> None:
    rows = [Row("p", "blasts_marrow", grown_up + timedelta(days=days), 1) for days in (-1, 0)]
    cohort = Cohort.build([PatientFacts("p", "ALL", birth_date=born)], rows)
    assert adults(series_of(cohort, "blasts_marrow")).tolist() == [False, True]


def test_somebody_whose_birth_is_not_on_record_counts_as_grown_up() -> None:
    cohort = Cohort.build([PatientFacts("p", "ALL")], [Row("p", "blasts_marrow", date(1970, 1, 1), 1)])
    assert adults(series_of(cohort, "blasts_marrow")).tolist() == [True]
