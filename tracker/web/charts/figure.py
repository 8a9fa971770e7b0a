"""Figures of measures: a line with its band over months, or stacked bars, as options for ECharts. Pure.

Black on white they still read: the line is dark, the band light, and stacked bars differ in pattern.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Option = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Estimate:
    """One place of the line. `middle` None: nothing is known of this month. `tip`: the lines of the hover text."""

    label: str
    middle: float | None
    low: float | None
    high: float | None
    tip: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stack:
    """One bar of two parts, with its name."""

    label: str
    within: int
    beyond: int
    tip: tuple[str, ...]


def band_option(estimates: Sequence[Estimate], *, unit: str, description: str, highest: float | None) -> Option:
    """The middle as a line with points, low to high as a band behind it. `highest` ends the axis; None: as needed."""
    labels = [one.label for one in estimates]
    low = [one.low for one in estimates]
    reach = [None if one.low is None or one.high is None else one.high - one.low for one in estimates]
    axis: Option = {"type": "value", "axisLabel": {"color": "var(--v-muted)", "formatter": f"{{value}} {unit}"}}
    if highest is not None:
        axis |= {"min": 0, "max": highest}
    band = {"type": "line", "stack": "band", "stackStrategy": "all", "symbol": "none", "silent": True}
    points = [{"value": one.middle, "tip": list(one.tip)} for one in estimates]
    return _frame(description) | {
        "xAxis": _names(labels),
        "yAxis": axis | {"splitLine": {"lineStyle": {"color": "var(--v-chart-grid)"}}},
        "series": [
            band | {"data": low, "lineStyle": {"opacity": 0}},
            band | {"data": reach, "lineStyle": {"opacity": 0}, "areaStyle": {"color": "var(--v-chart-therapy)"}},
            {
                "type": "line",
                "data": points,
                "symbol": "circle",
                "symbolSize": 8,
                "showAllSymbol": True,
                "lineStyle": {"width": 2, "color": "var(--v-chart-line)"},
                "itemStyle": {"color": "var(--v-chart-line)"},
                "z": 5,
            },
        ],
    }


def stack_option(stacks: Sequence[Stack], *, names: tuple[str, str], description: str) -> Option:
    """A bar for each stack from above down, the first part plain and the second hatched."""
    ordered = list(reversed(stacks))
    parts = ((names[0], "within", "var(--v-chart-line)"), (names[1], "beyond", "var(--v-chart-2)"))
    hatch = {
        "symbol": "rect",
        "dashArrayX": [1, 0],
        "dashArrayY": [3, 4],
        "rotation": 0.785,
        "color": "var(--v-surface)",
    }
    return _frame(description) | {
        "xAxis": {
            "type": "value",
            "minInterval": 1,
            "axisLabel": {"color": "var(--v-muted)"},
            "splitLine": {"lineStyle": {"color": "var(--v-chart-grid)"}},
        },
        "yAxis": _names([one.label for one in ordered]) | {"axisLabel": {"color": "var(--v-text)"}},
        "series": [
            {
                "type": "bar",
                "name": name,
                "stack": "all",
                "barMaxWidth": 26,
                "itemStyle": {"color": colour} | ({"decal": hatch} if part == "beyond" else {}),
                "data": [{"value": getattr(one, part), "tip": list(one.tip)} for one in ordered],
            }
            for name, part, colour in parts
        ],
    }


def _frame(description: str) -> Option:
    return {
        "animation": False,
        "aria": {"enabled": True, "label": {"description": description}},
        "textStyle": {"fontFamily": "var(--v-font)", "color": "var(--v-text)", "fontSize": 12},
        "grid": {"left": 4, "right": 20, "top": 12, "bottom": 4, "containLabel": True},
        "tooltip": {
            "trigger": "item",
            "backgroundColor": "var(--v-surface)",
            "borderColor": "var(--v-control)",
            "padding": 0,
        },
    }


def _names(labels: Sequence[str]) -> Option:
    return {
        "type": "category",
        "data": list(labels),
        "axisLine": {"lineStyle": {"color": "var(--v-control)"}},
        "axisLabel": {"color": "var(--v-muted)", "hideOverlap": True},
    }
