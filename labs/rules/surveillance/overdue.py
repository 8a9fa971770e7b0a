"""A planned test that follows the disease was not done, and half its interval has passed since.

What it checks
    For each kind of test that follows the disease (electrophoresis, free light chains, immunoglobulins, 24 h urine,
    blood count with differential, marrow, residual disease, lumbar puncture, chimerism, imaging): the first planned one
    that was neither done nor skipped with a reason. From the day on which half the planned interval has passed since it
    was due (one and a half intervals since the one before), the finding stands at REVIEW as NOT_EVALUABLE until a
    result comes. Rules that read only what is overdue then answer NOT_EVALUABLE, too: absence of a result is not
    stability.
When it stays silent
    Nothing is late by that much. A blood count planned without a differential, chemistry, urinalysis or a visit does
    not follow the disease here. No plan asks for such a test: NOT_EVALUABLE, since nothing is there to be late against.
Source
    Guidelines give intervals, not tolerances. One and a half intervals is a default of this project (clinical
    reference, section 5).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from labs.rules.absence import ABSENCE as ANALYTE
from labs.rules.absence import is_late
from labs.rules.arrays import Ints
from labs.rules.base import NOT_EVALUABLE, NOT_RAISED, REVIEW, Comparison, Example, Rule, State, Threshold
from labs.rules.checks import Check, Word
from labs.rules.cohort import Cohort, Key, Row, to_date
from labs.rules.markers import series_of
from labs.rules.series import Series
from labs.rules.signals import Confirmation, Signal, Terms, Words, weighed
from labs.rules.sources import VIGIL
from labs.rules.wording import amount_text, day_text
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.test_kinds import TEST_KINDS

LATE = Threshold("50", "%", VIGIL, date(2026, 1, 1))
ON_THE_DAY = Confirmation(1, misses=0)
DAY = 10 ** ANALYTES[ANALYTE].places

EXAMPLES = (
    Example("no plan", "2026-10-01 serum_m 0.3 g/dL", NOT_EVALUABLE),
    Example("due on the day", "2026-10-01 overdue 0 d @//flc [..46]", NOT_RAISED),
    Example("late by half the interval less a day", "2026-10-01 overdue 45 d @//flc [..46]", NOT_RAISED),
    Example("E41 late by half the interval", "2026-10-02 overdue 46 d @//flc [..46]", State.NOT_EVALUABLE, "", REVIEW),
)


def row_of_plan(patient: Key, kind: str, due_on: date, interval: int, today: date, accession: str) -> Row:
    """The first test of a kind that was not done, as a row of a cohort: how many days late it is.

    `interval` in days. The upper limit of the row is the lateness that is let pass; from there on the row stays as it
    was on that day, so that what is said of it does not change from day to day.
    """
    numerator, denominator = LATE.share
    allowed = -(-interval * numerator // denominator)
    late = min((today - due_on).days, allowed)
    on = due_on + timedelta(days=late)
    return Row(patient, ANALYTE, on, max(late, 0) * DAY, specimen=kind, accession=accession, upper=allowed * DAY)


def overdue(cohort: Cohort) -> Signal:
    """Every test that is late by more than is let pass."""
    s = series_of(cohort, ANALYTE)
    upper = cohort.columns.upper[cohort.assessments.rows[s.sources[0]]]
    late = is_late(s.low, upper)
    return weighed(
        s,
        criterion,
        sure=late,
        terms=Terms(ON_THE_DAY, alone=REVIEW, stands_as=State.NOT_EVALUABLE),
        notes=missing,
        extras=lambda row: [_compared(s, row, int(upper[row]))],
        words=Words(sentence=_sentence),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """The test did not come; `extras` tells how late it is."""
    return Word("result of the planned test", "none", np.ones(value.size, bool), found="none")


def missing(series: Series, row: int) -> Sequence[str]:
    """The result that did not come."""
    return [f"a result of {_label(series, row)}"]


def _compared(series: Series, row: int, upper: int) -> Comparison:
    late, allowed = (amount_text(int(days), series.places, series.unit) for days in (series.low[row], upper))
    return Comparison("late", late, f"at least {allowed}, half the planned interval", met=True)


def _sentence(series: Series, row: int) -> str:
    """What was planned for when, and is not there."""
    day = to_date(int(series.day[row]))
    late = int(series.low[row]) // DAY
    due = day - timedelta(days=late)
    return (
        f"{_label(series, row)}: planned for {day_text(due)} and not there by {day_text(day)}, {late} days late; "
        "the absence of a result is not stability."
    )


def _label(series: Series, row: int) -> str:
    cohort = series.cohort
    kind = cohort.groups[int(cohort.columns.group[cohort.assessments.rows[series.sources[0][row]]])][0]
    return TEST_KINDS[kind].label if kind in TEST_KINDS else kind


RULE = Rule(
    code="TEST-OVERDUE",
    title="Test that follows the disease is overdue",
    criteria_version="VIGIL-1",
    diseases=frozenset({"MM", "AML", "ALL"}),
    reads=(ANALYTE,),
    thresholds=(LATE,),
    sources=(VIGIL,),
    examples=EXAMPLES,
    evaluate=overdue,
    passing=True,
    asks_for="a plan with tests that follow the disease",
    would_confirm="The test itself, booked for the next possible day.",
    would_clear="A result of the test, or the test skipped with a coded reason.",
)
