"""Relapse of ALL in marrow by several tests of one marrow: the table of the Ponte di Legno consortium.

What it checks
    All tests of a marrow of one day, since the remission: residual disease by flow cytometry, by PCR or sequencing of
    receptor genes and by fusion transcript, FISH or cytogenetics, and blasts by morphology. The greatest residual
    disease decides: at least 25 % is relapse alone; 5 to below 25 % with one other test of at least 1 %; 1 to below
    5 % with two others: CONFIRMED and URGENT. With fewer it is PROVISIONAL at REVIEW, and a second marrow 1 to 4 weeks
    (7 to 28 days) later is relapse when two of its tests are at least 1 %. Where a marrow had no residual disease test,
    morphology or FISH of at least 5 % is PROVISIONAL: REVIEW, from 25 % URGENT.
When it stays silent
    Another disease: NOT_APPLICABLE. Blood is left out. Marrows from before the recorded remission are not judged, since
    relapse can only be declared after a remission. Below 1 % the rules on residual disease speak. A marrow without a
    residual disease test does not end an episode. After a relapse that is recorded, until a further remission is:
    NOT_APPLICABLE; what began before goes on. In a line of therapy begun since the remission while neither is recorded:
    NOT_EVALUABLE. It is asked only at sites whose criteria are these.
Source
    Buchmann 2022 (Ponte di Legno), table of relapse with residual disease available; its footnotes on which tests
    count were not seen. The 1 to 4 weeks between the marrows, the levels, and what is said without a residual disease
    test are defaults of this project.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from labs.rules.acute_lymphoblastic.marrow_tests import READS, MarrowTests, marrows
from labs.rules.acute_lymphoblastic.relapse_time import marrow_time
from labs.rules.arrays import Bools, Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_CONFIRMED,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Comparison,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, at_least
from labs.rules.cohort import Cohort
from labs.rules.confounders import LEUKAEMIA
from labs.rules.evidence import interval_text
from labs.rules.remission import outside_remission, remission_note
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Signal, Terms, Words, weighed
from labs.rules.sources import BUCHMANN_2022, RELAPSE_TIMES, VIGIL
from labs.vocabulary.fixed_point import MRD_PLACES

SINCE = date(2022, 3, 24)
ONE = Threshold("1", "%", BUCHMANN_2022, SINCE, MRD_PLACES)
FIVE = Threshold("5", "%", BUCHMANN_2022, SINCE, MRD_PLACES)
ALONE = Threshold("25", "%", BUCHMANN_2022, SINCE, MRD_PLACES)
SOONEST = Threshold("7", "d", VIGIL, date(2026, 1, 1))
LATEST = Threshold("28", "d", VIGIL, date(2026, 1, 1))

_IN = "remission 2025-06-01 | 2026-05-01 mrd_receptor "
EXAMPLES = (
    Example("below 1 %", _IN + "0.99 % | 2026-05-01 mrd_flow 0.9 % | 2026-05-01 blasts_marrow 3 %", NOT_RAISED),
    Example("morphology 4.9 % without residual disease test", _IN + "0 % | 2026-06-01 blasts_marrow 4.9 %", NOT_RAISED),
    Example("only blood", _IN + "30 % @A/pcr/blood", NOT_EVALUABLE),
    Example("1 % alone", _IN + "1 %", PROVISIONAL, "2026-05-01", REVIEW),
    Example("E36 3 % alone", _IN + "3 %", PROVISIONAL, "2026-05-01", REVIEW),
    Example("3 % and one other", _IN + "3 % | 2026-05-01 mrd_fish 1 %", PROVISIONAL, "2026-05-01", REVIEW),
    Example(
        "3 % and two others",
        _IN + "3 % | 2026-05-01 mrd_fish 1 % | 2026-05-01 blasts_marrow 2 %",
        CONFIRMED,
        "",
        URGENT,
    ),
    Example("a little below 5 % and one other", _IN + "4.99 % | 2026-05-01 mrd_fish 4 %", PROVISIONAL, "", REVIEW),
    Example("5 % and one other", _IN + "5 % | 2026-05-01 mrd_fish 1 %", CONFIRMED, "2026-05-01", URGENT),
    Example("E36 8 % and FISH 6 %", _IN + "8 % | 2026-05-01 mrd_fish 6 %", CONFIRMED, "2026-05-01", URGENT),
    Example("the other a little below 1 %", _IN + "8 % | 2026-05-01 mrd_fish 0.99 %", PROVISIONAL, "", REVIEW),
    Example("a little below 25 % alone", _IN + "24.9 %", PROVISIONAL, "2026-05-01", REVIEW),
    Example("25 % alone", _IN + "25 %", CONFIRMED, "2026-05-01", URGENT),
    Example("E36 30 %", _IN + "30 %", CONFIRMED, "2026-05-01", URGENT),
    Example(
        "a second marrow after 7 days",
        _IN + "3 % | 2026-05-08 mrd_receptor 1 % | 2026-05-08 mrd_flow 1.2 %",
        CONFIRMED,
        "2026-05-08",
        URGENT,
    ),
    Example(
        "after 6 days", _IN + "3 % | 2026-05-07 mrd_receptor 1 % | 2026-05-07 mrd_flow 1.2 %", PROVISIONAL, "", REVIEW
    ),
    Example(
        "after 29 days", _IN + "3 % | 2026-05-30 mrd_receptor 1 % | 2026-05-30 mrd_flow 1.2 %", PROVISIONAL, "", REVIEW
    ),
    Example(
        "a second marrow without disease", _IN + "3 % | 2026-05-15 mrd_receptor <0.01 %", NOT_CONFIRMED, "2026-05-01"
    ),
    Example("morphology alone, 60 %", "remission 2025-06-01 | 2026-05-01 blasts_marrow 60 %", PROVISIONAL, "", URGENT),
    Example("another disease", "disease AML | 2026-05-01 mrd_flow 30 %", NOT_APPLICABLE),
)


def marrow_relapse(cohort: Cohort) -> Signal:
    """Marrows by the table, and second marrows."""
    days, tests = marrows(cohort)
    days = days._replace(low=tests.greatest(tests.low), high=tests.greatest(tests.high))
    enough = tests.count(ONE.amount)
    others = enough - (days.low >= ONE.amount)
    alone = days.low >= ALONE.amount
    with_one = (days.low >= FIVE.amount) & (others >= 1)
    with_two = (days.low >= ONE.amount) & (others >= 2)
    first = tests.residual & (alone | with_one | with_two)
    bar = np.where(tests.residual, ONE.amount, FIVE.amount)
    hit = (days.low >= bar) | (days.high > bar)
    silences = outside_remission(days)
    judged = np.logical_and.reduce([np.ones(days.size, bool), *(~silence.rows for silence in silences)])
    second = _second_marrows(days, hit & (enough >= 2), hit & judged)
    return weighed(
        days,
        criterion,
        sure=first | (second >= 0),
        weak=hit,
        terms=Terms(AT_ONCE, alone=URGENT, weak_level=np.where(alone, int(URGENT), int(REVIEW)), lapsed=REVIEW),
        keeps=~tests.residual,
        silences=silences,
        notes=lambda series, row: [*remission_note(series, row), *_missing(tests, row)],
        extras=lambda row: [*_compared(days, tests, second, row), *marrow_time(days, row)],
        words=Words(weak="not enough tests of this marrow: a second marrow decides"),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """The three rows of the table."""
    return (
        at_least("greatest residual disease, from where it is looked at", value, ONE)
        | at_least("greatest residual disease, bar with one other test", value, FIVE)
        | at_least("greatest residual disease, bar alone", value, ALONE)
    )


def _second_marrows(days: Series, enough: Bools, suspected: Bools) -> Ints:
    """For each marrow with two tests of at least 1 % the first marrow it follows 7 to 28 days after; -1 for none."""
    out = np.full(days.size, -1, np.int64)
    for row in np.flatnonzero(enough).tolist():
        at = row - 1
        while at >= 0 and days.segment[at] == days.segment[row] and days.day[row] - days.day[at] <= int(LATEST.value):
            if suspected[at] and days.day[row] - days.day[at] >= int(SOONEST.value):
                out[row] = at
            at -= 1
    return out


def _compared(days: Series, tests: MarrowTests, second: Ints, row: int) -> list[Comparison]:
    """The other tests of the marrow, and the marrow before it."""
    said = [
        f"{name} {interval_text(int(tests.low[at, row]), int(tests.high[at, row]), days)}"
        for at, name in enumerate(tests.names)
        if tests.made[at, row]
    ]
    enough = int(tests.count(ONE.amount)[row])
    low, others = int(days.low[row]), enough - bool(days.low[row] >= ONE.amount)
    needed = 1 if low >= FIVE.amount else 2
    words = f"at least {needed} other {'test' if needed == 1 else 'tests'} of 1 % or more"
    out = []
    if low < ALONE.amount:
        out.append(Comparison("tests of this marrow", "; ".join(said), words, others >= needed))
    if second[row] >= 0:
        apart = f"{enough} tests, {int(days.day[row] - days.day[second[row]])} days after"
        out.append(Comparison("second marrow", apart, "two tests of 1 % or more, 7 to 28 days after a first", met=True))
    return out


def _missing(tests: MarrowTests, row: int) -> list[str]:
    return [] if tests.residual[row] else ["a residual disease test (flow cytometry, PCR or sequencing) of this marrow"]


RULE = Rule(
    code="ALL-MARROW-PDL",
    title="Relapse of ALL in marrow (Ponte di Legno)",
    criteria_version="PDL-2021",
    diseases=frozenset({"ALL"}),
    reads=READS,
    thresholds=(ONE, FIVE, ALONE, SOONEST, LATEST),
    sources=(BUCHMANN_2022, RELAPSE_TIMES, VIGIL),
    examples=EXAMPLES,
    evaluate=marrow_relapse,
    confounders=LEUKAEMIA,
    confirms_from=SOONEST,
    confirms_within=LATEST,
    would_confirm="A second marrow 1 to 4 weeks after the first, with at least two tests: flow cytometry, PCR or "
    "sequencing of receptor genes, fusion transcript, FISH, morphology.",
    would_clear="A second marrow whose residual disease is below 1 %.",
)
