"""Days off and what a site decided about follow-up: recorded, taken back, by whom, and whom they concern."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from labs.actions.record_closure import record_closure, record_closures, withdraw_closure
from labs.actions.set_follow_up import BOUNDS, SETTABLE, set_follow_up
from labs.intake.days_off import DayOff
from labs.models import Closure, FollowUpSettings
from labs.selectors.days_off import booked_on_days_off, closures_of, in_year
from labs.selectors.site_calendar import working_days_of
from patients.access import AccessRefused
from patients.models import AuditEvent, Role, Site, User
from patients.problems import problems_of
from tests.factories import make_administrator, make_nurse, make_patient, make_scheduled_test, make_site, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 15, 9, tzinfo=UTC)
TODAY = date(2027, 1, 15)
FRIDAY, MONDAY = date(2027, 3, 26), date(2027, 3, 29)


@pytest.fixture
def site() -> Site:
    return make_site(code="north")


@pytest.fixture
def nurse(site: Site) -> User:
    return make_nurse(site)


def close(site: Site, by: User, **fields: Any) -> Closure:
    given: dict[str, Any] = {"first_on": FRIDAY, "last_on": MONDAY, "name": "Easter"}
    return record_closure(site=site, by=by, now=NOW, **given | fields)


def refused(site: Site, by: User, **fields: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        close(site, by, **fields)
    return {problem.where: problem.what for problem in problems_of(caught.value)}


def test_days_off_close_the_site_and_are_written_down(site: Site, nurse: User) -> None:
    closure = close(site, nurse, name=" Easter ")
    assert (closure.name, closure.recorded_by, closure.recorded_at) == ("Easter", nurse, NOW)
    assert working_days_of(site.pk).why_closed(FRIDAY) == "Easter"
    event = AuditEvent.objects.get(verb="record_closure")
    assert event.detail == {"site": "north", "name": "Easter", "first_on": "2027-03-26", "last_on": "2027-03-29"}
    assert close(site, nurse, last_on=None, first_on=date(2027, 5, 1), name="May").last_on == date(2027, 5, 1)


@pytest.mark.parametrize(
    ("fields", "where", "what"),
    [
        ({"last_on": date(2027, 3, 25)}, "last_on", "before the first"),
        ({"last_on": date(2028, 4, 1)}, "last_on", "days on end"),
        ({"name": " "}, "name", "name is missing"),
        ({"name": "a" * 81}, "name", "80 are allowed"),
        ({"first_on": date(2034, 1, 1), "last_on": date(2034, 1, 1)}, "first_on", "years away"),
        ({"first_on": date(2025, 1, 14), "last_on": date(2025, 1, 14)}, "first_on", "years away"),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_field(
    site: Site, nurse: User, fields: dict[str, Any], where: str, what: str
) -> None:
    found = refused(site, nurse, **fields)
    assert what in found[where]
    assert not Closure.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("day", [date(2033, 1, 15), date(2025, 1, 15)])
def test_the_farthest_days(site: Site, nurse: User, day: date) -> None:
    assert close(site, nurse, first_on=day, last_on=day)


def test_the_same_days_twice_are_refused_one_by_one_and_counted_in_a_list(site: Site, nurse: User) -> None:
    close(site, nurse)
    assert "recorded already" in refused(site, nurse)["name"]
    assert "another last day" in refused(site, nurse, last_on=FRIDAY)["last_on"]
    days = [DayOff(FRIDAY, MONDAY, "Easter", 1), DayOff(date(2027, 5, 1), date(2027, 5, 1), "May", 2)]
    done = record_closures(site=site, days=days, by=nurse, now=NOW)
    assert ([one.name for one in done.added], done.known) == (["May"], 1)
    again = record_closures(site=site, days=days, by=nurse, now=NOW)
    assert (again.added, again.known) == ([], 2)


def test_a_list_is_taken_whole_or_not_at_all(site: Site, nurse: User) -> None:
    days = [DayOff(FRIDAY, MONDAY, "Easter", 1), DayOff(date(2099, 5, 1), date(2099, 5, 1), "May", 2)]
    with pytest.raises(ValidationError, match="Line 2: 2099-05-01 is years away"):
        record_closures(site=site, days=days, by=nurse, now=NOW)
    assert not Closure.objects.exists()


def test_taking_back_needs_a_reason_opens_the_site_and_keeps_the_row(site: Site, nurse: User) -> None:
    closure = close(site, nurse)
    with pytest.raises(ValidationError, match="reason is missing"):
        withdraw_closure(closure=closure, reason=" ", by=nurse, now=NOW)
    withdraw_closure(closure=closure, reason="We work.", by=nurse, now=NOW)
    assert working_days_of(site.pk).is_working(FRIDAY)
    held = Closure.objects.get()
    assert (held.withdrawn_because, held.withdrawn_by) == ("We work.", nurse)
    assert AuditEvent.objects.filter(verb="withdraw_closure").count() == 1
    with pytest.raises(ValidationError, match="took it back already"):
        withdraw_closure(closure=closure, reason="Again.", by=nurse, now=NOW)
    assert close(site, nurse).stands


@pytest.mark.parametrize("role", [Role.PHYSICIAN, Role.AUDITOR, Role.SERVICE])
def test_only_nurses_and_administrators_of_the_site_close_it(site: Site, nurse: User, role: Role) -> None:
    closure = close(site, nurse)
    for person in (make_user(role, sites=[site]), make_nurse(make_site())):
        with pytest.raises(AccessRefused):
            close(site, person, name="Other")
        with pytest.raises(AccessRefused):
            withdraw_closure(closure=closure, reason="x", by=person, now=NOW)


def test_a_year_shows_what_touches_it(site: Site, nurse: User) -> None:
    close(site, nurse, first_on=date(2027, 12, 24), last_on=date(2028, 1, 2), name="Winter")
    assert [in_year(closures_of(site), year).count() for year in (2026, 2027, 2028, 2029)] == [0, 1, 1, 0]


def test_who_is_booked_on_a_day_off_is_named_once_a_day(site: Site, nurse: User) -> None:
    close(site, nurse)
    patient, other = make_patient(site=site, family_name="Okafor"), make_patient(site=site, family_name="Lund")
    for kind in ("cbc", "visit"):
        make_scheduled_test(patient, kind, booked_for=FRIDAY, booked_time=time(9), due_on=FRIDAY)
    make_scheduled_test(other, booked_for=MONDAY, due_on=MONDAY)
    make_scheduled_test(other, booked_for=date(2027, 3, 30), due_on=MONDAY)
    make_scheduled_test(make_patient(site=make_site()), booked_for=FRIDAY, due_on=FRIDAY)
    make_scheduled_test(other, "mrd", booked_for=FRIDAY, due_on=FRIDAY, collected_on=FRIDAY)
    found = booked_on_days_off(site=site, user=nurse, today=TODAY)
    assert [(one.day, one.name, one.patients) for one in found] == [
        (FRIDAY, "Easter", [patient]),
        (MONDAY, "Easter", [other]),
    ]
    assert booked_on_days_off(site=site, user=nurse, today=MONDAY)[0].day == MONDAY
    assert booked_on_days_off(site=site, user=nurse, today=date(2027, 4, 1)) == []
    assert booked_on_days_off(site=site, user=nurse, today=TODAY, among=[]) == []
    assert booked_on_days_off(site=site, user=make_nurse(make_site()), today=TODAY) == []


def test_settings_are_stored_with_what_changed(site: Site) -> None:
    administrator = make_administrator(site)
    settings = set_follow_up(
        site=site, by=administrator, works_weekends=True, day_capacity=30, contact_line=" Call us "
    )
    assert (settings.works_weekends, settings.day_capacity, settings.contact_line) == (True, 30, "Call us")
    assert working_days_of(site.pk).works_weekends
    event = AuditEvent.objects.get(verb="set_follow_up")
    assert event.detail["day_capacity"] == [None, 30]
    set_follow_up(site=site, by=administrator, day_capacity=30)
    assert AuditEvent.objects.filter(verb="set_follow_up").count() == 1
    assert FollowUpSettings.objects.count() == 1


@pytest.mark.parametrize("name", BOUNDS)
def test_numbers_have_bounds(site: Site, name: str) -> None:
    administrator = make_administrator(site)
    least, most = BOUNDS[name]
    for value in (least, most):
        set_follow_up(site=site, by=administrator, **{name: value})
    for value in (least - 1, most + 1, "many"):
        with pytest.raises(ValidationError) as caught:
            set_follow_up(site=site, by=administrator, **{name: value})
        assert [problem.where for problem in problems_of(caught.value)] == [name]


def test_only_administrators_of_the_site_change_settings(site: Site, nurse: User) -> None:
    for person in (nurse, make_administrator(make_site())):
        with pytest.raises(AccessRefused):
            set_follow_up(site=site, by=person, works_weekends=True)
    with pytest.raises(TypeError, match="site"):
        set_follow_up(by=make_administrator(site), site=site, site_id=2)


def test_every_setting_of_the_table_can_be_set() -> None:
    assert {field.name for field in FollowUpSettings._meta.fields} - {"id", "site"} == set(SETTABLE)
