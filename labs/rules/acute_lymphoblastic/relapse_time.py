"""When a first relapse of ALL comes, by the schemes of BFM and COG: labels that belong to the finding, for display.

    scheme          very early           early                                      late
    BFM, IntReALL   below 18 months      from 18 months after diagnosis, and below  6 months or more after the
                    after diagnosis      6 months after the end of therapy          end of therapy
    COG             -                    marrow (or combined) below 36 months,      from there
                                         isolated extramedullary below 18 months

Months are those of the calendar; shown are days / 30.4375, marked ≈. What is not recorded leaves the label open;
nothing is guessed.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from labs.rules.base import Comparison, Threshold
from labs.rules.cohort import to_date
from labs.rules.facts import PatientFacts
from labs.rules.series import Series
from labs.rules.sites import Site, beside_marrow
from labs.rules.sources import RELAPSE_TIMES

SINCE = date(2012, 10, 4)
VERY_EARLY = Threshold("18", "mo", RELAPSE_TIMES, SINCE)
AFTER_THERAPY = Threshold("6", "mo", RELAPSE_TIMES, SINCE)
COG_MARROW = Threshold("36", "mo", RELAPSE_TIMES, SINCE)
COG_ISOLATED = Threshold("18", "mo", RELAPSE_TIMES, SINCE)
TIMES = (VERY_EARLY, AFTER_THERAPY, COG_MARROW, COG_ISOLATED)
DAYS_A_MONTH = Decimal("30.4375")


@dataclass(frozen=True, slots=True)
class RelapseTime:
    """Labels ("" where they cannot be told), and the months they rest on, for reading."""

    bfm: str
    cog: str
    since_diagnosis: Decimal | None
    since_therapy: Decimal | None


def relapse_time(
    relapse_on: date, *, diagnosed_on: date | None, therapy_ended_on: date | None, site: Site
) -> RelapseTime:
    """When the relapse came. A therapy that ended after the relapse did not end before it: negative months."""
    if diagnosed_on is not None and relapse_on < diagnosed_on:
        return RelapseTime("", "", None, None)
    return RelapseTime(
        _bfm(relapse_on, diagnosed_on, therapy_ended_on),
        _cog(relapse_on, diagnosed_on, site),
        _months(diagnosed_on, relapse_on),
        _months(therapy_ended_on, relapse_on),
    )


def add_months(day: date, months: int) -> date:
    """The same day so many calendar months later; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _bfm(relapse_on: date, diagnosed_on: date | None, therapy_ended_on: date | None) -> str:
    if diagnosed_on is None:
        return ""
    if relapse_on < add_months(diagnosed_on, int(VERY_EARLY.value)):
        return "very early"
    if therapy_ended_on is None:
        return ""
    return "early" if relapse_on < add_months(therapy_ended_on, int(AFTER_THERAPY.value)) else "late"


def _cog(relapse_on: date, diagnosed_on: date | None, site: Site) -> str:
    if diagnosed_on is None or not site:
        return ""
    bar = COG_MARROW if site == "marrow" else COG_ISOLATED
    return "early" if relapse_on < add_months(diagnosed_on, int(bar.value)) else "late"


def _months(start: date | None, day: date) -> Decimal | None:
    if start is None:
        return None
    return (Decimal((day - start).days) / DAYS_A_MONTH).quantize(Decimal("0.1"), ROUND_HALF_EVEN)


def time_of(facts: PatientFacts, day: date, site: Site) -> RelapseTime | None:
    """The labels of a first relapse on that day; None after an earlier recorded relapse."""
    if any(earlier < day for earlier in facts.relapses):
        return None
    return relapse_time(
        day, diagnosed_on=facts.diagnosed_on, therapy_ended_on=ended_before(day, facts.therapy_ended_on), site=site
    )


def ended_before(day: date, ended_on: date | None) -> date | None:
    """The end of therapy if it came before: a later one may be that of the therapy the relapse was given."""
    return ended_on if ended_on is not None and ended_on <= day else None


def labels(found: RelapseTime) -> list[Comparison]:
    """The labels as a finding shows them: nothing is needed, and none is left out without being recorded."""
    schemes = ((found.bfm, "BFM"), (found.cog, "COG"))
    said = [f"{label} ({scheme})" for label, scheme in schemes if label]
    months = []
    if found.since_diagnosis is not None:
        months.append(f"≈{found.since_diagnosis} months after diagnosis")
    if found.since_therapy is not None and found.since_therapy >= 0:
        months.append(f"≈{found.since_therapy} after the end of therapy")
    return [Comparison("time of relapse", "; ".join([*said, ", ".join(months)]), "", met=True)] if said else []


def marrow_time(series: Series, row: int) -> list[Comparison]:
    """The labels of a relapse in marrow at a row."""
    return site_time(series, row, "marrow")


def site_time(series: Series, row: int, site: Site) -> list[Comparison]:
    """The labels of a relapse at a row, by its site."""
    found = time_of(series.cohort.patients[int(series.patient[row])], to_date(int(series.day[row])), site)
    return [] if found is None else labels(found)


def site_labels(series: Series, row: int) -> list[Comparison]:
    """Isolated or combined with marrow, and the time of the relapse."""
    site, beside = beside_marrow(series, row)
    return [*beside, *site_time(series, row, site)]
