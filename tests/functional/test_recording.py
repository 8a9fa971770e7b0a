"""A nurse types in results, records symptoms and mends the quarantine in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from labs.models import Flag, Quarantine, Result
from patients.models import SymptomReport
from tests.factories import make_quarantine
from tests.functional.test_accessibility import grave_faults
from tests.functional.unit import Unit, open_unit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATHS = (
    "/patients/{patient}/enter-results/",
    "/patients/{patient}/enter-results/?kind=cbc",
    "/patients/{patient}/record-symptoms/",
    "/patients/{patient}/record-event/",
    "/patients/{patient}/record-line/",
    "/patients/{patient}/record-diagnosis/",
    "/patients/{patient}/care-team/",
    "/patients/register/",
    "/quarantine/",
    "/quarantine/{item}/",
)


@pytest.fixture
def unit() -> Unit:
    return open_unit()


def addresses(unit: Unit) -> list[str]:
    item = make_quarantine(
        patient=unit.patient,
        analyte="platelets",
        raw={"code": "777-3", "value": "201", "unit": "x", "collected": timezone.localdate().isoformat()},
    )
    return [path.format(patient=unit.patient.pk, item=item.pk) for path in PATHS]


def test_a_nurse_types_in_results_and_is_told_of_a_wrong_unit(unit: Unit, sign_in: Callable[..., Page]) -> None:
    page = sign_in(unit.nurse)
    page.goto(f"/patients/{unit.patient.pk}/results/")
    page.get_by_role("link", name="Enter results").click()
    page.get_by_text("Another kind of test").click()
    page.get_by_role("link", name="Blood count", exact=True).click()
    page.get_by_label("Haemoglobin: Value as printed").fill("112")
    page.get_by_label("Platelets: Value as printed").fill("201")
    page.get_by_label("Laboratory").fill("Central")
    page.get_by_role("button", name="Save results").click()
    expect(page.get_by_role("alert")).to_contain_text("Haemoglobin of 112 g/dL is not possible")
    assert page.get_by_label("Platelets: Value as printed").input_value() == "201"
    assert not Result.objects.filter(laboratory="Central").exists()
    page.get_by_label("Haemoglobin: Unit as printed").fill("g/L")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 values are saved and evaluated.")).to_be_visible()
    assert set(Result.objects.filter(laboratory="Central").values_list("value_printed", flat=True)) == {"112", "201"}


def test_a_typed_value_raises_a_signal_on_the_physicians_screen(
    unit: Unit, sign_in: Callable[..., Page], open_window: Callable[..., Page]
) -> None:
    page = sign_in(unit.nurse, on=open_window())
    page.goto(f"/patients/{unit.patient.pk}/enter-results/?kind=chemistry")
    row = page.get_by_role("row").filter(has=page.locator("select[name$=analyte]")).first
    row.locator("select[name$=analyte]").select_option(label="Haemoglobin")
    row.get_by_label(re.compile("Value as printed")).fill("8.4")
    row.get_by_label(re.compile("Unit as printed")).fill("g/dL")
    page.get_by_role("button", name="Save results").click()
    expect(page.get_by_text("is saved and evaluated")).to_be_visible()
    assert Flag.objects.filter(patient=unit.patient).exclude(rule="MM-PD-SERUM-M").exists()
    physician = sign_in(unit.physician, on=open_window())
    physician.goto("/inbox/")
    expect(physician.get_by_text("Okafor, Ines").first).to_be_visible()


def test_symptoms_are_told(unit: Unit, sign_in: Callable[..., Page]) -> None:
    page = sign_in(unit.nurse)
    page.goto(f"/patients/{unit.patient.pk}/treatment/")
    page.get_by_role("link", name="Record symptoms").click()
    page.get_by_role("button", name="Save symptoms").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick what the patient tells")
    page.get_by_label("Confusion (urgent)").check()
    page.get_by_role("button", name="Save symptoms").click()
    expect(page.get_by_text("The symptoms are recorded.")).to_be_visible()
    assert SymptomReport.objects.filter(symptoms=["confusion"]).exists()


def test_the_quarantine_is_mended(unit: Unit, sign_in: Callable[..., Page]) -> None:
    address = addresses(unit)[-1]
    page = sign_in(unit.nurse)
    page.goto("/quarantine/")
    page.get_by_role("link", name=re.compile("777-3 201 x")).click()
    page.wait_for_url(f"**{address}")
    page.get_by_label("Unit as printed").fill("10*9/L")
    page.get_by_role("button", name="Take the result in").click()
    expect(page.get_by_text("The result is taken in and evaluated.")).to_be_visible()
    assert Quarantine.objects.get(raw__code="777-3").closed_by == unit.nurse


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_fault(
    unit: Unit, open_window: Callable[..., Page], sign_in: Callable[..., Page], scheme: str
) -> None:
    page = sign_in(unit.nurse, on=open_window(color_scheme=scheme))
    faults = []
    for address in addresses(unit):
        page.goto(address)
        faults += grave_faults(page)
    page.goto(f"/patients/{unit.patient.pk}/enter-results/?kind=cbc")
    page.get_by_label("Haemoglobin: Value as printed").fill("112")
    page.get_by_role("button", name="Save results").click()
    faults += grave_faults(page)
    assert not faults, "\n".join(faults)


def test_nothing_runs_off_a_phones_screen(
    unit: Unit, open_window: Callable[..., Page], sign_in: Callable[..., Page]
) -> None:
    page = sign_in(unit.nurse, on=open_window(width=390, height=844, is_mobile=True, has_touch=True))
    wide = []
    for address in addresses(unit):
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(address)
    assert wide == []


def test_the_page_of_the_api_shows_its_addresses(unit: Unit, sign_in: Callable[..., Page]) -> None:
    page = sign_in(unit.administrator)
    page.goto("/api/docs/")
    # Made for the first who asks; what lies below the window is drawn when one scrolls there.
    expect(page.get_by_role("button", name=re.compile("GET .*absences")).first).to_be_visible(timeout=60_000)
