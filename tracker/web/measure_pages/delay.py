"""Delay: how long after their due day tests were done."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labs.rules.replay.intervals import quartiles_of_counts
from labs.selectors.measures.on_time import OnTime, Tally, on_time
from tracker.web.charts.figure import Estimate, band_option
from tracker.web.measure_pages.groups import grouped
from tracker.web.measure_pages.parts import Head, MeasurePage, Row, Scope, Table, days_text, drawn, month_name


def delay_page(scope: Scope) -> MeasurePage:
    """By month, kind, site and protocol."""
    found = on_time(scope.asked)
    sentence = _sentence(found.whole)
    heads = [
        Head("done", _("Done")),
        Head("lower_quartile_days", _("Lower quartile, days")),
        Head("median_days", _("Median, days")),
        Head("upper_quartile_days", _("Upper quartile, days")),
    ]
    return MeasurePage(
        sentence=sentence,
        picture=_("Days from the due day to the day done: median by the month a test was due. Band: quartiles."),
        tables=[Table(title, heads, rows) for title, rows in grouped(found, scope, _row)],
        options=_options(found, scope, sentence),
    )


def _sentence(tally: Tally) -> str:
    quartiles = quartiles_of_counts(tally.delays)
    if quartiles is None:
        return _("No test of these months was done whose window has ended: nothing can be counted.")
    low, median, high = map(days_text, quartiles)
    return _(
        "Counted from their due day, half of the tests done came by day %(median)s, a quarter by day %(low)s, "
        "three quarters by day %(high)s."
    ) % {"low": low, "median": median, "high": high}


def _row(label: str, tally: Tally) -> Row:
    quartiles = quartiles_of_counts(tally.delays)
    return Row(label, [tally.delays.total(), *(map(days_text, quartiles) if quartiles else ("–", "–", "–"))])


def _options(found: OnTime, scope: Scope, description: str) -> dict[str, Any]:
    groups = [(month_name(month), found.by["month"].get(month, Tally())) for month in scope.months]
    if not any(tally.delays for _label, tally in groups):
        return {}
    estimates = [_estimate(label, tally) for label, tally in groups]
    return drawn(band_option(estimates, unit=_("d"), description=description, highest=None))


def _estimate(label: str, tally: Tally) -> Estimate:
    done = tally.delays.total()
    said = ngettext("%(n)d test done", "%(n)d tests done", done) % {"n": done}
    quartiles = quartiles_of_counts(tally.delays)
    if quartiles is None:
        return Estimate(label, None, None, None, (label, said))
    low, median, high = quartiles
    days = {"low": days_text(low), "median": days_text(median), "high": days_text(high)}
    tip = (_("median %(median)s days") % days, label, _("quartiles %(low)s to %(high)s days") % days, said)
    return Estimate(label, median, low, high, tip)
