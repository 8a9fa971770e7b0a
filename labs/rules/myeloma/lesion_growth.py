"""Lesions measured on images have grown by half, by the sum of the products of their diameters.

What it checks
    The sum of products of diameters (SPD) against the smallest one of the same lesions, on the same kind of images, in
    this line of therapy. Of more than one lesion: at least 50 % is progression. Of any number: at least 50 % and at
    least 1 cm is clinical relapse. Either is CONFIRMED and URGENT at once.
When it stays silent
    Below 50 %. One lesion alone that grew by 50 % but by less than 1 cm² (its longest diameter is looked at by
    MM-PD-LESION-DIAMETER). No earlier sum of the same lesions by the same kind of images: NOT_EVALUABLE. Another
    disease: NOT_APPLICABLE.
Source
    Kumar 2016 (IMWG): 50 % from nadir in SPD of more than one lesion; definite increase of 50 % (and at least 1 cm) as
    measured serially by the SPD. The criterion prints a length for what is an area: it is read here as 1 cm², the
    lower of the bars it may mean, a default of this project. So is taking the smallest single sum as the nadir, since
    images are seldom repeated to confirm one, and not to wait for second images.
"""

from __future__ import annotations

from datetime import date

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    URGENT,
    Comparison,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, above, at_least, at_least_percent
from labs.rules.cohort import Cohort
from labs.rules.markers import series_of
from labs.rules.myeloma.lesions import growth_text, label, open_of_the_day, with_lesion
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.signals import AT_ONCE, Signal, Silence, Terms, Words, weighed
from labs.rules.sources import KUMAR_2016, VIGIL
from labs.vocabulary.findings import several_lesions

PERCENT = Threshold("50", "%", KUMAR_2016, date(2016, 8, 1))
ONE_CM = Threshold("100", "mm2", VIGIL, date(2026, 1, 1))
ANY_GROWTH = Threshold("0", "mm2", KUMAR_2016, date(2016, 8, 1))
NOT_COMPARABLE = "an earlier sum of the same lesions on the same kind of images, in this line of therapy"

_TWO = "@/MRI/iliac+rib"
_ONE = "@/MRI/iliac"
EXAMPLES = (
    Example("two lesions, not grown", f"2026-01-05 600 mm2 {_TWO} | 2026-06-05 600 {_TWO}", NOT_RAISED),
    Example("both gone, and still gone", f"2026-01-05 0 mm2 {_TWO} | 2026-06-05 0 {_TWO}", NOT_RAISED),
    Example("two lesions, just below 50 %", f"2026-01-05 600 mm2 {_TWO} | 2026-06-05 899.9 {_TWO}", NOT_RAISED),
    Example(
        "two lesions, 50 % exactly",
        f"2026-01-05 600 mm2 {_TWO} | 2026-06-05 900 {_TWO}",
        CONFIRMED,
        "2026-06-05",
        URGENT,
    ),
    Example("two small lesions, 50 %", f"2026-01-05 60 mm2 {_TWO} | 2026-06-05 90 {_TWO}", CONFIRMED, "", URGENT),
    Example(
        "from the smallest, not the first",
        f"2026-01-05 600 mm2 {_TWO} | 2026-03-05 500 {_TWO} | 2026-06-05 750 {_TWO}",
        CONFIRMED,
        "2026-06-05",
        URGENT,
    ),
    Example("one lesion, 50 % but below 1 cm", f"2026-01-05 199 mm2 {_ONE} | 2026-06-05 298.9 {_ONE}", NOT_RAISED),
    Example(
        "one lesion, 50 % and 1 cm exactly", f"2026-01-05 200 mm2 {_ONE} | 2026-06-05 300 {_ONE}", CONFIRMED, "", URGENT
    ),
    Example("one lesion, 1 cm but below 50 %", f"2026-01-05 600 mm2 {_ONE} | 2026-06-05 899 {_ONE}", NOT_RAISED),
    Example("the first images", f"2026-01-05 600 mm2 {_TWO}", NOT_EVALUABLE),
    Example("other lesions than before", f"2026-01-05 600 mm2 {_ONE} | 2026-06-05 1200 {_TWO}", NOT_EVALUABLE),
    Example("by CT instead of MRI", f"2026-01-05 600 mm2 {_TWO} | 2026-06-05 900 @/CT/iliac+rib", NOT_EVALUABLE),
    Example(
        "a new line of therapy", f"2026-01-05 600 mm2 {_TWO} | line 2026-02-01 | 2026-06-05 900 {_TWO}", NOT_EVALUABLE
    ),
    Example("another disease", f"disease ALL | 2026-01-05 600 mm2 {_TWO} | 2026-06-05 900 {_TWO}", NOT_APPLICABLE),
)


def growth(cohort: Cohort) -> Signal:
    """Sums of products against the smallest of the same lesions."""
    m = series_of(cohort, "lesion_spd")
    lowest = m.lowest()
    by_half = by_percent(m.low, lowest.high).met
    large = m.low - lowest.high >= ONE_CM.amount
    several = with_lesion(m, several_lesions)
    sure = by_half & (large | several) & lowest.known
    first = open_of_the_day(m, ~lowest.known) & ~sure
    return weighed(
        m,
        criterion,
        sure=sure,
        against=lowest._replace(confirmed=lowest.known, how="smallest sum so far"),
        direction="above",
        terms=Terms(AT_ONCE, alone=URGENT),
        silences=(Silence(first, NOT_EVALUABLE, NOT_COMPARABLE),) if first.any() else (),
        extras=lambda row: [*label(m, row), _which(progression=bool(several[row]), clinical=bool(large[row]))],
        words=Words(sentence=lambda series, row: growth_text(series, lowest, row)),
    )


def _which(*, progression: bool, clinical: bool) -> Comparison:
    """Which of the two criteria the growth meets, as a line among the comparisons."""
    words = (("progression (more than one lesion)", progression), ("clinical relapse (at least 1 cm²)", clinical))
    return Comparison("counts as", ", ".join(word for word, meant in words if meant), "", met=True)


def criterion(value: Ints, lowest: Ints) -> Check:
    """What is compared: half as much again, and 1 cm where it is one lesion alone."""
    return by_percent(value, lowest) | at_least("growth", value - lowest, ONE_CM)


def by_percent(value: Ints, lowest: Ints) -> Check:
    """+50 %; of nothing, any growth."""
    up = value - lowest
    return at_least_percent("growth in percent of the smallest", up, lowest, PERCENT) & above("growth", up, ANY_GROWTH)


RULE = Rule(
    code="MM-LESION-GROWTH",
    title="Growth of lesions or plasmacytomas",
    criteria_version="IMWG-2016",
    diseases=MYELOMA,
    reads=("lesion_spd",),
    thresholds=(PERCENT, ONE_CM, ANY_GROWTH),
    sources=(KUMAR_2016, VIGIL),
    examples=EXAMPLES,
    evaluate=growth,
    asks_for="lesions measured in two diameters on images",
    would_confirm="Images repeated the same way, read beside the earlier ones; biopsy where treatment depends on it.",
    would_clear="A measurement that was wrong: correct the diameters, and the sum follows.",
)
