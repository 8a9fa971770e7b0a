"""Platelets or neutrophils are low in remission of acute myeloid leukaemia: a reason to look at the marrow.

What it checks
    Since the remission, platelets below 100 ×10⁹/L or neutrophils below 1.0 ×10⁹/L, whatever the laboratory; of one day
    the lowest counts. PROVISIONAL at REVIEW; CONFIRMED at REVIEW when the next full count is low too. Within the window
    of chemotherapy, radiotherapy, a transplant or CAR-T cells it is at INFO only, since the published trigger speaks of
    counts unrelated to recent therapy. Confirmed means that the counts are low, not that it is a relapse. Blasts in
    blood have a rule of their own, which is URGENT.
When it stays silent
    Another disease: NOT_APPLICABLE. Results from before the recorded remission are not judged. Where one of the two was
    not measured and the other is not low: NOT_EVALUABLE, and such a day ends nothing; nor does a count after a platelet
    transfusion or G-CSF. Normal counts do not exclude a relapse: about 1 in 6 first relapses was found in marrow while
    counts were normal.
    After a relapse that is recorded, until a further remission is: NOT_APPLICABLE; what began before goes on. In a line
    of therapy begun since the remission while neither is recorded: NOT_EVALUABLE.
Source
    Estey 1996, 375 first relapses: in 77 % counts were abnormal at relapse, in 16 % the marrow came first. The bars are
    those of complete remission (Doehner 2022). The level, the second count and INFO under therapy are defaults of this
    project.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from labs.rules.arrays import Bools, Ints
from labs.rules.base import (
    CONFIRMED,
    INFO,
    NOT_APPLICABLE,
    NOT_CONFIRMED,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    Comparison,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, at_least, below, met_text
from labs.rules.cohort import Cohort, to_date
from labs.rules.confounders import COUNTS, under
from labs.rules.markers import concatenated, lowest_of_day, one_a_day
from labs.rules.remission import outside_remission, remission_note
from labs.rules.series import Series
from labs.rules.signals import Confirmation, Signal, Silence, Terms, Words, weighed
from labs.rules.sources import DOEHNER_2022, ESTEY_1996, VIGIL
from labs.rules.wording import day_text

PLATELETS = Threshold("100", "10*3/uL", DOEHNER_2022, date(2022, 9, 22))
NEUTROPHILS = Threshold("1.0", "10*3/uL", DOEHNER_2022, date(2022, 9, 22))
LOW = Threshold("1", "{count}", ESTEY_1996, date(2026, 1, 1), places=0)
READS = ("platelets", "neutrophils")
RECENT_THERAPY = ("chemotherapy", "radiotherapy", "transplant_autologous", "transplant_allogeneic", "car_t")
LIFTED_BY = ("transfusion_platelets", "g_csf")
INCOMPLETE = "platelets and neutrophils of the same day: one was not measured, and the other is not low"
NEXT_COUNT = Confirmation(2, words="on two consecutive counts")

_IN = "remission 2026-01-01 | 2026-01-05 platelets 210 | 2026-01-05 neutrophils 2.4 | "
EXAMPLES = (
    Example("both at the bar", _IN + "2026-06-01 platelets 100 | 2026-06-01 neutrophils 1.0", NOT_RAISED),
    Example("platelets a little below", _IN + "2026-06-01 platelets 99.9 | 2026-06-01 neutrophils 1.0", PROVISIONAL),
    Example(
        "neutrophils a little below",
        _IN + "2026-06-01 platelets 100 | 2026-06-01 neutrophils 0.99",
        PROVISIONAL,
        "",
        REVIEW,
    ),
    Example(
        "E34 five months off therapy",
        _IN + "2026-06-01 platelets 92 | 2026-06-01 neutrophils 1.4",
        PROVISIONAL,
        "2026-06-01",
        REVIEW,
    ),
    Example(
        "28 days after chemotherapy",
        "event chemotherapy 2026-05-04 | " + _IN + "2026-06-01 platelets 92 | 2026-06-01 neutrophils 1.4",
        PROVISIONAL,
        "2026-06-01",
        INFO,
    ),
    Example(
        "29 days after chemotherapy",
        "event chemotherapy 2026-05-03 | " + _IN + "2026-06-01 platelets 92 | 2026-06-01 neutrophils 1.4",
        PROVISIONAL,
        "2026-06-01",
        REVIEW,
    ),
    Example(
        "low again",
        _IN + "2026-06-01 platelets 92 | 2026-06-08 platelets 120 | 2026-06-08 neutrophils 0.8",
        CONFIRMED,
        "2026-06-01",
        REVIEW,
    ),
    Example(
        "normal again",
        _IN + "2026-06-01 platelets 92 | 2026-06-08 platelets 120 | 2026-06-08 neutrophils 1.8",
        NOT_CONFIRMED,
        "2026-06-01",
    ),
    Example(
        "normal after a transfusion",
        _IN + "event transfusion_platelets 2026-06-02 | 2026-06-01 platelets 92 | 2026-06-08 platelets 120 | "
        "2026-06-08 neutrophils 1.8",
        PROVISIONAL,
        "2026-06-01",
    ),
    Example(
        "low at the first count",
        "remission 2026-01-01 | 2026-06-01 platelets 92 | 2026-06-01 neutrophils 0.8",
        PROVISIONAL,
        "2026-06-01",
    ),
    Example("neutrophils not measured", _IN + "2026-06-01 platelets 150", NOT_EVALUABLE),
    Example("only from before the remission", "remission 2026-01-01 | 2025-10-01 platelets 20", NOT_EVALUABLE),
    Example("another disease", "disease MM | 2026-06-01 platelets 20 | 2026-06-01 neutrophils 0.4", NOT_APPLICABLE),
)


def low_counts(cohort: Cohort) -> Signal:
    """Days with at least one low count."""
    platelets, neutrophils = (lowest_of_day(cohort, code) for code in READS)
    days = _days(platelets, neutrophils)
    at = days.on_the_same_day(platelets), days.on_the_same_day(neutrophils)
    sides = (platelets, at[0], PLATELETS), (neutrophils, at[1], NEUTROPHILS)
    surely = [_below(counts.high, rows, bar) for counts, rows, bar in sides]
    possibly = [_below(counts.low, rows, bar) for counts, rows, bar in sides]
    low, high = (hits[0].astype(np.int64) + hits[1] for hits in (surely, possibly))
    sources = tuple(
        np.where(rows >= 0, counts.sources[0][np.maximum(rows, 0)], -1) if counts.size else rows
        for counts, rows, _ in sides
    )
    days = days._replace(low=low, high=high, sources=sources)
    treated = np.where(under(cohort, days, *RECENT_THERAPY), int(INFO), int(REVIEW))

    def told(row: int) -> str:
        low = met_text(made for side in sides for made in _compared(*side, row))
        return f"Low: {low} on {day_text(to_date(int(days.day[row])))}"

    incomplete = Silence((high < 1) & ((at[0] < 0) | (at[1] < 0)), NOT_EVALUABLE, INCOMPLETE)
    return weighed(
        days,
        criterion,
        sure=low >= 1,
        weak=high >= 1,
        terms=Terms(NEXT_COUNT, alone=treated, both=treated, weak_level=treated),
        keeps=under(cohort, days, *LIFTED_BY),
        silences=(*outside_remission(days), incomplete),
        notes=remission_note,
        extras=lambda row: [c for side in sides for c in _compared(*side, row)],
        words=Words(told=told),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """One of the two is enough."""
    return at_least("low counts of platelets and neutrophils", value, LOW)


def _days(platelets: Series, neutrophils: Series) -> Series:
    """A row for each day with either count."""
    both = concatenated(platelets, (platelets, neutrophils))
    return one_a_day(both, (both.low,))._replace(name="low counts", unit="{count}", places=0)


def _below(values: Ints, rows: Ints, bar: Threshold) -> Bools:
    """Days whose count was measured and is below its bar."""
    if not values.size:
        return np.zeros(rows.size, bool)
    out: Bools = (rows >= 0) & (values[np.maximum(rows, 0)] < bar.amount)
    return out


def _compared(counts: Series, rows: Ints, bar: Threshold, row: int) -> list[Comparison]:
    """A count against its bar, where it was measured that day."""
    at = int(rows[row])
    if at < 0:
        return []
    surely = counts.high[at] < bar.amount
    value = (counts.high if surely or counts.low[at] >= bar.amount else counts.low)[at : at + 1]
    name = counts.name.lower()
    return [c._replace(needed=f"{name} {c.needed}") for c in below(name, value, bar).comparisons(0)]


RULE = Rule(
    code="AML-COUNTS",
    title="Low platelets or neutrophils in remission of AML",
    criteria_version="VIGIL-1",
    diseases=frozenset({"AML"}),
    reads=READS,
    thresholds=(PLATELETS, NEUTROPHILS, LOW),
    sources=(ESTEY_1996, DOEHNER_2022, VIGIL),
    examples=EXAMPLES,
    evaluate=low_counts,
    confounders=(*COUNTS, "transfusion_platelets"),
    recovers=True,
    would_confirm="A second full count with a smear; a marrow with residual disease where therapy does not explain it.",
    would_clear="Counts that recover, or a cause other than leukaemia: therapy, infection, deficiency.",
)
