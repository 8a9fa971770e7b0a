"""A nurse writes to a patient from the record to the post; an administrator sees the example follow what is typed."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from labs.models import Letter
from tests.functional.unit import open_unit
from tests.pdf_text import pages_of


def test_from_the_record_to_the_post(page: Page, sign_in) -> None:
    unit = open_unit()
    Letter.objects.update(state="cancelled")
    sign_in(unit.nurse, on=page)
    page.goto(f"/patients/{unit.patient.pk}/record/")
    page.get_by_role("link", name="Write a letter").click()
    expect(page.get_by_text("Dear Ines Okafor,")).to_be_visible()
    page.get_by_role("button", name="Prepare the letter").click()
    expect(page.get_by_text("1 prepared. Print or send")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Print the ticked letters as one PDF").click()
    (text,) = pages_of(Path(download.value.path()).read_bytes())
    assert "Free light chains in blood" in " ".join(text.split())
    page.get_by_role("button", name="Note as posted").click()
    expect(page.get_by_text("1 letter is noted as posted.")).to_be_visible()
    assert Letter.objects.filter(state="sent").count() == 1


def test_the_example_follows_what_is_typed(page: Page, sign_in) -> None:
    unit = open_unit()
    sign_in(unit.administrator, on=page)
    page.goto(f"/letters/wordings/{unit.patient.site.code}/due/sms/en/")
    page.get_by_label("Text").fill("Ring us, please: {contact}")
    expect(page.locator("#example")).to_contain_text("Ring us, please: +44 20 7946 0000")
    page.get_by_label("Text").fill("Ring us about your leukaemia: {contact}")
    expect(page.locator("#example")).to_contain_text("tells others about the disease")
    page.get_by_role("button", name="Save the wording").click()
    expect(page.locator(".nhsuk-error-summary")).to_contain_text("tells others about the disease")
    expect(page.get_by_label("Text")).to_have_value("Ring us about your leukaemia: {contact}")
