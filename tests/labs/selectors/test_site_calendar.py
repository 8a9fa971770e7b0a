"""The working days and the settings of a site, as stored."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from labs.models import Closure, FollowUpSettings
from labs.selectors.site_calendar import settings_of, working_days_of, working_days_of_sites
from patients.actions.system_account import system_account
from tests.factories.people import make_site

pytestmark = pytest.mark.django_db
NOON = datetime(2025, 6, 15, 12, tzinfo=UTC)
MONDAY, SATURDAY = date(2025, 6, 9), date(2025, 6, 14)


def close(site, first_on=MONDAY, last_on=MONDAY, **fields):
    return Closure.objects.create(
        site=site,
        first_on=first_on,
        last_on=last_on,
        name="Whit Monday",
        recorded_by=system_account(),
        recorded_at=NOON,
        **fields,
    )


def test_a_site_has_its_own_days_off_and_not_those_of_another():
    here, elsewhere = make_site(), make_site()
    close(elsewhere)
    assert working_days_of(here.pk).is_working(MONDAY)
    assert working_days_of(elsewhere.pk).why_closed(MONDAY) == "Whit Monday"


def test_days_off_that_were_taken_back_are_working_days():
    site = make_site()
    close(site, withdrawn_at=NOON, withdrawn_by=system_account(), withdrawn_because="wrong year")
    assert working_days_of(site.pk).is_working(MONDAY)


def test_days_off_beyond_what_is_asked_for_are_not_read():
    site = make_site()
    close(site)
    assert working_days_of(site.pk, since=MONDAY, until=MONDAY).closures
    assert not working_days_of(site.pk, since=date(2025, 6, 10)).closures
    assert not working_days_of(site.pk, until=date(2025, 6, 8)).closures


def test_a_site_that_decided_nothing_has_the_defaults_which_are_not_stored():
    site = make_site()
    assert settings_of(site).result_within_days == 7
    assert not settings_of(site.pk).works_weekends
    assert not FollowUpSettings.objects.exists()


def test_what_a_site_decided_is_read(django_assert_num_queries):
    weekend, other = make_site(), make_site()
    FollowUpSettings.objects.create(site=weekend, works_weekends=True, day_capacity=12)
    assert settings_of(weekend).day_capacity == 12
    with django_assert_num_queries(2):
        days = working_days_of_sites([weekend.pk, other.pk])
    assert days[weekend.pk].is_working(SATURDAY)
    assert not days[other.pk].is_working(SATURDAY)
