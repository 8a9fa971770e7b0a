"""The picture of lead times: a box where there is one, every number beside it, nothing but black and white."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from labs.rules.replay.picture import days_text, picture, rate_text


def line(rule: str, **more: Any) -> dict[str, Any]:
    return {
        "rule": rule,
        "found": 2,
        "relapses": 3,
        "lead_time_days": [10.0, 20.5, 30.0],
        "lead_time_range": [-5, 60],
        "false_per_100_patient_years": 1.25,
    } | more


NOTHING = line("SILENT", found=0, lead_time_days=None, lead_time_range=None, false_per_100_patient_years=None)


def drawn(*lines: dict[str, Any]) -> ET.Element:
    return ET.fromstring(picture(lines, title="Lead <time> & more"))


def texts(svg: ET.Element) -> list[str]:
    return [item.text or "" for item in svg.iter("{http://www.w3.org/2000/svg}text")]


def boxes(svg: ET.Element) -> list[ET.Element]:
    return list(svg.iter("{http://www.w3.org/2000/svg}rect"))[1:]


def test_the_numbers_stand_beside_the_box() -> None:
    told = texts(drawn(line("MM-HB")))
    assert {"MM-HB", "2 of 3", "20.5 (10 to 30)", "1.2"} <= set(told)
    assert told[0] == "Lead <time> & more"


def test_a_rule_that_found_nothing_has_its_row_and_no_box() -> None:
    svg = drawn(line("MM-HB"), NOTHING)
    assert len(boxes(svg)) == 1
    assert {"SILENT", "0 of 3"} <= set(texts(svg))


def test_boxes_lie_on_one_scale() -> None:
    short, long = boxes(drawn(line("A"), line("B", lead_time_days=[10.0, 30.0, 50.0])))
    assert float(long.attrib["width"]) == pytest.approx(2 * float(short.attrib["width"]), abs=0.11)
    assert long.attrib["x"] == short.attrib["x"]


@pytest.mark.parametrize("greatest", [0, 1, 9, 365, 2920, 36500])
def test_the_axis_has_marks_and_not_too_many(greatest: int) -> None:
    svg = drawn(line("A", lead_time_days=[0.0, 0.0, float(greatest)], lead_time_range=[0, greatest]))
    marks = [text for text in texts(svg) if re.fullmatch(r"-?\d+", text)]
    assert 1 <= len(marks) <= 10
    assert "0" in marks


@pytest.mark.parametrize(("greatest", "last"), [(59, "50"), (60, "60"), (61, "60")])
def test_no_mark_lies_beyond_the_greatest(greatest: int, last: str) -> None:
    svg = drawn(line("A", lead_time_days=[0.0, 0.0, 1.0], lead_time_range=[0, greatest]))
    assert [text for text in texts(svg) if re.fullmatch(r"\d+", text)][-1] == last


def test_without_any_relapse_there_is_still_a_picture() -> None:
    assert boxes(drawn(NOTHING)) == []
    assert boxes(drawn()) == []


def test_it_needs_no_colour() -> None:
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', picture([line("A"), NOTHING], title="x"))) == {"black", "white"}


def test_nothing_is_a_dash() -> None:
    assert (days_text(None), rate_text(NOTHING)) == ("–", "–")
