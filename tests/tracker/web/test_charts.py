"""Charts of markers over time: what is drawn, what the table says, what is read aloud."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tracker.web.charts import CONTRADICTORY, CORRECTED, Moment, Period, Point, TrendChart, draw
from tracker.web.charts.option import fitting
from tracker.web.charts.words import bar_text

TODAY = date(2025, 7, 1)


def point(day: str, value: str, **fields: Any) -> Point:
    comparator = value[0] if value[0] in "<>" else ""
    return Point(date.fromisoformat(day), Decimal(value.lstrip("<>")), printed=value, comparator=comparator, **fields)


def chart(*points: Point, **fields: Any) -> TrendChart:
    return TrendChart(key="serum_m", title="Serum M-protein", unit="g/dL", points=points, today=TODAY, **fields)


def linear(trend: TrendChart) -> dict[str, Any]:
    option = draw(trend).options["linear"]
    assert isinstance(option, dict)
    return option


def lines(trend: TrendChart) -> list[dict[str, Any]]:
    return [series for series in linear(trend)["series"] if series["type"] == "line" and series["data"]]


def marks(trend: TrendChart) -> dict[str, Any]:
    return next(series for series in linear(trend)["series"] if "markArea" in series)


def test_without_results_nothing_is_drawn_and_that_is_said() -> None:
    drawn = draw(chart())
    assert drawn.options == {}
    assert drawn.rows == []
    assert drawn.latest == []
    assert drawn.description == "Serum M-protein: no results."


def test_points_stand_in_true_proportion_of_time() -> None:
    option = linear(chart(point("2025-01-01", "0.3"), point("2025-06-01", "1.0")))
    assert option["xAxis"]["type"] == "time"
    assert [datum["value"] for datum in option["series"][0]["data"]] == [["2025-01-01", 0.3], ["2025-06-01", 1.0]]


def test_points_are_put_in_order_of_time() -> None:
    trend = chart(point("2025-06-01", "1.0"), point("2025-01-01", "0.3"))
    assert [datum["value"][0] for datum in lines(trend)[0]["data"]] == ["2025-01-01", "2025-06-01"]
    assert [row.printed for row in draw(trend).rows] == ["1.0", "0.3"]


def test_only_points_of_one_comparability_group_are_joined() -> None:
    trend = chart(point("2025-01-01", "10", group="Freelite"), point("2025-03-01", "14", group="N Latex"))
    assert [(line["name"], len(line["data"])) for line in lines(trend)] == [("Freelite", 1), ("N Latex", 1)]
    assert [line["endLabel"]["formatter"] for line in lines(trend) if line["endLabel"]["show"]] == [
        "Freelite",
        "N Latex",
    ]
    assert len({line["lineStyle"]["color"] for line in lines(trend)}) == 2
    assert len({line["symbol"] for line in lines(trend)}) == 2


def test_several_markers_are_named_once_each_at_the_end_of_their_newest_line() -> None:
    trend = chart(
        point("2025-01-01", "10", marker="kappa", group="Freelite"),
        point("2025-01-01", "9", marker="lambda", group="Freelite"),
        point("2025-03-01", "14", marker="kappa", group="N Latex"),
    )
    shown = {line["name"]: line["endLabel"]["formatter"] for line in lines(trend) if line["endLabel"]["show"]}
    assert shown == {"kappa · N Latex": "kappa", "lambda · Freelite": "lambda"}
    colours = {line["name"]: line["lineStyle"]["color"] for line in lines(trend)}
    assert colours["kappa · Freelite"] == colours["kappa · N Latex"] != colours["lambda · Freelite"]
    assert [(row.marker, row.printed) for row in draw(trend).latest] == [("kappa", "14"), ("lambda", "9")]


def test_a_single_group_needs_no_label_on_its_line() -> None:
    assert not lines(chart(point("2025-01-01", "1")))[0]["endLabel"]["show"]


def test_below_detection_is_a_hollow_triangle_pointing_down_at_the_limit() -> None:
    datum = lines(chart(point("2025-01-01", "<0.1")))[0]["data"][0]
    assert datum["value"] == ["2025-01-01", 0.1]
    assert (datum["symbol"], datum["symbolRotate"]) == ("triangle", 180)
    assert datum["itemStyle"]["color"] == "var(--v-surface)"
    assert datum["tip"][0] == "<0.1 g/dL"


def test_above_the_measuring_range_points_up() -> None:
    assert lines(chart(point("2025-01-01", ">900")))[0]["data"][0]["symbolRotate"] == 0


def test_a_corrected_value_is_off_the_line_but_found() -> None:
    trend = chart(point("2025-01-01", "0.9", status=CORRECTED), point("2025-01-01", "0.4"))
    assert [datum["value"][1] for datum in lines(trend)[0]["data"]] == [0.4]
    struck = next(series for series in linear(trend)["series"] if series["type"] == "scatter")
    assert struck["data"][0]["value"] == ["2025-01-01", 0.9]
    assert [(row.printed, row.struck) for row in draw(trend).rows if row.struck] == [("0.9", True)]
    assert [row.printed for row in draw(trend).latest] == ["0.4"]


def test_contradicting_values_of_a_day_are_both_drawn_and_named() -> None:
    trend = chart(point("2025-01-01", "0.4", status=CONTRADICTORY), point("2025-01-01", "0.9", status=CONTRADICTORY))
    assert len(lines(trend)[0]["data"]) == 2
    assert all("differs" in row.note for row in draw(trend).rows)


def test_bands_and_lines_carry_their_numbers_as_text() -> None:
    trend = chart(point("2025-01-01", "0.3"), nadir=Decimal("0.30"), threshold=Decimal("0.8"))
    texts = [rule["label"]["formatter"] for rule in marks(trend)["markLine"]["data"]]
    assert texts == ["lowest\n0.3", "criterion\n≥ 0.8"]
    assert [rule["yAxis"] for rule in marks(trend)["markLine"]["data"]] == [0.3, 0.8]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [("12", "16", (12.0, 16.0)), (None, "19.4", (0.0, 19.4)), ("150", None, (150.0, "max"))],
)
def test_the_reference_band_may_be_open_at_an_end(low: str | None, high: str | None, expected: tuple[Any, Any]) -> None:
    bounds = {"reference_low": Decimal(low) if low else None, "reference_high": Decimal(high) if high else None}
    band = marks(chart(point("2025-01-01", "14"), **bounds))["markArea"]["data"][0]
    assert (band[0]["yAxis"], band[1]["yAxis"]) == expected


def test_therapy_without_an_end_runs_to_today() -> None:
    trend = chart(point("2025-01-01", "0.3"), therapy=[Period(date(2024, 12, 1), None, "lenalidomide")])
    strip = next(series for series in linear(trend)["series"] if series.get("yAxisIndex") == 1)
    start, end = strip["markArea"]["data"][0]
    assert (start["name"], start["xAxis"], end["xAxis"]) == ("lenalidomide", "2024-12-01", "2025-07-01")


@pytest.mark.parametrize(
    ("days", "name"), [(365, "bortezomib, lenalidomide"), (120, "bortezomib, lena…"), (40, "bort…"), (30, "")]
)
def test_a_therapys_name_is_cut_to_its_part_of_the_strip(days: int, name: str) -> None:
    axis = (date(2024, 7, 1), date(2025, 7, 1))
    period = Period(TODAY - timedelta(days=days), None, "bortezomib, lenalidomide")
    assert fitting(period, axis, TODAY) == name


def test_a_computed_bar_is_shown_with_four_digits() -> None:
    trend = chart(point("2025-01-01", "13"), threshold=Decimal("12.511999"), threshold_falls=True)
    assert marks(trend)["markLine"]["data"][0]["label"]["formatter"] == "criterion\n< 12.51"


def test_transfusions_are_ticks_on_the_time_axis() -> None:
    trend = chart(point("2025-01-01", "8"), ticks=[Moment(date(2025, 2, 1), "red cells")])
    ticks = next(series for series in linear(trend)["series"] if series.get("yAxisIndex") == 1)
    assert ticks["data"] == [{"value": ["2025-02-01", 0], "tip": ["red cells", "1 Feb 2025"]}]


def test_a_change_of_assay_breaks_the_chart_with_a_named_line() -> None:
    trend = chart(point("2025-01-01", "8"), assay_changes=[Moment(date(2025, 2, 1), "assay changed")])
    assert marks(trend)["markLine"]["data"][0]["xAxis"] == "2025-02-01"
    assert "Assay changed on 1 Feb 2025." in draw(trend).description


def test_the_axis_starts_at_zero_for_markers_that_vanish_only() -> None:
    points = (point("2025-01-01", "13.1"), point("2025-02-01", "12.4"))
    assert linear(chart(*points))["yAxis"][0]["min"] == 0
    band = {"vanishes": False, "reference_low": Decimal(12), "reference_high": Decimal(16)}
    low, high = linear(chart(*points, **band))["yAxis"][0]["min"], linear(chart(*points, **band))["yAxis"][0]["max"]
    assert 0 < low < 12
    assert high > 16


def test_log_scale_is_offered_and_zero_stands_on_its_floor() -> None:
    drawn = draw(chart(point("2025-01-01", "0"), point("2025-02-01", "0.002"), offers_log=True))
    option = drawn.options["log"]
    assert isinstance(option, dict)
    assert drawn.offers_log
    assert option["yAxis"][0]["type"] == "log"
    assert option["yAxis"][0]["min"] == pytest.approx(0.001)
    assert option["series"][0]["data"][0]["value"][1] == pytest.approx(0.001)
    assert option["series"][0]["data"][0]["tip"][0] == "0 g/dL"


def test_residual_disease_starts_in_log_scale() -> None:
    assert draw(chart(point("2025-01-01", "0.002"), starts_log=True)).options["start"] == "log"


def test_the_description_says_what_the_picture_shows() -> None:
    trend = chart(
        point("2025-01-01", "<0.1"),
        point("2025-06-01", "1.0"),
        nadir=Decimal("0.3"),
        threshold=Decimal("0.8"),
        threshold_rule="MM-PD-SERUM-M",
    )
    assert draw(trend).description == (
        "Serum M-protein: 2 results, 1 Jan 2025 to 1 Jun 2025. Latest 1.0 g/dL. Lowest confirmed value 0.3 g/dL. "
        "The latest value meets the criterion MM-PD-SERUM-M (≥ 0.8 g/dL). 1 result below the limit of detection."
    )
    assert linear(trend)["aria"]["label"]["description"] == draw(trend).description


def test_a_criterion_of_a_fall_is_met_at_or_below_its_line() -> None:
    trend = chart(point("2025-01-01", "11.0"), threshold=Decimal("11.5"), threshold_falls=True)
    assert "meets the criterion (≤ 11.5 g/dL)" in draw(trend).description
    assert marks(trend)["markLine"]["data"][0]["label"]["formatter"] == "criterion\n≤ 11.5"


def test_every_option_is_json_and_names_only_known_colours() -> None:
    trend = chart(
        point("2025-01-01", "<0.1", group="a"), point("2025-06-01", "1.0", group="b"), point("2025-06-01", "1.1", status=CORRECTED),
        nadir=Decimal("0.3"), threshold=Decimal("0.8"), ticks=[Moment(TODAY, "x")], therapy=[Period(TODAY, None, "y")], offers_log=True,
    )  # fmt: skip
    text = json.dumps(draw(trend).options)
    tokens = (Path(__file__).resolve().parents[3] / "tracker" / "static" / "vigil" / "tokens.css").read_text()
    names = {part.split(")")[0] for part in text.split("var(")[1:]}
    assert names
    assert all(f"{name}:" in tokens for name in names)


@pytest.mark.parametrize(
    ("bar", "falls", "text"),
    [
        ("0.000001", False, "> 0"),
        ("0.5", False, "≥ 0.5"),
        ("5.000001", False, "> 5"),
        ("5.000002", False, "≥ 5"),
        ("9.999999", True, "< 10"),
        ("10", True, "≤ 10"),
        ("9.999999", False, "≥ 10"),
    ],
)
def test_a_bar_that_does_not_meet_its_criterion_itself_is_written_so(bar: str, falls: bool, text: str) -> None:
    assert bar_text(Decimal(bar), falls=falls) == text
