"""axe finds no serious violation on any page, in light and dark; nothing runs off a phone's screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.functional.unit import Unit, open_unit

GRAVE = {"serious", "critical"}
PAGES = {
    "physician": (
        "/inbox/",
        "/inbox/?scope=site&info=on",
        "/inbox/?state=muted&new=on",
        "/signals/{flag}/",
        "/opinions/",
        "/signals/{flag}/mute/",
        "/mutes/",
        "/alert-economy/",
        "/patients/",
        "/patients/?q=nobody",
        "/patients/{patient}/",
        "/patients/{patient}/results/",
        "/patients/{patient}/plan/",
        "/patients/{patient}/schedule/",
        "/patients/{patient}/schedule/?zoom=all",
        "/reports/measures/",
        "/patients/{patient}/treatment/",
        "/patients/{patient}/signals/",
        "/patients/{patient}/record/",
        "/absences/",
        "/absences/record/",
        "/absences/{absence}/take-back/",
        "/review-settings/",
        "/review-settings/{site}/",
        "/hand-over/",
        "/hand-over/?leaving={physician}&to={cover}",
        "/notifications/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/reports/",
        "/no-such-page/",
    ),
    "nurse": (
        "/worklist/",
        "/worklist/?tab=again",
        "/worklist/silence/",
        "/worklist/day/",
        "/worklist/{test}/",
        "/worklist/{test}/call/",
        "/worklist/{test}/decide/",
        "/worklist/{test}/assign/",
        "/worklist/together/call/?test={test}",
        "/letters/",
        "/letters/?state=prepared",
        "/letters/prepare/?patient={patient}",
        "/patients/{patient}/record/",
        "/patients/{patient}/contact-details/",
        "/worklist/{test}/book/",
        "/worklist/{test}/skip/",
        "/patients/{patient}/",
        "/inbox/",
        "/hand-over/",
    ),
    "administrator": (
        "/reports/",
        "/reports/gaps/unanswered/",
        "/reports/gaps/found-owner/",
        "/reports/gaps/end-of-chain/",
        "/reports/gaps/without-owner/",
        "/reports/gaps/without-duty/",
        "/patients/",
        "/reports/measures/",
        "/reports/measures/delay/",
        "/reports/measures/first-calls/",
        "/reports/measures/lost/",
        "/reports/measures/samples/",
        "/reports/gaps/not-told/",
        "/notification-settings/",
        "/notification-settings/{site}/",
        "/notifications/log/",
        "/letters/wordings/",
        "/letters/wordings/{site}/stable/post/en/",
    ),
}


def grave_faults(page: Page) -> list[str]:
    """What axe calls serious or critical, with the elements concerned."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{page.url} {fault['id']}: {fault['help']} at {[node['target'] for node in fault['nodes']][:4]}"
        for fault in found
        if fault["impact"] in GRAVE
    ]


def addresses(unit: Unit, role: str) -> list[str]:
    numbers = {
        "flag": unit.flag.pk,
        "patient": unit.patient.pk,
        "test": unit.overdue.pk,
        "absence": unit.absence.pk,
        "physician": unit.physician.pk,
        "cover": unit.cover.pk,
        "site": unit.patient.site.code,
    }
    return [path.format(**numbers) for path in PAGES[role]]


def test_a_planted_fault_is_seen(page: Page) -> None:
    page.goto("/accounts/login/")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert any("label" in fault for fault in grave_faults(page))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("role", PAGES)
def test_no_page_has_a_serious_fault(open_window: Callable[..., Page], sign_in, role: str, scheme: str) -> None:
    unit = open_unit()
    page = open_window(color_scheme=scheme)
    page.goto("/accounts/login/")
    faults = grave_faults(page)
    sign_in(getattr(unit, role), on=page)
    for address in addresses(unit, role):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        faults += grave_faults(page)
    assert not faults, "\n".join(faults)


def test_opened_parts_have_no_serious_fault(page: Page, sign_in) -> None:
    unit = open_unit()
    sign_in(unit.physician, on=page)
    page.get_by_role("link", name="why?").first.click()
    page.get_by_text("What was compared").wait_for()
    page.locator(".v-menu summary").click()
    faults = grave_faults(page)
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    faults += grave_faults(page)
    page.goto(f"/patients/{unit.patient.pk}/")
    for table in page.get_by_text("results as a table").all():
        table.click()
    assert not faults + grave_faults(page), "\n".join(faults)


@pytest.mark.parametrize("role", PAGES)
def test_nothing_runs_off_a_phones_screen(open_window: Callable[..., Page], sign_in, role: str) -> None:
    unit = open_unit()
    page = open_window(width=390, height=844, is_mobile=True, has_touch=True)
    sign_in(getattr(unit, role), on=page)
    wide = []
    for address in addresses(unit, role):
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(address)
    assert wide == []


def test_targets_are_large_enough_for_a_finger(open_window: Callable[..., Page], sign_in) -> None:
    unit = open_unit()
    page = open_window(width=390, height=844, is_mobile=True, has_touch=True)
    sign_in(unit.physician, on=page)
    small = page.evaluate(
        "() => [...document.querySelectorAll('button, select, .v-nav__link, summary')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 24).map(e => e.outerHTML.slice(0, 80))"
    )
    assert small == []
