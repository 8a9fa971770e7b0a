"""Rules about relapse judge results in remission; where none is recorded they take the person to be in it.

In remission on a day: the last of the recorded remissions and relapses before that day is a remission. The day of a
relapse still belongs to the remission, since its results are what showed the relapse.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np

from labs.rules.arrays import DAY_OFFSET, Ints, any_true
from labs.rules.base import NOT_APPLICABLE, NOT_EVALUABLE, Answer
from labs.rules.cohort import Cohort, PatientFacts, day_number, pack_day
from labs.rules.series import Series
from labs.rules.signals import Silence
from labs.rules.wording import day_text

FOR_EVER = DAY_OFFSET - 1
SINCE_REMISSION = "a result since the remission"
SINCE_NEW_LINE = (
    "the remission of the present line of therapy: a new line began after the last recorded remission, "
    "and neither a relapse nor a further remission is recorded since"
)


class Stretch(NamedTuple):
    """Days outside of remission, from the first to before the last, and what to answer on them."""

    first: int
    end: int
    answer: Answer
    reason: str


def before_remission(series: Series) -> tuple[Silence, ...]:
    """Results from before the first recorded remission are not judged."""
    rows = series.day < series.cohort.remission_days[series.patient]
    return (Silence(rows, NOT_EVALUABLE, SINCE_REMISSION),) if any_true(rows) else ()


def outside_remission(series: Series) -> tuple[Silence, ...]:
    """Results from before the first remission, and those after a relapse or in a new line of therapy until the next
    remission is recorded, are not judged. What a relapse began before goes on through them."""
    return (*after_relapse(series), *before_remission(series))


def after_relapse(series: Series) -> tuple[Silence, ...]:
    """The part of `outside_remission` that follows the first remission."""
    keys, ends, which, said = series.cohort.worked_out(_stretches)
    if not keys.size or not series.size:
        return ()
    at = keys.searchsorted(series.patient_days, side="right") - 1
    within = (at >= 0) & (series.patient_days < ends[np.maximum(at, 0)])
    found = np.where(within, which[np.maximum(at, 0)], -1)
    return tuple(
        Silence(found == number, said[number][0], said[number][1], runs_on=True)
        for number in np.unique(found[within]).tolist()
    )


def remission_note(series: Series, row: int) -> list[str]:
    """Said where no date of remission is recorded."""
    if remissions_of(series.cohort.patients[int(series.patient[row])]):
        return []
    return ["the date of remission: it is not recorded, and the rule takes the person to be in remission"]


def remissions_of(facts: PatientFacts) -> list[date]:
    """First days of every recorded remission, the earliest first."""
    return sorted({*facts.remissions, *([facts.remission_on] if facts.remission_on else [])})


def stretches_of(facts: PatientFacts) -> Iterator[Stretch]:
    """When the patient was out of remission, or may have been, after a first one; in order, without overlap."""
    remissions = [day_number(day) for day in remissions_of(facts)]
    relapses = [day_number(day) for day in sorted(set(facts.relapses))]
    lines = [day_number(day) for day in sorted(facts.line_starts)]
    turns = sorted([(day, False) for day in remissions] + [(day, True) for day in relapses])
    for place, (day, relapsed) in enumerate(turns):
        end, next_is_relapse = turns[place + 1] if place + 1 < len(turns) else (FOR_EVER, False)
        if relapsed:
            reason = f"not in remission: relapse recorded on {day_text(_date(facts.relapses, day))}, no remission since"
            yield Stretch(day + 1, end + next_is_relapse, NOT_APPLICABLE, reason)
        elif not next_is_relapse and (begun := [line for line in lines if day < line < end]):
            yield Stretch(begun[0], end, NOT_EVALUABLE, SINCE_NEW_LINE)


def _date(days: tuple[date, ...], number: int) -> date:
    return next(day for day in days if day_number(day) == number)


def _stretches(cohort: Cohort) -> tuple[Ints, Ints, Ints, list[tuple[Answer, str]]]:
    """First day and end of every stretch, packed with the patient and sorted; and which of the answers it has."""
    found: list[tuple[int, int, int]] = []
    said: dict[tuple[Answer, str], int] = {}
    for patient, facts in enumerate(cohort.patients):
        if not facts.relapses and not facts.line_starts:
            continue
        for one in stretches_of(facts):
            place = said.setdefault((one.answer, one.reason), len(said))
            found.append((pack_day(patient, one.first), pack_day(patient, one.end), place))
    columns = np.array(sorted(found), np.int64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2], list(said)
