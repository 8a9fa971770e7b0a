"""A trend as an Apache ECharts option.

Colours are written `var(--v-...)`; `static/vigil/charts.js` puts in the colours of tokens.css for light or dark.
Numbers become floats only here, to be placed on the screen; whatever people read is the printed text.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext as _

from tracker.web.charts.trend import CONTRADICTORY, CORRECTED, Point, TrendChart
from tracker.web.charts.words import day_text, describe, plain, tip

Scale = Literal["linear", "log"]
Option = dict[str, Any]

GROUP_COLOURS = ("var(--v-chart-line)", "var(--v-chart-2)", "var(--v-chart-3)")
GROUP_SYMBOLS = ("circle", "rect", "diamond")


def option(chart: TrendChart, scale: Scale) -> Option:
    """The ECharts option of a chart with at least one point."""
    low, high = y_range(chart, scale)
    first, last = x_range(chart)
    return {
        "animation": False,
        "aria": {"enabled": True, "label": {"description": describe(chart)}},
        "textStyle": {"fontFamily": "var(--v-font)", "color": "var(--v-text)", "fontSize": 12},
        "grid": {"left": 8, "right": 12, "top": 26, "bottom": 8, "containLabel": True},
        "tooltip": {
            "trigger": "item",
            "backgroundColor": "var(--v-surface)",
            "borderColor": "var(--v-control)",
            "padding": 0,
        },
        "xAxis": {
            "type": "time",
            "min": first.isoformat(),
            "max": last.isoformat(),
            "axisLine": {"lineStyle": {"color": "var(--v-control)"}},
            "axisLabel": {
                "color": "var(--v-muted)",
                "hideOverlap": True,
                "formatter": {"year": "{yyyy}", "month": "{MMM}", "day": "{d} {MMM}"},
            },
            "splitLine": {"show": False},
        },
        "yAxis": [
            {
                "type": "log" if scale == "log" else "value",
                "min": low,
                "max": high,
                "name": chart.unit,
                "nameTextStyle": {"color": "var(--v-muted)", "align": "left"},
                "nameGap": 10,
                "axisLabel": {"color": "var(--v-muted)"},
                "splitLine": {"lineStyle": {"color": "var(--v-chart-grid)"}},
            },
            {"type": "value", "min": 0, "max": 1, "show": False},
        ],
        "dataZoom": [{"type": "inside", "filterMode": "none", "zoomOnMouseWheel": "ctrl"}],
        "series": [*_lines(chart, low), *_struck(chart, low), *_ticks(chart), _marks(chart, low)],
    }


def x_range(chart: TrendChart) -> tuple[date, date]:
    """First and last day of the time axis, with a little air around the points."""
    days = [point.on for point in chart.points]
    first = min([*days, chart.starts_on] if chart.starts_on else days)
    last = max([*days, chart.today])
    air = max(timedelta(days=7), (last - first) / 40)
    return first - air, last + air


def y_range(chart: TrendChart, scale: Scale) -> tuple[float, float]:
    """Ends of the axis: from zero for markers that vanish, else around the values, on a log scale a power of ten."""
    lines = [
        line for line in (chart.reference_low, chart.reference_high, chart.nadir, chart.threshold) if line is not None
    ]
    values = [point.value for point in chart.points] + lines
    high = float(max(values))
    if scale == "log":
        positive = [float(value) for value in values if value > 0] or [1.0]
        return _decade_below(min(positive)), max(positive) * 1.6
    if chart.vanishes:
        return 0.0, _tidy(high * 1.12) if high else 1.0
    low = float(min(values))
    air = (high - low) * 0.1 or abs(high) * 0.1 or 1.0
    return _tidy(max(0.0, low - air)), _tidy(high + air)


def _lines(chart: TrendChart, low: float) -> list[Option]:
    """One line a comparability group, with its name at its end when there are several."""
    groups = list(dict.fromkeys(point.group for point in chart.points if point.status != CORRECTED))
    series = []
    for number, group in enumerate(groups):
        points = sorted((p for p in chart.points if p.group == group and p.status != CORRECTED), key=lambda p: p.on)
        colour = GROUP_COLOURS[number % len(GROUP_COLOURS)]
        series.append(
            {
                "type": "line",
                "name": group or chart.title,
                "symbol": GROUP_SYMBOLS[number % len(GROUP_SYMBOLS)],
                "symbolSize": 7,
                "showAllSymbol": True,
                "lineStyle": {"width": 2, "color": colour},
                "itemStyle": {"color": colour},
                "endLabel": {
                    "show": len(groups) > 1,
                    "formatter": "{a}",
                    "color": colour,
                    "align": "right",
                    "offset": [0, -12],
                },
                "data": [_datum(chart, point, colour, low) for point in points],
                "z": 5,
            }
        )
    return series


def _datum(chart: TrendChart, point: Point, colour: str, low: float) -> Option:
    """One point; censored values as a hollow triangle that points to where the true value lies."""
    datum: Option = {"value": [point.on.isoformat(), max(float(point.value), low)], "tip": tip(chart, point)}
    censored = point.comparator[:1]
    if censored in ("<", ">"):
        datum |= {
            "symbol": "triangle",
            "symbolRotate": 180 if censored == "<" else 0,
            "symbolSize": 10,
            "itemStyle": {"color": "var(--v-surface)", "borderColor": colour, "borderWidth": 1.75},
        }
    elif point.status == CONTRADICTORY:
        datum |= {
            "symbolSize": 9,
            "itemStyle": {"color": "var(--v-surface)", "borderColor": colour, "borderWidth": 2, "borderType": "dashed"},
        }
    return datum


def _struck(chart: TrendChart, low: float) -> list[Option]:
    """Replaced versions: a small cross without a line."""
    points = [point for point in chart.points if point.status == CORRECTED]
    if not points:
        return []
    data = [{"value": [p.on.isoformat(), max(float(p.value), low)], "tip": tip(chart, p)} for p in points]
    cross = "path://M0 0L10 10M10 0L0 10"
    style = {"color": "none", "borderColor": "var(--v-muted)", "borderWidth": 1.5}
    return [
        {
            "type": "scatter",
            "name": _("corrected"),
            "symbol": cross,
            "symbolSize": 9,
            "itemStyle": style,
            "data": data,
            "z": 4,
        }
    ]


def _ticks(chart: TrendChart) -> list[Option]:
    """Transfusions and the like: short strokes standing on the time axis."""
    if not chart.ticks:
        return []
    data = [{"value": [tick.on.isoformat(), 0], "tip": [tick.label, day_text(tick.on)]} for tick in chart.ticks]
    return [
        {
            "type": "scatter",
            "name": _("events"),
            "yAxisIndex": 1,
            "symbol": "rect",
            "symbolSize": [3, 14],
            "symbolOffset": [0, -7],
            "itemStyle": {"color": "var(--v-chart-tick)"},
            "data": data,
            "z": 6,
        }
    ]


def _marks(chart: TrendChart, low: float) -> Option:
    """Bands and lines behind the points: reference range, therapy, lowest value, threshold, changes of assay."""
    areas: list[list[Option]] = []
    for period in chart.therapy:
        ends = (period.ends_on or chart.today).isoformat()
        label = {
            "show": True,
            "position": "insideTopLeft",
            "color": "var(--v-muted)",
            "fontSize": 11,
            "overflow": "truncate",
        }
        areas.append(
            [
                {
                    "name": period.label,
                    "xAxis": period.starts_on.isoformat(),
                    "itemStyle": {"color": "var(--v-chart-therapy)"},
                    "label": label,
                },
                {"xAxis": ends},
            ]
        )
    if chart.reference_high is not None or chart.reference_low is not None:
        lower: Option = {"yAxis": max(float(chart.reference_low), low) if chart.reference_low is not None else low}
        upper: Option = {} if chart.reference_high is None else {"yAxis": float(chart.reference_high)}
        areas.append(
            [
                lower | {"itemStyle": {"color": "var(--v-chart-band)"}, "label": {"show": False}},
                upper or {"yAxis": "max"},
            ]
        )
    return {
        "type": "line",
        "name": _("marks"),
        "data": [],
        "silent": True,
        "z": 1,
        "markArea": {"silent": True, "data": areas},
        "markLine": {"silent": True, "symbol": "none", "data": _rules(chart, low)},
    }


def _rules(chart: TrendChart, low: float) -> list[Option]:
    """Straight lines with their names written on them."""

    def across(value: Decimal, text: str, colour: str, style: str) -> Option:
        label = {"formatter": f"{text} {plain(value)}", "position": "insideStartTop", "color": colour, "fontSize": 11}
        return {
            "yAxis": max(float(value), low),
            "lineStyle": {"color": colour, "type": style, "width": 1.5},
            "label": label,
        }

    lines = []
    if chart.nadir is not None:
        lines.append(across(chart.nadir, chart.nadir_label or _("lowest confirmed"), "var(--v-chart-nadir)", "dashed"))
    if chart.threshold is not None:
        lines.append(
            across(chart.threshold, chart.threshold_label or _("threshold"), "var(--v-chart-threshold)", "solid")
        )
    for change in chart.assay_changes:
        label = {"formatter": change.label, "position": "insideEndTop", "color": "var(--v-muted)", "fontSize": 11}
        lines.append(
            {
                "xAxis": change.on.isoformat(),
                "lineStyle": {"color": "var(--v-muted)", "type": "dotted", "width": 2},
                "label": label,
            }
        )
    return lines


def _decade_below(value: float) -> float:
    decade = 1.0
    while decade > value:
        decade /= 10
    while decade * 10 <= value:
        decade *= 10
    return round(decade, 12)


def _tidy(value: float) -> float:
    return float(f"{value:.3g}")
