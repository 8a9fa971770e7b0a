"""Disease outside of marrow and blood, site by site, as clinicians found it; and whether marrow was involved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Literal

import numpy as np

from labs.rules.arrays import AnyInts, Bools, Ints
from labs.rules.base import Comparison, Level, Threshold
from labs.rules.blasts import never_reaches
from labs.rules.checks import Check, stands_at
from labs.rules.cohort import Cohort, to_date
from labs.rules.evidence import value_text
from labs.rules.markers import concatenated, pooled, series_of
from labs.rules.nearby import greatest_near
from labs.rules.remission import outside_remission, remission_note
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Criterion, Extras, Signal, Terms, Words, weighed
from labs.rules.sources import RELAPSE_TIMES, VIGIL
from labs.rules.wording import day_text

Site = Literal["marrow", "isolated", ""]
"""`marrow` also where it is combined with another site; "" where that is not known."""

CLEAR, SUSPECTED, PROVEN = 0, 1, 2
"""Places on the scales of clinicians' findings of a site; a biopsy is clear or proven, never suspected."""
SAID = ("absent", "suspected", "proven")
COMBINED = Threshold("5", "%", RELAPSE_TIMES, date(2012, 10, 4))
BESIDE = Threshold("28", "d", VIGIL, date(2026, 1, 1))
NO_MARROW = "a marrow within 28 days: it tells an isolated from a combined relapse"


def found_at(cohort: Cohort, code: str, biopsied: Callable[[str], bool], site: Callable[[str], str]) -> Series:
    """Findings of `code` and biopsies of the sites `biopsied`, in segments of one site: one a day, the gravest.

    `site` names the site a place belongs to. An inconclusive biopsy says nothing and is left out.
    """
    own, biopsy = series_of(cohort, code), series_of(cohort, "biopsy")
    taken = np.array([biopsied(group[0]) for group in cohort.groups], bool)
    conclusive = (biopsy.low != SUSPECTED) & taken[_groups(biopsy)]
    rows = concatenated(own, (own, biopsy.only(conclusive)))
    names = [site(group[0]) for group in cohort.groups]
    number = {name: place for place, name in enumerate(sorted(set(names)))}
    which = np.array([number[name] for name in names])[_groups(rows)]
    order = np.lexsort((-rows.low, rows.day, which, rows.patient))
    kept = order[_changes(rows.patient[order], which[order], rows.day[order])]
    return rows.only_rows(kept)._replace(first=_changes(rows.patient[kept], which[kept], rows.line[kept]), mixed=True)


def disease_at(
    found: Series,
    criterion: Criterion,
    *,
    what: str,
    extras: Extras,
    weak_level: Level = Level.REVIEW,
    said: Sequence[str] = SAID,
) -> Signal:
    """Sites with disease: proven ones are URGENT at once, suspected ones wait for what proves them."""
    return weighed(
        found,
        criterion,
        sure=found.low >= PROVEN,
        weak=found.low >= SUSPECTED,
        terms=Terms(AT_ONCE, alone=Level.URGENT, weak_level=weak_level, lapsed=Level.REVIEW),
        silences=outside_remission(found),
        notes=lambda series, row: [*remission_note(series, row), *marrow_note(series, row)],
        extras=extras,
        words=Words(sentence=lambda series, row: sentence(what, series, row, said)),
    )


def extramedullary(value: Ints, _: Ints) -> Check:
    """Suspected or proven: the criterion of disease outside of marrow and blood."""
    return stands_at("extramedullary disease", value, {SUSPECTED, PROVEN}, "suspected or proven")


def site_at(series: Series, row: int) -> str:
    """The place as it was recorded."""
    cohort = series.cohort
    return cohort.groups[int(cohort.columns.group[cohort.assessments.rows[int(series.sources[0][row])]])][0]


def beside_marrow(series: Series, row: int) -> tuple[Site, list[Comparison]]:
    """Whether marrow was involved within 28 days: "isolated", "marrow" (combined), or "" where that is not known."""
    marrows, days = pooled(series.cohort, "blasts_marrow"), int(BESIDE.value)
    at = greatest_near(series, marrows, [row], days, days).get(row)
    if at is None:
        return "", []
    found = f"{value_text(marrows, at)} blasts in marrow on {day_text(to_date(int(marrows.day[at])))}"
    if marrows.low[at] >= COMBINED.amount:
        return "marrow", [Comparison("combined relapse", found, f"at least {COMBINED.value} %", met=True)]
    below = bool(marrows.high[at] < COMBINED.amount or never_reaches(marrows, COMBINED)[at])
    return ("isolated" if below else ""), [
        Comparison("isolated relapse", found, f"below {COMBINED.value} %", met=below)
    ]


def marrow_note(series: Series, row: int) -> list[str]:
    """Asked for where no marrow was examined within 28 days."""
    return [] if beside_marrow(series, row)[1] else [NO_MARROW]


def _groups(series: Series) -> Ints:
    """Place of the comparability group of each row."""
    groups: Ints = series.cohort.columns.group[series.cohort.assessments.rows[series.sources[0]]].astype(np.int64)
    return groups


def _changes(*columns: AnyInts) -> Bools:
    """Rows that differ from the one before in any of the columns."""
    out = np.ones(columns[0].size, bool)
    out[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return out


def same(place: str) -> str:
    """A place is its own site, however it is written."""
    return " ".join(place.casefold().replace("_", " ").split())


def not_marrow(place: str) -> bool:
    """Whether a biopsy was of another place than marrow."""
    return "marrow" not in place.casefold()


def of_testis(place: str) -> bool:
    """Whether a biopsy was of a testis."""
    return "testi" in place.casefold()


def sentence(what: str, series: Series, row: int, said: Sequence[str] = SAID) -> str:
    """ "Extramedullary disease suspected (left orbit) on 5 May 2026." """
    place = site_at(series, row)
    where = f" ({place})" if place else ""
    return f"{what} {said[int(series.low[row])]}{where} on {day_text(to_date(int(series.day[row])))}."
