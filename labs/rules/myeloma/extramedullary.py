"""A physician found myeloma outside of the marrow since the remission, at a named site.

What it checks
    What clinicians recorded of each site: extramedullary disease, or a biopsy of that site. Proven by either is
    CONFIRMED and URGENT at once; suspected is PROVISIONAL at REVIEW until a biopsy or images decide.
When it stays silent
    A site without disease, or a biopsy without; that ends a suspicion. An inconclusive biopsy says nothing. Biopsies of
    marrow are left to the rules on marrow. What was found before the recorded remission is not judged. Nothing was
    recorded of any site: NOT_EVALUABLE. Another disease: NOT_APPLICABLE.
Source
    Kumar 2016 (IMWG): a new plasmacytoma is clinical relapse. Whether disease at a site is new is the judgement of who
    records it: what was there before the remission and is recorded again is told again, in a new line of therapy, too.
    That a word of a physician or one biopsy suffices, and the level of a suspicion, are defaults of this project.
"""

from __future__ import annotations

from datetime import date

from labs.rules import sites
from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_CONFIRMED,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, stands_at
from labs.rules.cohort import Cohort
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.remission import before_remission, remission_note
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Signal, Terms, Words, weighed
from labs.rules.sources import KUMAR_2016, VIGIL

ONE = Threshold("1", "{sites}", KUMAR_2016, date(2016, 8, 1), places=0)
WHAT = "Myeloma outside the marrow"

_IN = "remission 2026-01-01 | "
EXAMPLES = (
    Example("absent", _IN + "2026-05-01 extramedullary absent @//skin", NOT_RAISED),
    Example("suspected", _IN + "2026-05-01 extramedullary suspected @//skin", PROVISIONAL, "2026-05-01", REVIEW),
    Example("proven", _IN + "2026-05-01 extramedullary proven @//skin", CONFIRMED, "2026-05-01", URGENT),
    Example("a biopsy with disease", _IN + "2026-05-01 biopsy disease @//liver", CONFIRMED, "2026-05-01", URGENT),
    Example(
        "suspected, then a biopsy without",
        _IN + "2026-05-01 extramedullary suspected @//skin | 2026-05-08 biopsy no_disease @//Skin",
        NOT_CONFIRMED,
        "2026-05-01",
        REVIEW,
    ),
    Example(
        "suspected, and the biopsy is inconclusive",
        _IN + "2026-05-01 extramedullary suspected @//skin | 2026-05-08 biopsy inconclusive @//skin",
        PROVISIONAL,
        "2026-05-01",
        REVIEW,
    ),
    Example("a biopsy of marrow", _IN + "2026-05-01 biopsy disease @//bone_marrow", NOT_EVALUABLE),
    Example("before the remission", _IN + "2025-10-01 extramedullary proven @//skin", NOT_EVALUABLE),
    Example("another disease", "disease AML | 2026-05-01 extramedullary proven @//skin", NOT_APPLICABLE),
)


def extramedullary(cohort: Cohort) -> Signal:
    """Sites with disease."""
    found = sites.found_at(cohort, "extramedullary", sites.not_marrow, sites.same)
    return weighed(
        found,
        criterion,
        sure=found.low >= sites.PROVEN,
        weak=found.low >= sites.SUSPECTED,
        terms=Terms(AT_ONCE, alone=URGENT, weak_level=REVIEW, lapsed=REVIEW),
        silences=before_remission(found),
        notes=remission_note,
        words=Words(sentence=_sentence),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Suspected or proven."""
    return stands_at("disease outside the marrow", value, {sites.SUSPECTED, sites.PROVEN}, "suspected or proven")


def _sentence(series: Series, row: int) -> str:
    return sites.sentence(WHAT, series, row)


RULE = Rule(
    code="MM-EXTRAMEDULLARY",
    title="Extramedullary disease in myeloma",
    criteria_version="IMWG-2016",
    diseases=MYELOMA,
    reads=("extramedullary", "biopsy"),
    thresholds=(ONE,),
    sources=(KUMAR_2016, VIGIL),
    examples=EXAMPLES,
    evaluate=extramedullary,
    asks_for="a clinician's word on disease outside of the marrow",
    would_confirm="A biopsy of the site, or images of it.",
    would_clear="A biopsy of the site without plasma cells, or a record that the disease there is old.",
)
