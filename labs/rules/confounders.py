"""What may explain a finding otherwise: shown with it, never silencing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter

import numpy as np

from labs.rules.arrays import DAY_OFFSET, Bools, Ints
from labs.rules.base import Confounder
from labs.rules.cohort import Cohort, PatientFacts, day_number, pack_day
from labs.rules.series import Series
from labs.rules.wording import day_text


@dataclass(frozen=True, slots=True)
class Window:
    """How many days an event is counted as a possible explanation (None: for good), and what people call it."""

    words: str
    days: int | None


WINDOWS: Mapping[str, Window] = {
    "transfusion_red_cells": Window("red cell transfusion", 90),
    "transfusion_platelets": Window("platelet transfusion", 7),
    "g_csf": Window("G-CSF", 14),
    "esa": Window("erythropoiesis-stimulating agent", 90),
    "ivig": Window("intravenous immunoglobulin", 90),
    "antibody": Window("therapeutic antibody", 183),
    "bispecific": Window("bispecific antibody", 183),
    "chemotherapy": Window("chemotherapy or targeted drug", 28),
    "steroid": Window("corticosteroid", 28),
    "radiotherapy": Window("radiotherapy", 90),
    "dialysis": Window("dialysis", 28),
    "transplant_autologous": Window("autologous transplant", 90),
    "transplant_allogeneic": Window("allogeneic transplant", 90),
    "car_t": Window("CAR-T cells", 90),
}
PLACES: Mapping[str, int] = {kind: place for place, kind in enumerate(WINDOWS)}
LATEST = date.max - timedelta(days=400)
COUNTS = (
    "transfusion_red_cells", "g_csf", "esa", "chemotherapy", "radiotherapy", "antibody", "bispecific",
    "transplant_autologous", "transplant_allogeneic", "car_t", "inflammation", "kidney_function",
)  # fmt: skip
PROTEINS = ("antibody", "bispecific", "ivig", "car_t", "transplant_autologous")
LEUKAEMIA = ("g_csf", "chemotherapy", "transplant_autologous", "transplant_allogeneic")
KIDNEY = ("dialysis", "chemotherapy", "ivig")


def confounders(facts: PatientFacts, kinds: tuple[str, ...], day: date) -> list[Confounder]:
    """Events of the given kinds that still count on a day."""
    out = []
    begun = [event for event in facts.events if event.started_on <= day and event.kind in kinds]
    for event in sorted(begun, key=attrgetter("started_on")):
        window = WINDOWS.get(event.kind)
        if window is None:
            continue
        if event.last_day >= day:
            text = f"{window.words} since {day_text(event.started_on)}, still going on at the time"
        elif (days := (day - event.last_day).days) <= (window.days or days):
            text = f"{window.words} until {day_text(event.last_day)}, {days} days before"
        else:
            continue
        out.append(Confounder(event.kind, text, event.started_on.isoformat()))
    return out


def under(cohort: Cohort, series: Series, *kinds: str) -> Bools:
    """Rows of a series that lie within the window of an event of these kinds."""
    starts, ends = cohort.worked_out(_intervals, kinds)
    if not starts.size or not series.size:
        return np.zeros(series.size, bool)
    keys = series.patient_days
    at = starts.searchsorted(keys, side="right") - 1
    within: Bools = (at >= 0) & (ends[np.maximum(at, 0)] >= keys)
    return within


def _intervals(cohort: Cohort, kinds: tuple[str, ...]) -> tuple[Ints, Ints]:
    """Packed (patient, day): first of each event of these kinds, sorted; last of all up to it, with their windows."""
    kind, starts, ends = cohort.worked_out(_events)
    wanted = np.zeros(len(PLACES), bool)
    wanted[[PLACES[one] for one in kinds]] = True
    rows = wanted[kind]
    return starts[rows], np.maximum.accumulate(ends[rows])


def _events(cohort: Cohort) -> tuple[Ints, Ints, Ints]:
    """Every event: place of its kind, and packed (patient, day) of its first day and of the end of its window."""
    spans = []
    for index, facts in enumerate(cohort.patients):
        for event in facts.events:
            if event.kind in PLACES:
                last = min(event.last_day, LATEST) + timedelta(days=WINDOWS[event.kind].days or 0)
                end = min(day_number(last), DAY_OFFSET - 1)  # stays within the patient's own range of keys
                start = pack_day(index, day_number(event.started_on))
                spans.append((start, pack_day(index, end), PLACES[event.kind]))
    spans.sort()
    starts, ends, kinds = np.array(spans, np.int64).reshape(-1, 3).T
    return kinds, starts, ends
