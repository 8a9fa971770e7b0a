"""From a signal to the rule behind it, and the pages of the rules without scripts, on a phone, and before axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.functional.test_accessibility import grave_faults
from tests.functional.unit import open_unit

RULE_PAGES = ("/rules/", "/rules/MM-PD-SERUM-M/", "/rules/MM-PD-FLC/", "/rules/no-such-rule/")
RUNS_OFF = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def test_a_signal_leads_to_its_rule_and_the_rule_to_all(page: Page, sign_in) -> None:
    unit = open_unit()
    sign_in(unit.physician, on=page)
    page.get_by_role("link", name="MM-PD-SERUM-M").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Progression by serum M-protein")
    expect(page.get_by_role("img", name="Serum M-protein over time").first).to_be_visible()
    page.get_by_role("link", name="All rules").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What the rules check")
    page.goto(f"/signals/{unit.flag.pk}/")
    assert page.get_by_role("link", name="MM-PD-SERUM-M").count() == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_rule_page_has_a_serious_fault_or_runs_off_a_phone(
    open_window: Callable[..., Page], sign_in, scheme: str
) -> None:
    page = open_window(color_scheme=scheme, java_script_enabled=True)
    sign_in(open_unit().auditor, on=page)
    faults, wide = [], []
    for address in RULE_PAGES:
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(address)
        faults += grave_faults(page)
        page.set_viewport_size({"width": 390, "height": 844})
        faults += grave_faults(page)
        wide += [address] if page.evaluate(RUNS_OFF) else []
    assert not faults, "\n".join(faults)
    assert wide == []


def test_rules_are_read_without_scripts(open_window: Callable[..., Page], sign_in) -> None:
    page = open_window(java_script_enabled=False)
    sign_in(open_unit().nurse, on=page)
    page.goto("/worklist/")
    page.get_by_role("contentinfo").get_by_role("link", name="What the rules check").click()
    page.get_by_role("link", name="MM-PD-SERUM-M").click()
    case = page.get_by_role("article", name="Below detection, surely met")
    expect(case.get_by_role("table")).to_contain_text("<0.1")
    expect(case.get_by_role("img")).to_be_visible()
    expect(case).to_contain_text("Confirmed")
