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
    settled = page.locator(f"#row-{overdue.pk}")
    expect(settled).to_contain_text("1 test booked for")
    expect(settled).to_be_focused()
    expect(page.get_by_role("link", name=re.compile(r"^Overdue\s*1$"))).to_be_visible()
    page.get_by_role("link", name=re.compile(r"^Booked (today|later)\s*1$")).click()
    expect(page.get_by_role("row", name=re.compile("Lindqvist"))).to_contain_text("Blood count")
    report = make_report(overdue.patient, collected_on=TODAY)
    for analyte in ("haemoglobin", "wbc", "platelets"):
        make_result(overdue.patient, analyte, "5", report=report, collected_on=TODAY)
    close_for(patient_ids=[overdue.patient_id], by=system_account(), now=datetime.now(ZoneInfo("UTC")))
    page.reload()
    expect(page.get_by_text("Nothing here")).to_be_visible()


def test_she_does_it_with_the_keyboard_alone_and_takes_it_back(overdue, list_page):
    page = list_page
    row = page.locator(f"#row-{overdue.pk}")
    page.keyboard.press("j")
    page.keyboard.press("b")
    expect(row).to_contain_text("1 test booked for")
    page.keyboard.press("u")
    expect(row).to_contain_text("14 days late")
    expect(row).to_be_focused()
    overdue.refresh_from_db()
    assert overdue.booked_for is None


def test_calling_skipping_and_looking_need_no_mouse_and_lose_no_place(overdue, list_page):
    page = list_page
    row, beside = page.locator(f"#row-{overdue.pk}"), page.locator("#beside")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(beside.get_by_role("heading", name="Lindqvist, Maja")).to_be_focused()
    assert serious(page) == []
    page.keyboard.press("Escape")
    expect(row).to_be_focused()
    page.keyboard.press("x")
    expect(row.get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("a")
    expect(beside.get_by_label("Person")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(beside.get_by_label("Will come")).to_be_focused()
    assert serious(page) == []
    page.keyboard.press("Enter")
    expect(beside.get_by_text("This field is required").first).to_be_visible()
    beside.get_by_label("No answer").check()
    beside.get_by_role("button", name="Record the contact").press("Enter")
    expect(row).to_contain_text("Now under “Contact again”")
    expect(row).to_be_focused()
    overdue.refresh_from_db()
    assert overdue.snoozed_until is not None


def test_who_declines_is_decided_upon_beside_the_list(overdue, list_page):
    page = list_page
    row, beside = page.locator(f"#row-{overdue.pk}"), page.locator("#beside")
    row.get_by_role("link", name=re.compile("^Call")).click()
    beside.get_by_label("Does not want to come").check()
    beside.get_by_role("button", name="Record the contact").click()
    expect(beside.get_by_role("heading", name="What follows?")).to_be_visible()
    assert serious(page) == []
    beside.get_by_label("Patient declined").check()
    beside.get_by_role("button", name="Skip for this reason").click()
    expect(row).to_contain_text("Skipped for Lindqvist, Maja")
    overdue.refresh_from_db()
    assert overdue.skipped_because == "declined"


def test_the_list_works_without_scripts(overdue, open_window, sign_in):
    page = sign_in(overdue.patient.site.staff.get(username="nora"), on=open_window(java_script_enabled=False))
    page.get_by_role("link", name=re.compile("^Call Blood count")).click()
    page.get_by_label("No answer").check()
    page.get_by_role("button", name="Record the contact").click()
    expect(page.get_by_text("Contact again on")).to_be_visible()
    page.get_by_role("link", name=re.compile(r"^Contact again\s*2$")).click()
    page.get_by_role("button", name=re.compile("^Book for .* Blood count")).click()
    expect(page.get_by_text("1 test booked for")).to_be_visible()


def test_ticked_tests_are_skipped_together_on_a_page(overdue, list_page):
    page = list_page
    for box in page.get_by_role("checkbox", name=re.compile("^Tick")).all():
        box.check()
    page.get_by_role("button", name="Skip…").click()
    expect(page.get_by_role("heading", name="2 tests")).to_be_visible()
    assert serious(page) == []
    page.get_by_label("Done elsewhere").check()
    page.get_by_role("button", name="Skip", exact=True).click()
    expect(page.get_by_text("2 tests: Skip.")).to_be_visible()


def test_silence_and_the_day_sheet_have_no_serious_barrier(overdue, list_page, live_server):
    page = list_page
    ScheduledTest.objects.filter(pk=overdue.pk).update(booked_for=TODAY)
    expect(page.locator(".v-silence-link .v-tabs__count")).to_be_visible()
    for path in ("/worklist/silence/", "/worklist/day/"):
        page.goto(f"{live_server.url}{path}")
        assert serious(page) == []


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
