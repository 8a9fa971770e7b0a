"""Everything with the keyboard alone."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from labs.models import Review
from tests.factories.people import PASSWORD
from tests.functional.unit import open_unit


def test_from_signing_in_to_acknowledging_without_a_mouse(page: Page) -> None:
    unit = open_unit()
    page.goto("/accounts/login/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#id_login")).to_be_focused()
    page.keyboard.type("larch")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Inbox")).to_be_visible()

    page.keyboard.press("j")
    card = page.locator(f"#card-{unit.patient.pk}")
    expect(card).to_have_attribute("aria-current", "true")
    page.keyboard.press("w")
    expect(card.get_by_text("What was compared")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_text("acknowledged.")).to_be_visible()
    unit.flag.refresh_from_db()
    assert unit.flag.review == Review.ACKNOWLEDGED


def test_slash_searches_and_enter_opens(page: Page, sign_in) -> None:
    unit = open_unit()
    sign_in(unit.physician, on=page)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("0004711")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/patients/{unit.patient.pk}/$"))
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", level=1, name="Patients")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/patients/{unit.patient.pk}/$"))


def test_keys_are_listed_and_can_be_switched_off(page: Page, sign_in) -> None:
    sign_in(open_unit().physician, on=page)
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.get_by_text("Use these single keys").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Keys")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).not_to_be_focused()


def test_letters_typed_into_a_field_are_text(page: Page, sign_in) -> None:
    unit = open_unit()
    sign_in(unit.physician, on=page)
    page.goto(f"/signals/{unit.flag.pk}/")
    page.get_by_label("Note").press_sequentially("a jar? /g i")
    expect(page.get_by_label("Note")).to_have_value("a jar? /g i")
    expect(page).to_have_url(re.compile(r"/signals/"))


def test_the_focus_is_always_to_be_seen(page: Page, sign_in) -> None:
    sign_in(open_unit().physician, on=page)
    for _ in range(14):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "() => { const s = getComputedStyle(document.activeElement);"
            " return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 || s.boxShadow !== 'none' }"
        )
        assert seen, page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
