"""A physician says where to be told, and tries it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from labs.models import Notification
from tests.functional.unit import open_unit

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_address_is_entered_tried_and_switched_to_urgent_only(page: Page, sign_in) -> None:
    unit = open_unit()
    sign_in(unit.physician, on=page)
    page.goto("/notifications/")
    expect(page.get_by_text("No address of yours is known")).to_be_visible()
    page.get_by_role("textbox", name="Address").fill("larch@unit.example")
    page.get_by_role("button", name="Add this address").click()
    expect(page.get_by_text("Send a trial to see that it arrives.")).to_be_visible()
    page.get_by_label("once a day larch@unit.example").uncheck()
    page.get_by_role("button", name="Save larch@unit.example").click()
    expect(page.get_by_label("once a day larch@unit.example")).not_to_be_checked()
    page.get_by_role("button", name="Send a trial larch@unit.example").click()
    expect(page.get_by_role("row", name="A trial, to see that it arrives")).to_be_visible()
    assert Notification.objects.get().address == "larch@unit.example"
