"""Lead time of each rule as a small SVG: readable in black and white, every number beside its bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil
from typing import Any

WIDTH, ROW, TOP, FOOT = 1000, 26, 62, 46
LEFT, RIGHT = 230, 620  # where the axis begins and ends; the numbers stand right of it
COLUMNS = ((650, "found"), (740, "median (quartiles), days"), (925, "false / 100 y"))
FONT = 'font-family="sans-serif" font-size="13" fill="black"'
BOX = 'fill="white" stroke="black"'
DESCRIPTION = (
    "Days from the first signal to the known relapse: box from lower to upper quartile, thick stroke at the median, "
    "thin line from least to greatest. The numbers stand at the right."
)
STEPS = (10, 25, 30, 50, 60, 90, 100, 180, 365)


def picture(lines: Sequence[Mapping[str, Any]], *, title: str) -> str:
    """An SVG: box from lower to upper quartile, thick stroke at the median, thin line from least to greatest."""
    height = TOP + ROW * len(lines) + FOOT
    ends = [end for line in lines for end in line["lead_time_range"] or ()]
    low, high = min(0, *ends, 0), max(1, *ends, 1)
    step = next((step for step in STEPS if (high - low) / step <= 8), ceil((high - low) / 8))
    scale = (RIGHT - LEFT) / (high - low)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" {FONT}>',
        f"<title>{escape(title)}</title>",
        f"<desc>{DESCRIPTION}</desc>",
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        _text(10, 24, title, size=16),
        *(_text(x, TOP - 12, name) for x, name in COLUMNS),
        *_axis(low, high, step, scale, TOP + ROW * len(lines)),
    ]
    for number, line in enumerate(lines):
        parts += _row(line, TOP + ROW * number + ROW // 2, lambda days: LEFT + (days - low) * scale)
    return "\n".join([*parts, "</svg>", ""])


def _axis(low: int, high: int, step: int, scale: float, bottom: int) -> list[str]:
    out = []
    for days in range(ceil(low / step) * step, high + 1, step):
        x = LEFT + (days - low) * scale
        out.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}" stroke="black" stroke-width="0.3"/>')
        out.append(_text(x, bottom + 16, str(days), anchor="middle"))
    out.append(_text((LEFT + RIGHT) / 2, bottom + 36, "days before the known relapse", anchor="middle"))
    return out


def _row(line: Mapping[str, Any], y: int, x: Any) -> list[str]:
    out = [
        _text(10, y + 4, line["rule"]),
        _text(COLUMNS[0][0], y + 4, f"{line['found']} of {line['relapses']}"),
        _text(COLUMNS[1][0], y + 4, days_text(line["lead_time_days"])),
        _text(COLUMNS[2][0], y + 4, rate_text(line)),
    ]
    if line["lead_time_days"] is None:
        return out
    (least, greatest), (lower, median, upper) = line["lead_time_range"], line["lead_time_days"]
    return [
        *out,
        f'<line x1="{x(least):.1f}" y1="{y}" x2="{x(greatest):.1f}" y2="{y}" stroke="black"/>',
        f'<rect x="{x(lower):.1f}" y="{y - 7}" width="{x(upper) - x(lower):.1f}" height="14" {BOX}/>',
        f'<line x1="{x(median):.1f}" y1="{y - 9}" x2="{x(median):.1f}" y2="{y + 9}" stroke="black" stroke-width="4"/>',
    ]


def days_text(quartiles: Sequence[float] | None) -> str:
    """ "112 (80 to 145)"; a dash for nothing."""
    if quartiles is None:
        return "–"
    lower, median, upper = quartiles
    return f"{median:g} ({lower:g} to {upper:g})"


def rate_text(line: Mapping[str, Any]) -> str:
    """The false signals per 100 patient-years to a tenth; a dash without any time."""
    rate = line["false_per_100_patient_years"]
    return "–" if rate is None else f"{rate:.1f}"


def _text(x: float, y: float, text: str, *, size: int = 13, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">{escape(text)}</text>'
