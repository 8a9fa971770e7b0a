"""A trend in words: for screen readers, for print, for the table under the chart and for the hover text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.web.charts.trend import CONTRADICTORY, CORRECTED, OFF_THE_LINE, SPURIOUS, Point, TrendChart


def describe(chart: TrendChart) -> str:
    """The chart in words, for screen readers and for print."""
    used = sorted((point for point in chart.points if point.status not in OFF_THE_LINE), key=lambda point: point.on)
    if not used:
        return _("%(title)s: no results.") % {"title": chart.title}
    parts = [
        ngettext(
            "%(title)s: %(count)d result, %(first)s.", "%(title)s: %(count)d results, %(first)s to %(last)s.", len(used)
        )
        % {"title": chart.title, "count": len(used), "first": day_text(used[0].on), "last": day_text(used[-1].on)},
        _("Latest %(value)s %(unit)s.") % {"value": used[-1].printed, "unit": chart.unit},
    ]
    if chart.nadir is not None:
        parts.append(f"{chart.nadir_label or _('Lowest confirmed value')} {short(chart.nadir)} {chart.unit}.")
    if chart.threshold is not None:
        parts.append(_criterion(chart, used[-1]))
    below = sum(point.comparator.startswith("<") for point in used)
    if below:
        parts.append(
            ngettext("%d result below the limit of detection.", "%d results below the limit of detection.", below)
            % below
        )
    parts += [_("Assay changed on %(day)s.") % {"day": day_text(change.on)} for change in chart.assay_changes]
    return " ".join(parts)


def _criterion(chart: TrendChart, latest: Point) -> str:
    """Whether the latest value reaches the criterion of the line."""
    bar = chart.threshold or Decimal(0)
    met = latest.value <= bar if chart.threshold_falls else latest.value >= bar
    text = _("The latest value meets the criterion") if met else _("The latest value does not meet the criterion")
    return f"{text} {chart.threshold_rule} ({bar_text(bar, falls=chart.threshold_falls)} {chart.unit}).".replace(
        "  ", " "
    )


def tip(chart: TrendChart, point: Point) -> list[str]:
    """Lines of the hover text: value with unit, day, how it was measured, what is special."""
    return [
        line
        for line in (
            f"{point.printed} {chart.unit}",
            point.marker,
            day_text(point.on),
            point.method or point.group,
            note(point),
        )
        if line
    ]


def note(point: Point) -> str:
    """What is special about a point; empty when nothing is."""
    if point.status == CORRECTED:
        return _("replaced by a corrected value")
    if point.status == SPURIOUS:
        return _("marked as spurious, left out by the rules")
    if point.status == CONTRADICTORY:
        return _("another value of the same day differs")
    if point.comparator.startswith("<"):
        return _("below the limit of detection")
    return _("above the measuring range") if point.comparator.startswith(">") else ""


def plain(value: Decimal) -> str:
    """A decimal without trailing zeros and without an exponent."""
    return f"{value.normalize():f}"


def short(value: Decimal) -> str:
    """A computed bar with at most four significant digits: enough to read, not more than is meant."""
    return plain(Decimal(f"{value:.4g}"))


STEP = Decimal("0.000001")
"""What amounts are counted in (`labs.rules.columns`): the least by which a value can lie beyond a bar."""


def bar_text(bar: Decimal, *, falls: bool) -> str:
    """From where on a criterion is met: "≥ 0.5"; "> 5" where 5 itself does not meet it, but the next step does."""
    edge = bar.quantize(STEP.scaleb(1))
    if bar - edge == (-STEP if falls else STEP):
        return f"{'<' if falls else '>'} {short(edge)}"
    return f"{'≤' if falls else '≥'} {short(bar)}"


def day_text(day: date) -> str:
    """A day as people write it."""
    return date_format(day, "DATE_FORMAT")
