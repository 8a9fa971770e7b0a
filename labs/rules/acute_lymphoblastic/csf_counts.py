"""Punctures: cells of CSF and of the blood of the same day, signs of the nervous system, and the class they come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from labs.rules.arrays import UNBOUNDED, Bools, Ints
from labs.rules.base import Comparison, Threshold
from labs.rules.cohort import Cohort
from labs.rules.evidence import interval_text
from labs.rules.markers import concatenated, one_a_day, pooled
from labs.rules.nearby import greatest_near
from labs.rules.series import Series
from labs.rules.sources import CNS_CLASSES, STEINHERZ_BLEYER, VIGIL

NONE = Threshold("0", "%", CNS_CLASSES, date(2000, 1, 1))
WHITE = Threshold("5", "/uL", CNS_CLASSES, date(2000, 1, 1))
RED = Threshold("10", "/uL", CNS_CLASSES, date(2000, 1, 1))
TWICE = Threshold("2", "{ratio}", STEINHERZ_BLEYER, date(2000, 1, 1), places=0)
SIGNS_NEAR = Threshold("7", "d", VIGIL, date(2026, 1, 1))
THOUSAND = 1000  # blood: white cells are held in 10*3/uL, red cells in 10*6/uL
COUNTS = ("csf_blasts", "csf_wbc", "csf_rbc", "wbc", "rbc")
NAMES = {"csf_wbc": "white cells in CSF", "csf_rbc": "red cells in CSF", "wbc": "white cells in blood of the same day",
         "rbc": "red cells in blood of the same day"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Count:
    """A count on the days of the series: bounds, 0 and unbounded where it was not made."""

    series: Series
    rows: Ints
    low: Ints
    high: Ints
    sources: Ints

    def text(self, row: int) -> str:
        """The count of a day."""
        if self.rows[row] < 0:
            return "not known"
        return interval_text(int(self.low[row]), int(self.high[row]), self.series)


@dataclass(frozen=True, slots=True)
class Taps:
    """Days on which CSF was looked at or counted, or a sign was found.

    looked    the CSF was looked at for blasts; blasts: there were some
    signs     a sign of the nervous system that day; near: up to a week before or after
    beyond    white to red cells surely more than twice those of blood
    """

    days: Series
    counts: dict[str, Count]
    looked: Bools
    blasts: Bools
    signs: Bools
    near: Bools
    beyond: Bools

    @property
    def third(self) -> Bools:
        """Surely class CNS3."""
        clear = self.counts["csf_rbc"].high < RED.amount
        many = self.counts["csf_wbc"].low >= WHITE.amount
        return self.blasts & ((many & (clear | self.beyond)) | self.near)

    def class_of(self, row: int) -> str:
        """The class of a day, as far as it can be told."""
        if not self.blasts[row]:
            return "CNS3c by signs alone" if self.signs[row] else "CNS1" if self.looked[row] else ""
        white, red = self.counts["csf_wbc"], self.counts["csf_rbc"]
        few, many = white.high[row] < WHITE.amount, white.low[row] >= WHITE.amount
        clear, bloody = red.high[row] < RED.amount, red.low[row] >= RED.amount
        if self.near[row]:
            return "CNS3c"
        if many and (clear or self.beyond[row]):
            return "CNS3a" if clear else "CNS3b"
        if few:
            return "CNS2a" if clear else "CNS2b" if bloody else "CNS2a or CNS2b"
        if many and bloody:
            known = all(self.counts[code].rows[row] >= 0 for code in ("wbc", "rbc"))
            return "CNS2c" if known else "CNS2c or CNS3b"
        return "CNS2 or CNS3"

    def missing(self, row: int) -> list[str]:
        """The counts the class hangs on that were not made."""
        if not self.looked[row]:
            return ["a look for blasts in the CSF (cytospin and flow cytometry)"]
        needed = ["csf_wbc", "csf_rbc"]
        if self.counts["csf_rbc"].rows[row] >= 0 and self.counts["csf_rbc"].high[row] >= RED.amount:
            needed += ["wbc", "rbc"]
        return [NAMES[code] for code in needed if self.counts[code].rows[row] < 0]

    def compared(self, row: int) -> list[Comparison]:
        """The counts against the bars of the classes, the signs, and the class."""
        white, red = self.counts["csf_wbc"], self.counts["csf_rbc"]
        out = [Comparison(NAMES["csf_rbc"], red.text(row), "below 10 red cells/µL", bool(red.high[row] < RED.amount))]
        if not out[0].met:
            found = f"{_to(white, red, row)}, blood {_to(self.counts['wbc'], self.counts['rbc'], row)}"
            met = bool(self.beyond[row])
            out.append(
                Comparison("white to red cells, CSF and blood", found, "more than twice the share in blood", met)
            )
        enough = bool(white.low[row] >= WHITE.amount)
        out.append(Comparison(NAMES["csf_wbc"], white.text(row), "at least 5 white cells/µL", enough))
        if self.near[row]:
            out.append(Comparison("signs of the nervous system", "present", "present within 7 days", met=True))
        return [*out, Comparison("class", self.class_of(row), "", met=True)]


def _to(white: Count, red: Count, row: int) -> str:
    """White to red cells; once "not known" where neither was counted."""
    if white.rows[row] < 0 and red.rows[row] < 0:
        return "not known"
    return f"{white.text(row)} to {red.text(row)}"


def taps(cohort: Cohort) -> Taps:
    """What was found in CSF, by day."""
    signs = pooled(cohort, "cns_signs")
    signs = signs.only(signs.low >= 1)
    looked, counted = pooled(cohort, "csf_blasts"), pooled(cohort, "csf_wbc")
    days = concatenated(looked, (looked, counted, signs))
    days = one_a_day(days, (days.low,))
    all_counts = [_count(days, pooled(cohort, code)) for code in COUNTS]
    counts = dict(zip(COUNTS, all_counts, strict=True))
    blasts, sign = counts["csf_blasts"], _count(days, signs)
    made = blasts.rows >= 0
    high = np.where(made, blasts.high, 0)
    sources = tuple(count.sources for count in (*all_counts, sign))
    days = days._replace(low=blasts.low, high=high, sources=sources)
    hit: Bools = made & ((blasts.low > NONE.amount) | (high >= UNBOUNDED))
    near = np.zeros(days.size, bool)
    week = int(SIGNS_NEAR.value)
    asked = np.flatnonzero(hit | (sign.rows >= 0)).tolist()
    near[list(greatest_near(days, signs, asked, week, week))] = True
    return Taps(days, counts, made, hit, sign.rows >= 0, near, _beyond(counts, hit))


def _count(days: Series, series: Series) -> Count:
    rows = days.on_the_same_day(series)
    if not series.size:
        return Count(series, rows, np.zeros(days.size, np.int64), np.full(days.size, UNBOUNDED), rows)
    made, at = rows >= 0, np.maximum(rows, 0)
    low, high = np.where(made, series.low[at], 0), np.where(made, series.high[at], UNBOUNDED)
    return Count(series, rows, low, high, np.where(made, series.sources[0][at], -1))


def _beyond(counts: dict[str, Count], hit: Bools) -> Bools:
    """White to red cells surely more than twice those of blood. Products pass 64 bits: plain integers, few rows."""
    out = np.zeros(hit.size, bool)
    for row in np.flatnonzero(hit).tolist():
        white, blood_red = (int(counts[code].low[row]) for code in ("csf_wbc", "rbc"))
        red, blood_white = (counts[code].high[row] for code in ("csf_rbc", "wbc"))
        known = red < UNBOUNDED and blood_white < UNBOUNDED
        out[row] = known and white * blood_red * THOUSAND > int(TWICE.value) * int(blood_white) * int(red)
    return out
