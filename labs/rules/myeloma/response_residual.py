"""Residual disease as a tag of complete response: by flow or sequencing, at one in 100,000 cells or finer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from labs.rules.arrays import UNBOUNDED
from labs.rules.base import Threshold
from labs.rules.cohort import Cohort, day_number, to_date
from labs.rules.markers import series_of
from labs.rules.sources import KUMAR_2016
from labs.rules.wording import amount_text, day_text
from labs.vocabulary.fixed_point import MRD_PLACES

SENSITIVITY = Threshold("0.001", "%", KUMAR_2016, date(2016, 8, 1), MRD_PLACES)
SUSTAINED = Threshold("365", "d", KUMAR_2016, date(2016, 8, 1))
METHODS = {"mrd_flow": "flow", "mrd_sequencing": "sequencing"}


@dataclass(frozen=True, slots=True)
class ResidualTag:
    """What the latest test for residual disease says. `negative`: the tag of a complete response applies."""

    negative: bool
    on: date
    text: str
    sustained: bool = False


def residual_tag(cohort: Cohort, start: date, as_of: date, *, complete: bool) -> ResidualTag | None:
    """The latest test by flow or sequencing in this line; None without one."""
    found = (one for code in METHODS for one in _tests(cohort, code, day_number(start), day_number(as_of)))
    tests = sorted(found, key=lambda one: (one[0], one[2]))
    if not tests:
        return None
    day, level, code = tests[-1]
    method, when = METHODS[code], f"on {day_text(to_date(day))}"
    if level is None:
        return ResidualTag(negative=False, on=to_date(day), text=f"residual disease found by {method} {when}")
    bound = amount_text(level, MRD_PLACES, "%")
    if level > SENSITIVITY.amount:
        text = f"none found by {method} {when}, at {bound}: less sensitive than the {SENSITIVITY} the tag needs"
        return ResidualTag(negative=False, on=to_date(day), text=text)
    if not complete:
        text = f"none found by {method} {when}, at {bound}; the tag belongs to complete response"
        return ResidualTag(negative=False, on=to_date(day), text=text)
    pictures = _pictures(cohort, day_number(start), day_number(as_of))
    imaging = "imaging negative" if pictures and pictures[-1][1] == 0 else "imaging not on record as negative"
    text = f"residual disease negative by {method} {when}, at {bound}; {imaging}"
    return ResidualTag(negative=True, on=to_date(day), text=text, sustained=_sustained(tests, pictures))


def _tests(cohort: Cohort, code: str, first: int, last: int) -> list[tuple[int, int | None, str]]:
    """Day, the level below which nothing was found (None: found), and the method. Without a level: not listed."""
    out: list[tuple[int, int | None, str]] = []
    series = series_of(cohort, code)
    for row in range(series.size):
        day, low, high = int(series.day[row]), int(series.low[row]), int(series.high[row])
        if not first < day <= last:
            continue
        limit = cohort.note_of(int(cohort.assessments.rows[int(series.sources[0][row])])).detection_limit
        if low > 0:
            out.append((day, None, code))
        elif high and high < UNBOUNDED:
            out.append((day, high if limit is None else min(high, limit), code))
        elif limit:
            out.append((day, limit, code))
    return out


def _pictures(cohort: Cohort, first: int, last: int) -> list[tuple[int, int]]:
    """Day and place on the scale of each imaging in this line."""
    series = series_of(cohort, "imaging_disease")
    rows = [(int(series.day[row]), int(series.low[row])) for row in range(series.size)]
    return sorted((day, place) for day, place in rows if first < day <= last)


def _sustained(tests: list[tuple[int, int | None, str]], pictures: list[tuple[int, int]]) -> bool:
    """Marrow and imaging negative, twice, a year or more apart, with nothing found between."""
    clear = [day for day, level, _ in tests if level is not None and level <= SENSITIVITY.amount]
    found = max((day for day, level, _ in tests if level is None), default=-UNBOUNDED)
    seen = max((day for day, place in pictures if place > 0), default=-UNBOUNDED)
    spans = ([day for day in clear if day > found], [day for day, place in pictures if place == 0 and day > seen])
    return all(span and span[-1] - span[0] >= int(SUSTAINED.value) for span in spans)
