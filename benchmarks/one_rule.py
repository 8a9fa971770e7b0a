"""Row 1: one rule over columns in memory, against a sort and the same criterion written by hand in numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.columns import Columns, serum_m_columns
from benchmarks.measure import Row, in_turn, short
from labs.rules.base import State
from labs.rules.myeloma.serum_m_progression import HIGH, RISE, RISE_FROM_HIGH, RULE
from labs.rules.registry import evaluate

BUDGET = 3.0
FAR = np.int64(1) << 40


def measure(values: int, turns: int) -> Row:
    """The ratio, after making sure that both sides find the same patients."""
    columns = serum_m_columns(values)
    check_agreement(columns)
    timings = in_turn(
        {
            "numpy": lambda: by_hand(columns),
            "rule": lambda: RULE.evaluate(columns.cohort()),
            "findings": lambda: evaluate(columns.cohort(), [RULE]),
        },
        turns=turns,
    )
    hand, rule, findings = (timings[name].median for name in ("numpy", "rule", "findings"))
    size = columns.patient.size
    return Row(
        work=f"one rule, {size:,} values of {len(columns.patients):,} patients in memory",
        vigil=f"{short(rule)} ({size / rule / 1e6:.1f} M values/s)",
        yardstick=f"{short(hand)} (numpy sort and criterion, {size / hand / 1e6:.1f} M values/s)",
        ratio=f"{rule / hand:.2f}x",
        budget=f"at most {BUDGET:.0f}x",
        holds=rule / hand <= BUDGET,
        notes=(
            f"Turns: rule {timings['rule'].spread}, numpy {timings['numpy'].spread}.",
            f"With an answer for each patient and a finding with its evidence for each episode: {short(findings)}.",
            "The rule also tells samples, series, lines of therapy and censored values apart; the numpy does not.",
        ),
    )


def by_hand(columns: Columns) -> NDArray[np.int64]:
    """Patients with progression on two consecutive days, by the shortest numpy there is."""
    key = (columns.patient.astype(np.int64) << 20) + columns.day
    order = np.argsort(key)
    patient, value = columns.patient[order].astype(np.int64), columns.amount[order]
    first = np.diff(patient, prepend=-1) != 0
    pair = np.maximum(value, np.roll(value, 1))
    pair[first] = FAR
    segment = np.cumsum(first)
    lowest = np.minimum.accumulate(pair - segment * FAR) + segment * FAR
    nadir = np.roll(lowest, 1)
    nadir[first] = FAR
    rise = value - nadir
    met = (rise >= RISE.amount) & (rise * 4 >= nadir) | (nadir >= HIGH.amount) & (rise >= RISE_FROM_HIGH.amount)
    confirmed = met & np.roll(met, -1) & ~np.roll(first, -1)
    return np.unique(patient[confirmed])


def check_agreement(columns: Columns) -> None:
    """Raise when the two sides do not find the same patients: then their times mean nothing."""
    said = evaluate(columns.cohort(), [RULE])
    found = {finding.patient_key for finding in said.findings if finding.signal is State.CONFIRMED}
    if said.failures:
        raise RuntimeError(said.failures[0].traceback)
    if found != set(by_hand(columns).tolist()):
        raise RuntimeError("the rule and the numpy by hand do not find the same patients; nothing was measured")
