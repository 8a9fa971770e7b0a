"""A nurse reads how well follow-up works, in a browser, and takes the figures along."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.functional.unit import Unit, open_unit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def unit() -> Unit:
    return open_unit()


def test_the_measures_are_drawn_and_their_data_can_be_taken(page: Page, sign_in, unit: Unit, tmp_path: Path) -> None:
    sign_in(unit.nurse)
    page.get_by_role("link", name="Measures").click()
    expect(page.locator(".v-figure svg")).to_be_visible()
    expect(page.get_by_text("0 of 1 required test was done on time")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Data of the picture as CSV").click()
    waiting.value.save_as(tmp_path / "figure.csv")
    rows = list(csv.reader((tmp_path / "figure.csv").read_text().splitlines()))
    assert rows[0][1] == "required"
    assert sum(int(row[1]) for row in rows[1:]) == 1
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Picture as SVG").click()
    waiting.value.save_as(tmp_path / "figure.svg")
    assert (tmp_path / "figure.svg").read_text().startswith("<svg")
    page.get_by_role("link", name="Lost to follow-up").click()
    expect(page.get_by_role("heading", name="Who is lost today")).to_be_visible()


def test_the_schedule_is_drawn_without_scripts(open_window: Callable[..., Page], sign_in, unit: Unit) -> None:
    page = open_window(java_script_enabled=False)
    sign_in(unit.nurse, on=page)
    page.goto(f"/patients/{unit.patient.pk}/plan/")
    page.get_by_role("link", name="Schedule on a time axis").click()
    lane = page.get_by_role("img", name="Free light chains: 1 overdue")
    expect(lane).to_be_visible()
    expect(page.get_by_text("lenalidomide").first).to_be_visible()
    page.get_by_role("link", name="6 months").click()
    expect(page.locator(".v-zoom [aria-current]")).to_have_text("6 months")
    page.get_by_role("link", name="Earlier").click()
    expect(page.locator(".v-lane__today")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_marks_keep_their_shape_at_any_width(open_window: Callable[..., Page], sign_in, unit: Unit, width: int) -> None:
    page = open_window(width=width)
    sign_in(unit.nurse, on=page)
    page.goto(f"/patients/{unit.patient.pk}/schedule/")
    box = page.locator("use.v-mark--overdue").first.bounding_box()
    assert box is not None
    assert 8 < box["width"] < 17
    assert 8 < box["height"] < 17
    assert page.evaluate("document.documentElement.scrollWidth") <= width
