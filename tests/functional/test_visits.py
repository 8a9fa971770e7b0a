"""A visit of three tests is booked with the keyboard, seen in the calendar, and moved; the new pages under axe."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from labs.models import ScheduledTest
from labs.protocols.working_days import WorkingDays
from patients.models import Site
from tests.factories.people import PASSWORD, make_nurse, make_site
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.plans import make_plan, make_scheduled_test
from tests.factories.site_days import make_closure, make_feed, make_settings
from tests.functional.test_accessibility import grave_faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TODAY = datetime.now(ZoneInfo("Europe/Paris")).date()
TOMORROW = WorkingDays().nearest(TODAY + timedelta(days=1), earliest=TODAY + timedelta(days=1))


@pytest.fixture
def site() -> Site:
    site = make_site(name="Northern unit", time_zone="Europe/Paris")
    make_settings(site, day_capacity=8)
    make_nurse(site, username="nora", password=PASSWORD)
    return site


@pytest.fixture
def tests(site: Site) -> list[ScheduledTest]:
    patient = make_patient(site=site, family_name="Lindqvist", given_name="Maja")
    plan = make_plan(make_diagnosis(patient, risk_group="high"))
    days = {"cbc": -21, "chemistry": -12, "marrow": 2}
    return [
        make_scheduled_test(patient, kind, due_on=TODAY + timedelta(days=number), plan=plan, step=kind)
        for kind, number in days.items()
    ]


@pytest.fixture
def nurses_page(site: Site, sign_in) -> Page:
    return sign_in(site.staff.get(username="nora"))


def crowd(site: Site) -> None:
    """A month with busy, full and closed days."""
    names = ("Adler", "Berg", "Ceder", "Dahl", "Eklund", "Falk", "Gran", "Holm", "Ivarsson")
    for number, name in enumerate(names):
        for day, kinds in ((TOMORROW, ("cbc", "chemistry")), (TODAY + timedelta(days=number), ("marrow",))):
            patient = make_patient(site=site, family_name=name)
            for kind in kinds:
                fields = {"booked_time": f"{8 + number // 2:02d}:{number % 2 * 30:02d}", "booked_at_place": "Day ward"}
                make_scheduled_test(patient, kind, due_on=day, booked_for=day, **fields)
    make_closure(site, date(TODAY.year, TODAY.month, 6), date(TODAY.year, TODAY.month, 6), name="Finnish independence")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the control has the focus."""
    for _ in range(60):
        if page.evaluate(f"document.activeElement.matches({selector!r})"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached with the Tab key")


def test_a_visit_of_three_tests_is_booked_with_the_keyboard_and_seen_in_the_calendar(tests, nurses_page):
    page = nurses_page
    page.keyboard.press("j")
    tab_to(page, "a[href*='/book/']")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 tests on one visit")).to_be_visible()
    tab_to(page, "[name=booked_time]")
    page.keyboard.type("0930AM")
    tab_to(page, "[name=place]")
    page.keyboard.type("Day ward")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 tests booked for")).to_be_visible()
    assert ScheduledTest.objects.filter(booked_for=TOMORROW, booked_time="09:30").count() == 3
    page.locator("h1").click()
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{TODAY:%Y}")
    if TOMORROW.month != TODAY.month:
        page.get_by_role("link", name="Next month").press("Enter")
    day = page.get_by_role("cell").filter(has_text=re.compile(r"1 of 8 patients"))
    expect(day).to_contain_text("Bone marrow")
    day.get_by_role("link").press("Enter")
    row = page.get_by_role("row").filter(has_text="Lindqvist, Maja")
    for text in ("09:30", "Blood count", "Chemistry", "Bone marrow", "Day ward"):
        expect(row).to_contain_text(text)


def test_a_visit_is_cancelled_on_the_plan_and_brought_back(tests, nurses_page, live_server):
    ScheduledTest.objects.update(booked_for=TOMORROW, booked_time="09:30", booked_at_place="Day ward")
    page = nurses_page
    page.goto(f"{live_server.url}/patients/{tests[0].patient_id}/plan/")
    visit = page.get_by_role("region", name="Visits")
    expect(visit).to_contain_text("09:30")
    visit.get_by_role("button", name=re.compile("^Cancel")).press("Enter")
    expect(page.get_by_text("is cancelled")).to_be_visible()
    page.get_by_role("button", name="Undo the last cancelling").press("Enter")
    expect(page.get_by_role("region", name="Visits")).to_contain_text("Blood count, Chemistry, Bone marrow")


def test_a_closed_day_is_named_and_booked_only_on_purpose(tests, nurses_page, site, live_server):
    closed = TOMORROW + timedelta(days=1)
    make_closure(site, closed, name="Staff day")
    page = nurses_page
    page.goto(f"{live_server.url}/worklist/{tests[0].pk}/book/")
    page.get_by_label("Day", exact=True).fill(closed.isoformat())
    page.get_by_role("button", name="Book for this day").click()
    expect(page.get_by_role("alert")).to_contain_text("Staff day")
    assert grave_faults(page) == []
    page.get_by_label("although the unit is closed").check()
    page.get_by_role("button", name="Book for this day").click()
    expect(page.get_by_text("3 tests booked for")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_new_pages_have_no_serious_fault_and_fit_on_a_phone(site, tests, sign_in, open_window, scheme):
    crowd(site)
    nora = site.staff.get(username="nora")
    make_feed(site, nora)
    ScheduledTest.objects.filter(patient=tests[0].patient_id).update(booked_for=TOMORROW)
    page = open_window(color_scheme=scheme)
    sign_in(nora, on=page)
    faults, wide = [], []
    for address in (
        "/calendar/",
        "/calendar/?week=now",
        f"/calendar/{site.pk}/{TOMORROW}/",
        "/calendar/feeds/",
        f"/patients/{tests[0].patient_id}/plan/",
        f"/patients/{tests[0].patient_id}/visits/{TOMORROW}/move/",
        f"/worklist/{tests[0].pk}/book/",
    ):
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 844})
            page.goto(address)
            faults += grave_faults(page)
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wide.append(f"{address} at {width}")
    assert (faults, wide) == ([], [])


def test_a_private_address_is_made_and_taken_back(site, nurses_page, live_server):
    page = nurses_page
    page.goto(f"{live_server.url}/calendar/feeds/")
    page.get_by_role("button", name="Make a private address").press("Enter")
    shown = page.get_by_role("status").filter(has_text="shown this once")
    expect(shown).to_contain_text("/calendar/")
    assert grave_faults(page) == []
    address = shown.locator("code").inner_text()
    assert page.request.get(address).status == 200
    page.get_by_role("button", name=re.compile("^Take back")).press("Enter")
    expect(page.get_by_text("is taken back")).to_be_visible()
    assert page.request.get(address).status == 404
