"""The calendar of a site: load of the days, days off, and the visits of one day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from labs.models import ScheduledTest
from labs.selectors.calendar_load import DayLoad
from patients.models import Site, User
from tests.factories.people import make_administrator, make_care_team, make_nurse, make_site, make_user
from tests.factories.persons import make_patient
from tests.factories.plans import make_scheduled_test
from tests.factories.results import make_report
from tests.factories.site_days import make_closure, make_settings
from tracker.web.calendar import Period, name_of, period_in

pytestmark = pytest.mark.django_db
URL = "/calendar/"
FRIDAY = date(2025, 6, 20)


@pytest.fixture
def site() -> Site:
    return make_site(name="Northern unit", time_zone="Europe/Paris")


@pytest.fixture
def nurse(site: Site, client: Client) -> User:
    nurse = make_nurse(site)
    client.force_login(nurse)
    return nurse


def booked(site: Site, kind: str = "cbc", day: date = FRIDAY, **fields) -> ScheduledTest:
    patient = fields.pop("patient", None) or make_patient(site=site)
    return make_scheduled_test(patient, kind, due_on=day, booked_for=day, **fields)


def load_in(answer, day: date = FRIDAY) -> DayLoad:
    return next(load for week in answer.context["weeks"] for load in week if load.day == day)


def day_url(site: Site, day: object = FRIDAY) -> str:
    return reverse("calendar_day", args=[site.pk, str(day)])


# Load


def test_a_day_counts_patients_once_and_tests_by_kind(client, nurse, site):
    make_settings(site, day_capacity=10)
    patient = make_patient(site=site)
    booked(site, "cbc", patient=patient)
    booked(site, "marrow", patient=patient)
    booked(site, "cbc")
    answer = client.get(URL, {"month": "2025-06"})
    load = load_in(answer)
    assert (load.patients, load.kinds, load.full) == (2, [("Blood count", 2), ("Bone marrow", 1)], False)
    page = " ".join(answer.content.decode().split())
    assert "2 of 10 patients" in page
    assert "June 2025" in page


@pytest.mark.parametrize(
    ("capacity", "full", "over"), [(None, False, False), (3, False, False), (2, True, False), (1, True, True)]
)
def test_a_day_is_full_at_its_capacity_and_more_than_full_beyond(client, nurse, site, capacity, full, over):
    make_settings(site, day_capacity=capacity)
    booked(site)
    booked(site)
    load = load_in(client.get(URL, {"month": "2025-06"}))
    assert (load.full, load.over) == (full, over)


def test_closed_days_carry_their_name_and_weekends_theirs(client, nurse, site):
    make_closure(site, date(2025, 6, 9), name="Whit Monday")
    answer = client.get(URL, {"month": "2025-06"})
    assert load_in(answer, date(2025, 6, 9)).closed == "Whit Monday"
    assert load_in(answer, date(2025, 6, 10)).closed == ""
    assert load_in(answer, date(2025, 6, 14)).closed == "weekend"
    assert "closed: Whit Monday" in answer.content.decode()


def test_what_was_skipped_or_is_of_another_site_is_not_counted_and_what_was_done_is(client, nurse, site):
    booked(make_site())
    followed = booked(make_site())
    make_care_team(followed.patient, nurse=nurse)
    booked(site, skipped_because="declined", skipped_at=datetime(2025, 6, 1, tzinfo=ZoneInfo("UTC")), skipped_by=nurse)
    patient = make_patient(site=site)
    booked(site, patient=patient, closed_by=make_report(patient), collected_on=FRIDAY)
    assert load_in(client.get(URL, {"month": "2025-06"})).patients == 1


def test_today_is_marked_on_the_clock_of_the_site(client, nurse, site):
    today = datetime.now(ZoneInfo("Europe/Paris")).date()
    page = client.get(URL).content.decode()
    assert client.get(URL).context["today"] == today
    assert page.count('aria-current="date"') == 1
    assert 'aria-current="date"' not in client.get(URL, {"month": "1999-01"}).content.decode()


# Periods


@pytest.mark.parametrize(
    ("kind", "first", "since", "until", "before", "after"),
    [
        ("month", date(2025, 6, 1), date(2025, 5, 26), date(2025, 7, 6), "2025-05", "2025-07"),
        ("month", date(2026, 1, 1), date(2025, 12, 29), date(2026, 2, 1), "2025-12", "2026-02"),
        ("month", date(2027, 2, 1), date(2027, 2, 1), date(2027, 2, 28), "2027-01", "2027-03"),  # four whole weeks
        ("month", date(2025, 12, 1), date(2025, 12, 1), date(2026, 1, 4), "2025-11", "2026-01"),
        ("week", date(2026, 12, 28), date(2026, 12, 28), date(2027, 1, 3), "2026-W52", "2027-W01"),  # week 53
        ("week", date(2025, 12, 29), date(2025, 12, 29), date(2026, 1, 4), "2025-W52", "2026-W02"),
    ],
)
def test_periods_begin_on_a_monday_and_know_their_neighbours(kind, first, since, until, before, after):
    period = Period(kind, first)
    assert (period.since, period.until, period.before, period.after) == (since, until, before, after)


TODAY = date(2025, 6, 18)


@pytest.mark.parametrize(
    ("month", "week", "expected"),
    [
        ("2025-02", "", Period("month", date(2025, 2, 1))),
        ("", "2025-W25", Period("week", date(2025, 6, 16))),
        ("", "2026-W53", Period("week", date(2026, 12, 28))),
        ("", "2025-W53", Period("week", date(2025, 6, 16))),  # 2025 has no week 53
        ("", "now", Period("week", date(2025, 6, 16))),
        ("2025-13", "", Period("month", date(2025, 6, 1))),
        ("0001-01", "", Period("month", date(2025, 6, 1))),
        ("9999-12", "", Period("month", date(2025, 6, 1))),
        ("", "9999-W52", Period("week", date(2025, 6, 16))),
        ("x'--", "", Period("month", date(2025, 6, 1))),
        ("", "", Period("month", date(2025, 6, 1))),
    ],
)
def test_an_address_that_cannot_be_read_shows_the_present(month, week, expected):
    assert period_in(month, week, TODAY) == expected


def test_a_week_names_itself_by_its_thursday():
    assert name_of("week", date(2027, 1, 3)) == "2026-W53"
    assert name_of("month", date(2027, 1, 3)) == "2027-01"


def test_the_week_lists_visits_by_time_with_those_without_one_last(client, nurse, site):
    booked(site, patient=make_patient(site=site, family_name="Adler"))
    booked(site, patient=make_patient(site=site, family_name="Berg"), booked_time=time(10), booked_at_place="Day ward")
    booked(site, patient=make_patient(site=site, family_name="Ceder"), booked_time=time(8, 30))
    answer = client.get(URL, {"week": "2025-W25"})
    page = answer.content.decode()
    assert page.index("Ceder") < page.index("Berg") < page.index("Adler")
    assert "Week 25, 16 Jun to 22 Jun 2025" in page
    assert "Day ward" in page


# Who sees which site


def test_the_first_own_site_is_shown_and_another_own_one_when_asked(client, site):
    second = make_site(name="Southern unit")
    client.force_login(make_nurse(site, second))
    assert client.get(URL).context["site"] == site
    assert client.get(URL, {"site": second.pk}).context["site"] == second
    assert client.get(URL, {"site": make_site().pk}).context["site"] == site
    assert client.get(URL, {"site": "x"}).context["site"] == site


def test_who_works_nowhere_is_told_so(client):
    client.force_login(make_nurse())
    assert "You work for no site" in client.get(URL).content.decode()


def test_administrators_see_it_and_auditors_do_not(client, site):
    client.force_login(make_administrator(site))
    booked(site)
    assert client.get(URL).status_code == 200
    day = client.get(day_url(site))
    assert day.status_code == 200
    assert "/move/" not in day.content.decode()
    client.force_login(make_user("auditor", sites=[site]))
    assert client.get(URL).status_code == 403
    assert client.get(day_url(site)).status_code == 403


def test_it_is_for_reading_and_for_who_is_signed_in(client, nurse, site):
    assert client.post(URL).status_code == 405
    assert client.post(day_url(site)).status_code == 405
    client.logout()
    assert client.get(URL).status_code == 302


# One day


def test_the_day_shows_time_patient_tests_place_and_what_to_do(client, nurse, site):
    patient = make_patient(site=site, family_name="Lindqvist", mrn="0004711")
    future = datetime.now(ZoneInfo("Europe/Paris")).date() + timedelta(days=9)
    booked(site, "cbc", future, patient=patient, booked_time=time(9, 30), booked_at_place="Day ward")
    booked(site, "marrow", future, patient=patient, booked_time=time(9, 30), booked_at_place="Day ward")
    answer = client.get(day_url(site, future))
    page = answer.content.decode()
    for text in ("09:30", "Lindqvist", "0004711", "Blood count", "Bone marrow", "Day ward"):
        assert text in page
    assert len(answer.context["visits"]) == 1
    assert f"/patients/{patient.pk}/visits/{future}/move/" in page
    assert page.count("Day ward") == 1


def test_a_day_tells_what_came_of_its_tests(client, nurse, site):
    patient = make_patient(site=site)
    booked(site, patient=patient, closed_by=make_report(patient), collected_on=FRIDAY)
    page = client.get(day_url(site)).content.decode()
    assert "Result received" in page
    assert "/move/" not in page


@pytest.mark.parametrize("day", ["2025-13-01", "soon", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_cannot_be_found(client, nurse, site, day):
    assert client.get(day_url(site, day)).status_code == 404


def test_a_day_of_a_foreign_site_cannot_be_found(client, nurse):
    assert client.get(day_url(make_site())).status_code == 404


def test_nobody_on_a_day_off_is_said(client, nurse, site):
    make_closure(site, FRIDAY, name="Midsummer")
    page = client.get(day_url(site)).content.decode()
    assert "The unit is closed: Midsummer." in page
    assert "Nobody is booked" in page


@pytest.mark.parametrize("query", [{"month": "2025-06"}, {"week": "2025-W25"}, None])
def test_the_number_of_queries_does_not_grow_with_the_rows(client, nurse, site, query):
    address = day_url(site) if query is None else URL

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address, query or {}).status_code == 200
        return sum("SAVEPOINT" not in one["sql"] for one in captured)

    make_settings(site, day_capacity=3)
    make_closure(site, date(2025, 6, 9))
    booked(site)
    queries()
    few = queries()
    for number in range(20):
        booked(site, ("cbc", "marrow", "mri")[number % 3])
    assert queries() == few <= 12
