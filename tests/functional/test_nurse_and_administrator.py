"""A nurse books an overdue test; an administrator takes a file."""

from __future__ import annotations

import csv
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.functional.unit import open_unit


def test_a_nurse_books_an_overdue_test(page: Page, sign_in) -> None:
    unit = open_unit()
    sign_in(page, unit.nurse)
    row = page.get_by_role("row", name="Okafor, Ines")
    expect(row).to_contain_text("33 days late")
    row.get_by_role("button", name="Book for").click()
    page.wait_for_load_state()
    unit.overdue.refresh_from_db()
    assert unit.overdue.booked_for is not None
    page.goto(f"/patients/{unit.patient.pk}/plan/")
    expect(page.get_by_role("table", name="Ahead")).to_contain_text("Booked")


def test_an_administrator_downloads_the_signals(page: Page, sign_in) -> None:
    unit = open_unit()
    sign_in(page, unit.administrator)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download CSV").first.click()
    rows = list(csv.DictReader(Path(waiting.value.path()).open(encoding="utf-8-sig")))
    assert [row["mrn"] for row in rows if row["rule"] == unit.flag.rule] == ["0004711"]
