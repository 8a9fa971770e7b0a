"""A lesion that was more than 1 cm wide has grown by half in its longest diameter.

What it checks
    The longest diameter of each lesion against its smallest one in this line of therapy, on the same kind of images.
    At least 50 % more, in a lesion whose short axis was above 1 cm on some earlier images: CONFIRMED and URGENT at
    once.
When it stays silent
    Below 50 %. The short axis was never above 1 cm before. No earlier diameter of the lesion on the same kind of
    images: NOT_EVALUABLE. Grown by half, and its short axis was not measured before: NOT_EVALUABLE. Another disease:
    NOT_APPLICABLE.
Source
    Kumar 2016 (IMWG): at least 50 % increase in the longest diameter of a previous lesion of more than 1 cm in short
    axis. That the growth is measured from the smallest single diameter, and that no second images are awaited, are
    readings of this project.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from labs.rules.arrays import Bools, Days, Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    URGENT,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, above, at_least_percent
from labs.rules.cohort import Cohort
from labs.rules.markers import series_of
from labs.rules.myeloma.lesions import groups_of, growth_text, label, open_of_the_day
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Signal, Silence, Terms, Words, weighed
from labs.rules.sources import KUMAR_2016

PERCENT = Threshold("50", "%", KUMAR_2016, date(2016, 8, 1))
WIDE = Threshold("10", "mm", KUMAR_2016, date(2016, 8, 1))
ANY_GROWTH = Threshold("0", "mm", KUMAR_2016, date(2016, 8, 1))
NEVER = np.iinfo(np.int32).max
NOT_COMPARABLE = "an earlier diameter of each lesion on the same kind of images, in this line of therapy"
NO_SHORT_AXIS = "the short axis of the lesion on earlier images: only lesions above 1 cm count"

_AT = "@/MRI/iliac"
_WAS_WIDE = f"2026-01-05 lesion_short_axis 10.1 mm {_AT} | 2026-01-05 lesion_diameter 20 mm {_AT} | "
EXAMPLES = (
    Example("not grown", _WAS_WIDE + f"2026-06-05 20 {_AT}", NOT_RAISED),
    Example("just below 50 %", _WAS_WIDE + f"2026-06-05 29.9 {_AT}", NOT_RAISED),
    Example("50 % exactly", _WAS_WIDE + f"2026-06-05 30 {_AT}", CONFIRMED, "2026-06-05", URGENT),
    Example(
        "short axis of 1 cm exactly",
        f"2026-01-05 lesion_short_axis 10 mm {_AT} | 2026-01-05 lesion_diameter 20 mm {_AT} | 2026-06-05 30 {_AT}",
        NOT_RAISED,
    ),
    Example(
        "wide only now",
        f"2026-01-05 lesion_short_axis 9 mm {_AT} | 2026-06-05 12 {_AT} | "
        f"2026-01-05 lesion_diameter 20 mm {_AT} | 2026-06-05 30 {_AT}",
        NOT_RAISED,
    ),
    Example(
        "from the smallest, not the first",
        _WAS_WIDE + f"2026-03-05 16 {_AT} | 2026-06-05 24 {_AT}",
        CONFIRMED,
        "2026-06-05",
        URGENT,
    ),
    Example("the first images", f"2026-01-05 lesion_diameter 20 mm {_AT}", NOT_EVALUABLE),
    Example(
        "grown, short axis not known", f"2026-01-05 lesion_diameter 20 mm {_AT} | 2026-06-05 30 {_AT}", NOT_EVALUABLE
    ),
    Example(
        "one lesion compared, another measured for the first time",
        _WAS_WIDE + f"2026-06-05 20 {_AT} | 2026-06-05 12 @/MRI/rib",
        NOT_EVALUABLE,
    ),
    Example("another lesion", _WAS_WIDE + "2026-06-05 30 @/MRI/rib", NOT_EVALUABLE),
    Example("by CT instead of MRI", _WAS_WIDE + "2026-06-05 30 @/CT/iliac", NOT_EVALUABLE),
    Example("another disease", "disease ALL | " + _WAS_WIDE + f"2026-06-05 30 {_AT}", NOT_APPLICABLE),
)


def growth(cohort: Cohort) -> Signal:
    """Longest diameters against the smallest of the same lesion, where the lesion was wide before."""
    m = series_of(cohort, "lesion_diameter")
    lowest = m.lowest()
    grown = criterion(m.low, lowest.high).met & lowest.known
    wide, measured = short_axis_before(m, series_of(cohort, "lesion_short_axis"))
    sure = grown & wide
    first = open_of_the_day(m, ~lowest.known) & ~sure
    open_ = open_of_the_day(m, grown & ~measured) & ~sure
    return weighed(
        m,
        criterion,
        sure=sure,
        against=lowest._replace(confirmed=lowest.known, how="smallest diameter so far"),
        direction="above",
        terms=Terms(AT_ONCE, alone=URGENT),
        silences=tuple(
            Silence(rows, NOT_EVALUABLE, missing)
            for rows, missing in ((open_, NO_SHORT_AXIS), (first, NOT_COMPARABLE))
            if rows.any()
        ),
        extras=lambda row: label(m, row),
        words=Words(sentence=lambda series, row: growth_text(series, lowest, row)),
    )


def criterion(value: Ints, lowest: Ints) -> Check:
    """+50 %; of nothing, any growth."""
    up = value - lowest
    return at_least_percent("growth in percent of the smallest", up, lowest, PERCENT) & above("growth", up, ANY_GROWTH)


def short_axis_before(m: Series, short: Series) -> tuple[Bools, Bools]:
    """Whether the lesion of each row had a short axis above 1 cm on a day before; whether that was measured at all."""
    return _first_day(m, short.only(short.low > WIDE.amount)) < m.day, _first_day(m, short) < m.day


def _first_day(m: Series, other: Series) -> Days:
    """The first day on which the other series has a row of the patient and lesion of each row; NEVER without one."""
    groups = len(m.cohort.groups)
    days = np.full(len(m.cohort.patients) * groups, NEVER, np.int32)
    np.minimum.at(days, other.patient.astype(np.int64) * groups + groups_of(other), other.day)
    found: Days = days[m.patient.astype(np.int64) * groups + groups_of(m)]
    return found


RULE = Rule(
    code="MM-PD-LESION-DIAMETER",
    title="Progression by the longest diameter of a lesion",
    criteria_version="IMWG-2016",
    diseases=MYELOMA,
    reads=("lesion_diameter", "lesion_short_axis"),
    judges=("lesion_diameter",),
    thresholds=(PERCENT, WIDE, ANY_GROWTH),
    sources=(KUMAR_2016,),
    examples=EXAMPLES,
    evaluate=growth,
    asks_for="the longest diameter of lesions on images",
    would_confirm="Images repeated the same way, read beside the earlier ones; biopsy where treatment depends on it.",
    would_clear="A measurement that was wrong: correct it.",
)
