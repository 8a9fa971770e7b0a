"""Booking, moving and cancelling visits on pages, and the file of one visit."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from labs.models import ScheduledTest
from labs.protocols.working_days import WorkingDays
from patients.models import AccessEvent, AuditEvent, Site, User
from tests.factories.people import make_administrator, make_nurse, make_physician, make_site, make_user
from tests.factories.persons import make_patient
from tests.factories.plans import make_scheduled_test
from tests.factories.site_days import make_closure, make_settings
from tracker.web.visit_forms import read_seen, write_seen

pytestmark = pytest.mark.django_db
TODAY = datetime.now(ZoneInfo("Europe/Paris")).date()
SOON = WorkingDays().nearest(TODAY + timedelta(days=6), earliest=TODAY + timedelta(days=6))
NEXT = WorkingDays().nearest(SOON + timedelta(days=1), earliest=SOON + timedelta(days=1))


@pytest.fixture
def site() -> Site:
    return make_site(name="Northern unit", time_zone="Europe/Paris")


@pytest.fixture
def nurse(site: Site, client: Client) -> User:
    nurse = make_nurse(site, first_name="Ada", last_name="Novak")
    client.force_login(nurse)
    return nurse


@pytest.fixture
def tests(site: Site) -> list[ScheduledTest]:
    patient = make_patient(site=site, family_name="Lindqvist", given_name="Maja", mrn="0004711")
    kinds = ("cbc", "chemistry", "marrow")
    return [make_scheduled_test(patient, kind, due_on=SOON, window=timedelta(days=14)) for kind in kinds]


def booked(tests: list[ScheduledTest], day: date = SOON, **fields) -> dict[str, str]:
    ScheduledTest.objects.filter(pk__in=[one.pk for one in tests]).update(booked_for=day, **fields)
    return {"seen": write_seen({one.pk: (day, fields.get("booked_time")) for one in tests})}


def book_url(test: ScheduledTest) -> str:
    return reverse("book_test", args=[test.pk])


def url(name: str, test: ScheduledTest, day: date = SOON) -> str:
    return reverse(name, args=[test.patient_id, day.isoformat()])


def standing(tests: list[ScheduledTest]) -> set[tuple[date | None, time | None, str]]:
    rows = ScheduledTest.objects.filter(pk__in=[one.pk for one in tests])
    return set(rows.values_list("booked_for", "booked_time", "booked_at_place"))


# Booking


def test_tests_whose_windows_share_a_day_are_offered_ticked_as_one_visit(client, nurse, tests):
    far = make_scheduled_test(tests[0].patient, "mri", due_on=SOON + timedelta(days=80), window=timedelta(days=5))
    page = client.get(book_url(tests[0]))
    form = page.context["form"]
    assert "3 tests on one visit" in page.content.decode()
    assert (form.initial["booked_for"], form.initial["also"]) == (SOON, [tests[1].pk, tests[2].pk])
    assert far.pk not in dict(form.fields["also"].choices)


def test_what_does_not_fit_is_offered_unticked_with_the_reason(client, nurse, tests):
    late_for_it = make_scheduled_test(
        tests[0].patient, "mri", due_on=SOON + timedelta(days=21), window=timedelta(days=8)
    )
    ScheduledTest.objects.filter(pk=tests[1].pk).update(opens_on=SOON, due_on=SOON, closes_on=SOON, late_from=SOON)
    form = client.get(book_url(tests[0])).context["form"]
    assert late_for_it.pk not in form.initial["also"]
    assert "its window opens on" in dict(form.fields["also"].choices)[late_for_it.pk]


def test_three_tests_are_booked_with_time_and_place_and_undone_as_one(client, nurse, tests):
    data = {"booked_for": SOON, "booked_time": "09:30", "place": "Day ward", "also": [tests[1].pk, tests[2].pk]}
    answer = client.post(book_url(tests[0]), data, follow=True)
    assert "3 tests booked for" in answer.content.decode()
    assert standing(tests) == {(SOON, time(9, 30), "Day ward")}
    assert AuditEvent.objects.filter(verb="book_test", by=nurse).count() == 3
    client.post(reverse("undo_last"))
    assert standing(tests) == {(None, None, "")}


def test_a_day_off_is_refused_with_its_name_until_the_person_insists(client, nurse, tests, site):
    make_closure(site, SOON, name="Christmas Day")
    refused = client.post(book_url(tests[0]), {"booked_for": SOON, "place": "Ward 7"})
    page = refused.content.decode()
    assert refused.status_code == 400
    assert "Christmas Day" in page
    assert "Ward 7" in page
    assert "takes place on this day although the unit is closed" in page
    assert standing(tests) == {(None, None, "")}
    assert client.post(book_url(tests[0]), {"booked_for": SOON, "anyway": "on"}).status_code == 302
    assert standing(tests[:1]) == {(SOON, None, "")}


def test_nobody_is_asked_to_insist_before_a_day_was_refused(client, nurse, tests):
    assert "although the unit is closed" not in client.get(book_url(tests[0])).content.decode()


def test_a_full_day_warns_and_is_booked_all_the_same(client, nurse, tests, site):
    make_settings(site, day_capacity=1)
    other = make_scheduled_test(make_patient(site=site), due_on=SOON)
    first = client.post(book_url(other), {"booked_for": SOON}, follow=True)
    assert "more than full" not in first.content.decode()
    second = client.post(book_url(tests[0]), {"booked_for": SOON}, follow=True)
    assert "more than full at Northern unit: 2 patients are booked, 1 a day are seen" in second.content.decode()
    assert standing(tests[:1]) == {(SOON, None, "")}


def test_the_second_of_two_nurses_at_one_visit_is_told_and_may_decide_again(client, nurse, tests, site):
    form = client.get(book_url(tests[0])).context["form"]
    other = Client()
    other.force_login(make_nurse(site, first_name="Bo", last_name="Falk"))
    other.post(book_url(tests[0]), {"booked_for": SOON, "booked_time": "08:00"})
    mine = {"booked_for": SOON, "booked_time": "10:00", "seen": form["seen"].value()}
    refused = client.post(book_url(tests[0]), mine)
    assert refused.status_code == 400
    assert "08:00 by Bo Falk" in refused.content.decode()
    again = {name: refused.context["form"][name].value() for name in ("booked_for", "booked_time", "seen")}
    assert client.post(book_url(tests[0]), again).status_code == 302
    assert standing(tests[:1]) == {(SOON, time(10), "")}


def test_a_test_that_was_booked_meanwhile_is_no_silent_part_of_the_visit(client, nurse, tests):
    page = client.get(book_url(tests[0])).context["form"]
    booked(tests[1:2], NEXT)
    data = {"booked_for": SOON, "also": [tests[1].pk], "seen": page["seen"].value()}
    assert "booked or done meanwhile" in client.post(book_url(tests[0]), data).content.decode()
    assert standing(tests[:1]) == {(None, None, "")}


@pytest.mark.parametrize("at", ["25:00", "9 o'clock"])
def test_a_time_that_is_none_brings_the_form_back(client, nurse, tests, at):
    assert client.post(book_url(tests[0]), {"booked_for": SOON, "booked_time": at}).status_code == 400


def test_changing_a_booking_shows_it_and_what_is_booked_with_it(client, nurse, tests):
    booked(tests[:2], NEXT, booked_time=time(9), booked_at_place="Day ward")
    initial = client.get(book_url(tests[0])).context["form"].initial
    assert (initial["booked_for"], initial["booked_time"], initial["place"]) == (NEXT, time(9), "Day ward")
    assert initial["also"] == [tests[1].pk]


def test_what_stood_booked_is_carried_by_a_hidden_field_and_read_back():
    seen = {12: (date(2026, 12, 1), time(9)), 13: (date(2026, 12, 1), None), 14: (None, None)}
    assert write_seen(seen) == "12@2026-12-01T09:00:00 13@2026-12-01 14@"
    assert read_seen(write_seen(seen)) == seen
    assert read_seen("x@y 5@2026-13-01 @ 7@2026-01-01Tnoon") == {}


# The plan of the patient


def test_the_plan_shows_the_visits_with_time_place_and_tests(client, nurse, tests):
    booked(tests[:2], booked_time=time(9, 30), booked_at_place="Day ward")
    page = " ".join(client.get(reverse("patient_plan", args=[tests[0].patient_id])).content.decode().split())
    assert "09:30" in page
    assert "Day ward" in page
    assert "Blood count, Chemistry" in page
    assert url("move_visit", tests[0]) in page


# Moving and cancelling


def test_a_visit_is_moved_and_the_move_undone(client, nurse, tests):
    booked(tests, booked_time=time(9))
    form = client.get(url("move_visit", tests[0])).context["form"]
    assert form.initial["booked_time"] == time(9)
    data = {"booked_for": NEXT, "booked_time": "10:15", "place": "Ward 7", "seen": form["seen"].value()}
    answer = client.post(url("move_visit", tests[0]), data, follow=True)
    assert "is booked for" in answer.content.decode()
    assert standing(tests) == {(NEXT, time(10, 15), "Ward 7")}
    client.post(reverse("undo_last"))
    assert standing(tests) == {(SOON, time(9), "")}


def test_a_visit_changed_meanwhile_is_not_moved_unseen(client, nurse, tests):
    data = booked(tests[:2]) | {"booked_for": NEXT}
    booked(tests)
    refused = client.post(url("move_visit", tests[0]), data)
    assert refused.status_code == 400
    assert "changed meanwhile" in refused.content.decode()
    again = {name: refused.context["form"][name].value() for name in ("booked_for", "seen")}
    assert client.post(url("move_visit", tests[0]), again).status_code == 302


@pytest.mark.parametrize(("days", "reason"), [(-1, "is past"), (500, "more than a year")])
def test_a_visit_is_not_moved_to_a_day_that_cannot_be_meant(client, nurse, tests, days, reason):
    data = booked(tests) | {"booked_for": TODAY + timedelta(days=days)}
    assert reason in client.post(url("move_visit", tests[0]), data).content.decode()


def test_a_visit_is_cancelled_and_the_cancelling_undone(client, nurse, tests):
    data = booked(tests, booked_time=time(9))
    client.post(url("cancel_visit", tests[0]), data)
    assert standing(tests) == {(None, None, "")}
    client.post(reverse("undo_last"))
    assert standing(tests) == {(SOON, time(9), "")}


def test_a_visit_changed_meanwhile_is_not_cancelled_unseen(client, nurse, tests):
    data = booked(tests[:2])
    booked(tests)
    assert "changed meanwhile" in client.post(url("cancel_visit", tests[0]), data, follow=True).content.decode()
    assert standing(tests) == {(SOON, None, "")}


ACTIONS = ["move_visit", "cancel_visit"]


@pytest.mark.parametrize("name", ACTIONS)
def test_a_visit_of_another_site_or_none_cannot_be_found(client, nurse, tests, name):
    foreign = make_scheduled_test(make_patient(site=make_site()), due_on=SOON, booked_for=SOON)
    for address in (url(name, foreign), url(name, tests[0]), url(name, tests[0]).replace(SOON.isoformat(), "soon")):
        assert client.post(address, {"booked_for": NEXT}).status_code == 404
    foreign.refresh_from_db()
    assert foreign.booked_for == SOON


@pytest.mark.parametrize("name", ACTIONS)
def test_administrators_move_and_cancel_nothing(client, tests, site, name):
    client.force_login(make_administrator(site))
    booked(tests)
    assert client.post(url(name, tests[0]), {"booked_for": NEXT}).status_code == 403
    assert standing(tests) == {(SOON, None, "")}


def test_physicians_may_move_a_visit(client, tests, site):
    client.force_login(make_physician(site))
    assert client.post(url("move_visit", tests[0]), booked(tests) | {"booked_for": NEXT}).status_code == 302


def test_nothing_is_cancelled_by_reading(client, nurse, tests):
    booked(tests)
    assert client.get(url("cancel_visit", tests[0])).status_code == 405


# The file of one visit


def event_in(answer) -> Calendar:
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    return event


def test_the_file_says_when_and_what_and_names_nobody(client, nurse, tests):
    booked(tests, booked_time=time(9, 30), booked_at_place="Day ward; 2nd floor, left")
    answer = client.get(url("visit_file", tests[0]))
    event = event_in(answer)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"visit-{SOON}.ics" in answer["Content-Disposition"]
    assert event.decoded("dtstart") == datetime.combine(SOON, time(9, 30), ZoneInfo("Europe/Paris")).astimezone(UTC)
    assert str(event["summary"]) == "1 patient: Blood count, Chemistry, Bone marrow"
    assert str(event["location"]) == "Day ward; 2nd floor, left"
    for secret in ("Lindqvist", "Maja", "4711"):
        assert secret not in answer.content.decode()
    assert AccessEvent.objects.get().view == "visit-file"


def test_the_file_names_the_patient_only_where_the_site_allows_it(client, nurse, tests, site):
    booked(tests)
    make_settings(site, feed_names=True)
    answer = client.get(url("visit_file", tests[0]))
    assert str(event_in(answer)["summary"]).startswith("Lindqvist, Maja: ")
    assert "4711" not in answer.content.decode()


def test_the_file_keeps_its_uid_and_its_sequence_rises(client, nurse, tests):
    data = booked(tests) | {"booked_for": SOON, "booked_time": "11:00"}
    before = event_in(client.get(url("visit_file", tests[0])))
    client.post(url("move_visit", tests[0]), data)
    after = event_in(client.get(url("visit_file", tests[0])))
    assert before["uid"] == after["uid"]
    assert after["sequence"] > before["sequence"]


def test_a_visit_without_a_time_fills_the_day(client, nurse, tests):
    booked(tests)
    event = event_in(client.get(url("visit_file", tests[0])))
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (SOON, SOON + timedelta(days=1))


def test_the_file_of_no_visit_or_of_a_foreign_patient_cannot_be_found(client, nurse, tests):
    foreign = make_scheduled_test(make_patient(site=make_site()), due_on=SOON, booked_for=SOON)
    for address in (url("visit_file", tests[0]), url("visit_file", foreign), "/patients/1/visits/soon.ics"):
        assert client.get(address).status_code == 404
    assert client.post(url("visit_file", tests[0])).status_code == 405


def test_an_auditor_sees_the_file_but_moves_nothing(client, tests, site):
    client.force_login(make_user("auditor", sites=[site]))
    booked(tests)
    assert client.get(url("visit_file", tests[0])).status_code == 200
    assert client.get(url("move_visit", tests[0])).status_code == 403
