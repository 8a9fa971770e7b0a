"""On which days blood is taken, and which tests are done that day."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.demo.course import IN_HOSPITAL, USUAL_GAP, Course, Days, Stage
from tracker.demo.illness import Illness, Marker

Flags = NDArray[np.bool_]
MISSED = 0.07
"""Share of planned visits that did not happen."""


@dataclass(frozen=True, slots=True)
class Visits:
    """Days in order; each array says whether that panel was taken on that day."""

    days: Days
    proteins: Flags
    urine: Flags
    urinalysis: Flags
    marrow: Flags
    residual_disease: Flags
    csf: Flags
    counts_only: Flags
    """Seen between two visits, for an infection or under maintenance: counts and chemistry only."""


def draw_visits(
    rng: np.random.Generator, illness: Illness, course: Course, infections: Days, *, on_maintenance: bool
) -> Visits:
    """Visits from diagnosis to the last one, with the panels of the disease."""
    planned = _planned_days(rng, course)
    extra = _counts_only_days(rng, course, infections, planned, on_maintenance=on_maintenance)
    days = np.concatenate([planned, extra])
    order = np.argsort(days, kind="stable")
    counts_only = (np.arange(len(days)) >= len(planned))[order]
    return _with_panels(illness, course, days[order], counts_only)


def _counts_only_days(
    rng: np.random.Generator, course: Course, infections: Days, planned: Days, *, on_maintenance: bool
) -> Days:
    """Unique days beside the planned ones: with an infection, and monthly under maintenance in the last half year."""
    days = infections + rng.integers(1, 5, len(infections))
    between = course.last_visit - 30 * np.arange(1, 7) + rng.integers(-4, 5, 6)
    if on_maintenance and course.gap in USUAL_GAP.values():
        days = np.concatenate([days, between[np.abs(between[:, None] - planned[None, :]).min(axis=1) > 12]])
    end = course.last_visit - 1 if course.lost is None else course.lost
    if course.stage is Stage.FRESH and course.criterion is not None:
        end = min(end, course.criterion - 1)
    if course.second_line is not None:
        days = days[(days <= course.second_line) | (days > course.second_line + IN_HOSPITAL)]
    return np.unique(days[(days > course.remission) & (days <= end) & ~np.isin(days, planned)]).astype(np.int64)


def _planned_days(rng: np.random.Generator, course: Course) -> Days:
    """Unique days: four during induction, then follow-up backwards from the last visit, tighter while disease grows."""
    induction = np.linspace(course.diagnosed + 2, course.remission - 20, 4).astype(np.int64)
    count = int((course.last_visit - course.remission) / course.gap * 1.4) + 4
    gaps = course.gap * rng.lognormal(0, 0.12, count)
    follow_up = (course.last_visit - np.cumsum(gaps)).astype(np.int64)
    follow_up = follow_up[(follow_up >= course.remission) & (rng.random(count) >= MISSED)]
    if course.stage is Stage.FRESH and course.criterion is not None:
        follow_up = follow_up[follow_up < course.criterion]
    days = np.concatenate([induction, follow_up, _work_up_days(rng, course), [course.remission, course.last_visit]])
    if course.lost is not None:
        days = days[days <= course.lost]
    if course.second_line is not None:
        days = days[(days <= course.second_line) | (days > course.second_line + IN_HOSPITAL)]
    return np.unique(days.astype(np.int64))


def _work_up_days(rng: np.random.Generator, course: Course) -> Days:
    """Repeats that a clinic asks for once the disease shows itself, up to the clinical relapse."""
    if course.criterion is None or course.relapse is None or course.stage not in (Stage.CONFIRMED, Stage.PAST):
        return np.empty(0, np.int64)
    first = course.criterion + int(rng.integers(2, 9))
    step = max(min(course.gap / 2, (course.relapse - first) / 3), 8.0)
    until = min(course.relapse + 3, course.last_visit - 5)
    return np.append(np.arange(first, max(until, first + 1), step), min(until, course.last_visit - 4)).astype(np.int64)


def _with_panels(illness: Illness, course: Course, days: Days, counts_only: Flags) -> Visits:
    """Decide the panels: spaced by the calendar, and all that matter on the last visit and while disease grows."""
    count, never = len(days), np.zeros(len(days), np.bool_)
    growing = never if course.criterion is None else days >= course.criterion
    if course.second_line is not None:
        growing = growing & (days <= course.second_line)
    started, last = days <= course.remission, days == course.last_visit
    due = ~counts_only & (started | growing | last)
    if illness.disease == "MM":
        often_urine = "urine_m" in illness.measurable
        in_complete_response = np.full(count, illness.response in ("CR", "sCR"))
        return Visits(
            days, proteins=~counts_only, urinalysis=~counts_only & _every(days, course, 85),
            urine=due & often_urine | ~counts_only & _every(days, course, 80 if often_urine else 150),
            marrow=(days <= course.diagnosed + 2) | (days == course.remission)
            | (_every(days, course, 110) | due if illness.marker is Marker.MARROW else never) & ~counts_only,
            residual_disease=in_complete_response & ~counts_only & _every(days, course, 160),
            csf=never, counts_only=counts_only,
        )  # fmt: skip
    two_years = days < course.remission + 730
    marrow = due | ~counts_only & two_years & _every(days, course, 85)
    return Visits(
        days, proteins=never, urine=never, urinalysis=never, marrow=marrow,
        residual_disease=marrow if illness.marker in (Marker.MOLECULAR, Marker.FLOW) else never,
        csf=~counts_only & (days > course.diagnosed + 2) & (_every(days, course, 80) | growing | last)
        if illness.disease == "ALL" else never,
        counts_only=counts_only,
    )  # fmt: skip


def _every(days: Days, course: Course, interval: int) -> Flags:
    """The first visit in each stretch of `interval` days since remission."""
    stretch = (days - course.remission) // interval
    return np.asarray(
        (days >= course.remission) & (np.diff(stretch, prepend=stretch[0] - 1 if len(stretch) else 0) != 0), np.bool_
    )
