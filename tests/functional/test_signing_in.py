"""Signing in, coming home, signing out."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.functional.unit import open_unit


@pytest.mark.parametrize(
    ("role", "heading"),
    [("physician", "Inbox"), ("nurse", "Worklist"), ("administrator", "Reports"), ("auditor", "Patients")],
)
def test_each_role_comes_home_to_its_own_page(page: Page, sign_in, role: str, heading: str) -> None:
    sign_in(getattr(open_unit(), role), on=page)
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()


def test_a_wrong_password_says_so_and_keeps_the_name(page: Page, sign_in) -> None:
    unit = open_unit()
    sign_in(unit.nurse, password="not the password")
    expect(page.get_by_role("alert")).to_contain_text("not correct")
    expect(page.locator("#id_login")).to_have_value("ash")


def test_the_password_can_be_shown_while_it_is_typed(page: Page) -> None:
    page.goto("/accounts/login/")
    page.locator("#id_password").fill("correct horse")
    page.get_by_role("button", name="Show password").click()
    expect(page.locator("#id_password")).to_have_attribute("type", "text")


def test_after_signing_out_nothing_of_the_record_is_left(page: Page, sign_in) -> None:
    unit = open_unit()
    sign_in(unit.nurse, on=page)
    page.goto(f"/patients/{unit.patient.pk}/")
    page.locator(".v-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Okafor")).to_have_count(0)
