"""A band of another isotype than that of the diagnosis: oligoclonal bands.

What it checks
    Immunofixation of serum and of urine: a band whose heavy or light chain is not that of the diagnosis. Such bands
    come in 10 to 73 % of series after an autologous transplant, and with recovering immunity; they are usually benign
    and are not relapse. One is enough, at INFO. Recent transplant, CAR-T cells, a bispecific antibody or
    immunoglobulin are named with it.
When it stays silent
    Another disease: NOT_APPLICABLE. Heavy or light chain of the diagnosis not recorded: NOT_EVALUABLE. A band of the
    isotype of the diagnosis, or free light chains of its kind, belong to MM-CR-LOSS. A band IgG-kappa that may be a
    therapeutic antibody (at most 0.1 g/dL, until 183 days after it) belongs to MM-DRUG-BAND. A band that
    was not typed: NOT_EVALUABLE.
Source
    Series of bands after transplant as collected in the clinical reference (PMC3696619 and others). The level is a
    default of this project.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labs.rules.arrays import Bools, Ints
from labs.rules.base import (
    CONFIRMED,
    INFO,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    Comparison,
    Example,
    Rule,
)
from labs.rules.checks import Check, Word
from labs.rules.cohort import Cohort
from labs.rules.evidence import value_text
from labs.rules.myeloma.bands import AFTER, SEEN, Band, is_recorded, isotype_of_clone, serum, urine
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.myeloma.side_by_side import side_by_side
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Signal, Silence, Terms, Words, weighed
from labs.rules.sources import ANTIBODY_BAND, OLIGOCLONAL_BANDS, VIGIL

JUDGES = ("ife_serum", "ife_urine")
READS = (*JUDGES, "serum_m", "urine_m")
NO_ISOTYPE = "the isotype at diagnosis (heavy and light chain)"
NOT_TYPED = "the isotype of the band: the report does not name heavy and light chain"

_KAPPA = "heavy_chain IgA | light_chain kappa | "
EXAMPLES = (
    Example("negative", _KAPPA + "2026-01-05 negative | 2026-04-10 negative", NOT_RAISED),
    Example("the isotype of the diagnosis", _KAPPA + "2026-01-05 positive:_IgA-kappa", NOT_RAISED),
    Example("free light chains of its kind", _KAPPA + "2026-01-05 ife_urine positive:_free_kappa", NOT_RAISED),
    Example("beside the isotype of the diagnosis", _KAPPA + "2026-01-05 positive:_IgA-kappa,_IgG-lambda", NOT_RAISED),
    Example(
        "E13 three months after an autologous transplant",
        _KAPPA + "event transplant_autologous 2026-01-10 | 2026-01-05 negative | 2026-04-10 positive:_IgG-lambda",
        CONFIRMED,
        "2026-04-10",
        INFO,
    ),
    Example("another light chain only", _KAPPA + "2026-04-10 positive:_IgA-lambda", CONFIRMED, "", INFO),
    Example(
        "an antibody is IgG-kappa: see MM-DRUG-BAND",
        _KAPPA + "event antibody 2026-01-10 | 2026-03-05 positive:_IgG-kappa",
        NOT_RAISED,
    ),
    Example(
        "an antibody is not IgG-lambda",
        _KAPPA + "event antibody 2026-01-10 | 2026-03-05 positive:_IgG-lambda",
        CONFIRMED,
        "2026-03-05",
        INFO,
    ),
    Example("a band that was not typed", _KAPPA + "2026-04-10 positive", NOT_EVALUABLE),
    Example("isotype of the diagnosis not recorded", "2026-04-10 positive:_IgG-lambda", NOT_EVALUABLE),
    Example("another disease", "disease AML | 2026-04-10 positive:_IgG-lambda", NOT_APPLICABLE),
)


def oligoclonal(cohort: Cohort) -> Signal:
    """Immunofixations whose bands are all of another isotype."""
    fluids = (serum(cohort), urine(cohort))
    series, order = side_by_side([fluid.series for fluid in fluids])
    band = np.concatenate([fluid.band for fluid in fluids])[order]
    drug = np.concatenate([fluid.may_be_drug for fluid in fluids])[order]
    other: Bools = (band == Band.OTHER) & ~drug
    done = band != Band.NOT_DONE
    kept = series._replace(low=other.astype(np.int64), high=other.astype(np.int64)).only(done)
    unknown = cohort.which(lambda facts: not is_recorded(isotype_of_clone(facts)))[kept.patient]
    return weighed(
        kept,
        criterion,
        sure=other[done],
        terms=Terms(AT_ONCE, alone=INFO, both=INFO),
        silences=(
            Silence(unknown, NOT_EVALUABLE, NO_ISOTYPE),
            Silence(band[done] == Band.OPEN, NOT_EVALUABLE, NOT_TYPED),
        ),
        notes=missing,
        extras=lambda row: _compared(kept, row),
        words=Words(sure="an oligoclonal band is usually benign, and is not relapse"),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """A band of another isotype."""
    return Word("band by immunofixation", "another isotype than at diagnosis", value > 0)


def missing(_: Series, __: int) -> Sequence[str]:
    """What one immunofixation leaves open."""
    return ["whether the band lasts: the next immunofixation"]


def _compared(series: Series, row: int) -> list[Comparison]:
    clone = isotype_of_clone(series.cohort.patients[int(series.patient[row])])
    return [Comparison("isotype", value_text(series, row), f"another than {clone}, as at diagnosis", met=True)]


RULE = Rule(
    code="MM-OLIGOCLONAL",
    title="Band of another isotype than the myeloma's",
    criteria_version="VIGIL-1",
    diseases=MYELOMA,
    reads=READS,
    judges=JUDGES,
    thresholds=(SEEN, AFTER),
    sources=(OLIGOCLONAL_BANDS, ANTIBODY_BAND, VIGIL),
    examples=EXAMPLES,
    evaluate=oligoclonal,
    confounders=("transplant_autologous", "car_t", "bispecific", "ivig", "antibody"),
    would_confirm="The next immunofixation: an oligoclonal band often goes by itself.",
    would_clear="An immunofixation without the band.",
    note=True,
)
