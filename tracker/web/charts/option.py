"""A trend as an Apache ECharts option.

Colours are written `var(--v-...)`; `static/vigil/charts.js` puts in the colours of tokens.css for light or dark.
Numbers become floats only here, to be placed on the screen; whatever people read is the printed text.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext as _

from tracker.web.charts.trend import CONTRADICTORY, OFF_THE_LINE, Period, Point, TrendChart
from tracker.web.charts.words import bar_text, day_text, describe, short, tip

Scale = Literal["linear", "log"]
Option = dict[str, Any]

GROUP_COLOURS = ("var(--v-chart-line)", "var(--v-chart-2)", "var(--v-chart-3)")
GROUP_SYMBOLS = ("circle", "rect", "diamond")
STRIP = 0.925
"""Where the strip of therapies begins, as a share of the height."""
RULE_LABEL_WIDTH = 80
RULE_LABEL_WRAP = {"width": RULE_LABEL_WIDTH - 6, "overflow": "break"}
STRIP_LETTERS = 52
"""Letters that fit along the whole strip of a chart on a small screen."""


def option(chart: TrendChart, scale: Scale) -> Option:
    """The ECharts option of a chart with at least one point."""
    low, high = y_range(chart, scale)
    first, last = x_range(chart)
    return {
        "animation": False,
        "aria": {"enabled": True, "label": {"description": describe(chart)}},
        "textStyle": {"fontFamily": "var(--v-font)", "color": "var(--v-text)", "fontSize": 12},
        "grid": {"left": 4, "right": _right_margin(chart), "top": 10, "bottom": 4, "containLabel": True},
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
                "axisLabel": {
                    "color": "var(--v-muted)",
                    "showMinLabel": scale == "log" or chart.vanishes,
                    "showMaxLabel": False,
                    "hideOverlap": True,
                },
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
        return _decade_below(min(positive) * 0.9), max(positive) * 3
    if chart.vanishes:
        return 0.0, _tidy(high * 1.2) if high else 1.0
    low = float(min(values))
    air = (high - low) * 0.1 or abs(high) * 0.1 or 1.0
    return _tidy(max(0.0, low - air)), _tidy(high + 2 * air)


def _lines(chart: TrendChart, low: float) -> list[Option]:
    """A line for each marker and comparability group; colours tell markers apart, or the groups of the only one."""
    used = sorted((point for point in chart.points if point.status not in OFF_THE_LINE), key=lambda point: point.on)
    keys = list(dict.fromkeys((point.marker, point.group) for point in used))
    markers = list(dict.fromkeys(marker for marker, _group in keys))
    last_of = dict(keys)
    series = []
    for number, (marker, group) in enumerate(keys):
        colour = GROUP_COLOURS[(markers.index(marker) if len(markers) > 1 else number) % len(GROUP_COLOURS)]
        named = last_of[marker] == group if len(markers) > 1 else len(keys) > 1
        series.append(
            {
                "type": "line",
                "name": " · ".join(filter(None, (marker, group))) or chart.title,
                "symbol": GROUP_SYMBOLS[number % len(GROUP_SYMBOLS)],
                "symbolSize": 6,
                "showAllSymbol": True,
                "lineStyle": {"width": 2, "color": colour},
                "itemStyle": {"color": colour},
                "endLabel": _end_label(marker or group, colour, shown=named),
                "data": [_datum(chart, p, colour, low) for p in used if (p.marker, p.group) == (marker, group)],
                "z": 5,
            }
        )
    return series


def _end_label(text: str, colour: str, *, shown: bool) -> Option:
    """The name of a line, written over its end."""
    place = {"align": "right", "verticalAlign": "bottom", "offset": [0, -9]}
    return {
        "show": shown and bool(text),
        "formatter": text,
        "color": colour,
        "fontWeight": 600,
        "fontSize": 12,
        **place,
    }


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
            "itemStyle": {"color": "var(--v-surface)", "borderColor": colour, "borderWidth": 2},
        }
    return datum


def _struck(chart: TrendChart, low: float) -> list[Option]:
    """Replaced versions: a small cross without a line."""
    points = [point for point in chart.points if point.status in OFF_THE_LINE]
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
    """Transfusions and the like: short strokes standing on the time axis; therapy: a strip along the top."""
    if not (chart.ticks or chart.therapy):
        return []
    data = [{"value": [tick.on.isoformat(), 0], "tip": [tick.label, day_text(tick.on)]} for tick in chart.ticks]
    return [
        {
            "type": "scatter",
            "name": _("therapy and events"),
            "yAxisIndex": 1,
            "symbol": "rect",
            "symbolSize": [3, 14],
            "symbolOffset": [0, -7],
            "itemStyle": {"color": "var(--v-chart-tick)"},
            "data": data,
            "markArea": {"silent": True, "data": [_strip(chart, period) for period in chart.therapy]},
            "z": 6,
        }
    ]


def _strip(chart: TrendChart, period: Period) -> list[Option]:
    """A stretch of therapy as a strip between two days, with its name inside."""
    ends = (period.ends_on or chart.today).isoformat()
    label = {"position": "insideLeft", "color": "var(--v-text)", "fontSize": 11}
    style = {"color": "var(--v-chart-therapy)"}
    start = {
        "name": fitting(period, x_range(chart), chart.today),
        "xAxis": period.starts_on.isoformat(),
        "yAxis": STRIP,
        "itemStyle": style,
        "label": label,
    }
    return [start, {"xAxis": ends, "yAxis": 1}]


def fitting(period: Period, axis: tuple[date, date], today: date) -> str:
    """As much of a therapy's name as its part of the strip has room for; nothing rather than three letters."""
    shown = (period.ends_on or today) - max(period.starts_on, axis[0])
    letters = int(STRIP_LETTERS * (shown / (axis[1] - axis[0])))
    if len(period.label) <= letters:
        return period.label
    return f"{period.label[: letters - 1]}…" if letters > 4 else ""


def _marks(chart: TrendChart, low: float) -> Option:
    """The reference band and lines behind the points: lowest value, threshold, changes of assay."""
    areas: list[list[Option]] = []
    if chart.reference_high is not None or chart.reference_low is not None:
        lower = low if chart.reference_low is None else max(float(chart.reference_low), low)
        upper = "max" if chart.reference_high is None else float(chart.reference_high)
        band = {"yAxis": lower, "itemStyle": {"color": "var(--v-chart-band)"}, "label": {"show": False}}
        areas.append([band, {"yAxis": upper}])
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

    def across(value: Decimal, text: str, colour: str, style: str, side: str) -> Option:
        label = _rule_label(text, colour, "end") | {
            "align": "left",
            "verticalAlign": side,
        }
        return {
            "yAxis": max(float(value), low),
            "lineStyle": {"color": colour, "type": style, "width": 1.5},
            "label": label,
        }

    outer, inner = ("top", "bottom") if chart.threshold_falls else ("bottom", "top")
    lines = []
    if chart.nadir is not None:
        text = f"{chart.nadir_label or _('lowest')}\n{short(chart.nadir)}"
        lines.append(across(chart.nadir, text, "var(--v-chart-nadir)", "dashed", inner))
    if chart.threshold is not None:
        text = f"{_('criterion')}\n{bar_text(chart.threshold, falls=chart.threshold_falls)}"
        lines.append(across(chart.threshold, text, "var(--v-chart-threshold)", "solid", outer))
    for change in chart.assay_changes:
        label = _rule_label(change.label, "var(--v-muted)", "insideEndTop")
        lines.append(
            {
                "xAxis": change.on.isoformat(),
                "lineStyle": {"color": "var(--v-muted)", "type": "dotted", "width": 2},
                "label": label,
            }
        )
    return lines


def _right_margin(chart: TrendChart) -> int:
    """Room for the names of the lines."""
    return 12 if chart.nadir is None and chart.threshold is None else RULE_LABEL_WIDTH


def _rule_label(text: str, colour: str, position: str) -> Option:
    return {
        "formatter": text,
        "position": position,
        "color": colour,
        "fontSize": 11,
        "lineHeight": 13,
        **RULE_LABEL_WRAP,
    }


def _decade_below(value: float) -> float:
    decade = 1.0
    while decade > value:
        decade /= 10
    while decade * 10 <= value:
        decade *= 10
    return round(decade, 12)


def _tidy(value: float) -> float:
    return float(f"{value:.3g}")
