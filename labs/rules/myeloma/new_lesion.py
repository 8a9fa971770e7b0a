"""Images or examination show a new lesion: progression, and clinical relapse.

What it checks
    Whether a clinician recorded a new bone lesion or plasmacytoma since the images before. One is enough, at once:
    CONFIRMED and URGENT, whatever the paraprotein does.
When it stays silent
    No new lesion, or a fracture by osteoporosis, which does not count: NOT_RAISED. Nothing about new lesions was
    recorded: NOT_EVALUABLE, never "no". Another disease: NOT_APPLICABLE.
Source
    Kumar 2016 (IMWG): new lesions are progressive disease, and new plasmacytomas or bone lesions (osteoporotic
    fractures do not constitute progression) are clinical relapse. Whether a lesion is new is the judgement of whoever
    read the images. That no second set of images is awaited is a reading of this project.
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
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, stands_at
from labs.rules.cohort import Cohort, to_date
from labs.rules.markers import series_of
from labs.rules.myeloma.lesions import label, lesion_text
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Signal, Terms, Words, weighed
from labs.rules.sources import KUMAR_2016
from labs.rules.wording import day_text

ONE = Threshold("1", "{lesions}", KUMAR_2016, date(2016, 8, 1), places=0)
NEW = 2  # the place of "yes" on the scale: no, osteoporotic fracture, yes

EXAMPLES = (
    Example("no new lesion", "2026-01-05 lesion_new no @/MRI/iliac", NOT_RAISED),
    Example("a fracture by osteoporosis", "2026-01-05 lesion_new osteoporotic_fracture @/MRI/vertebra", NOT_RAISED),
    Example("a new lesion", "2026-01-05 lesion_new yes @/MRI/rib", CONFIRMED, "2026-01-05", URGENT),
    Example(
        "a new one beside a fracture",
        "2026-01-05 lesion_new osteoporotic_fracture @/MRI/vertebra | 2026-01-05 yes @/MRI/rib",
        CONFIRMED,
        "2026-01-05",
        URGENT,
    ),
    Example(
        "no further one after it",
        "2026-01-05 lesion_new yes @/MRI/rib | 2026-04-05 no @/MRI/rib",
        CONFIRMED,
        "2026-01-05",
        URGENT,
    ),
    Example("measured, and nothing said about new ones", "2026-01-05 lesion_diameter 24 mm @/MRI/iliac", NOT_EVALUABLE),
    Example("another disease", "disease AML | 2026-01-05 lesion_new yes @/MRI/rib", NOT_APPLICABLE),
)


def new_lesion(cohort: Cohort) -> Signal:
    """Lesions that were called new."""
    m = series_of(cohort, "lesion_new")
    return weighed(
        m,
        criterion,
        sure=criterion(m.low, m.low).met,
        terms=Terms(AT_ONCE, alone=URGENT),
        extras=lambda row: label(m, row),
        words=Words(sentence=_sentence),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """New, and no fracture by osteoporosis."""
    return stands_at("new lesion", value, {NEW}, "yes")


def _sentence(series: Series, row: int) -> str:
    where = lesion_text(series, row)
    return f"New lesion{f' ({where})' if where else ''} on {day_text(to_date(int(series.day[row])))}."


RULE = Rule(
    code="MM-LESION-NEW",
    title="New bone lesion or plasmacytoma",
    criteria_version="IMWG-2016",
    diseases=MYELOMA,
    reads=("lesion_new",),
    thresholds=(ONE,),
    sources=(KUMAR_2016,),
    examples=EXAMPLES,
    evaluate=new_lesion,
    asks_for="a clinician's word on whether images show a new lesion",
    would_confirm="Biopsy of the lesion where the images leave doubt.",
    would_clear="A biopsy without plasma cells, or earlier images that show the lesion already.",
)
