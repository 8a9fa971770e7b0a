"""A faint band IgG-kappa may be the therapeutic antibody itself.

What it checks
    During, and up to 183 days after, a therapeutic antibody (daratumumab, isatuximab and elotuzumab are all IgG-kappa):
    a serum band IgG-kappa by immunofixation, or one that was not typed, with at most 0.1 g/dL by electrophoresis; or
    such an amount by electrophoresis alone. In a person whose clone may itself be IgG-kappa this is asked in complete
    response only, where it is the question whether the response is lost. PROVISIONAL at INFO, never more: it asks for
    an interference test. More than 0.1 g/dL is more than these drugs leave, and MM-CR-LOSS judges it.
When it stays silent
    Another disease, or a clone that may be IgG-kappa and less than a complete response: NOT_APPLICABLE. Such a clone
    and no complete response on record: NOT_EVALUABLE. A band of another isotype cannot be the drug.
Source
    Levels of daratumumab in serum (trough 573, peak 915 ug/mL) and limits of electrophoresis: laboratory reports. How
    long it lasts ("several months"), and the level: defaults of this project.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labs.rules.arrays import Ints
from labs.rules.base import (
    INFO,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    Comparison,
    Example,
    Rule,
)
from labs.rules.checks import Check, Word
from labs.rules.cohort import Cohort
from labs.rules.myeloma.bands import AFTER, DRUG, SEEN, isotype_of_clone, serum
from labs.rules.myeloma.complete_response import unless_complete
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.series import Series
from labs.rules.signals import Signal, Silence, Terms, Words, weighed
from labs.rules.sources import ANTIBODY_BAND, VIGIL
from labs.rules.wording import amount_text

READS = ("ife_serum", "serum_m")
INTERFERENCE = (
    "whether the band is the therapeutic antibody: an interference test (DIRA, Hydrashift, mass spectrometry)"
)

_CR = "response CR | remission 2026-01-10 | "
_KAPPA = "heavy_chain IgG | light_chain kappa | " + _CR
_DRUG = "event antibody 2026-02-01 | "
EXAMPLES = (
    Example("no antibody was given", _KAPPA + "2026-03-05 positive:_IgG-kappa", NOT_RAISED),
    Example("negative", _KAPPA + _DRUG + "2026-03-05 negative", NOT_RAISED),
    Example(
        "another isotype cannot be the drug",
        "heavy_chain IgG | light_chain lambda | " + _CR + _DRUG + "2026-03-05 positive:_IgG-lambda",
        NOT_RAISED,
    ),
    Example(
        "above 0.1 g/dL: more than the drug leaves",
        _KAPPA + _DRUG + "2026-03-05 positive:_IgG-kappa | 2026-03-05 serum_m 0.11 g/dL",
        NOT_RAISED,
    ),
    Example(
        "0.1 g/dL exactly",
        _KAPPA + _DRUG + "2026-03-05 positive:_IgG-kappa | 2026-03-05 serum_m 0.1 g/dL",
        PROVISIONAL,
        "2026-03-05",
        INFO,
    ),
    Example(
        "E14 on daratumumab, 0.05 g/dL",
        _KAPPA + _DRUG + "2026-03-05 positive:_IgG-kappa | 2026-03-05 serum_m 0.05 g/dL",
        PROVISIONAL,
        "2026-03-05",
        INFO,
    ),
    Example("by immunofixation alone", _KAPPA + _DRUG + "2026-03-05 positive:_IgG-kappa", PROVISIONAL, "", INFO),
    Example("by electrophoresis alone", _KAPPA + _DRUG + "2026-03-05 serum_m 0.05 g/dL", PROVISIONAL, "", INFO),
    Example(
        "183 days after the antibody", _KAPPA + _DRUG + "2026-08-03 positive:_IgG-kappa", PROVISIONAL, "2026-08-03"
    ),
    Example("184 days after", _KAPPA + _DRUG + "2026-08-04 positive:_IgG-kappa", NOT_RAISED),
    Example(
        "a clone of another isotype, no response recorded",
        "heavy_chain IgA | light_chain lambda | " + _DRUG + "2026-03-05 positive:_IgG-kappa",
        PROVISIONAL,
        "2026-03-05",
        INFO,
    ),
    Example(
        "less than complete response",
        "heavy_chain IgG | light_chain kappa | response PR | remission 2026-01-10 | "
        + _DRUG
        + "2026-03-05 positive:_IgG-kappa",
        NOT_APPLICABLE,
    ),
    Example("response not recorded", _DRUG + "2026-03-05 positive:_IgG-kappa", NOT_EVALUABLE),
    Example("another disease", "disease AML | " + _KAPPA + _DRUG + "2026-03-05 positive:_IgG-kappa", NOT_APPLICABLE),
)


def drug_band(cohort: Cohort) -> Signal:
    """Days on which what was seen in serum may be the antibody."""
    fluid = serum(cohort)
    drug = fluid.may_be_drug
    series = fluid.series._replace(low=drug.astype(np.int64), high=drug.astype(np.int64))
    return weighed(
        series,
        criterion,
        sure=np.zeros(series.size, bool),
        weak=drug,
        terms=Terms(both=INFO, weak_level=INFO),
        silences=_unless_asked(series),
        notes=missing,
        extras=lambda row: _compared(series, int(fluid.amount[row])),
        words=Words(weak="it may be the therapeutic antibody"),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Seen at a level, and of an isotype, that the drug has."""
    return Word("band IgG-kappa or not typed", f"during or up to {AFTER.value} days after an antibody", value > 0)


def missing(_: Series, __: int) -> Sequence[str]:
    """What would tell."""
    return [INTERFERENCE]


def _unless_asked(series: Series) -> tuple[Silence, ...]:
    """Where the clone may be IgG-kappa, only in complete response."""
    own = series.cohort.which(lambda facts: isotype_of_clone(facts).may_be(DRUG))[series.patient]
    return tuple(silence._replace(rows=silence.rows & own) for silence in unless_complete(series))


def _compared(series: Series, amount: int) -> list[Comparison]:
    if amount < 0:
        return []
    found = amount_text(amount, series.places, SEEN.unit)
    return [Comparison("amount by electrophoresis", found, f"at most {SEEN}", amount <= SEEN.amount)]


RULE = Rule(
    code="MM-DRUG-BAND",
    title="Band that may be a therapeutic antibody",
    criteria_version="VIGIL-1",
    diseases=MYELOMA,
    reads=READS,
    thresholds=(SEEN, AFTER),
    sources=(ANTIBODY_BAND, VIGIL),
    examples=EXAMPLES,
    evaluate=drug_band,
    confounders=("antibody",),
    note=True,
    would_confirm="An interference test of the laboratory: DIRA, Hydrashift or mass spectrometry.",
    would_clear="The same test showing a band of the clone: then it is judged as relapse from complete response.",
)
