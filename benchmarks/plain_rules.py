"""The comparisons of each rule as plain numpy passes: which rows meet its bars, surely or possibly.

A pass says nothing of why a rule is silent, so the patients it finds are at least those the rule raises a signal for;
`whole_set.check_agreement` holds both sides to that. A rule without a pass here gets `_any_bar`: the usual references
of its analytes and one comparison a threshold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from benchmarks.plain import (
    FAR,
    NEVER,
    ONE,
    Array,
    Pass,
    Rows,
    Sorted,
    by,
    highest_pair,
    joined,
    lowest,
    lowest_pair,
    on_the_day,
    risen,
    twice,
)
from benchmarks.plain_counts import SUPPORT, TRANSFUSED, baseline, calcium, creatinine, fallen, low, trend
from labs.rules.base import Rule

ADULT_DAYS = 6575
FOLLOWED = ("serum_m", "urine_m", "flc_kappa", "flc_lambda", "haemoglobin", "rbc", "creatinine", "mrd_flow",
            "mrd_molecular", "mrd_receptor", "mrd_sequencing")  # fmt: skip


def serum(value: Array, base: Array) -> Array:
    """+0.5 g/dL and +25 %, or +1 from 5."""
    up = value - base
    met: Array = by(0.5, 25)(value, base) | ((base >= 5 * ONE) & (up >= ONE) & (base < FAR - 1))
    return met


def doubled(value: Array, base: Array) -> Array:
    """Twice the base (of 0.5 g/dL at least), or +1 g/dL."""
    met: Array = ((value >= 2 * np.maximum(base, ONE // 2)) | (value - base >= ONE)) & (base < FAR - 1)
    return met


def rising(value: Array, base: Array) -> Array:
    """+25 % and +0.2 g/dL, or +0.5 g/dL."""
    met: Array = by(0.2, 25)(value, base) | by(0.5, 0)(value, base)
    return met


def of(code: str, met: Callable[[Array, Array], Array]) -> Pass:
    """A marker against its lowest value."""

    def made(given: Sorted) -> tuple[Rows, Array]:
        rows = given.rows(code)
        return rows, risen(rows, met)

    return made


def above(*codes: str, bar: float) -> Pass:
    """Whatever the assay, at a bar or above (0: above), since the remission."""

    def made(given: Sorted) -> tuple[Rows, Array]:
        rows = given.pooled(*codes)
        amount = max(bar * ONE, 1)
        return rows, ((rows.low >= amount) | (rows.high >= amount)) & given.since_remission(rows)

    return made


def light_chains(given: Sorted) -> tuple[Rows, Array, Array]:
    """dFLC by pairs of one day and assay; the rows of the chain of the clone; whether the ratio is abnormal."""
    kappa, other = given.rows("flc_kappa"), given.rows("flc_lambda")
    at = np.minimum(other.key.searchsorted(kappa.key), max(other.key.size - 1, 0))
    paired = np.flatnonzero(other.key[at] == kappa.key)
    at, sign = at[paired], given.clone[kappa.patient[paired]]
    k_low, k_high, l_low, l_high = kappa.low[paired], kappa.high[paired], other.low[at], other.high[at]
    series = np.cumsum(kappa.first)[paired]
    first = np.diff(series, prepend=-1) != 0
    least = np.where(sign > 0, k_low - l_high, l_low - k_high)
    most = np.where(sign > 0, k_high - l_low, l_high - k_low)
    clear = np.where(sign == 0, 0, 1)
    rows = Rows(kappa.patient[paired], kappa.day[paired], np.maximum(least, 0) * clear, np.maximum(most, 0) * clear,
                kappa.line[paired], first, kappa.key[paired])  # fmt: skip
    chain = np.where(sign > 0, k_high, np.where(sign < 0, l_high, 0))
    outside = (k_high * 20 > l_low * 33) | (k_low * 50 < l_high * 13)
    return rows, chain, outside


def difference(given: Sorted) -> tuple[Rows, Array]:
    """dFLC: more than +100 mg/L and +25 %."""
    rows, _, _ = light_chains(given)
    return rows, risen(rows, by(100, 25))


def involved(given: Sorted) -> tuple[Rows, Array]:
    """The chain of the clone: +200 mg/L and +25 %, with an abnormal ratio."""
    rows, chain, outside = light_chains(given)
    own = replace(rows, low=chain, high=chain)
    return own, risen(own, by(200, 25)) & outside


def marrow(given: Sorted) -> tuple[Rows, Array]:
    """Plasma cells by both versions."""
    rows = given.pooled("plasma_cells_marrow")
    base = lowest(rows.low, rows.first)
    up, known = rows.high - base, base < FAR - 1
    return rows, ((up >= 10 * ONE) | (rows.high >= 10 * ONE)) & (up * 4 >= base) & known


def reappeared(given: Sorted) -> tuple[Rows, Array]:
    """M-protein above zero since the response; faint and after an antibody."""
    rows = given.pooled("serum_m", "urine_m")
    faint = (rows.high <= ONE // 10) & given.supported(rows, "antibody")
    there = (rows.low > 0) & given.since_remission(rows)
    return rows, twice(there & ~faint, rows.first) | there


def child_or_adult(given: Sorted) -> tuple[Rows, Array]:
    """Marrow blasts against the bar of the age."""
    rows = given.pooled("blasts_marrow")
    born = np.array([0 if one.birth_date is None else one.birth_date.toordinal() - 719163 for one in given.patients])
    bar = np.where(rows.day - born[rows.patient] >= ADULT_DAYS, 5 * ONE, 25 * ONE)
    return rows, ((rows.low >= bar) | (rows.high >= 5 * ONE)) & given.since_remission(rows)


def residual(positive: Mapping[str, int]) -> Pass:
    """Conversion from the least negative bound, or tenfold of the lowest positive value, since the remission."""

    def made(given: Sorted) -> tuple[Rows, Array]:
        parts = [given.rows(code) for code in positive]
        rows, bar = joined(parts), np.repeat(list(positive.values()), [part.day.size for part in parts])
        since, found = given.since_remission(rows), rows.low >= bar
        negative = lowest(np.where(~found & since & (rows.high < NEVER), rows.high, FAR - 1), rows.first)
        least = lowest(np.where(found & since, rows.low, FAR - 1), rows.first)
        hit = (found & (negative <= rows.low)) | ((rows.high >= 10 * least) & (least < FAR - 1))
        return rows, (twice(hit, rows.first) | hit) & since

    return made


def cells_in_csf(given: Sorted) -> tuple[Rows, Array]:
    """Blasts, with the white and red cells of the day in CSF and blood."""
    rows = given.pooled("csf_blasts")
    white, red, blood_white, blood_red = (_count(given, rows, code) for code in ("csf_wbc", "csf_rbc", "wbc", "rbc"))
    bloodless = (red < 10 * ONE) | (white.astype(float) * blood_red * 1000 > 2.0 * blood_white * red)
    hit = (rows.high > 0) & given.since_remission(rows)
    return rows, (hit & (white >= 5 * ONE) & bloodless) | hit


def _count(given: Sorted, rows: Rows, code: str) -> Array:
    other = given.pooled(code)
    at, there = on_the_day(rows, other)
    return np.where(there, other.low[at], 0) if other.day.size else np.zeros(rows.day.size, np.int64)


def changed(given: Sorted) -> tuple[Rows, Array]:
    """Another assay of a followed marker of the same patient."""
    rows = joined([given.rows(code) for code in FOLLOWED])
    return rows, (np.diff(rows.key // given.days, prepend=-1) != 0) & (np.diff(rows.patient, prepend=-1) == 0)


PASSES: dict[str, Pass] = {
    "MM-PD-SERUM-M": of("serum_m", serum),
    "MM-PD-URINE-M": of("urine_m", by(200, 25)),
    "MM-PD-FLC": difference,
    "MM-PARAPROTEIN-SERUM": of("serum_m", doubled),
    "MM-PARAPROTEIN-URINE": of("urine_m", by(500, 0)),
    "MM-PARAPROTEIN-FLC": involved,
    "MM-LIGHT-CHAIN-ESCAPE": difference,
    "MM-PD-MARROW": marrow,
    "MM-PD-MARROW-2011": marrow,
    "MM-PD-CIRCULATING": of("plasma_cells_blood_count", by(0, 50)),
    "MM-RISING": of("serum_m", rising),
    "MM-CR-LOSS": reappeared,
    "MM-HB": fallen,
    "MM-CREATININE": creatinine,
    "MM-CALCIUM": calcium,
    "AML-MARROW": above("blasts_marrow", bar=5),
    "AML-BLOOD": above("blasts_blood_percent", "blasts_blood_count", bar=0),
    "AML-BLOOD-2017": above("blasts_blood_percent", "blasts_blood_count", bar=0),
    "AML-MRD": residual({"mrd_molecular": 1, "mrd_flow": 100 * ONE, "mrd_sequencing": 100 * ONE}),
    "AML-COUNTS": low(("platelets", 100), ("neutrophils", 1), least=1, support={}),
    "ALL-MARROW": child_or_adult,
    "ALL-BLOOD": above("blasts_blood_percent", "blasts_blood_count", bar=0),
    "ALL-MRD": residual({"mrd_receptor": 1, "mrd_flow": 1, "mrd_sequencing": 1, "mrd_molecular": 1}),
    "ALL-CNS": cells_in_csf,
    "CBC-HB-FALL": baseline("haemoglobin", 8, lambda v, b: (b - 3 * v >= 3 * ONE) | (v < 8 * ONE), SUPPORT),
    "CBC-RBC-FALL": baseline("rbc", 8.9, lambda v, b: (b - 3 * v) * 1000 > b * 89, SUPPORT),
    "CBC-CYTOPENIA": low(
        ("haemoglobin", 10), ("neutrophils", 1.5), ("platelets", 100), least=2,
        support={"haemoglobin": (*TRANSFUSED, "esa"), "neutrophils": ("g_csf",),
                 "platelets": ("transfusion_platelets",)},
    ),
    "CBC-TREND": trend,
    "CBC-PLATELETS": baseline(
        "platelets", 20.2, lambda v, b: ((b - 3 * v) * 10 >= b * 3) & (b > 0) | (v < 100 * ONE),
        (*SUPPORT, "transfusion_platelets"),
    ),
    "CBC-NEUTROPHILS": low(("neutrophils", 1), least=1, support={}),
    "ASSAY-CHANGED": changed,
}  # fmt: skip


def found_by_hand(given: Sorted, rule: Rule) -> Array:
    """Places of the patients of the rule's diseases in whom its comparisons are met."""
    rows, hit = PASSES[rule.code](given) if rule.code in PASSES else _any_bar(given, rule)
    mine = np.isin(given.disease, list(rule.diseases))
    return np.unique(rows.patient[hit & mine[rows.patient]])


def _any_bar(given: Sorted, rule: Rule) -> tuple[Rows, Array]:
    """The usual references of each analyte a rule judges, and one comparison a threshold: a rule not written out."""
    parts = [rows for rows in map(given.rows, rule.judged_analytes) if rows.day.size] or [given.rows("haemoglobin")]
    hits = []
    for rows in parts:
        least, most = lowest_pair(rows.high, rows.first), highest_pair(rows.low, rows.first)
        hit = np.zeros(rows.day.size, bool)
        for bar in rule.thresholds:
            hit |= (rows.low - least >= bar.amount) | (most - rows.high >= bar.amount) | (rows.low >= bar.amount)
        hits.append(twice(hit, rows.first) | hit)
    return joined(parts), np.concatenate(hits)
