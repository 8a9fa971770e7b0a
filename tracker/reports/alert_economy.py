"""Alert economy: what the signals of each rule came to, by site and version of the criteria. Figures alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from labs.selectors.alert_economy.counted import Line, Quartiles, alert_economy
from labs.selectors.alert_economy.statement import STATES
from labs.selectors.measures.judged import Asked, sites_asked
from patients.access import check_can_read_alert_economy
from patients.models import Site, User
from tracker.reports.report import Column, Filters, Report, Value

FINEST = Decimal("0.0001")
HOUR = 60
QUARTILES = ("lower_quartile", "median", "upper_quartile")

COLUMNS = (
    Column("site"),
    Column("rule"),
    Column("criteria_version"),
    Column("raised", "integer"),
    *(Column(state, "integer") for state in STATES),
    Column("decided", "integer"),
    Column("explained", "integer"),
    Column("precision", "number"),
    Column("precision_low", "number"),
    Column("precision_high", "number"),
    *(Column(f"hours_to_acknowledge_{name}", "number") for name in QUARTILES),
    *(Column(f"hours_to_decide_{name}", "number") for name in QUARTILES),
    Column("answered", "integer"),
    Column("answered_in_time", "integer"),
    Column("passed_on", "integer"),
    Column("decisions_corrected", "integer"),
    Column("physician_minutes", "number"),
    Column("decisions_timed", "integer"),
)


def select(filters: Filters, user: User, now: datetime) -> Asked:
    """What is asked for, of the sites this person works for."""
    sites = sites_asked(user, filters.site)
    return Asked(sites, now, disease=filters.disease, since=filters.since, until=filters.until)


def rows(asked: Asked) -> Iterator[tuple[Value, ...]]:
    """One tuple for each site, rule and version that raised a signal in the period."""
    codes = dict(Site.objects.filter(pk__in=asked.sites).values_list("pk", "code"))
    for line in sorted(alert_economy(asked).by_site, key=lambda line: (codes[line.site or 0], line.rule, line.version)):
        yield (codes[line.site or 0], *figures(line))


def figures(line: Line) -> tuple[Value, ...]:
    """The cells after the site, in the order of `COLUMNS`."""
    low, high = line.interval or (None, None)
    return (
        line.rule,
        line.version,
        line.raised,
        *line.states.values(),
        line.decided,
        line.explained,
        rounded(line.relapses / line.decided if line.decided else None),
        rounded(low),
        rounded(high),
        *hours(line.to_acknowledge),
        *hours(line.to_decide),
        line.answered,
        line.in_time,
        line.passed_on,
        line.corrected,
        rounded(line.seconds / 60),
        line.timed,
    )


def hours(quartiles: Quartiles | None) -> tuple[Decimal | None, ...]:
    """Quartiles of minutes, in hours."""
    return tuple(rounded(None if quartiles is None else quartiles[place] / HOUR) for place in range(3))


def rounded(number: float | None) -> Decimal | None:
    """To four places; None stays None."""
    return None if number is None else Decimal(number).quantize(FINEST)


ALERT_ECONOMY = Report(
    code="alert_economy",
    title=_("Alert economy"),
    about=_("What the signals of each rule came to, how fast they were answered and what time they took, by site."),
    columns=COLUMNS,
    day="raised_at",
    day_label=_("raised"),
    levels=(),
    statuses=(),
    status_label="",
    select=select,
    rows=rows,
    check=check_can_read_alert_economy,
    names_patients=False,
)
