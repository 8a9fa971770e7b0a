"""Two or more lines of blood cells have become low.

What it checks
    Haemoglobin below 10.0 g/dL, neutrophils below 1.5 ×10⁹/L, platelets below 100 ×10⁹/L, of the same day. A line
    counts when it is new: an earlier result of the same line of therapy, since the remission, lay at its bar or
    above. Two such lines: PROVISIONAL at REVIEW once, CONFIRMED at REVIEW when the next full assessment says so too.
    URGENT when two lines are surely new and low while blasts are seen in blood of the same day, or LDH lay above
    twice the upper limit of its range on that day or within 14 days before. Nucleated red cells are not known to this
    rule.
When it stays silent
    One low line never raises it, however low. Lines that were low from the beginning are not new. Fewer than two
    lines of the day, or no earlier result to tell what is new: NOT_EVALUABLE. Values after transfusion, ESA (for
    haemoglobin) or G-CSF (for neutrophils) do not show that a line was well, and none of them ends an episode.
    Therapy is listed as a confounder.
Source
    Greenberg 1997 (IPSS), as taken over by WHO: haemoglobin 10 g/dL, platelets 100 ×10⁹/L. Its bar of 1.8 ×10⁹/L for
    neutrophils lies within the range of healthy people; 1.5 (lower limit of adults), the number of lines, LDH above
    twice its limit and the levels are defaults of this project. People with the Duffy-null type have 1.0 and more in
    health. The bars are absolute: of the printed ranges only that of LDH is read.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
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
from labs.rules.blood_counts.baseline import ALL_DISEASES
from labs.rules.blood_counts.low_counts import BLASTS, TWICE, blasts_of_day, high_days, within_days
from labs.rules.blood_counts.newly_low import newly_low
from labs.rules.checks import Check, at_least, met_text
from labs.rules.cohort import Cohort, to_date
from labs.rules.confounders import COUNTS, under
from labs.rules.remission import before_remission, remission_note
from labs.rules.signals import Signal, Silence, Terms, Words, weighed
from labs.rules.sources import GREENBERG_1997, VIGIL
from labs.rules.wording import day_text

BARS = {
    "haemoglobin": Threshold("10.0", "g/dL", GREENBERG_1997, date(1997, 3, 15)),
    "neutrophils": Threshold("1.5", "10*3/uL", VIGIL, date(2026, 1, 1)),
    "platelets": Threshold("100", "10*3/uL", GREENBERG_1997, date(1997, 3, 15)),
}
LINES = Threshold("2", "{count}", VIGIL, date(2026, 1, 1), places=0)
HIGH_LDH = Threshold("2", "{ULN}", VIGIL, date(2026, 1, 1))
NEAR = Threshold("14", "d", VIGIL, date(2026, 1, 1))
LIFTED_BY = {
    "haemoglobin": ("transfusion_red_cells", "esa"),
    "neutrophils": ("g_csf",),
    "platelets": ("transfusion_platelets",),
}
SUPPORT = ("transfusion_red_cells", "esa", "g_csf", "transfusion_platelets")
TOO_FEW = "two of haemoglobin, neutrophils and platelets of the same day"
NOTHING_BEFORE = "an earlier result of the same line of therapy, to tell whether low counts are new"

_WELL = "2026-01-05 haemoglobin 12.5 g/dL | 2026-01-05 neutrophils 2.8 | 2026-01-05 platelets 210 | "
EXAMPLES = (
    Example("one line, very low", _WELL + "2026-02-05 platelets 8 | 2026-02-05 haemoglobin 12.1", NOT_RAISED),
    Example("each exactly at its bar", _WELL + "2026-02-05 platelets 100 | 2026-02-05 neutrophils 1.5", NOT_RAISED),
    Example("one below, one at its bar", _WELL + "2026-02-05 platelets 99 | 2026-02-05 haemoglobin 10.0", NOT_RAISED),
    Example(
        "two a little below", _WELL + "2026-02-05 platelets 99 | 2026-02-05 haemoglobin 9.9", PROVISIONAL, "", REVIEW
    ),
    Example(
        "beside two that fall, the third is measured for the first time",
        "2026-01-05 neutrophils 2.8 | 2026-01-05 platelets 210 | 2026-02-05 platelets 90 | "
        "2026-02-05 neutrophils 1.2 | 2026-02-05 haemoglobin 9.0 g/dL",
        PROVISIONAL,
        "2026-02-05",
    ),
    Example("on different days", _WELL + "2026-02-05 platelets 60 | 2026-02-06 haemoglobin 9.0", NOT_EVALUABLE),
    Example(
        "low from the beginning",
        "2026-01-05 platelets 60 | 2026-01-05 neutrophils 1.0 | 2026-02-05 platelets 55 | 2026-02-05 neutrophils 0.9",
        NOT_RAISED,
    ),
    Example(
        "one of two is new",
        "2026-01-05 platelets 60 | 2026-01-05 neutrophils 2.0 | 2026-02-05 platelets 55 | 2026-02-05 neutrophils 1.0",
        NOT_RAISED,
    ),
    Example("the first result", "2026-01-05 platelets 60 | 2026-01-05 neutrophils 1.0", NOT_EVALUABLE),
    Example(
        "well only after a transfusion",
        "event transfusion_platelets 2026-01-04 | 2026-01-05 platelets 120 | 2026-01-05 neutrophils 2.0 | "
        "2026-02-05 platelets 60 | 2026-02-05 neutrophils 1.0",
        NOT_EVALUABLE,
    ),
    Example(
        "twice",
        _WELL + "2026-02-05 neutrophils 1.4 | 2026-02-05 haemoglobin 9.4 | 2026-02-12 neutrophils 1.2 | "
        "2026-02-12 haemoglobin 9.2",
        CONFIRMED,
        "2026-02-05",
        REVIEW,
    ),
    Example(
        "and back",
        _WELL + "2026-02-05 neutrophils 1.4 | 2026-02-05 platelets 90 | 2026-02-12 neutrophils 2.4 | "
        "2026-02-12 platelets 180",
        NOT_CONFIRMED,
        "2026-02-05",
    ),
    Example(
        "LDH twice the limit exactly",
        _WELL + "2026-02-05 platelets 99 | 2026-02-05 haemoglobin 9.9 | 2026-02-05 ldh 500 U/L [..250]",
        PROVISIONAL,
        "",
        REVIEW,
    ),
    Example(
        "LDH above twice the limit",
        _WELL + "2026-01-22 ldh 501 U/L [..250] | 2026-02-05 platelets 99 | 2026-02-05 haemoglobin 9.9",
        PROVISIONAL,
        "",
        URGENT,
    ),
    Example(
        "LDH above twice the limit, 15 days before",
        _WELL + "2026-01-21 ldh 501 U/L [..250] | 2026-02-05 platelets 99 | 2026-02-05 haemoglobin 9.9",
        PROVISIONAL,
        "",
        REVIEW,
    ),
    Example(
        "with blasts",
        _WELL + "2026-02-05 platelets 99 | 2026-02-05 haemoglobin 9.9 | 2026-02-05 blasts_blood_percent 1 %",
        PROVISIONAL,
        "",
        URGENT,
    ),
    Example("only one line measured", _WELL + "2026-02-05 platelets 60", NOT_EVALUABLE),
)


def cytopenia(cohort: Cohort) -> Signal:
    """How many lines are newly low on each day."""
    days, lines = newly_low(cohort, BARS, LIFTED_BY)
    unknown = sum((line.unknown.astype(np.int64) for line in lines), np.zeros(days.size, np.int64))
    few = sum((line.at >= 0 for line in lines), np.zeros(days.size, np.int64)) < LINES.amount
    sure = criterion(days.low, days.low).met
    weak = criterion(days.high, days.high).met
    open_ = ~weak & (days.high + unknown >= LINES.amount)
    blasts = blasts_of_day(days)
    ldh = within_days(days, high_days(cohort, "ldh", HIGH_LDH), int(NEAR.value))
    level = np.where(sure & (blasts | ldh), int(URGENT), int(REVIEW))

    def compared(row: int) -> list[Comparison]:
        seen = [Comparison("blasts in blood", "seen", "any, of the same day", met=True)] if blasts[row] else []
        high = f"above {HIGH_LDH.value} × the upper limit, within {NEAR.value} days"
        raised = [Comparison("LDH", "high", high, met=True)] if ldh[row] else []
        return [*seen, *raised, *(made for line in lines for made in line.compared(row))]

    def told(row: int) -> str:
        low = met_text(made for line in lines for made in line.compared(row))
        return f"Newly low: {low} on {day_text(to_date(int(days.day[row])))}"

    return weighed(
        days,
        criterion,
        sure=sure,
        weak=weak,
        keeps=under(cohort, days, *SUPPORT),
        terms=Terms(TWICE, alone=level, both=level),
        silences=(
            *before_remission(days),
            Silence(few, NOT_EVALUABLE, TOO_FEW),
            Silence(open_, NOT_EVALUABLE, NOTHING_BEFORE),
        ),
        notes=remission_note,
        extras=compared,
        words=Words(told=told),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Two lines or more."""
    return at_least("newly low cell lines", value, LINES)


RULE = Rule(
    code="CBC-CYTOPENIA",
    title="New cytopenia in two or more lines",
    criteria_version="VIGIL-1",
    diseases=ALL_DISEASES,
    reads=(*BARS, "ldh", *BLASTS),
    judges=tuple(BARS),
    thresholds=(*BARS.values(), LINES, HIGH_LDH, NEAR),
    sources=(GREENBERG_1997, VIGIL),
    examples=EXAMPLES,
    evaluate=cytopenia,
    confounders=(*COUNTS, "transfusion_platelets"),
    recovers=True,
    would_confirm="A repeat count with smear and reticulocytes; LDH, B12, folate; a marrow when it persists.",
    would_clear="Counts that recover, or a cause other than the disease: therapy, infection, deficiency.",
)
