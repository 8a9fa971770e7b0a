"""Leukaemia outside of marrow and blood after remission of acute lymphoblastic leukaemia.

What it checks
    What clinicians recorded of each site since the remission. Proven, by their word or by a biopsy of that site, is
    relapse at once: CONFIRMED and URGENT. Suspected is PROVISIONAL at REVIEW: biopsy or imaging decides. The finding
    says whether marrow was involved (at least 5 % blasts within 28 days before or after: combined) or the relapse is
    isolated, and its time by BFM and COG where the days of diagnosis and end of therapy are recorded.
When it stays silent
    Another disease: NOT_APPLICABLE. Nothing was recorded of any site: NOT_EVALUABLE. A site without disease, or a
    biopsy without, ends the suspicion of that site; an inconclusive biopsy says nothing. Biopsies of marrow and testis
    are left to the rules on these. Findings from before the recorded remission are not judged.
    After a relapse that is recorded, until a further remission is: NOT_APPLICABLE; what began before goes on. In a line
    of therapy begun since the remission while neither is recorded: NOT_EVALUABLE.
Source
    NCCN and ELN adult ALL, and the consensus of Ponte di Legno: extramedullary disease after remission is relapse. That
    5 % in marrow make it combined is the convention of BFM. The level of a suspicion and the 28 days are defaults of
    this project.
"""

from __future__ import annotations

from datetime import date

from labs.rules import sites
from labs.rules.acute_lymphoblastic.relapse_time import TIMES, site_labels
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
from labs.rules.sources import BUCHMANN_2022, NCCN_ALL, RELAPSE_TIMES, VIGIL

ONE = Threshold("1", "{sites}", NCCN_ALL, date(2024, 1, 1), places=0)

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
    Example("a biopsy of testis", _IN + "2026-05-01 biopsy disease @//left_testis", NOT_EVALUABLE),
    Example("before the remission", _IN + "2025-10-01 extramedullary proven @//skin", NOT_EVALUABLE),
    Example("another disease", "disease MM | 2026-05-01 extramedullary proven @//skin", NOT_APPLICABLE),
)


def extramedullary(cohort: Cohort) -> Signal:
    """Sites with disease."""
    found = sites.found_at(cohort, "extramedullary", elsewhere, sites.same)
    return sites.disease_at(
        found, sites.extramedullary, what="Extramedullary disease", extras=lambda row: site_labels(found, row)
    )


def elsewhere(place: str) -> bool:
    """Whether a biopsy was neither of marrow nor of testis."""
    return sites.not_marrow(place) and not sites.of_testis(place)


RULE = Rule(
    code="ALL-EXTRAMEDULLARY",
    title="Extramedullary disease after remission of ALL",
    criteria_version="NCCN-ALL",
    diseases=frozenset({"ALL"}),
    reads=("extramedullary", "biopsy", "blasts_marrow"),
    judges=("extramedullary", "biopsy"),
    thresholds=(ONE, sites.COMBINED, sites.BESIDE, *TIMES),
    sources=(NCCN_ALL, BUCHMANN_2022, RELAPSE_TIMES, VIGIL),
    examples=EXAMPLES,
    evaluate=extramedullary,
    asks_for="a clinician's word on disease outside of marrow and blood",
    would_confirm="A biopsy of the site, or imaging; and a marrow.",
    would_clear="A biopsy of the site without leukaemia.",
)
