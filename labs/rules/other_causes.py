"""Results that may explain a low count otherwise: shown with the finding, never silencing it.

Inflammation and a poor kidney function lower counts by themselves. The latest C-reactive protein of the 14 days before
and the latest eGFR of the 90 days before are looked at; bars and days are defaults of this project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from labs.rules.base import Confounder, Rule, Threshold
from labs.rules.cohort import Cohort, day_number, pack_day, to_date
from labs.rules.evidence import value_text
from labs.rules.markers import pooled
from labs.rules.sources import VIGIL
from labs.rules.wording import amount_text, day_text


@dataclass(frozen=True, slots=True)
class Cause:
    """A result above (or below) a bar within so many days before a finding."""

    words: str
    analyte: str
    bar: Threshold
    days: int
    below: bool = False

    def met(self, low: int, high: int) -> bool:
        """Surely beyond the bar."""
        return high < self.bar.amount if self.below else low > self.bar.amount


CAUSES: Mapping[str, Cause] = {
    "inflammation": Cause("inflammation", "crp", Threshold("10", "mg/L", VIGIL, date(2026, 1, 1)), 14),
    "kidney_function": Cause(
        "reduced kidney function", "egfr", Threshold("60", "mL/min/{1.73_m2}", VIGIL, date(2026, 1, 1)), 90, below=True
    ),
}


def looked_at(rule: Rule) -> frozenset[str]:
    """Analytes that a rule shows beside its findings and does not judge by."""
    return frozenset(CAUSES[kind].analyte for kind in rule.confounders if kind in CAUSES)


def other_causes(cohort: Cohort, patient: int, kinds: tuple[str, ...], day: date) -> list[Confounder]:
    """What results of the days before may explain otherwise."""
    known = [kind for kind in kinds if kind in CAUSES and cohort.has(CAUSES[kind].analyte)]
    return [made for kind in known for made in _found(cohort, patient, kind, CAUSES[kind], day)]


def _found(cohort: Cohort, patient: int, kind: str, cause: Cause, day: date) -> list[Confounder]:
    series, on = pooled(cohort, cause.analyte), day_number(day)
    last = int(series.patient_days.searchsorted(pack_day(patient, on + 1))) - 1
    if last < 0 or series.patient_days.item(last) < pack_day(patient, on - cause.days):
        return []
    if not cause.met(series.low.item(last), series.high.item(last)):
        return []
    seen = to_date(series.day.item(last))
    side = "below" if cause.below else "above"
    bar = amount_text(cause.bar.amount, cause.bar.places, cause.bar.unit)
    text = f"{cause.words}: {series.name} {value_text(series, last)} on {day_text(seen)}, {side} {bar}"
    return [Confounder(kind, text, seen.isoformat())]
