"""The inbox kept open: what came is said without moving the page; from signal to signal by a key."""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.factories import make_flag, make_patient
from tests.functional.unit import open_unit


def test_what_came_is_said_and_moves_nothing_until_it_is_asked_for(page: Page, sign_in) -> None:
    unit = open_unit()
    page.clock.install()
    sign_in(unit.physician, on=page)
    expect(page.locator(".v-card")).to_have_count(1)
    later = timezone.now() + timedelta(minutes=1)
    make_flag(make_patient(site=unit.patient.site), owner=unit.physician, raised_at=later)
    page.clock.run_for(61_000)
    status = page.locator("#inbox-live")
    expect(status).to_contain_text("1 new or changed since")
    expect(page.locator("#inbox-counts")).to_contain_text("2 urgent")
    expect(page.locator(".v-card")).to_have_count(1)
    status.get_by_role("link", name="Show").click()
    expect(page.locator(".v-card")).to_have_count(2)


def test_next_and_previous_by_key(page: Page, sign_in) -> None:
    unit = open_unit()
    late = timezone.now() + timedelta(days=3)
    other = make_flag(make_patient(site=unit.patient.site), owner=unit.physician, level="REVIEW", answer_by=late)
    sign_in(unit.physician, on=page)
    page.get_by_role("link", name="Review").first.click()
    expect(page.get_by_role("link", name="Next waiting patient")).to_be_visible()
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(rf"/signals/{other.pk}/$"))
    page.keyboard.press("p")
    expect(page).not_to_have_url(re.compile(rf"/signals/{other.pk}/$"))
    page.goto(f"/signals/{other.pk}/")
    page.keyboard.press("n")
    expect(page.get_by_text("That was the last patient of the list.")).to_be_visible()
