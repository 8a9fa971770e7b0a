"""A physician's way through the inbox: why?, acknowledge, decide, take back; with scripts and without."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from labs.models import Decision, Review
from tests.functional.unit import open_unit


def test_why_then_acknowledge_then_decide(page: Page, sign_in) -> None:
    unit = open_unit()
    sign_in(unit.physician, on=page)
    card = page.locator(f"#card-{unit.patient.pk}")
    expect(card).to_contain_text("Serum M-protein")
    expect(card).to_contain_text("Urgent")

    card.get_by_role("link", name="why?").first.click()
    expect(card.get_by_role("table").first).to_contain_text("at least 0.5 g/dL")
    expect(page).to_have_url(re.compile(r"/inbox/$"))
    card.get_by_role("link", name="why?").first.click()
    expect(card.get_by_text("What was compared")).to_have_count(0)

    card.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("acknowledged.")).to_be_visible()
    unit.flag.refresh_from_db()
    assert unit.flag.review == Review.ACKNOWLEDGED

    card.get_by_role("link", name="Decide").click()
    expect(page.get_by_label("Watch until", exact=True).last).to_be_hidden()
    page.get_by_text("Explained by the assay").click()
    page.get_by_label("Note").fill("New reagent lot.")
    page.get_by_role("button", name="Save and close the signal").click()
    expect(page.get_by_text("Saved: explained by the assay.")).to_be_visible()
    unit.flag.refresh_from_db()
    assert (unit.flag.review, unit.flag.decision) == (Review.RESOLVED, Decision.EXPLAINED_ASSAY)

    page.get_by_role("button", name="Undo until").click()
    expect(page.get_by_text("The signal is as it was before.")).to_be_visible()
    unit.flag.refresh_from_db()
    assert unit.flag.review == Review.ACKNOWLEDGED


def test_a_decision_that_lacks_something_comes_back_as_it_was_typed(page: Page, sign_in) -> None:
    unit = open_unit()
    sign_in(unit.physician, on=page)
    page.goto(f"/signals/{unit.flag.pk}/")
    page.get_by_text("Watch until a date").click()
    page.get_by_label("Note").fill("Spoke with the laboratory.")
    page.get_by_role("button", name="Save and watch until that day").click()
    expect(page.get_by_role("alert")).to_contain_text("Give the date until which")
    expect(page.get_by_label("Note")).to_have_value("Spoke with the laboratory.")
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.locator("#id_watch_until")).to_be_focused()


def test_the_whole_way_without_scripts(open_window: Callable[..., Page], sign_in) -> None:
    unit = open_unit()
    page = open_window(java_script_enabled=False)
    sign_in(unit.physician, on=page)
    page.get_by_role("link", name="why?").first.click()
    expect(page.get_by_text("What was compared")).to_be_visible()
    expect(page.get_by_text("results as a table").first).to_be_visible()
    page.get_by_role("button", name="Acknowledge, decide later").click()
    expect(page.get_by_text("acknowledged.")).to_be_visible()
    unit.flag.refresh_from_db()
    assert unit.flag.review == Review.ACKNOWLEDGED


def test_charts_are_drawn_and_have_their_table(page: Page, sign_in) -> None:
    unit = open_unit()
    sign_in(unit.physician, on=page)
    page.goto(f"/patients/{unit.patient.pk}/")
    frame = page.locator('[data-chart="serum-m-option"]')
    expect(frame.locator("svg path").first).to_be_attached()
    expect(frame).to_have_attribute("aria-label", re.compile("7 results"))
    page.get_by_text("7 results as a table").first.click()
    expect(page.get_by_role("table", name="Serum M-protein")).to_contain_text("<0.1")


def test_the_log_scale_is_switched_by_a_button(page: Page, sign_in) -> None:
    unit = open_unit()
    sign_in(unit.physician, on=page)
    page.goto(f"/patients/{unit.patient.pk}/")
    button = page.get_by_role("button", name="Log scale")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def test_what_was_typed_survives_the_end_of_the_session(page: Page, sign_in) -> None:
    unit = open_unit()
    sign_in(unit.physician, on=page)
    page.goto(f"/signals/{unit.flag.pk}/")
    page.get_by_text("Further work-up ordered").click()
    page.get_by_label("Note").fill("MRI of the spine.")
    page.clock.install()
    page.reload()
    page.get_by_text("Further work-up ordered").click()
    page.get_by_label("Note").fill("MRI of the spine.")
    page.clock.fast_forward(14 * 60 * 1000)
    expect(page.get_by_role("heading", name="Are you still there?")).to_be_visible()
    page.clock.fast_forward(3 * 60 * 1000)
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    page.get_by_role("button", name="Back to the page").click()
    page.context.clear_cookies(name="vigil-session")
    page.get_by_role("button", name="Save and order the work-up").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(page.get_by_label("Note")).to_have_value("MRI of the spine.")
    unit.flag.refresh_from_db()
    assert unit.flag.review == Review.OPEN
