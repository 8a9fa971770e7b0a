"""Blasts in cerebrospinal fluid after remission of acute lymphoblastic leukaemia.

What it checks
    Any blasts in CSF since the remission, of one day, whatever the laboratory: URGENT. It is CONFIRMED at once in class
    CNS3: at least 5 white cells/µL, and either below 10 red cells/µL (CNS3a), or a traumatic tap with at least 10 whose
    white to red cells are more than twice those of blood of the same day (CNS3b, Steinherz and Bleyer; compared by
    whole numbers). Every other finding of blasts is PROVISIONAL and does not confirm by itself: below 5 white cells/µL
    (CNS2a, and CNS2b with at least 10 red cells/µL), a traumatic tap that fails the comparison (CNS2c), and a class
    that cannot be told because a count is missing or a bound; the finding names what is missing.
When it stays silent
    Another disease: NOT_APPLICABLE. A puncture whose fluid was not looked at for blasts: NOT_EVALUABLE. A share printed
    as `<1 %` is not taken for blasts. Results from before the recorded remission are not judged. Signs of the nervous
    system (CNS3c) are symptoms, and are recorded as such.
    After a relapse that is recorded, until a further remission is: NOT_APPLICABLE; what began before goes on. In a line
    of therapy begun since the remission while neither is recorded: NOT_EVALUABLE.
Source
    Classes of paediatric protocols (COG). The comparison of a traumatic tap was made for blood that holds blasts; that
    it is made without them too, that blasts below 5 white cells/µL are URGENT at once, and that blood of the same day
    is asked for, are defaults of this project.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from labs.rules.arrays import UNBOUNDED, Bools, Ints
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
from labs.rules.checks import Check, above
from labs.rules.cohort import Cohort
from labs.rules.confounders import LEUKAEMIA
from labs.rules.evidence import interval_text
from labs.rules.markers import concatenated, one_a_day, pooled
from labs.rules.remission import outside_remission, remission_note
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Signal, Silence, Terms, Words, weighed
from labs.rules.sources import CNS_CLASSES, STEINHERZ_BLEYER, VIGIL

NONE = Threshold("0", "%", CNS_CLASSES, date(2000, 1, 1))
WHITE = Threshold("5", "/uL", CNS_CLASSES, date(2000, 1, 1))
RED = Threshold("10", "/uL", CNS_CLASSES, date(2000, 1, 1))
TWICE = Threshold("2", "{ratio}", STEINHERZ_BLEYER, date(2000, 1, 1), places=0)
THOUSAND = 1000  # blood: white cells are held in 10*3/uL, red cells in 10*6/uL
READS = ("csf_blasts", "csf_wbc", "csf_rbc", "wbc", "rbc")
NOT_LOOKED = "a look for blasts in the CSF of that day (cytospin or flow)"
NAMES = {"csf_wbc": "white cells in CSF", "csf_rbc": "red cells in CSF", "wbc": "white cells in blood of the same day",
         "rbc": "red cells in blood of the same day"}  # fmt: skip

_IN = "remission 2026-01-01 | "
_TAP = _IN + "2026-05-04 csf_blasts 12 % | 2026-05-04 csf_wbc {} | 2026-05-04 csf_rbc {}"
_BLOOD = " | 2026-05-04 wbc {} | 2026-05-04 rbc {}"
EXAMPLES = (
    Example("CNS1, no blasts", _IN + "2026-05-04 csf_blasts 0 % | 2026-05-04 csf_wbc 12", NOT_RAISED),
    Example("below 1 %", _IN + "2026-05-04 csf_blasts <1 % | 2026-05-04 csf_wbc 12", NOT_RAISED),
    Example("cells without a look for blasts", _IN + "2026-05-04 csf_wbc 12", NOT_EVALUABLE),
    Example("CNS2a, white cells below 5", _TAP.format("4.9", "2"), PROVISIONAL, "2026-05-04", URGENT),
    Example("CNS3a, 5 exactly", _TAP.format("5", "2"), CONFIRMED, "2026-05-04", URGENT),
    Example("E37 CNS3a", _TAP.format("7", "2"), CONFIRMED, "2026-05-04", URGENT),
    Example("red cells a little below 10", _TAP.format("7", "9.9"), CONFIRMED, "2026-05-04", URGENT),
    Example("10 red cells, blood not counted", _TAP.format("7", "10"), PROVISIONAL, "2026-05-04", URGENT),
    Example("CNS2b", _TAP.format("4", "600"), PROVISIONAL, "2026-05-04", URGENT),
    Example(
        "E38 CNS3b",
        _TAP.format("12", "600") + _BLOOD.format("6.0", "4.0") + " | 2026-05-04 blasts_blood_percent 3 %",
        CONFIRMED,
        "2026-05-04",
        URGENT,
    ),
    Example("CNS2c, twice exactly", _TAP.format("12", "4000") + _BLOOD.format("6.0", "4.0"), PROVISIONAL, "", URGENT),
    Example(
        "more than twice by a little", _TAP.format("12", "3999") + _BLOOD.format("6.0", "4.0"), CONFIRMED, "", URGENT
    ),
    Example(
        "and clear at the next puncture",
        _TAP.format("4", "2") + " | 2026-05-11 csf_blasts 0 %",
        NOT_CONFIRMED,
        "2026-05-04",
        REVIEW,
    ),
    Example("white cells not counted", _IN + "2026-05-04 csf_blasts 12 %", PROVISIONAL, "2026-05-04", URGENT),
    Example("only from before the remission", _IN + "2025-10-01 csf_blasts 12 %", NOT_EVALUABLE),
    Example("another disease", "disease AML | 2026-05-04 csf_blasts 12 %", NOT_APPLICABLE),
)


@dataclass(frozen=True, slots=True)
class _Count:
    """A count on the days of the series: bounds, 0 and unbounded where it was not made."""

    series: Series
    rows: Ints
    low: Ints
    high: Ints
    sources: Ints

    def text(self, row: int) -> str:
        """The count of a day."""
        return (
            interval_text(int(self.low[row]), int(self.high[row]), self.series) if self.rows[row] >= 0 else "not known"
        )


def csf_relapse(cohort: Cohort) -> Signal:
    """Blasts in CSF, by class."""
    days = _days(cohort)
    blasts, *rest = (_count(days, pooled(cohort, code)) for code in READS)
    counts = dict(zip(READS[1:], rest, strict=True))
    high = np.where(blasts.rows >= 0, blasts.high, 0)
    days = replace(days, low=blasts.low, high=high, sources=tuple(count.sources for count in (blasts, *rest)))
    hit = criterion(days.low, days.low).met | (high >= UNBOUNDED)
    beyond = _beyond(counts, hit)
    sure = hit & (counts["csf_wbc"].low >= WHITE.amount) & ((counts["csf_rbc"].high < RED.amount) | beyond)
    return weighed(
        days,
        criterion,
        sure=sure,
        weak=hit,
        terms=Terms(AT_ONCE, alone=URGENT, weak_level=URGENT, lapsed=REVIEW),
        silences=(*outside_remission(days), Silence(blasts.rows < 0, NOT_EVALUABLE, NOT_LOOKED)),
        notes=lambda series, row: [*remission_note(series, row), *_missing(counts, row)],
        extras=lambda row: _compared(counts, beyond, row),
        words=Words(sure="class CNS3", weak="blasts, but class CNS3 is not shown"),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Any."""
    return above("blasts in CSF", value, NONE)


def _days(cohort: Cohort) -> Series:
    """A row for each day on which CSF was looked at for blasts or counted."""
    looked, counted = pooled(cohort, "csf_blasts"), pooled(cohort, "csf_wbc")
    both = concatenated(looked, (looked, counted), "csf_blasts")
    return one_a_day(both, (both.low,))


def _count(days: Series, series: Series) -> _Count:
    rows = days.on_the_same_day(series)
    if not series.size:
        return _Count(series, rows, np.zeros(days.size, np.int64), np.full(days.size, UNBOUNDED), rows)
    made, at = rows >= 0, np.maximum(rows, 0)
    low, high = np.where(made, series.low[at], 0), np.where(made, series.high[at], UNBOUNDED)
    return _Count(series, rows, low, high, np.where(made, series.sources[0][at], -1))


def _beyond(counts: dict[str, _Count], hit: Bools) -> Bools:
    """White to red cells surely more than twice those of blood. Products pass 64 bits: plain integers, few rows."""
    out = np.zeros(hit.size, bool)
    for row in np.flatnonzero(hit).tolist():
        white, blood_red = (int(counts[code].low[row]) for code in ("csf_wbc", "rbc"))
        red, blood_white = (counts[code].high[row] for code in ("csf_rbc", "wbc"))
        known = red < UNBOUNDED and blood_white < UNBOUNDED
        out[row] = known and white * blood_red * THOUSAND > int(TWICE.value) * int(blood_white) * int(red)
    return out


def _missing(counts: dict[str, _Count], row: int) -> list[str]:
    """The counts the class hangs on that were not made."""
    needed = ["csf_wbc", "csf_rbc"]
    if counts["csf_rbc"].rows[row] >= 0 and counts["csf_rbc"].high[row] >= RED.amount:
        needed += ["wbc", "rbc"]
    return [NAMES[code] for code in needed if counts[code].rows[row] < 0]


def _compared(counts: dict[str, _Count], beyond: Bools, row: int) -> list[Comparison]:
    """The counts against the bars of the classes."""
    white, red = counts["csf_wbc"], counts["csf_rbc"]
    out = [Comparison(NAMES["csf_rbc"], red.text(row), "below 10 red cells/µL", bool(red.high[row] < RED.amount))]
    if not out[0].met:
        found = f"{white.text(row)} to {red.text(row)}, blood {counts['wbc'].text(row)} to {counts['rbc'].text(row)}"
        met = bool(beyond[row])
        out.append(Comparison("white to red cells, CSF and blood", found, "more than twice the share in blood", met))
    enough = bool(white.low[row] >= WHITE.amount)
    return [*out, Comparison(NAMES["csf_wbc"], white.text(row), "at least 5 white cells/µL", enough)]


RULE = Rule(
    code="ALL-CNS",
    title="Blasts in cerebrospinal fluid after remission of ALL",
    criteria_version="CNS-CLASSES",
    diseases=frozenset({"ALL"}),
    reads=READS,
    judges=("csf_blasts", "csf_wbc"),
    thresholds=(NONE, WHITE, RED, TWICE),
    sources=(CNS_CLASSES, STEINHERZ_BLEYER, VIGIL),
    examples=EXAMPLES,
    evaluate=csf_relapse,
    confounders=LEUKAEMIA,
    would_confirm="A second puncture with cytospin and flow cytometry, an examination of the nervous system, imaging, "
    "and a marrow.",
)
