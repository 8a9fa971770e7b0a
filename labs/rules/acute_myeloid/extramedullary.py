"""Leukaemia outside of marrow and blood after remission of acute myeloid leukaemia.

What it checks
    What clinicians recorded of each site since the remission. Proven, by their word or by a biopsy of that site, is
    relapse at once: CONFIRMED and URGENT. Suspected is PROVISIONAL at REVIEW: biopsy or imaging decides. The finding
    says whether marrow was involved (at least 5 % blasts within 28 days before or after) or the relapse is isolated.
When it stays silent
    Another disease: NOT_APPLICABLE. Nothing was recorded of any site: NOT_EVALUABLE. A site without disease, or a
    biopsy without, ends the suspicion of that site; an inconclusive biopsy says nothing. Biopsies of marrow are left to
    the rule on marrow. Findings from before the recorded remission are not judged.
    After a relapse that is recorded, until a further remission is: NOT_APPLICABLE; what began before goes on. In a line
    of therapy begun since the remission while neither is recorded: NOT_EVALUABLE.
Source
    Doehner 2022 (ELN), table 8: extramedullary disease after remission is relapse. The level of a suspicion and the
    28 days are defaults of this project; that 5 % in marrow make it combined is a convention of BFM for ALL.
"""

from __future__ import annotations

from datetime import date

from labs.rules import sites
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
from labs.rules.cohort import Cohort
from labs.rules.signals import Signal
from labs.rules.sources import DOEHNER_2022, RELAPSE_TIMES, VIGIL

ONE = Threshold("1", "{sites}", DOEHNER_2022, date(2022, 9, 22), places=0)

_IN = "remission 2026-01-01 | "
EXAMPLES = (
    Example("absent", _IN + "2026-05-01 extramedullary absent @//skin", NOT_RAISED),
    Example("suspected", _IN + "2026-05-01 extramedullary suspected @//skin", PROVISIONAL, "2026-05-01", REVIEW),
    Example("proven", _IN + "2026-05-01 extramedullary proven @//skin", CONFIRMED, "2026-05-01", URGENT),
    Example(
        "suspected, then a biopsy with disease",
        _IN + "2026-05-01 extramedullary suspected @/examination/skin | 2026-05-08 biopsy disease @/biopsy/Skin",
        CONFIRMED,
        "2026-05-08",
        URGENT,
    ),
    Example(
        "suspected, then a biopsy without",
        _IN + "2026-05-01 extramedullary suspected @//skin | 2026-05-08 biopsy no_disease @//skin",
        NOT_CONFIRMED,
        "2026-05-01",
        REVIEW,
    ),
    Example(
        "the biopsy is inconclusive",
        _IN + "2026-05-01 extramedullary suspected @//skin | 2026-05-08 biopsy inconclusive @//skin",
        PROVISIONAL,
        "2026-05-01",
        REVIEW,
    ),
    Example(
        "the biopsy is of another site",
        _IN + "2026-05-01 extramedullary suspected @//skin | 2026-05-08 biopsy no_disease @//kidney",
        PROVISIONAL,
        "2026-05-01",
        REVIEW,
    ),
    Example("a biopsy of marrow", _IN + "2026-05-01 biopsy disease @//bone_marrow", NOT_EVALUABLE),
    Example("before the remission", _IN + "2025-10-01 extramedullary proven @//skin", NOT_EVALUABLE),
    Example("another disease", "disease MM | 2026-05-01 extramedullary proven @//skin", NOT_APPLICABLE),
)


def extramedullary(cohort: Cohort) -> Signal:
    """Sites with disease."""
    found = sites.found_at(cohort, "extramedullary", sites.not_marrow, sites.same)
    return sites.disease_at(
        found,
        sites.extramedullary,
        what="Extramedullary disease",
        extras=lambda row: sites.beside_marrow(found, row)[1],
    )


RULE = Rule(
    code="AML-EXTRAMEDULLARY",
    title="Extramedullary disease after remission of AML",
    criteria_version="ELN-2022",
    diseases=frozenset({"AML"}),
    reads=("extramedullary", "biopsy", "blasts_marrow"),
    judges=("extramedullary", "biopsy"),
    thresholds=(ONE, sites.COMBINED, sites.BESIDE),
    sources=(DOEHNER_2022, RELAPSE_TIMES, VIGIL),
    examples=EXAMPLES,
    evaluate=extramedullary,
    asks_for="a clinician's word on disease outside of marrow and blood",
    would_confirm="A biopsy of the site, or imaging; and a marrow.",
    would_clear="A biopsy of the site without leukaemia.",
)
