"""From signals and periods to the report: a line for the whole set and one for each rule, raised and confirmed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

import numpy as np

from labs.rules.base import Rule
from labs.rules.cohort import Cohort, Key, to_date
from labs.rules.replay.figures import DEFINITIONS, Period, Window, measure
from labs.rules.replay.raised import RaisedSignal

WHOLE_SET = "whole set"
Days: TypeAlias = Mapping[Key, Sequence[date]]
STAGES: Mapping[str, Callable[[RaisedSignal], date | None]] = {
    "raised": lambda signal: signal.raised_on,
    "confirmed": lambda signal: signal.confirmed_on,
}
"""The day of a signal: when it was first raised, provisionally too; when it was confirmed."""


def tables(
    cohort: Cohort, rules: Sequence[Rule], signals: Sequence[RaisedSignal], periods: Sequence[Period], window: Window
) -> dict[str, list[dict[str, Any]]]:
    """For each stage a line for the whole set, then one for each rule that was asked (see `not_asked`)."""
    rules = [rule for rule in rules if rule.code not in not_asked(cohort, rules)]
    judged = {rule.code: _days_measured(cohort, rule.judged_analytes) for rule in rules}
    everything = _days_measured(cohort, sorted({code for rule in rules for code in rule.judged_analytes}))
    notes = {rule.code for rule in rules if rule.note}
    real = [signal for signal in signals if not signal.note and signal.rule not in notes]
    only_notes = notes | ({signal.rule for signal in signals} - {signal.rule for signal in real})
    out = {}
    for stage, day_of in STAGES.items():
        lines = [_line(WHOLE_SET, "", measure(periods, _days(real, day_of), everything, window).as_dict())]
        for rule in rules:
            if rule.code not in only_notes:
                own = [period for period in periods if period.disease in rule.diseases]
                days = _days([signal for signal in real if signal.rule == rule.code], day_of)
                lines.append(_line(rule.code, rule.title, measure(own, days, judged[rule.code], window).as_dict()))
        out[stage] = lines
    return out


def not_asked(cohort: Cohort, rules: Sequence[Rule]) -> dict[str, str]:
    """Rule -> why it could say nothing of anybody: no line for it, since "0 found" would read as a failure."""
    out = {}
    for rule in rules:
        own = [facts for facts in cohort.patients if facts.disease in rule.diseases]
        if own and all(rule.code in facts.switched_off for facts in own):
            out[rule.code] = own[0].switched_off[rule.code]
        elif not any(cohort.has(code) for code in rule.judged_analytes):
            out[rule.code] = "the files hold nothing that it judges"
        elif not own:
            out[rule.code] = "nobody has a disease it is for"
    return out


def definitions(window: Window, *, as_of_every_result: bool) -> dict[str, str]:
    """What each number means, the window and the day of a signal among them."""
    after = f" until {window.after} days after it" if window.after else " until the day itself"
    day = (
        "raised: the first day on which the rule, asked after each day of results with the results until then, said "
        "so, whether or not it held; confirmed: the first day on which it called it confirmed."
        if as_of_every_result
        else "raised: signals that stand when all results are known, on the day that completed their present state; "
        "confirmed: those of them that are confirmed. Signals given up later are left out, so false ones look fewer."
    )
    return {
        "day_of_a_signal": day,
        "window": f"From {window.before} days before the relapse{after}, both ends counted; not before a known onset "
        "and not before the period of follow-up.",
        "whole_set": "Signals of all rules together: two rules that signal on one day are two signals. Rules that only "
        "note something else than the disease (a change of assay, a band of another isotype) have no line.",
        **DEFINITIONS,
    }


def _line(rule: str, title: str, figures: dict[str, Any]) -> dict[str, Any]:
    return {"rule": rule, "title": title, **figures}


def _days(signals: Iterable[RaisedSignal], day_of: Callable[[RaisedSignal], date | None]) -> Days:
    out: dict[Key, list[date]] = defaultdict(list)
    for signal in signals:
        day = day_of(signal)
        if day is not None:
            out[signal.patient].append(day)
    return out


def _days_measured(cohort: Cohort, analytes: Iterable[str]) -> Days:
    """The days, in order, on which each patient had a usable result of these analytes."""
    columns = cohort.columns
    rows = np.isin(columns.analyte, [cohort.codes[code] for code in analytes])
    pairs = sorted(set(zip(columns.patient[rows].tolist(), columns.day[rows].tolist(), strict=True)))
    out: dict[Key, list[date]] = defaultdict(list)
    for patient, day in pairs:
        out[cohort.patients[patient].key].append(to_date(day))
    return out
