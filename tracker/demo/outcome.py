"""The truth about one patient. No rule reads it; it measures what the rules found."""

from dataclasses import dataclass, fields
from datetime import date

from tracker.demo.course import Course
from tracker.demo.illness import Illness
from tracker.demo.options import day_of

RELAPSE = "relapse"
REGROWTH = "regrowth"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What really happened to one patient between two days.

    outcome       `relapse`: it was diagnosed in the clinic; `regrowth`: the clone is growing but no clinic knows yet;
                  `none`: nothing grew, so every signal is a false one
    onset_on      the clone began to grow; no test can see it that early
    criterion_on  the true level, without noise, first met the published criterion
    relapse_on    the relapse as a clinic would have found it without laboratory follow-up
    pattern       what showed it first: a name of `Marker`
    """

    mrn: str
    disease: str
    outcome: str
    followed_from: date
    followed_until: date
    onset_on: date | None = None
    criterion_on: date | None = None
    relapse_on: date | None = None
    pattern: str = ""
    doubling_days: float | None = None


COLUMNS = tuple(field.name for field in fields(Outcome))


def outcome_of(mrn: str, illness: Illness, course: Course, *, today: int) -> Outcome:
    """The truth as far as it has happened by `today`."""
    last = course.last_visit if course.lost is None else course.lost
    start = day_of(course.remission)
    if course.onset is None or course.onset > today:
        return Outcome(mrn, illness.disease, NONE, start, day_of(last))
    relapsed = course.relapse is not None and course.relapse <= today
    return Outcome(
        mrn,
        illness.disease,
        RELAPSE if relapsed else REGROWTH,
        start,
        day_of(course.relapse if relapsed and course.relapse is not None else last),
        onset_on=day_of(course.onset),
        criterion_on=_happened(course.criterion, today),
        relapse_on=_happened(course.relapse, today),
        pattern=illness.marker.value,
        doubling_days=round(course.growth.doubling_days, 1),
    )


def _happened(day: int | None, today: int) -> date | None:
    return None if day is None or day > today else day_of(day)


def row_of(outcome: Outcome) -> list[object]:
    """The outcome in the order of `COLUMNS`; empty where nothing is known."""
    values = (getattr(outcome, name) for name in COLUMNS)
    return ["" if value is None else value for value in values]
