"""An administrator takes files out in a browser."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from patients.models import AuditEvent, Site
from tests.factories.flags import make_flag
from tests.factories.people import PASSWORD, make_administrator, make_site
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.results import make_result

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site() -> Site:
    site = make_site(code="north", name="North unit")
    patient = make_diagnosis(make_patient(mrn="000123", site=site)).patient
    make_flag(patient, diagnosis=patient.diagnoses.get())
    make_result(patient, "serum_m", "0.1", comparator="<", collected_on=date(2025, 1, 2), note="=1+1")
    make_result(patient, "serum_m", "0.4", collected_on=date(2025, 6, 2))
    make_administrator(site, username="adam", password=PASSWORD)
    return site


@pytest.fixture
def reports(site, sign_in) -> Page:
    return sign_in(site.staff.get(username="adam"))


def take(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name, exact=True).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_an_administrator_downloads_signals_as_a_spreadsheet(reports, tmp_path):
    path = take(reports, "Download XLSX Signals", tmp_path)
    sheet = openpyxl.load_workbook(path)["flags"]
    header, row = ([cell.value for cell in line] for line in sheet.iter_rows())
    values = dict(zip(header, row, strict=True))
    assert (values["mrn"], values["site"], values["rule"], values["level"]) == (
        "000123",
        "north",
        "MM-PD-SERUM-M",
        "URGENT",
    )
    assert values["onset_date"].date() == date(2025, 5, 1)


def test_an_administrator_downloads_the_results_of_some_days(reports, tmp_path):
    form = reports.get_by_role("form", name="Results")
    form.get_by_label("Collected from").fill("2025-01-01")
    form.get_by_label("until (included)").fill("2025-01-31")
    path = take(reports, "Download CSV Results", tmp_path)
    (row,) = csv.DictReader(path.read_text().splitlines())
    assert (row["mrn"], row["value"], row["collected_at"], row["note"]) == ("000123", "<0.1", "2025-01-02", "'=1+1")
    assert AuditEvent.objects.get(verb="export").detail["rows"] == 1


def test_who_falls_through_is_a_click_away(reports):
    reports.get_by_role("link", name="Patients without a plan").click()
    expect(reports.get_by_role("heading", name="Patients without a plan")).to_be_visible()
    expect(reports.get_by_role("row")).to_have_count(2)


def test_the_pages_have_no_serious_barrier(reports):
    def serious() -> list[str]:
        found = Axe().run(reports).response["violations"]
        return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in {"serious", "critical"}]

    assert serious() == []
    reports.set_viewport_size({"width": 390, "height": 844})
    assert serious() == []
    assert reports.evaluate("document.documentElement.scrollWidth") <= 390
    reports.get_by_role("link", name="Patients without a plan").click()
    assert serious() == []
