"""A nurse works the list in a browser."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from labs.actions.close_tests import close_for
from labs.models import ScheduledTest
from patients.actions.system_account import system_account
from tests.factories.people import PASSWORD, make_nurse, make_site
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.plans import make_plan, make_scheduled_test
from tests.factories.results import make_report, make_result
from tests.factories.site_days import make_settings

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TODAY = datetime.now(ZoneInfo("Europe/Paris")).date()


@pytest.fixture
def overdue() -> ScheduledTest:
    site = make_site(time_zone="Europe/Paris")
    make_settings(site, works_weekends=True)
    make_nurse(site, username="nora", password=PASSWORD)
    patient = make_patient(site=site, family_name="Lindqvist", given_name="Maja")
    plan = make_plan(make_diagnosis(patient, risk_group="high"))
    make_scheduled_test(patient, "chemistry", due_on=TODAY - timedelta(days=12), plan=plan, step="chemistry")
    return make_scheduled_test(patient, "cbc", due_on=TODAY - timedelta(days=21), plan=plan, step="cbc")


@pytest.fixture
def list_page(overdue, sign_in) -> Page:
    return sign_in(overdue.patient.site.staff.get(username="nora"))


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in {"serious", "critical"}]


def test_a_nurse_books_an_overdue_test_and_its_result_closes_it(overdue, list_page):
    page = list_page
    expect(page.get_by_role("heading", name="Worklist")).to_be_visible()
    row = page.get_by_role("row", name=re.compile("Blood count"))
    expect(row).to_contain_text("14 days late")
    expect(row).to_contain_text("high risk")
    row.get_by_role("button", name="Book for").click()
    expect(page.get_by_text("1 test booked for")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Blood count"))).to_have_count(0)
    page.get_by_role("link", name=re.compile(r"^Booked\s*1$")).click()
    expect(page.get_by_role("row", name=re.compile("Lindqvist"))).to_contain_text("Blood count")
    report = make_report(overdue.patient, collected_on=TODAY)
    for analyte in ("haemoglobin", "wbc", "platelets"):
        make_result(overdue.patient, analyte, "5", report=report, collected_on=TODAY)
    close_for(patient_ids=[overdue.patient_id], by=system_account(), now=datetime.now(ZoneInfo("UTC")))
    page.reload()
    expect(page.get_by_text("Nothing here")).to_be_visible()


def test_she_does_it_with_the_keyboard_alone_and_takes_it_back(overdue, list_page):
    page = list_page
    page.keyboard.press("j")
    page.keyboard.press("b")
    expect(page.get_by_text("1 test booked for")).to_be_visible()
    page.get_by_role("button", name="Undo the last booking").press("Enter")
    expect(page.get_by_text("Undone.")).to_be_visible()
    overdue.refresh_from_db()
    assert overdue.booked_for is None


def test_another_day_and_what_goes_with_it_are_chosen_on_a_page(overdue, list_page):
    page = list_page
    page.get_by_role("link", name=re.compile("Other day Blood count")).click()
    day = TODAY + timedelta(days=5)
    page.get_by_label("Day", exact=True).fill(day.isoformat())
    expect(page.locator(".v-day-echo").first).to_contain_text(f"{day.day} {day:%b} {day.year}")
    page.get_by_label(re.compile("Chemistry")).check()
    assert serious(page) == []
    page.get_by_role("button", name="Book for this day").click()
    expect(page.get_by_text("2 tests booked for")).to_be_visible()
    assert ScheduledTest.objects.filter(booked_for=day).count() == 2


def test_ticked_tests_are_booked_together(overdue, list_page):
    page = list_page
    for box in page.get_by_role("checkbox", name=re.compile("^Tick")).all():
        box.check()
    page.get_by_label("Book the ticked tests for").fill((TODAY + timedelta(days=3)).isoformat())
    page.get_by_role("button", name="Book together").click()
    expect(page.get_by_text("2 tests booked for")).to_be_visible()
    expect(page.get_by_text("Nobody is overdue")).to_be_visible()


def test_the_pages_of_the_list_have_no_serious_barrier(overdue, list_page, live_server):
    page = list_page
    assert serious(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for name in ("skip", "done"):
        page.goto(f"{live_server.url}/worklist/{overdue.pk}/{name}/")
        assert serious(page) == []
