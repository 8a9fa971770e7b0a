"""Silence: each way to fall silent is found, and only that; each row has the step that mends it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from labs.models import FollowUpSettings, Message, Plan, ScheduledTest
from labs.selectors import silence
from patients.models import Patient, Role, Site, User
from tests.counting import statements_of
from tests.factories.intake import make_message
from tests.factories.people import make_administrator, make_care_team, make_nurse, make_physician, make_site, make_user
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.plans import make_plan, make_scheduled_test

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = date(2026, 6, 15)
DAY = timedelta(days=1)


@pytest.fixture
def site() -> Site:
    return make_site(time_zone="UTC")


@pytest.fixture
def nurse(site, client: Client) -> User:
    nurse = make_nurse(site)
    client.force_login(nurse)
    return nurse


def late(site: Site, days: int, **fields) -> ScheduledTest:
    return make_scheduled_test(make_patient(site=site), due_on=TODAY - timedelta(days=days + 7), **fields)


def test_a_sample_without_a_result_is_silent_from_the_day_after_the_sites_limit(site, nurse):
    tests = [late(site, 20, collected_on=TODAY - timedelta(days=days)) for days in (7, 8)]
    late(site, 20, kind="mri", collected_on=TODAY - 30 * DAY)
    assert list(silence.waiting_for_results(nurse, NOON)) == [tests[1]]
    FollowUpSettings.objects.create(site=site, result_within_days=8)
    assert not silence.waiting_for_results(nurse, NOON).exists()


def heard(sender: User, days: int, source: str = "lab") -> Message:
    message = make_message(by=sender, source=source)
    Message.objects.filter(pk=message.pk).update(received_at=NOON - timedelta(days=days))
    return message


def test_an_interface_is_quiet_from_the_day_after_the_sites_limit(site, nurse):
    sender = make_user(Role.SERVICE, sites=[site])
    heard(sender, 30)
    heard(sender, 4)
    assert silence.quiet_feeds(nurse, NOON) == []
    FollowUpSettings.objects.create(site=site, feed_quiet_days=3)
    (feed,) = silence.quiet_feeds(nurse, NOON)
    assert (feed.sender, feed.source, feed.days) == (sender, "lab", 4)


def test_interfaces_of_other_sites_people_and_closed_accounts_are_not_heard_of(site, nurse):
    heard(make_user(Role.SERVICE, sites=[make_site()]), 30)
    heard(make_administrator(site), 30)
    heard(make_user(Role.SERVICE, sites=[site], is_active=False), 30)
    assert silence.quiet_feeds(nurse, NOON) == []
    heard(make_user(Role.SERVICE), 30)
    assert len(silence.quiet_feeds(nurse, NOON)) == 1


def test_a_plan_that_asks_for_nothing_more_is_silent(site, nurse):
    plans = [make_plan(make_diagnosis(make_patient(site=site))) for _ in range(4)]
    make_scheduled_test(plans[1].patient, plan=plans[1], step="a", due_on=TODAY + 100 * DAY)
    make_scheduled_test(plans[2].patient, plan=plans[2], step="a", due_on=TODAY - 90 * DAY, lapses_on=TODAY - 60 * DAY)
    Patient.objects.filter(pk=plans[3].patient_id).update(deceased_on=TODAY)
    found = list(silence.plans_without_next_test(nurse, NOON))
    assert set(found) == {plans[0], plans[2]}


def test_living_patients_with_a_disease_and_no_running_plan_are_silent(site, nurse):
    silent, followed, dead = (make_diagnosis(make_patient(site=site)) for _ in range(3))
    make_patient(site=site)
    make_plan(followed)
    Patient.objects.filter(pk=dead.patient_id).update(deceased_on=TODAY)
    Plan.objects.filter(pk=make_plan(silent).pk).update(ended_on=TODAY, ended_because="relapse")
    (patient,) = silence.diagnosed_without_plan(nurse, NOON)
    assert (patient, patient.since) == (silent.patient, TODAY)


def test_nobody_answers_and_who_answered_is_gone_are_told_apart(site, nurse):
    whole, without_nurse, gone, nobody = (make_patient(site=site) for _ in range(4))
    physician, left = make_physician(site), make_physician(site, is_active=False)
    make_care_team(whole, physician=physician, nurse=nurse)
    make_care_team(without_nurse, physician=physician)
    make_care_team(gone, physician=left, nurse=nurse)
    assert set(silence.never_owned(nurse, NOON)) == {without_nurse, nobody}
    assert set(silence.owner_gone(nurse, NOON)) == {gone}
    make_scheduled_test(whole, assigned_to=make_nurse(site, is_active=False))
    assert set(silence.owner_gone(nurse, NOON)) == {whole, gone}


def test_who_is_late_for_longer_than_allowed_with_every_test_is_lost(site, nurse):
    lost, just_in_time, also_due, booked = late(site, 181), late(site, 180), late(site, 400), late(site, 400)
    make_scheduled_test(also_due.patient, due_on=TODAY)
    make_scheduled_test(booked.patient, due_on=TODAY + 30 * DAY, booked_for=TODAY + 30 * DAY)
    (patient,) = silence.lost_to_follow_up(nurse, NOON)
    assert (patient, patient.since, patient.test) == (lost.patient, TODAY - 181 * DAY, lost.pk)
    FollowUpSettings.objects.create(site=site, lost_after_days=179)
    assert set(silence.lost_to_follow_up(nurse, NOON)) == {lost.patient, just_in_time.patient}


def test_only_ones_own_patients_are_silent(site):
    late(site, 400)
    make_diagnosis(make_patient(site=site))
    stranger = make_nurse(make_site())
    for rows in (
        silence.lost_to_follow_up,
        silence.diagnosed_without_plan,
        silence.never_owned,
        silence.plans_without_next_test,
    ):
        assert not rows(stranger, NOON).exists()


def test_the_page_names_each_with_the_step_and_the_list_has_the_count(client, nurse, site):
    plan = make_plan(make_diagnosis(make_patient(site=site, family_name="Silent")))
    page = client.get(reverse("silence")).content.decode()
    for text in ("Silent", "Plans without a next test", "Schedule its next tests", "Name who answers"):
        assert text in page
    assert ">2<" in client.get(reverse("silence_count")).content.decode()
    answer = client.post(reverse("schedule_next", args=[plan.patient_id]), follow=True)
    assert "asks for nothing more" in answer.content.decode()


def test_a_plan_is_started_from_the_page_or_it_says_what_is_missing(client, nurse, site):
    patient = make_patient(site=site)
    make_diagnosis(patient)
    answer = client.post(reverse("start_plan_suggested", args=[patient.pk]), follow=True)
    assert "No protocol can be suggested" in answer.content.decode()


@pytest.mark.parametrize("name", ["schedule_next", "start_plan_suggested"])
def test_mending_is_for_clinicians_of_the_site_and_by_post(client, nurse, site, name):
    elsewhere = make_patient(site=make_site())
    assert client.post(reverse(name, args=[elsewhere.pk])).status_code == 404
    assert client.get(reverse(name, args=[elsewhere.pk])).status_code == 405
    client.force_login(make_administrator(site))
    assert client.post(reverse(name, args=[make_patient(site=site).pk])).status_code == 403
    for page in ("silence", "silence_count"):
        assert client.get(reverse(page)).status_code == 403


def test_the_page_asks_no_more_for_many_than_for_few(client, nurse, site):
    def add() -> None:
        make_plan(make_diagnosis(make_patient(site=site)))
        make_diagnosis(make_patient(site=site))
        make_scheduled_test(make_patient(site=site), due_on=timezone.localdate() - 300 * DAY)

    add()
    statements_of(client, reverse("silence"))
    few = len(statements_of(client, reverse("silence")))
    for _ in range(4):
        add()
    assert len(statements_of(client, reverse("silence"))) == few
