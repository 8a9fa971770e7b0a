"""A physician writes a protocol of the own site with the keyboard, sees its dates, and a patient is put on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from labs.models import Plan, Protocol
from patients.models import Site
from tests.factories import make_care_team, make_diagnosis, make_patient
from tests.factories.plans import make_closure
from tests.factories.protocols import make_short_protocol, shipped_protocol
from tests.functional.test_accessibility import grave_faults
from tests.functional.unit import open_unit

RUNS_OFF = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def new_patient(site: Site) -> None:
    """Somebody in remission on no plan."""
    patient = make_patient(site=site, family_name="Lund", given_name="Per")
    make_care_team(make_diagnosis(patient, remission_on=date(2026, 1, 31)).patient)


def test_a_protocol_is_written_with_the_keyboard_previewed_saved_and_a_patient_put_on_it(
    open_window: Callable[..., Page], sign_in
) -> None:
    unit = open_unit()
    site = unit.patient.site
    shipped_protocol()
    new_patient(site)
    page = open_window()
    sign_in(unit.physician, on=page)
    page.goto("/protocols/")
    page.get_by_role("link", name="Myeloma on maintenance").press("Enter")
    page.get_by_role("link", name="Derive for Northern unit").press("Enter")
    page.get_by_label("Why the site follows this").focus()
    page.keyboard.type("Guideline of our network.")
    cbc = page.get_by_role("group", name="Step 2 cbc")
    cbc.get_by_label("Every").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("2")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Asks for less than the original")).to_be_visible()
    expect(page.get_by_text("Blood count: 30 instead of 60")).to_be_visible()
    page.get_by_role("button", name="Save as version 1").press("Enter")
    page.get_by_role("link", name="this step was changed").press("Enter")
    expect(cbc.get_by_label("Source")).to_be_focused()
    cbc.get_by_label("How sure").select_option("local")
    page.get_by_role("button", name="Save as version 1").press("Enter")
    expect(page.get_by_text("is saved")).to_be_visible()
    own = Protocol.objects.get(site=site)
    assert own.definition["steps"][1]["every"] == "2 months"
    second = open_window()
    sign_in(unit.administrator, on=second)
    second.goto("/reports/gaps/without-plan/")
    second.get_by_role("button", name="Myeloma on maintenance").press("Enter")
    expect(second.get_by_text("is followed by the plan")).to_be_visible()
    plan = Plan.objects.get(protocol=own)
    second.goto(f"/patients/{plan.patient_id}/plan/")
    second.get_by_role("link", name="Myeloma on maintenance").press("Enter")
    expect(second.get_by_text("Beside the original")).to_be_visible()


def test_steps_come_and_go_without_scripts_and_a_return_key_saves_nothing(
    open_window: Callable[..., Page], sign_in
) -> None:
    unit = open_unit()
    source = make_short_protocol()
    page = open_window(java_script_enabled=False)
    sign_in(unit.physician, on=page)
    page.goto(f"/protocols/{source.code}/1/derive/")
    page.get_by_label("Title").fill("Kept")
    page.get_by_role("button", name="Take step 3 out").click()
    page.get_by_role("button", name="Add a step").click()
    page.get_by_role("group", name="Step 3 new").get_by_label("Test").select_option("mrd")
    page.get_by_role("group", name="Step 3 new").get_by_label("or once each, after").fill("90 days, 12 months")
    page.get_by_label("Title").press("Enter")
    expect(page.get_by_label("Title")).to_have_value("Kept")
    expect(page.get_by_text("Step 3: a step needs 'source'")).to_be_visible()
    assert not Protocol.objects.exclude(site=None).exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_setting_up_has_a_serious_fault_or_runs_off_a_phone(
    open_window: Callable[..., Page], sign_in, scheme: str
) -> None:
    unit = open_unit()
    site = unit.patient.site
    source = shipped_protocol()
    own = make_short_protocol(site=site, derived_from=source)
    make_closure(site)
    page = open_window(color_scheme=scheme)
    sign_in(unit.administrator, on=page)
    faults, wide = [], []
    for address in (
        "/protocols/",
        f"/protocols/{source.code}/1/?months=60",
        f"/protocols/{own.code}/1/",
        f"/protocols/{own.code}/1/derive/",
        "/protocols/upload/",
        f"/sites/{site.code}/calendar/?year=2025",
        f"/sites/{site.code}/follow-up/",
    ):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(address)
        faults += grave_faults(page)
        page.set_viewport_size({"width": 390, "height": 844})
        if page.evaluate(RUNS_OFF):
            wide.append(address)
    assert not faults, "\n".join(faults)
    assert wide == []
