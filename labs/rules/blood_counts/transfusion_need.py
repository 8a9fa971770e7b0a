"""A transfusion was needed, the first since the remission.

What it checks
    The first transfusion of red cells or platelets since each recorded remission: CONFIRMED at REVIEW, with the first
    blood count (haemoglobin or platelets) of that day or after it. While chemotherapy or a targeted drug, a
    transplant or CAR-T cells are given, and for 90 days after, it is at INFO: they explain it.
When it stays silent
    The remission is not recorded: NOT_EVALUABLE, since nothing tells the first. No transfusion recorded: transfusions
    that were given elsewhere and not written down are not known to this rule. No blood count on the day or after it
    yet. Further transfusions raise nothing again.
Source
    New transfusion need, and the 90 days, are defaults of this project.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import zip_longest

import numpy as np

from labs.rules.arrays import Ints
from labs.rules.base import CONFIRMED, INFO, NOT_EVALUABLE, NOT_RAISED, REVIEW, Comparison, Example, Rule, Threshold
from labs.rules.blood_counts.baseline import ALL_DISEASES
from labs.rules.checks import Check
from labs.rules.cohort import Cohort, PatientFacts, day_number, pack_day, to_date
from labs.rules.evidence import name_text, value_text
from labs.rules.markers import pooled
from labs.rules.ranges import by_row
from labs.rules.remission import before_remission, remissions_of
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Signal, Silence, Terms, Words, weighed
from labs.rules.sources import VIGIL
from labs.rules.wording import day_text

AFTER_THERAPY = Threshold("90", "d", VIGIL, date(2026, 1, 1))
KINDS = {"transfusion_red_cells": "red cells", "transfusion_platelets": "platelets"}
THERAPY = ("chemotherapy", "transplant_autologous", "transplant_allogeneic", "car_t")
NO_REMISSION = "the date of remission, to tell which transfusion is the first since"

_IN = "remission 2025-12-01 | 2026-01-05 haemoglobin 12.5 g/dL | 2026-02-05 11.2 | "
_RED = "event transfusion_red_cells 2026-03-10 | "
EXAMPLES = (
    Example("none recorded", _IN + "2026-03-05 9.6", NOT_RAISED),
    Example(
        "only before the remission", "event transfusion_red_cells 2025-11-20 | " + _IN + "2026-03-05 9.6", NOT_RAISED
    ),
    Example("no count since", _RED + _IN + "2026-03-09 9.6", NOT_RAISED),
    Example("the remission is not recorded", _RED + "2026-03-05 haemoglobin 9.6 g/dL | 2026-03-17 10.9", NOT_EVALUABLE),
    Example(
        "E26 the first since the remission",
        _RED + _IN + "2026-03-05 9.6 | 2026-03-17 10.9 | 2026-03-24 10.8",
        CONFIRMED,
        "2026-03-17",
        REVIEW,
    ),
    Example("with the count of the day", _RED + _IN + "2026-03-10 7.6", CONFIRMED, "2026-03-10", REVIEW),
    Example(
        "platelets",
        "event transfusion_platelets 2026-03-10 | " + _IN + "2026-03-10 platelets 9 10*3/uL",
        CONFIRMED,
        "2026-03-10",
        REVIEW,
    ),
    Example(
        "90 days after chemotherapy",
        "event chemotherapy 2025-11-01..2025-12-10 | " + _RED + _IN + "2026-03-10 7.6",
        CONFIRMED,
        "",
        INFO,
    ),
    Example(
        "91 days after chemotherapy",
        "event chemotherapy 2025-11-01..2025-12-09 | " + _RED + _IN + "2026-03-10 7.6",
        CONFIRMED,
        "",
        REVIEW,
    ),
    Example(
        "after a further remission",
        "event transfusion_red_cells 2026-01-20 | relapse 2026-02-20 | remission 2026-03-01 | "
        + _RED
        + _IN
        + "2026-03-10 7.6",
        CONFIRMED,
        "2026-03-10",
        REVIEW,
    ),
    Example(
        "after the relapse",
        "relapse 2026-02-20 | " + _RED + _IN + "2026-03-10 7.6",
        NOT_RAISED,
    ),
    Example(
        "a second one raises nothing again",
        "event transfusion_red_cells 2026-01-20 | " + _RED + _IN + "2026-03-10 7.6",
        CONFIRMED,
        "2026-02-05",
        REVIEW,
    ),
)


def transfusion_need(cohort: Cohort) -> Signal:
    """The first count with or after the first transfusion since the remission."""
    counts = pooled(cohort, "haemoglobin", "platelets")
    needs = _needs(cohort, counts)
    sure, level = np.zeros(counts.size, bool), np.full(counts.size, int(REVIEW))
    for row, (day, _) in needs.items():
        sure[row] = True
        level[row] = int(INFO if _explained(cohort.patients[int(counts.patient[row])], day) else REVIEW)
    unknown = cohort.which(lambda facts: not remissions_of(facts))[counts.patient]

    def compared(row: int) -> list[Comparison]:
        day, kind = needs[row]
        free = bool(level[row] == int(REVIEW))
        therapy = Comparison(
            "chemotherapy, transplant or CAR-T cells of the 90 days before", "none" if free else "yes", "none", free
        )
        needed = "after a first transfusion since the remission"
        return [therapy, Comparison("transfusion", f"{KINDS[kind]} on {day_text(day)}", needed, met=True)]

    def told(row: int) -> str:
        day, kind = needs[row]
        after = (
            f"{name_text(counts, row).lower()} {value_text(counts, row)} on {day_text(to_date(int(counts.day[row])))}"
        )
        return f"First transfusion of {KINDS[kind]} since the remission on {day_text(day)}; {after}"

    return weighed(
        counts,
        criterion,
        sure=sure,
        terms=Terms(AT_ONCE, alone=level),
        silences=(*before_remission(counts), Silence(unknown, NOT_EVALUABLE, NO_REMISSION)),
        extras=compared,
        words=Words(told=told),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Nothing is held against a bar: the transfusion itself is what counts."""
    return by_row(value, AFTER_THERAPY)


def _needs(cohort: Cohort, counts: Series) -> dict[int, tuple[date, str]]:
    """Row of the first count with or after it -> day and kind of each first transfusion."""
    found: dict[int, tuple[date, str]] = {}
    for index, facts in enumerate(cohort.patients):
        for day, kind in _firsts(facts):
            row = int(counts.patient_days.searchsorted(pack_day(index, day_number(day))))
            if row < counts.size and int(counts.patient[row]) == index:
                found.setdefault(row, (day, kind))
    return found


def _firsts(facts: PatientFacts) -> Iterator[tuple[date, str]]:
    """Day and kind of the first transfusion of each remission: up to the relapse, before the next remission."""
    given = sorted((one.started_on, one.kind) for one in facts.events if one.kind in KINDS)
    remissions = remissions_of(facts) if given else []
    for since, again in zip_longest(remissions, remissions[1:], fillvalue=date.max):
        relapse = min((day for day in facts.relapses if day >= since), default=date.max)
        within = [one for one in given if since <= one[0] <= relapse and one[0] < again]
        yield from within[:1]


def _explained(facts: PatientFacts, day: date) -> bool:
    """Whether therapy of the 90 days before explains it."""
    back = day - timedelta(days=int(AFTER_THERAPY.value))
    return any(one.kind in THERAPY and one.started_on <= day and one.last_day >= back for one in facts.events)


RULE = Rule(
    code="CBC-TRANSFUSION",
    title="New transfusion need",
    criteria_version="VIGIL-1",
    diseases=ALL_DISEASES,
    reads=("haemoglobin", "platelets"),
    thresholds=(AFTER_THERAPY,),
    sources=(VIGIL,),
    examples=EXAMPLES,
    evaluate=transfusion_need,
    confounders=THERAPY,
    recovers=True,
    would_confirm="Smear, reticulocytes, haemolysis, bleeding, B12 and folate; a marrow when nothing explains it.",
    would_clear="A cause outside the marrow that was found and has passed, such as a bleeding or an operation.",
)
