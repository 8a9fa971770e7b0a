"""What acts on a person's values on each visit, apart from the disease."""

from dataclasses import dataclass

import numpy as np

from tracker.demo.course import Course, Days, Floats
from tracker.demo.therapy import Event, Therapy

TRANSFUSION_LASTS = 40.0
"""Days after which half of what two transfused units added to haemoglobin is gone."""


@dataclass(frozen=True, slots=True)
class Influences:
    """One number a visit: 0 for none, 1 for full strength, unless said otherwise."""

    suppression: Floats
    """Of the marrow, by intensive therapy and the weeks after it."""
    maintenance: Floats
    infection: Floats
    transfused: Floats
    """g/dL of haemoglobin added."""
    platelets_given: Floats
    growth_factor: Floats
    immunoglobulin: Floats
    """mg/dL of IgG added."""
    irradiated: Floats
    antibody: Floats


def influences_on(days: Days, course: Course, therapy: Therapy, infections: Days) -> Influences:
    """What acts on the values of each of the days."""
    by_kind: dict[str, list[Event]] = {}
    for event in therapy.events:
        by_kind.setdefault(event.kind, []).append(event)
    none = np.zeros(len(days))

    def fading(kind: str, half_life: float) -> Floats:
        return _fading(days, by_kind[kind], half_life) if kind in by_kind else none

    return Influences(
        suppression=_suppression(days, course),
        maintenance=_during(days, therapy.maintenance),
        infection=_infected(days, infections),
        transfused=np.minimum(1.7 * fading("transfusion_red_cells", TRANSFUSION_LASTS), 3.0),
        platelets_given=40 * fading("transfusion_platelets", 3.0),
        growth_factor=np.minimum(fading("g_csf", 2.5), 1.0),
        immunoglobulin=420 * fading("ivig", 23.0),
        irradiated=np.minimum(fading("radiotherapy", 45.0), 1.0),
        antibody=np.minimum(fading("antibody", 60.0), 1.0),
    )


def _suppression(days: Days, course: Course) -> Floats:
    """Full during induction and treatment of relapse, then recovering with a half-life of four weeks."""
    induction = (days > course.diagnosed + 4) * np.exp2(-np.maximum(days - course.remission + 35, 0) / 28.0)
    if course.second_line is None:
        return np.asarray(induction, np.float64)
    since = days - course.second_line
    return np.asarray(np.maximum(induction, (since > 4) * np.exp2(-np.maximum(since - 120, 0) / 28.0)), np.float64)


def _during(days: Days, span: tuple[int, int] | None) -> Floats:
    if span is None:
        return np.zeros(len(days))
    return ((days >= span[0] + 10) & (days <= span[1] + 14)).astype(np.float64)


def _infected(days: Days, infections: Days) -> Floats:
    if not len(infections):
        return np.zeros(len(days))
    since = days[:, None] - infections[None, :]
    return np.asarray(np.where(since >= 0, np.exp2(-since / 6.0), 0.0).max(axis=1), np.float64)


def _fading(days: Days, events: list[Event], half_life: float) -> Floats:
    """Sum over the events: 1 from the first to the last day of each, then halved every `half_life` days."""
    started = np.array([event.started for event in events])
    ended = np.array([_last_day(event) for event in events])
    after = np.maximum(days[:, None] - ended[None, :], 0)
    return np.asarray(((days[:, None] > started[None, :]) * np.exp2(-after / half_life)).sum(axis=1), np.float64)


def _last_day(event: Event) -> int:
    if event.ongoing:
        return event.started + 100_000
    return event.started if event.ended is None else event.ended
