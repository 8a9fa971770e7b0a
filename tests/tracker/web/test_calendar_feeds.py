"""Private calendars: made and shown once, taken back, and read by who knows the address."""

from __future__ import annotations

import io
import json
import logging
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar, Event

from labs.actions.calendar_feeds import PAUSE, make_calendar_feed
from labs.models import CalendarFeed, ScheduledTest
from patients.access import AccessRefused
from patients.actions.issue_api_token import digest_of
from patients.models import AuditEvent, Role, Site, User
from tests.factories.people import make_administrator, make_nurse, make_service_account, make_site, make_user
from tests.factories.persons import make_patient
from tests.factories.plans import make_scheduled_test
from tests.factories.results import make_result
from tests.factories.site_days import make_feed, make_settings
from tracker import logs

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
SPRING = date(2026, 3, 29)
"""Clocks go forward in Paris at two o'clock."""
TOKEN = "a-token-of-a-test"


@pytest.fixture(autouse=True)
def fixed_clock():
    cache.clear()
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def site() -> Site:
    return make_site(code="north", name="Northern unit", time_zone="Europe/Paris")


@pytest.fixture
def nurse(site: Site, client: Client) -> User:
    nurse = make_nurse(site)
    client.force_login(nurse)
    return nurse


@pytest.fixture
def feed(site: Site, nurse: User) -> CalendarFeed:
    return make_feed(site, nurse, token_digest=digest_of(TOKEN))


def read(token: str = TOKEN):
    return Client().get(reverse("calendar_feed", args=[token]))


def events(answer) -> list[Event]:
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content).walk("VEVENT")


def visit(site: Site, day: date = SPRING, *kinds: str, **fields) -> list[ScheduledTest]:
    patient = make_patient(site=site, family_name=fields.pop("family_name", "Lindqvist"), mrn=fields.pop("mrn", ""))
    return [
        make_scheduled_test(patient, kind, due_on=day, booked_for=day, **fields) for kind in kinds or ("cbc", "marrow")
    ]


# Making and taking back


def test_the_address_is_shown_once_and_only_its_digest_is_kept(client, nurse, site):
    page = client.post(reverse("calendar_feeds"), {"site": site.pk})
    address = page.context["address"]
    token = address.rsplit("/", 1)[1].removesuffix(".ics")
    assert address in page.content.decode()
    assert len(token) >= 43
    feed = CalendarFeed.objects.get()
    assert (feed.user, feed.site, feed.token_digest) == (nurse, site, digest_of(token))
    assert token not in client.get(reverse("calendar_feeds")).content.decode()
    audit = AuditEvent.objects.get(verb="calendar_feed.make")
    assert (audit.by, audit.target_id, audit.detail) == (nurse, feed.pk, {"site": "north"})
    assert token not in json.dumps(list(AuditEvent.objects.values_list("detail", flat=True)))
    assert len(events(read(token))) == 0


def test_who_takes_a_calendar_back_makes_its_address_unknown(client, nurse, feed):
    assert read().status_code == 200
    client.post(reverse("revoke_feed", args=[feed.pk]))
    feed.refresh_from_db()
    assert feed.revoked_at == NOW
    assert read().status_code == 404
    assert AuditEvent.objects.get(verb="calendar_feed.revoke").target_id == feed.pk
    again = client.post(reverse("revoke_feed", args=[feed.pk]), follow=True)
    assert "taken back already" in again.content.decode()
    assert AuditEvent.objects.filter(verb="calendar_feed.revoke").count() == 1


def test_only_the_own_calendars_are_listed_and_taken_back(client, nurse, site):
    other = make_feed(site, make_nurse(site))
    assert list(client.get(reverse("calendar_feeds")).context["feeds"]) == []
    assert client.post(reverse("revoke_feed", args=[other.pk])).status_code == 404
    assert client.post(reverse("revoke_feed", args=[999_999])).status_code == 404
    other.refresh_from_db()
    assert other.revoked_at is None


def test_a_calendar_of_a_foreign_site_is_not_made(client, nurse):
    foreign = make_site()
    assert client.post(reverse("calendar_feeds"), {"site": foreign.pk}).status_code == 400
    with pytest.raises(AccessRefused):
        make_calendar_feed(site=foreign, by=nurse, now=NOW)
    assert not CalendarFeed.objects.exists()


def test_who_may_make_one(client, site):
    for user, status in (
        (make_administrator(site), 200),
        (make_user("auditor", sites=[site]), 403),
        (make_service_account(site), 403),
    ):
        client.force_login(user)
        assert client.post(reverse("calendar_feeds"), {"site": site.pk}).status_code == status
        assert client.get(reverse("calendar_feeds")).status_code == status


def test_nothing_is_taken_back_by_reading(client, nurse, feed):
    assert client.get(reverse("revoke_feed", args=[feed.pk])).status_code == 405


# What it says


def test_without_leave_it_names_nobody_and_never_a_number_or_a_result(feed, site):
    visit(site, mrn="0004711", booked_time=time(9))
    tests = visit(site, SPRING, "cbc", family_name="Berg", mrn="0004712", booked_at_place="Berg's room")
    make_result(tests[0].patient, "haemoglobin", "7.77", collected_on=date(2026, 3, 10))
    answer = read()
    (event,) = events(answer)
    assert str(event["summary"]) == "2 patients: Blood count, Bone marrow"
    assert event.decoded("dtstart") == SPRING
    for secret in ("Lindqvist", "Berg", "Ines", "471", "7.77", "room"):
        assert secret not in answer.content.decode()


def test_with_leave_it_names_patients_and_still_no_number(feed, site):
    make_settings(site, feed_names=True)
    visit(site, mrn="0004711", booked_time=time(9, 30), booked_at_place="Day ward")
    answer = read()
    (event,) = events(answer)
    assert str(event["summary"]) == "Lindqvist, Ines: Blood count, Bone marrow"
    assert str(event["location"]) == "Day ward"
    assert "4711" not in answer.content.decode()


def test_leave_taken_back_takes_the_names_out_at_the_next_reading(feed, site, fixed_clock):
    settings = make_settings(site, feed_names=True)
    visit(site)
    assert "Lindqvist" in read().content.decode()
    type(settings).objects.update(feed_names=False)
    fixed_clock.shift(PAUSE)
    assert "Lindqvist" not in read().content.decode()


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (date(2026, 3, 28), time(9), datetime(2026, 3, 28, 8, tzinfo=UTC)),
        (SPRING, time(1, 30), datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
        (SPRING, time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # there is no such time on that day
        (SPRING, time(9), datetime(2026, 3, 29, 7, tzinfo=UTC)),
        (date(2026, 10, 25), time(9), datetime(2026, 10, 25, 8, tzinfo=UTC)),  # clocks went back that night
    ],
)
def test_times_are_on_the_clock_of_the_site(feed, site, day, at, utc):
    make_settings(site, feed_names=True)
    visit(site, day, booked_time=at)
    (event,) = events(read())
    assert event.decoded("dtstart") == utc
    assert event.decoded("dtend") == utc + timedelta(minutes=30)


def test_long_and_odd_words_are_folded_and_escaped(feed, site):
    make_settings(site, feed_names=True)
    visit(site, SPRING, "cbc_diff", "ct_pet", "urinalysis", family_name="Å;strand, Zoë\\n", booked_at_place="A,B;C")
    answer = read()
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    assert str(events(answer)[0]["summary"]).startswith("Å;strand, Zoë\\n, Ines: Blood count with differential, ")


def test_days_long_past_and_far_ahead_are_left_out(feed, site):
    today = NOW.date()
    for days in (-32, -31, 400, 401):
        visit(site, today + timedelta(days=days))
    assert sorted(event.decoded("dtstart") for event in events(read())) == [
        today - timedelta(days=31),
        today + timedelta(days=400),
    ]


def test_what_no_longer_takes_place_is_cancelled(feed, site):
    tests = visit(site)
    ScheduledTest.objects.filter(pk__in=[one.pk for one in tests]).update(booked_for=None)
    (event,) = events(read())
    assert (str(event["status"]), int(event["sequence"])) == ("CANCELLED", 2)


def test_it_is_no_page_of_a_browser_and_is_not_kept(feed):
    answer = read()
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


# Whoever may not


@pytest.mark.parametrize("why", ["deactivated", "lost the site", "became an auditor", "became a program"])
def test_who_may_no_longer_see_the_site_finds_nothing(feed, nurse, site, why):
    visit(site)
    if why == "deactivated":
        User.objects.filter(pk=nurse.pk).update(is_active=False)
    elif why == "lost the site":
        nurse.sites.clear()
    else:
        User.objects.filter(pk=nurse.pk).update(role=Role.AUDITOR if "auditor" in why else Role.SERVICE)
    answer = read()
    assert (answer.status_code, answer.content) == (404, read("never-made").content)
    feed.refresh_from_db()
    assert feed.last_read_at is None


@pytest.mark.parametrize("token", ["never-made", TOKEN[:-1], TOKEN.upper(), digest_of(TOKEN), "%00", "é"])
def test_an_address_that_is_none_finds_nothing(feed, token):
    assert Client().get(f"/calendar/{token}.ics").status_code == 404


def test_it_cannot_be_written_to(feed):
    for method in ("post", "put", "delete", "patch"):
        assert getattr(Client(), method)(reverse("calendar_feed", args=[TOKEN])).status_code == 405


def test_a_feed_of_one_site_tells_nothing_of_another(feed):
    visit(make_site())
    assert events(read()) == []


# Reading it


def test_reading_is_noted_and_makes_no_history(feed):
    read()
    feed.refresh_from_db()
    assert feed.last_read_at == NOW
    assert feed.history.count() == 1  # of its making
    assert not AuditEvent.objects.exists()


def test_who_reads_it_in_a_loop_is_asked_to_wait(feed, fixed_clock):
    assert read().status_code == 200
    fixed_clock.shift(PAUSE - timedelta(seconds=1))
    stopped = read()
    assert (stopped.status_code, stopped["Retry-After"]) == (429, "10")
    fixed_clock.shift(timedelta(seconds=1))
    assert read().status_code == 200


def test_who_tries_many_addresses_is_stopped_and_the_true_one_still_answers(feed):
    answers = [read(f"guess-{number}").status_code for number in range(31)]
    assert answers == [404] * 30 + [429]
    assert read().status_code == 200


def test_the_token_stands_in_no_statement_to_the_database(feed):
    with CaptureQueriesContext(connection) as captured:
        read()
    assert not any(TOKEN in one["sql"] for one in captured)


def test_the_log_names_the_route_and_never_the_address(feed):
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.formatter(as_json=True))
    logging.getLogger().addHandler(handler)
    read()
    read("a-guess")
    logging.getLogger().removeHandler(handler)
    assert "calendar/<str:token>.ics" in written.getvalue()
    assert TOKEN not in written.getvalue()
    assert "a-guess" not in written.getvalue()


def test_queries_do_not_grow_with_the_visits(feed, site, fixed_clock):
    make_settings(site, feed_names=True)

    def queries() -> int:
        fixed_clock.shift(PAUSE)
        with CaptureQueriesContext(connection) as captured:
            read()
        return sum("SAVEPOINT" not in one["sql"] for one in captured)

    visit(site)
    few = queries()
    for number in range(10):
        visit(site, date(2026, 4, 1) + timedelta(days=number))
    assert queries() == few <= 12


def test_the_day_of_the_feed_is_the_day_of_the_site(site, fixed_clock):
    far = make_site(code="east", time_zone="Pacific/Auckland")
    user = make_nurse(far)
    make_feed(far, user, token_digest=digest_of("east"))
    late = NOW.replace(hour=23)
    fixed_clock.move_to(late)
    today = late.astimezone(ZoneInfo("Pacific/Auckland")).date()
    assert today == date(2026, 3, 17)
    visit(far, today - timedelta(days=31))
    visit(far, today - timedelta(days=32))
    assert [event.decoded("dtstart") for event in events(read("east"))] == [today - timedelta(days=31)]
