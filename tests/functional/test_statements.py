"""A physician says what results mean and how the disease went: by keyboard, without scripts, on a small screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from labs.models import SpuriousMark
from patients.models import CourseEvent
from tests.factories import make_bridge, make_mark, make_rebaseline, make_series
from tests.functional.test_accessibility import grave_faults
from tests.functional.unit import Unit, open_unit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def unit() -> Unit:
    return open_unit()


def test_a_physician_marks_a_result_and_takes_the_mark_back_without_scripts(
    unit: Unit, sign_in: Callable[..., Page], open_window: Callable[..., Page]
) -> None:
    [result] = make_series(unit.patient, "creatinine", {date(2026, 1, 5): "88"})
    page = sign_in(unit.physician, on=open_window(java_script_enabled=False))
    page.goto(f"/patients/{unit.patient.pk}/results/{result.pk}/")
    page.get_by_role("link", name="Mark as spurious").click()
    page.get_by_role("button", name="Mark as spurious").click()
    expect(page.get_by_role("alert").get_by_text("Say why: others will read it.")).to_be_visible()
    page.get_by_label("Reason").fill("haemolysed")
    page.get_by_role("button", name="Mark as spurious").click()
    expect(page.get_by_text("haemolysed").first).to_be_visible()
    page.get_by_role("link", name="Take the mark back").click()
    page.get_by_label("Reason").fill("it was another sample")
    page.get_by_role("button", name="Take the mark back").click()
    expect(page.get_by_text("it was another sample").first).to_be_visible()
    assert SpuriousMark.objects.get().withdrawn_by == unit.physician


def test_a_relapse_is_recorded_by_keyboard_alone(unit: Unit, sign_in: Callable[..., Page]) -> None:
    page = sign_in(unit.physician)
    page.goto(f"/patients/{unit.patient.pk}/record-relapse/")
    page.get_by_label("marrow").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save relapse").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The relapse is recorded.")).to_be_visible()
    assert CourseEvent.objects.get(kind="relapse").sites == ["marrow"]


@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_have_no_grave_fault_and_fit_the_screen(
    unit: Unit, sign_in: Callable[..., Page], open_window: Callable[..., Page], width: int
) -> None:
    [result] = make_series(unit.patient, "creatinine", {date(2026, 1, 5): "88"})
    make_mark(result, by=unit.physician)
    make_rebaseline(unit.patient, "creatinine", by=unit.physician)
    make_bridge(unit.patient.site, by=unit.physician)
    page = sign_in(unit.physician, on=open_window(width=width))
    patient = f"/patients/{unit.patient.pk}"
    for path in (
        f"{patient}/",
        f"{patient}/results/{result.pk}/",
        f"{patient}/start-anew/",
        f"{patient}/record-remission/",
        f"{patient}/record-relapse/",
        "/assays/",
        f"/assays/declare/?site={unit.patient.site_id}&analyte=creatinine",
    ):
        page.goto(path)
        assert not grave_faults(page), path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
