"""Two people change the criteria of their site: without scripts, with the keyboard, on a phone, and before axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from labs.models import CriteriaChange
from tests.functional.test_accessibility import grave_faults
from tests.functional.unit import open_unit

WHY = "Nobody at this unit acts on it."
RUNS_OFF = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def propose(page: Page) -> None:
    """Switch the rule of the patient's signal off."""
    page.goto("/criteria/")
    page.get_by_role("link", name="Propose a change multiple myeloma").click()
    page.get_by_text("Switch single rules off").click()
    page.get_by_label("Why MM-PD-SERUM-M is switched off").fill(WHY)
    page.get_by_label("Why the site changes its criteria").fill("A trial of the switch.")
    page.get_by_role("button", name="Propose").click()


def test_the_way_of_a_change_without_scripts(open_window: Callable[..., Page], sign_in) -> None:
    unit = open_unit()
    first, second = (open_window(java_script_enabled=False) for _ in range(2))
    sign_in(unit.physician, on=first)
    propose(first)
    first.get_by_role("button", name="Run the replay").click()
    expect(first.get_by_role("img", name="lost")).to_be_visible()
    expect(first.get_by_role("link", name="Okafor, Ines").first).to_be_visible()
    expect(first.get_by_role("button", name="Approve")).to_have_count(0)
    sign_in(unit.administrator, on=second)
    second.goto(first.url)
    second.get_by_role("button", name="Approve and put in force").click()
    expect(second.get_by_text("evaluated anew")).to_be_visible()
    second.goto("/criteria/")
    expect(second.get_by_text(WHY)).to_be_visible()


def test_a_proposal_with_the_keyboard_and_a_refusal_that_leads_to_its_field(page: Page, sign_in) -> None:
    sign_in(open_unit().physician, on=page)
    page.goto("/criteria/")
    page.get_by_role("link", name="Propose a change multiple myeloma").focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="IMWG 2016").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Propose").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Say why the site changes its criteria.").click()
    page.keyboard.type("A trial asks for it.")
    expect(page.get_by_role("radio", name="IMWG 2011")).to_be_checked()
    page.get_by_role("button", name="Propose").press("Enter")
    expect(page.get_by_text("Not replayed yet")).to_be_visible()
    assert CriteriaChange.objects.get().criteria == "IMWG-2011"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_the_criteria_has_a_serious_fault_or_runs_off_a_phone(
    open_window: Callable[..., Page], sign_in, scheme: str
) -> None:
    unit = open_unit()
    page = open_window(color_scheme=scheme)
    sign_in(unit.physician, on=page)
    propose(page)
    page.get_by_role("button", name="Run the replay").click()
    page.get_by_text("The replay is done").wait_for()
    faults, wide = [], []
    for address in (page.url, "/criteria/", "/criteria/" + unit.patient.site.code + "/AML/"):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(address)
        faults += grave_faults(page)
        page.set_viewport_size({"width": 390, "height": 844})
        if page.evaluate(RUNS_OFF):
            wide.append(address)
    assert not faults, "\n".join(faults)
    assert wide == []
