"""A testis is enlarged or infiltrated after remission of acute lymphoblastic leukaemia.

What it checks
    What clinicians recorded of the testes since the remission. An enlarged testis, usually painless, is URGENT and
    PROVISIONAL: ultrasound and biopsy follow. Infiltrated, by their word or by a biopsy of that testis, is relapse:
    CONFIRMED and URGENT. The finding says whether marrow was involved (at least 5 % blasts within 28 days before or
    after: combined) or the relapse is isolated, and its time by BFM and COG where the days are recorded.
When it stays silent
    Another disease: NOT_APPLICABLE. Nothing was recorded of the testes: NOT_EVALUABLE. A normal finding, or a biopsy
    without disease, ends the suspicion of that side; an inconclusive biopsy says nothing. Findings from before the
    recorded remission are not judged. After a relapse that is recorded, until a further remission is: NOT_APPLICABLE;
    what began before goes on. In a line of therapy begun since the remission while neither is recorded: NOT_EVALUABLE.
Source
    Buchmann 2022 (Ponte di Legno): enlargement asks for ultrasound; an isolated testicular relapse needs a biopsy. That
    5 % in marrow make it combined is the convention of BFM. The 28 days are a default of this project.
"""

from __future__ import annotations

from datetime import date

from labs.rules import sites
from labs.rules.acute_lymphoblastic.relapse_time import TIMES, site_labels
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
from labs.rules.signals import Signal
from labs.rules.sources import BUCHMANN_2022, RELAPSE_TIMES, VIGIL

ONE = Threshold("1", "{testes}", BUCHMANN_2022, date(2022, 3, 24), places=0)

SAID = ("normal", "enlarged", "infiltrated")

_IN = "remission 2026-01-01 | "
EXAMPLES = (
    Example("normal", _IN + "2026-05-01 testis normal @//left", NOT_RAISED),
    Example("enlarged", _IN + "2026-05-01 testis enlarged @//left", PROVISIONAL, "2026-05-01", URGENT),
    Example("infiltrated", _IN + "2026-05-01 testis infiltrated @//left", CONFIRMED, "2026-05-01", URGENT),
    Example(
        "enlarged, the other side normal",
        _IN + "2026-05-01 testis enlarged @//left | 2026-05-08 testis normal @//right",
        PROVISIONAL,
        "2026-05-01",
        URGENT,
    ),
    Example(
        "enlarged, then a biopsy with disease",
        _IN + "2026-05-01 testis enlarged @/examination/left | 2026-05-08 biopsy disease @/biopsy/left_testis",
        CONFIRMED,
        "2026-05-08",
        URGENT,
    ),
    Example(
        "enlarged, then a biopsy without",
        _IN + "2026-05-01 testis enlarged @//left | 2026-05-08 biopsy no_disease @//left_testis",
        NOT_CONFIRMED,
        "2026-05-01",
        REVIEW,
    ),
    Example("a biopsy of another place", _IN + "2026-05-01 biopsy disease @//skin", NOT_EVALUABLE),
    Example("before the remission", _IN + "2025-10-01 testis infiltrated @//left", NOT_EVALUABLE),
    Example("another disease", "disease AML | 2026-05-01 testis enlarged @//left", NOT_APPLICABLE),
)


def testicular(cohort: Cohort) -> Signal:
    """Testes with disease."""
    found = sites.found_at(cohort, "testis", sites.of_testis, side)
    return sites.disease_at(
        found,
        criterion,
        what="Testis",
        extras=lambda row: site_labels(found, row),
        weak_level=URGENT,
        said=SAID,
    )


def side(place: str) -> str:
    """ "left" of "left testis"."""
    return " ".join(word for word in sites.same(place).split() if not word.startswith("testi"))


def criterion(value: Ints, _: Ints) -> Check:
    """Enlarged or infiltrated."""
    return stands_at("testis", value, {sites.SUSPECTED, sites.PROVEN}, "enlarged or infiltrated")


RULE = Rule(
    code="ALL-TESTIS",
    title="Testis enlarged or infiltrated after remission of ALL",
    criteria_version="PDL-2021",
    diseases=frozenset({"ALL"}),
    reads=("testis", "biopsy", "blasts_marrow"),
    judges=("testis", "biopsy"),
    thresholds=(ONE, sites.COMBINED, sites.BESIDE, *TIMES),
    sources=(BUCHMANN_2022, RELAPSE_TIMES, VIGIL),
    examples=EXAMPLES,
    evaluate=testicular,
    asks_for="a clinician's examination of the testes",
    would_confirm="Ultrasound of both testes, and a biopsy where the relapse seems isolated; a marrow.",
    would_clear="Ultrasound without infiltration, or a biopsy without leukaemia.",
)
