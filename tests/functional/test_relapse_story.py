"""From a typed blast count to a recorded relapse, by everybody's own screen; and the same, ignored.

With VIGIL_SCREENSHOTS=FOLDER the screens are kept there as they are shown (`make screenshots` renews those of the docs).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from labs.actions.assign_flags import escalate_flags
from labs.actions.deliver_notification import deliver_notification
from labs.actions.notify import notify
from labs.models import (
    Decision,
    Flag,
    FlagEvent,
    Level,
    Notification,
    NotificationState,
    Review,
    ScheduledTest,
    Signal,
)
from patients.actions.system_account import system_account
from patients.models import CourseEvent, CourseKind, Disease, Patient, User
from tests.factories import (
    make_care_team,
    make_diagnosis,
    make_nurse,
    make_patient,
    make_physician,
    make_result,
    make_site,
)
from tests.factories.people import PASSWORD
from tests.servers import MailServer, running

BLASTS = "Blasts in blood"
COUNTS = (("Haemoglobin", "12.1", "g/dL"), ("White cells", "5.2", "10*9/L"), ("Platelets", "210", "10*9/L"))
SignIn = Callable[..., Page]


@dataclass(frozen=True, slots=True)
class Ward:
    """A patient in remission of acute myeloid leukaemia, and who looks after them."""

    patient: Patient
    nurse: User
    physician: User
    cover: User


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    with running(MailServer()) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.MESSAGE_BACKENDS = {"email": "smtp"}
        yield server


@pytest.fixture
def ward(live_server: Any) -> Ward:
    site = make_site(name="Northern unit")
    today = timezone.localdate()
    nurse = make_nurse(site, username="ash", first_name="Juniper", last_name="Ash", password=PASSWORD)
    physician = make_physician(site, username="larch", first_name="Willow", last_name="Larch", password=PASSWORD)
    cover = make_physician(site, username="elm", first_name="Rowan", last_name="Elm", password=PASSWORD)
    for one in (physician, cover):
        one.email = f"{one.username}@unit.example"
        one.save()
    patient = make_patient(site=site, family_name="Okafor", given_name="Ines", mrn="0004711")
    make_diagnosis(patient, Disease.AML, remission_on=today - timedelta(days=300), response="CR")
    make_care_team(patient, physician=physician, nurse=nurse, cover=cover)
    for days in (90, 60, 30):
        make_result(patient, "blasts_blood_percent", "0", collected_on=today - timedelta(days=days))
    return Ward(patient, nurse, physician, cover)


def test_blasts_are_typed_the_physician_is_told_repeats_and_records_the_relapse(
    ward: Ward, mail_server: MailServer, sign_in: SignIn, open_window: Callable[..., Page]
) -> None:
    today = timezone.localdate()
    nurse = sign_in(ward.nurse, on=open_window())
    type_blasts(nurse, ward.patient, "6", collected_on=today - timedelta(days=8))
    keep(nurse, "1-typed")
    flag = Flag.objects.get(patient=ward.patient, rule="AML-BLOOD")
    assert (flag.level, flag.signal, flag.owner) == (Level.URGENT, Signal.PROVISIONAL, ward.physician)

    (mail,) = told(mail_server)
    assert mail.to == ["larch@unit.example"]
    assert "Okafor" not in mail.text
    assert "0004711" not in mail.text

    physician = sign_in(ward.physician, on=open_window())
    card = physician.locator(f"#card-{ward.patient.pk}")
    expect(card).to_contain_text("Urgent")
    keep(physician, "2-inbox")
    card.get_by_role("link", name="Review", exact=True).first.click()
    expect(physician.get_by_role("heading", level=1)).to_contain_text("lasts")
    keep(physician, "3-review")
    physician.get_by_label("Repeat test ordered").check()
    physician.get_by_label("Repeat on", exact=True).fill(today.isoformat())
    physician.get_by_label("Book it for that day at once").check()
    physician.get_by_role("button", name="Save and order the repeat test").click()
    expect(physician.get_by_text("Undo until")).to_be_visible()
    keep(physician, "4-repeat-ordered")
    flag.refresh_from_db()
    assert flag.review == Review.AWAITING_TEST
    ordered = ScheduledTest.objects.get(patient=ward.patient, origin=ScheduledTest.Origin.REPEAT)
    assert ordered.booked_for is not None

    type_blasts(nurse, ward.patient, "11", collected_on=today)
    ordered.refresh_from_db()
    flag.refresh_from_db()
    assert ordered.closed_by is not None
    assert (flag.signal, flag.review) == (Signal.CONFIRMED, Review.OPEN)
    assert {recipient for mail in told(mail_server) for recipient in mail.to} == {"larch@unit.example"}

    physician.goto(f"/signals/{flag.pk}/")
    expect(physician.get_by_role("main").get_by_text(re.compile("^confirmed$", re.IGNORECASE)).first).to_be_visible()
    physician.get_by_label("Relapse confirmed").check()
    physician.get_by_label("marrow", exact=True).check()
    physician.get_by_role("button", name="Save and record the relapse").click()
    expect(physician.get_by_text("Undo until")).to_be_visible()
    keep(physician, "5-relapse-recorded")
    flag.refresh_from_db()
    assert (flag.review, flag.decision) == (Review.RESOLVED, Decision.RELAPSE_CONFIRMED)
    relapse = CourseEvent.objects.get(diagnosis__patient=ward.patient, kind=CourseKind.RELAPSE)
    assert (relapse.on, set(relapse.sites)) == (today - timedelta(days=8), {"blood", "marrow"})

    physician.goto(f"/patients/{ward.patient.pk}/")
    expect(physician.get_by_text(re.compile("relapse", re.IGNORECASE)).first).to_be_visible()
    keep(physician, "6-course")


def test_the_same_ignored_goes_to_the_cover(
    ward: Ward, mail_server: MailServer, sign_in: SignIn, open_window: Callable[..., Page]
) -> None:
    nurse = sign_in(ward.nurse, on=open_window())
    type_blasts(nurse, ward.patient, "6", collected_on=timezone.localdate())
    flag = Flag.objects.get(patient=ward.patient, rule="AML-BLOOD")
    assert flag.answer_by is not None
    told(mail_server)

    escalate_flags(by=system_account(), now=flag.answer_by - timedelta(seconds=1))
    flag.refresh_from_db()
    assert flag.owner == ward.physician
    escalate_flags(by=system_account(), now=flag.answer_by)
    flag.refresh_from_db()
    assert flag.owner == ward.cover
    assert flag.events.latest("pk").kind == FlagEvent.Kind.ESCALATED
    assert told(mail_server)[0].to == ["elm@unit.example"]

    cover = sign_in(ward.cover, on=open_window())
    card = cover.locator(f"#card-{ward.patient.pk}")
    expect(card).to_contain_text("passed on unanswered")
    keep(cover, "7-passed-on")
    physician = sign_in(ward.physician, on=open_window())
    expect(physician.locator(f"#card-{ward.patient.pk}")).to_have_count(0)


@dataclass(frozen=True, slots=True)
class Mail:
    to: list[str]
    text: str


def told(server: MailServer) -> list[Mail]:
    """What the worker sends now, as the mail server took it."""
    server.got.clear()
    now = timezone.now()
    notify(by=system_account(), now=now)
    for number in Notification.objects.filter(state=NotificationState.WAITING).values_list("pk", flat=True):
        deliver_notification(notification_id=number, by=system_account(), now=now)
    return [Mail(to, text) for to, text in server.got]


def type_blasts(page: Page, patient: Patient, value: str, *, collected_on: date) -> None:
    """A blood count with blasts, as the nurse reads it from paper."""
    page.goto(f"/patients/{patient.pk}/enter-results/?kind=cbc")
    page.get_by_label("Collected on").fill(collected_on.isoformat())
    page.get_by_label("Laboratory").fill("Central")
    for name, printed, unit in COUNTS:
        page.get_by_label(f"{name}: Value as printed").fill(printed)
        page.get_by_label(f"{name}: Unit as printed").fill(unit)
    row = page.get_by_role("row").filter(has=page.locator("select[name$=analyte]")).first
    row.locator("select[name$=analyte]").select_option(label=BLASTS)
    row.get_by_label(re.compile("Value as printed")).fill(value)
    row.get_by_label(re.compile("Unit as printed")).fill("%")
    page.get_by_role("button", name="Save results").click()
    expect(page.get_by_role("alert")).to_contain_text("any value above zero is confirmed by a look at the smear")
    page.get_by_label("I looked again").check()
    page.get_by_role("button", name="Save results").click()
    expect(page.get_by_text("saved and evaluated")).to_be_visible()


def keep(page: Page, name: str) -> None:
    """The screen as a picture, where somebody asked for pictures."""
    if folder := os.environ.get("VIGIL_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"story-{name}.png")
