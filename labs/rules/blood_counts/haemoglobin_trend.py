"""Haemoglobin is drifting down, in steps each too small to count.

What it checks
    The latest haemoglobin with up to nine results before it, each at least 21 days before the next, all since the
    remission and in one series. With five or more of them over at least 90 days: Mann-Kendall, exact and one-sided, p
    at most 0.01, the latest more than 8.0 % (the reference change value) below the first, and also at least 1.0 g/dL
    below it or below the lower limit of its range. CONFIRMED at REVIEW. The Theil-Sen slope is shown and decides
    nothing.
When it stays silent
    Fewer than five such results or less than 90 days: NOT_EVALUABLE, since four results cannot show a trend. Results
    within 90 days of a red cell transfusion or ESA, and those printed as a bound, are left out. A fall of less than
    1.0 g/dL where neither the laboratory's range nor one for the age and sex is known: NOT_EVALUABLE.
Source
    Mann-Kendall test with its exact distribution, ties included; Theil-Sen slope. Reference change value as in
    CBC-HB-FALL. Five results, 21 and 90 days, the window of ten, 0.01 (one-sided, since every new result is another
    test), 1.0 g/dL and the level are defaults of this project; the range is the laboratory's own, else one typical
    for age and sex.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_EVALUABLE,
    NOT_RAISED,
    REVIEW,
    Comparison,
    Example,
    Rule,
    Threshold,
)
from labs.rules.blood_counts.baseline import ALL_DISEASES
from labs.rules.blood_counts.haemoglobin_fall import CHANGE
from labs.rules.blood_counts.spaced import spaced
from labs.rules.checks import Check, at_least, more_than_percent
from labs.rules.cohort import Cohort
from labs.rules.confounders import COUNTS, under
from labs.rules.markers import series_of
from labs.rules.ranges import NO_RANGE, lower_limit
from labs.rules.remission import before_remission, remission_note
from labs.rules.series import Reference, Series
from labs.rules.signals import AT_ONCE, Signal, Silence, Terms, weighed
from labs.rules.sources import COSKUN_2020, MANN_KENDALL, VIGIL
from labs.rules.trend import Kendall, mann_kendall, probability_text, theil_sen
from labs.rules.wording import unit_text

DROP = Threshold("1.0", "g/dL", VIGIL, date(2026, 1, 1))
LEAST = Threshold("5", "{results}", VIGIL, date(2026, 1, 1))
MOST = Threshold("10", "{results}", VIGIL, date(2026, 1, 1))
APART = Threshold("21", "d", VIGIL, date(2026, 1, 1))
SPAN = Threshold("90", "d", VIGIL, date(2026, 1, 1))
CHANCE = Threshold("0.01", "{probability}", VIGIL, date(2026, 1, 1))
TOO_SHORT = (
    "five results of one series since the remission, 21 days apart and over 90 days, that neither transfusion nor ESA "
    "touched"
)
YEAR = Fraction(36525, 100)

_E27 = "2025-01-05 13.8 g/dL | 2025-04-05 13.5 | 2025-07-05 13.1 | 2025-10-05 12.9 | 2026-01-05 12.4 | "
_FIVE = "2025-01-05 12.5 g/dL | 2025-04-05 12.3 | 2025-07-05 12.1 | 2025-10-05 11.9 | 2026-01-05 "
_SMALL = "2025-01-05 11.5 g/dL | 2025-04-05 11.3 | 2025-07-05 11.1 | 2025-10-05 10.9 | 2026-01-05 10.51"
_WOMAN = "born 1960-01-01 | sex female | "
EXAMPLES = (
    Example("E27 a slow fall, no step of which counts", _E27 + "2026-04-05 12.0", CONFIRMED, "2026-01-05", REVIEW),
    Example("8.0 % exactly", _FIVE + "11.5", NOT_RAISED),
    Example("8.0 % and a little", _FIVE + "11.49", CONFIRMED, "2026-01-05", REVIEW),
    Example(
        "five of which two are out of order: p 0.042",
        "2025-01-05 12.5 g/dL | 2025-04-05 12.1 | 2025-07-05 12.3 | 2025-10-05 11.9 | 2026-01-05 11.0",
        NOT_RAISED,
    ),
    Example(
        "six of which two are out of order: p 0.0083",
        "2025-01-05 12.5 g/dL | 2025-04-05 12.1 | 2025-07-05 12.3 | 2025-10-05 11.9 | 2026-01-05 11.6 | "
        "2026-04-05 11.0",
        CONFIRMED,
        "2026-04-05",
        REVIEW,
    ),
    Example("less than 1.0, and no range known", _SMALL, NOT_EVALUABLE),
    Example("less than 1.0, within the range printed", _SMALL + " [10.5..15]", NOT_RAISED),
    Example("less than 1.0, below the range printed", _SMALL + " [11..15]", CONFIRMED, "2026-01-05", REVIEW),
    Example("less than 1.0, below the range of women", _WOMAN + _SMALL, CONFIRMED, "2026-01-05", REVIEW),
    Example("four", "2025-01-05 13.8 g/dL | 2025-04-05 13.0 | 2025-07-05 12.0 | 2025-10-05 11.0", NOT_EVALUABLE),
    Example(
        "89 days",
        "2026-01-01 13.8 g/dL | 2026-01-23 13.4 | 2026-02-14 13.0 | 2026-03-08 12.6 | 2026-03-31 12.0",
        NOT_EVALUABLE,
    ),
    Example(
        "90 days",
        "2026-01-01 13.8 g/dL | 2026-01-23 13.4 | 2026-02-14 13.0 | 2026-03-08 12.6 | 2026-04-01 12.0",
        CONFIRMED,
        "2026-04-01",
        REVIEW,
    ),
    Example(
        "results of one week are not five results",
        "2026-01-01 13.8 g/dL | 2026-05-01 12.4 | 2026-05-03 12.3 | 2026-05-05 12.2 | 2026-05-07 12.0",
        NOT_EVALUABLE,
    ),
    Example(
        "level",
        "2025-01-05 13.8 g/dL | 2025-04-05 13.8 | 2025-07-05 13.8 | 2025-10-05 13.8 | 2026-01-05 13.8",
        NOT_RAISED,
    ),
    Example(
        "rising",
        "2025-01-05 10.0 g/dL | 2025-04-05 11.0 | 2025-07-05 12.0 | 2025-10-05 13.0 | 2026-01-05 14.0",
        NOT_RAISED,
    ),
    Example(
        "a transfusion before the last of five",
        "event transfusion_red_cells 2026-01-01 | "
        "2025-01-05 13.8 g/dL | 2025-04-05 13.5 | 2025-07-05 13.1 | 2025-10-05 12.9 | 2026-01-05 12.4",
        NOT_EVALUABLE,
    ),
    Example("four since the remission", f"remission 2025-06-01 | {_E27}2026-04-05 12.0", NOT_EVALUABLE),
)


def haemoglobin_trend(cohort: Cohort) -> Signal:
    """The latest results of haemoglobin, tested for a fall."""
    h = series_of(cohort, "haemoglobin")
    fit = (h.low == h.high) & ~under(cohort, h, "transfusion_red_cells", "esa")
    windows = spaced(h, fit, apart=APART, least=LEAST, most=MOST, span=SPAN)
    first = h.low[windows.first()]
    enough = windows.enough
    own = Reference(first, first, enough, enough, "first of the trend", behind=windows.before)
    fallen = criterion(h.low, first).met & enough
    for row in fallen.nonzero()[0].tolist():
        fallen[row] = unlikely(mann_kendall(h.low[windows.of(row)].tolist()))
    limit = lower_limit(h, "haemoglobin")
    far = dropped(h.low, first).met
    open_ = fallen & ~far & ~limit.known
    fallen &= far | limit.undercut(h.low)

    def compared(row: int) -> list[Comparison]:
        one = slice(row, row + 1)
        below = limit.compared(h, row, h.low)
        return [*dropped(h.low[one], first[one]).comparisons(0), *below, *_statistics(h, windows.of(row))]

    return weighed(
        h,
        criterion,
        sure=fallen,
        against=own,
        direction="below",
        terms=Terms(AT_ONCE, alone=REVIEW),
        silences=(
            *before_remission(h),
            Silence(~enough, NOT_EVALUABLE, TOO_SHORT),
            Silence(open_, NOT_EVALUABLE, NO_RANGE),
        ),
        notes=remission_note,
        extras=compared,
    )


def criterion(value: Ints, first: Ints) -> Check:
    """More than -8.0 % since the first of the trend."""
    return more_than_percent("fall since the first of the trend", first - value, first, CHANGE)


def dropped(value: Ints, first: Ints) -> Check:
    """-1.0 g/dL since the first of the trend."""
    return at_least("fall since the first of the trend, absolute", first - value, DROP)


def unlikely(kendall: Kendall) -> bool:
    """Whether so low a score is rare enough among all orders of the same values."""
    one: int = 10**CHANCE.places
    return kendall.as_low * one <= CHANCE.amount * kendall.orders


def _statistics(h: Series, rows: list[int]) -> list[Comparison]:
    """Score and probability, and the slope a year."""
    values = h.low[rows].tolist()
    kendall = mann_kendall(values)
    one, two = (probability_text(sides * kendall.as_low, kendall.orders) for sides in (1, 2))
    slope = theil_sen(h.day[rows].tolist(), values) * YEAR / 10**h.places
    hundredths = round(slope * 100)
    text = f"{'-' if hundredths < 0 else ''}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"
    return [
        Comparison(
            f"Mann-Kendall test of {len(rows)} results",
            f"S = {kendall.score}, exact p {one} one-sided ({two} two-sided)",
            f"p at most {CHANCE.value} one-sided",
            unlikely(kendall),
        ),
        Comparison("Theil-Sen slope", f"{text} {unit_text(h.unit)} a year", "shown only", slope < 0),
    ]


RULE = Rule(
    code="CBC-TREND",
    title="Haemoglobin trend",
    criteria_version="VIGIL-1",
    diseases=ALL_DISEASES,
    reads=("haemoglobin",),
    thresholds=(CHANGE, DROP, CHANCE, LEAST, MOST, APART, SPAN),
    sources=(MANN_KENDALL, COSKUN_2020, VIGIL),
    examples=EXAMPLES,
    evaluate=haemoglobin_trend,
    confounders=COUNTS,
    recovers=True,
    would_confirm="The next haemoglobin; iron, B12, folate, reticulocytes, CRP, kidneys, bleeding.",
    would_clear="Values that level off or recover, or a cause found and treated.",
)
