"""The pages of days off and of follow-up settings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from labs.actions.record_closure import record_closure
from labs.models import Closure, FollowUpSettings
from labs.selectors.site_calendar import settings_of
from patients.models import Role, Site, User
from tests.factories import (
    make_administrator,
    make_nurse,
    make_patient,
    make_physician,
    make_scheduled_test,
    make_site,
    make_user,
)
from tracker.web.follow_up import GROUPS, HELP, FollowUpForm

pytestmark = [pytest.mark.django_db]
NOW = datetime(2027, 1, 15, 9, tzinfo=UTC)
FRIDAY = date(2027, 3, 26)


@pytest.fixture(autouse=True)
def january() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def site() -> Site:
    return make_site(code="north", name="North House")


@pytest.fixture
def nurse(site: Site) -> User:
    return make_nurse(site)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, site: Site, *more: Any) -> str:
    return reverse(name, args=[site.code, *more])


def add(user: User, site: Site, **fields: Any) -> Any:
    given = {"first_on": "2027-03-26", "last_on": "", "name": "Good Friday", **fields}
    return as_(user).post(url("record_closure", site), given, follow=True)


def add_list(user: User, site: Site, text: str = "", file: bytes | None = None) -> Any:
    data: dict[str, Any] = {"text": text}
    if file is not None:
        data["file"] = SimpleUploadedFile("days.ics", file)
    return as_(user).post(url("record_closures", site), data, follow=True)


def test_with_one_site_its_days_off_come_first_and_with_two_one_is_chosen(site: Site, nurse: User) -> None:
    assert as_(nurse).get(reverse("sites"))["Location"] == url("days_off", site)
    both = as_(make_nurse(site, make_site(name="South House"))).get(reverse("sites")).content.decode()
    assert "North House" in both
    assert "South House" in both
    assert "You work for no site" in as_(make_nurse()).get(reverse("sites")).content.decode()


@pytest.mark.parametrize("role", [Role.NURSE, Role.PHYSICIAN, Role.ADMINISTRATOR, Role.AUDITOR])
def test_everybody_of_the_site_reads_them_and_some_change_them(site: Site, nurse: User, role: Role) -> None:
    add(nurse, site)
    text = as_(make_user(role, sites=[site])).get(url("days_off", site)).content.decode()
    assert "Good Friday" in text
    assert "Fri 26 Mar 2027" in text
    assert "Saturdays and Sundays are off" in text
    assert ("Add these days" in text) is (role in {Role.NURSE, Role.ADMINISTRATOR})


def test_the_pages_are_those_of_the_own_site(site: Site) -> None:
    stranger = as_(make_administrator(make_site()))
    for name in ("days_off", "follow_up"):
        assert stranger.get(url(name, site)).status_code == 403
        assert stranger.get(reverse(name, args=["nowhere"])).status_code == 404
    for name in ("record_closure", "record_closures", "follow_up"):
        assert stranger.post(url(name, site), {}).status_code == 403


@pytest.mark.parametrize("role", [Role.PHYSICIAN, Role.AUDITOR])
def test_others_do_not_change_them(site: Site, nurse: User, role: Role) -> None:
    closure = record_closure(site=site, first_on=FRIDAY, last_on=None, name="x", by=nurse, now=NOW)
    client = as_(make_user(role, sites=[site]))
    for address in (
        url("record_closure", site),
        url("record_closures", site),
        url("withdraw_closure", site, closure.pk),
        url("follow_up", site),
    ):
        assert client.post(address, {"reason": "x"}).status_code == 403


def test_wrong_methods(site: Site, nurse: User) -> None:
    assert as_(nurse).get(url("record_closure", site)).status_code == 405
    assert as_(nurse).get(url("record_closures", site)).status_code == 405
    assert as_(nurse).post(url("days_off", site)).status_code == 405


def test_a_day_is_added_and_shown_in_its_year(site: Site, nurse: User) -> None:
    answer = add(nurse, site, first_on="2028-04-14")
    assert answer.redirect_chain[-1][0].endswith("?year=2028")
    assert "1 entry recorded" in answer.content.decode()
    assert "14 Apr 2028" not in as_(nurse).get(url("days_off", site)).content.decode()


@pytest.mark.parametrize("year", ["1989", "2101", "x", "", "99999999999"])
def test_a_year_that_is_none_shows_the_present_one(site: Site, nurse: User, year: str) -> None:
    text = as_(nurse).get(url("days_off", site), {"year": year}).content.decode()
    assert "No days off are recorded for this year" in text
    assert ">2027<" in text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"first_on": ""}, "id_first_on"),
        ({"last_on": "2027-03-25"}, "id_last_on"),
        ({"name": ""}, "id_name"),
        ({"first_on": "2127-03-26"}, "id_first_on"),
    ],
)
def test_a_mistake_leads_to_its_field_and_keeps_what_was_typed(
    site: Site, nurse: User, fields: dict[str, str], field: str
) -> None:
    answer = add(nurse, site, **{"name": "Typed", **fields})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.content.decode()
    assert "name" in fields or 'value="Typed"' in answer.content.decode()
    assert not Closure.objects.exists()


def test_patients_booked_on_the_day_are_named_with_links(site: Site, nurse: User) -> None:
    patient = make_patient(site=site, family_name="Okafor")
    make_scheduled_test(patient, booked_for=FRIDAY, due_on=FRIDAY)
    text = add(nurse, site).content.decode()
    assert "1 patient is booked on a day that is off now" in text
    assert reverse("patient_plan", args=[patient.pk]) in text
    assert "Okafor" in text
    quiet = add(nurse, site, first_on="2027-05-03", name="May").content.decode()
    assert "is off now" not in quiet
    assert "Booked on a day off" in quiet


def test_a_list_is_pasted_or_a_calendar_file_sent(site: Site, nurse: User) -> None:
    assert "2 entries recorded" in add_list(nurse, site, "2027-05-01, May\n2027-12-25, Christmas").content.decode()
    ics = (
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20270501\nSUMMARY:May\nEND:VEVENT\n"
        b"BEGIN:VEVENT\nDTSTART;VALUE=DATE:20270516\nSUMMARY:Whitsun\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    text = add_list(nurse, site, file=ics).content.decode()
    assert "1 entry recorded" in text
    assert "1 was recorded already" in text


@pytest.mark.parametrize(
    ("text", "file", "words"),
    [
        ("", None, "Paste the days here, or choose a file"),
        ("2027-05-01, May", b"2027-05-01, May", "not both"),
        ("2027-05-01, May\n1.5.2027, May", None, "line 2: the day could mean two days"),
        ("", b"2027-05-01, M\xe4rz", "Line 1 is not in UTF-8"),
        ("", b"", "The file is empty"),
        ("", b"x" * 800_001, "too large"),
        ("2127-05-01, May", None, "years away"),
    ],
)
def test_a_list_with_a_mistake_records_nothing_and_is_kept(
    site: Site, nurse: User, text: str, file: bytes | None, words: str
) -> None:
    answer = add_list(nurse, site, text, file)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert text in answer.content.decode()
    assert not Closure.objects.exists()


def test_taking_back_asks_why_and_shows_it(site: Site, nurse: User) -> None:
    closure = record_closure(site=site, first_on=FRIDAY, last_on=None, name="Good Friday", by=nurse, now=NOW)
    address = url("withdraw_closure", site, closure.pk)
    assert "Take back: Good Friday" in as_(nurse).get(address).content.decode()
    assert as_(nurse).post(address, {"reason": ""}).status_code == 422
    text = as_(nurse).post(address, {"reason": "We work."}, follow=True).content.decode()
    assert "1 taken back" in text
    assert "We work." in text
    assert as_(nurse).post(address, {"reason": "Again."}).status_code == 422


def test_days_of_another_site_are_not_found_here(site: Site, nurse: User) -> None:
    there = make_site()
    closure = record_closure(site=there, first_on=FRIDAY, last_on=None, name="x", by=make_nurse(there), now=NOW)
    assert as_(nurse).get(url("withdraw_closure", site, closure.pk)).status_code == 404
    assert as_(nurse).get(url("withdraw_closure", site, 0)).status_code == 404


def test_settings_show_defaults_as_this_projects_own_and_are_saved(site: Site) -> None:
    client = as_(make_administrator(site))
    text = client.get(url("follow_up", site)).content.decode()
    assert "Default of this project: 180." in text
    assert "Default of this project: no." in text
    form = FollowUpForm(instance=settings_of(site))
    given = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    answer = client.post(url("follow_up", site), given | {"works_weekends": "on", "day_capacity": "12"}, follow=True)
    assert "Saved." in answer.content.decode()
    held = FollowUpSettings.objects.get(site=site)
    assert (held.works_weekends, held.day_capacity, held.lost_after_days) == (True, 12, 180)
    assert "The site works on weekends" in client.get(url("days_off", site)).content.decode()


def test_a_setting_out_of_bounds_is_refused_at_its_field(site: Site) -> None:
    form = FollowUpForm(instance=settings_of(site))
    given = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    answer = as_(make_administrator(site)).post(url("follow_up", site), given | {"lost_after_days": "3"})
    assert answer.status_code == 422
    assert 'href="#id_lost_after_days"' in answer.content.decode()
    assert "from 14 to 730" in answer.content.decode()
    assert not FollowUpSettings.objects.exists()


def test_others_read_the_settings(site: Site) -> None:
    text = as_(make_physician(site)).get(url("follow_up", site)).content.decode()
    assert "An administrator of the site changes them" in text
    assert "Save the settings" not in text


def test_every_setting_is_explained_under_a_heading() -> None:
    names = [name for _title, names in GROUPS for name in names]
    assert sorted(names) == sorted(HELP) == sorted(FollowUpForm().fields)
