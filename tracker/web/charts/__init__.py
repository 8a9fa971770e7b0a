"""Charts of markers over time. Pure: plain values in, plain values out, nothing is looked up."""

from tracker.web.charts.drawing import DrawnChart, Row, draw
from tracker.web.charts.trend import CONTRADICTORY, CORRECTED, SPURIOUS, USED, Moment, Period, Point, TrendChart

__all__ = [
    "CONTRADICTORY",
    "CORRECTED",
    "SPURIOUS",
    "USED",
    "DrawnChart",
    "Moment",
    "Period",
    "Point",
    "Row",
    "TrendChart",
    "draw",
]
