"""A physician records what images showed, with and without scripts; the pages have no serious fault at any width."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from labs.models import ClinicalFinding
from tests.factories.findings import make_finding
from tests.functional.test_accessibility import grave_faults
from tests.functional.unit import Unit, open_unit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATHS = (
    "record-finding/",
    "record-finding/images/",
    "record-finding/testis/",
    "findings/{finding}/",
    "findings/{finding}/correct/",
    "findings/{finding}/withdraw/",
    "results/",
)


@pytest.fixture
def unit() -> Unit:
    return open_unit()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_images_of_two_lesions_are_recorded(
    unit: Unit, sign_in: Callable[..., Page], open_window: Callable[..., Page], scripts: bool
) -> None:
    make_finding(unit.patient, "lesion_diameter", "22", observed_on=date(2026, 4, 5), method="mri")
    page = sign_in(unit.physician, on=open_window(java_script_enabled=scripts))
    page.goto(f"/patients/{unit.patient.pk}/results/")
    page.get_by_role("link", name="Record a finding").click()
    page.get_by_role("link", name="Images: lesions and their diameters").click()
    page.get_by_label("Kind of images").select_option(label="MRI")
    page.get_by_label("Row 1: Longest diameter").fill("31")
    page.get_by_label("Row 1: Short axis").fill("32")
    page.get_by_label("Row 2: Lesion").fill("rib 7")
    page.get_by_label("Row 2: New").select_option("yes")
    page.get_by_role("button", name="Save findings").click()
    expect(page.get_by_role("alert")).to_contain_text("would be longer than its longest diameter")
    assert page.get_by_label("Row 2: Lesion").input_value() == "rib 7"
    page.get_by_label("Row 1: Short axis").fill("20")
    page.get_by_role("button", name="Save findings").click()
    expect(page.get_by_text("Sum of products of left iliac bone: 620 mm²")).to_be_visible()
    assert ClinicalFinding.objects.filter(kind="lesion_new", site_label="rib 7", coded="yes").exists()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (390, "light")])
def test_no_page_has_a_serious_fault_or_runs_off_the_screen(
    unit: Unit, sign_in: Callable[..., Page], open_window: Callable[..., Page], width: int, scheme: str
) -> None:
    finding = make_finding(unit.patient, method="mri", recorded_by=unit.physician)
    page = sign_in(unit.physician, on=open_window(width=width, color_scheme=scheme))
    for path in PATHS:
        page.goto(f"/patients/{unit.patient.pk}/{path.format(finding=finding.pk)}")
        assert grave_faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
