"""Rules about relapse judge results since the remission; where it is not recorded they take the person to be in it."""

from __future__ import annotations

from labs.rules.base import NOT_EVALUABLE
from labs.rules.series import Series
from labs.rules.signals import Silence


def before_remission(series: Series) -> tuple[Silence, ...]:
    """Results from before the recorded remission are not judged."""
    rows = series.day < series.cohort.remission_days[series.patient]
    return (Silence(rows, NOT_EVALUABLE, "a result since the remission"),) if rows.any() else ()


def remission_note(series: Series, row: int) -> list[str]:
    """Said where no date of remission is recorded."""
    if series.cohort.patients[int(series.patient[row])].remission_on is not None:
        return []
    return ["the date of remission: it is not recorded, and the rule takes the person to be in remission"]
