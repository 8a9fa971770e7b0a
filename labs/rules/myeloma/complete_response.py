"""Rules about relapse from complete response judge results after the day of a recorded CR or sCR, in its line."""

from __future__ import annotations

from labs.rules.arrays import DAY_OFFSET
from labs.rules.base import NOT_APPLICABLE, NOT_EVALUABLE
from labs.rules.remission import after_relapse
from labs.rules.series import Series
from labs.rules.signals import Silence

COMPLETE = ("CR", "sCR")
LESS = ("VGPR", "PR", "MR", "SD", "PD")


def unless_complete(series: Series) -> tuple[Silence, ...]:
    """Where no complete response is on record, a relapse or a later line followed, or the result comes before it."""
    which = series.cohort.which
    less = which(lambda facts: facts.response in LESS)[series.patient]
    unknown = which(lambda facts: facts.response not in COMPLETE)[series.patient]
    undated = which(lambda facts: facts.remission_on is None)[series.patient]
    since = series.cohort.remission_days[series.patient]
    later = series.line_start - DAY_OFFSET > since
    return (
        *after_relapse(series),
        Silence(less, NOT_APPLICABLE, "the response recorded is less than complete"),
        Silence(unknown, NOT_EVALUABLE, "whether a complete response was reached: the record does not say so"),
        Silence(undated, NOT_EVALUABLE, "the date of the complete response"),
        Silence(later, NOT_EVALUABLE, "the response to the present line of therapy: the one recorded is of an earlier"),
        Silence(series.day <= since, NOT_EVALUABLE, "a result after the day of the complete response"),
    )
