"""Children and adults: where the criteria of one are not those of the other."""

from __future__ import annotations

from datetime import date

import numpy as np

from labs.rules.arrays import Bools
from labs.rules.base import Threshold
from labs.rules.cohort import day_number
from labs.rules.series import Series
from labs.rules.sources import VIGIL

ADULT = Threshold("18", "a", VIGIL, date(2026, 1, 1))


def adults(series: Series) -> Bools:
    """Rows of people of 18 years on the day; age not recorded counts as grown up."""
    years = int(ADULT.value)
    birthdays = [_birthday(facts.birth_date, years) for facts in series.cohort.patients]
    grown: Bools = series.day >= np.array(birthdays, np.int64)[series.patient]
    return grown


def _birthday(born: date | None, years: int) -> int:
    """Day number of the birthday; someone born on 29 February comes of age on 1 March."""
    if born is None:
        return -(1 << 31)
    leap = born.month == 2 and born.day == 29
    return day_number(date(born.year + years, 3, 1) if leap else born.replace(year=born.year + years))
