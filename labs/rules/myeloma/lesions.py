"""What the rules about lesions share: which lesion a row is of, and what stands for the same images."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from labs.rules.arrays import AnyInts, Bools
from labs.rules.base import Comparison
from labs.rules.cohort import Group, to_date
from labs.rules.series import Reference, Series
from labs.rules.wording import amount_text, day_text, percent_text

NO_BAR = ""


def groups_of(series: Series) -> AnyInts:
    """The place of each row's comparability group: lesion and kind of images."""
    groups: AnyInts = series.cohort.columns.group[series.cohort.assessments.rows[series.sources[0]]]
    return groups


def group_of(series: Series, row: int) -> Group:
    """Lesion, kind of images, and nothing (no laboratory)."""
    return series.cohort.groups[int(groups_of(series)[row])]


def with_lesion(series: Series, is_meant: Callable[[str], bool]) -> Bools:
    """Rows whose lesion, by its name, is meant."""
    meant = np.array([is_meant(lesion) for lesion, *_ in series.cohort.groups], bool)
    rows: Bools = meant[groups_of(series)]
    return rows


def open_of_the_day(series: Series, rows: Bools) -> Bools:
    """These rows, and the row by which a patient is answered where one of its day is among them.

    What is open of one lesion is open of the day, whichever lesion stands last in the order of rows.
    """
    if not rows.any():
        return rows
    order = np.lexsort((np.arange(series.size), series.day, series.patient))
    latest = order[np.append(np.flatnonzero(np.diff(series.patient[order])), series.size - 1)]
    out = rows.copy()
    out[latest] |= np.isin(series.patient_days[latest], series.patient_days[rows])
    return out


def lesion_text(series: Series, row: int) -> str:
    """The lesion and how it was seen: "left iliac bone, MRI"."""
    return ", ".join(part for part in group_of(series, row) if part)


def label(series: Series, row: int) -> list[Comparison]:
    """The lesion of a row as a line among the comparisons."""
    return [Comparison("lesion", lesion_text(series, row) or "not named", NO_BAR, met=True)]


def growth_text(series: Series, lowest: Reference, row: int) -> str:
    """The sentence of a lesion that grew, with the smallest value before it."""
    value, least = int(series.low[row]), int(lowest.high[row])
    up = value - least
    here = lesion_text(series, row)
    return (
        f"{series.name}{f' ({here})' if here else ''} {amount_text(value, series.places, series.unit)} on "
        f"{day_text(to_date(int(series.day[row])))}, {amount_text(up, series.places, series.unit)} above the smallest "
        f"before it, {amount_text(least, series.places, series.unit)} ({percent_text(up, least, sign=True)})."
    )
