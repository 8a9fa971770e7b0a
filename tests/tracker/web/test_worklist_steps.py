"""Steps taken from the worklist: looking, calling, deciding, assigning, in bulk, undone; from the row and as pages."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from labs.models import ContactAttempt, SavedView, ScheduledTest
from labs.selectors.worklist_parts import Tab
from patients.models import AccessEvent, Patient, Site
from tests.factories.contacts import make_contact
from tests.factories.people import make_administrator, make_care_team, make_nurse, make_physician, make_site
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.plans import make_plan, make_scheduled_test
from tests.factories.results import make_report, make_result
from tests.factories.site_days import make_settings

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
IN_LIST = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def site() -> Site:
    site = make_site(time_zone="Europe/Paris")
    make_settings(site, works_weekends=True)  # these tests book days counted from today, whatever weekday that is
    return site


@pytest.fixture
def today() -> date:
    return datetime.now(ZoneInfo("Europe/Paris")).date()


@pytest.fixture
def nurse(site: Site, client: Client):
    nurse = make_nurse(site)
    client.force_login(nurse)
    return nurse


@pytest.fixture
def test_(site, today) -> ScheduledTest:
    patient = make_patient(site=site, family_name="Lindqvist", given_name="Maja")
    plan = make_plan(make_diagnosis(patient, risk_group="high"))
    return overdue(patient, today, plan=plan, step="cbc")


def overdue(patient: Patient, today: date, days: int = 14, kind: str = "cbc", **fields) -> ScheduledTest:
    return make_scheduled_test(patient, kind, due_on=today - timedelta(days=days + 7), **fields)


def url(name: str, test: ScheduledTest) -> str:
    return reverse(name, args=[test.pk])


def said(answer) -> str:
    return " ".join(answer.content.decode().split())


STEPS = ["worklist_detail", "call_patient", "decide_test", "assign_test"]


@pytest.mark.parametrize("name", STEPS)
def test_each_step_has_a_page_and_a_part_beside_the_list(client, nurse, test_, name):
    page = client.get(url(name, test_))
    assert page.status_code == 200
    assert 'id="act"' in said(page)
    part = client.get(url(name, test_), **IN_LIST)
    assert part["HX-Retarget"] == "#beside"
    assert part["HX-Reselect"] == "#act"


@pytest.mark.parametrize("name", STEPS)
def test_no_step_is_for_others(client, site, test_, today, name):
    client.force_login(make_nurse(make_site()))
    assert client.get(url(name, test_)).status_code == 404
    client.force_login(make_administrator(site))
    assert client.get(url(name, test_)).status_code == 403
    client.force_login(make_nurse(site))
    assert client.get(reverse(name, args=[999_999])).status_code == 404
    assert client.put(url(name, test_)).status_code == 405
    client.logout()
    assert client.get(url(name, test_)).status_code == 302


def test_looking_beside_shows_plan_calls_and_results_and_is_recorded(client, nurse, test_, today):
    make_result(test_.patient, "haemoglobin", "11.2", collected_on=today - 60 * DAY)
    make_contact(test_.patient, by=nurse, tests=[test_.pk])
    page = said(client.get(url("worklist_detail", test_), **IN_LIST))
    for text in ("Lindqvist, Maja", "11.2", "no answer", "Ahead", "1 contact so far"):
        assert text in page
    assert AccessEvent.objects.filter(by=nurse, patient=test_.patient, view="worklist").count() == 1


def test_a_call_from_the_row_answers_with_where_the_test_went(client, nurse, test_):
    answer = client.post(url("call_patient", test_), {"outcome": "no_answer", "channel": "phone"}, **IN_LIST)
    text = said(answer)
    assert f'id="row-{test_.pk}"' in text
    assert "Now under “Contact again”" in text
    assert "Undo" in text
    test_.refresh_from_db()
    assert test_.snoozed_until is not None
    back = client.post(reverse("undo_in_list", args=[test_.pk]), **IN_LIST)
    assert "14 days late" in said(back)
    assert "1 call" in said(back)
    test_.refresh_from_db()
    assert test_.snoozed_until is None


def test_without_scripts_a_call_leads_back_to_the_list(client, nurse, test_):
    answer = client.post(url("call_patient", test_), {"outcome": "agreed", "channel": "phone"}, follow=True)
    assert answer.redirect_chain == [(reverse("worklist"), 302)]
    assert "Contact again on" in said(answer)
    assert dict(answer.context["tabs"])[Tab.AGAIN] == 1


def test_a_call_is_about_the_other_waiting_tests_of_the_patient_too(client, nurse, test_, today):
    other = overdue(test_.patient, today, kind="chemistry")
    form = client.get(url("call_patient", test_)).context["form"]
    assert form.initial["also"] == [other.pk]
    client.post(url("call_patient", test_), {"outcome": "no_answer", "channel": "phone", "also": [other.pk]})
    assert ContactAttempt.objects.get().tests == sorted([test_.pk, other.pk])
    assert ScheduledTest.objects.filter(snoozed_until=None).count() == 0


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"outcome": "call_again", "channel": "phone"},
        {"outcome": "no_answer", "channel": "phone", "again_on": "2020-01-01"},
        {"outcome": "declined", "channel": "phone", "again_on": "2099-01-01"},
        {"outcome": "sent", "channel": "phone"},
    ],
)
def test_a_call_that_cannot_be_comes_back_with_what_was_typed(client, nurse, test_, data):
    answer = client.post(url("call_patient", test_), data | {"note": "she was out"})
    assert answer.status_code == 400
    assert "she was out" in said(answer)
    assert not ContactAttempt.objects.exists()


def test_who_declines_leads_to_what_follows_and_stays_on_the_list(client, nurse, test_, site):
    answer = client.post(url("call_patient", test_), {"outcome": "declined", "channel": "phone"}, follow=True)
    assert "What follows?" in said(answer)
    listed = client.get(reverse("worklist"))
    assert [row.test for row in listed.context["page"].rows] == [test_]
    assert "Decide what follows" in said(listed)
    assert "No physician answers" in said(client.get(url("decide_test", test_)))
    physician = make_physician(site, first_name="Willow", last_name="Larch")
    make_care_team(test_.patient, physician=physician)
    answer = client.post(url("decide_test", test_), {"do": "tell"}, follow=True)
    assert "Willow Larch looks after" in said(answer)
    listed = client.get(reverse("worklist"))
    assert [row.test.assigned_to for row in listed.context["page"].rows] == [physician]
    assert "Decide what follows" not in said(listed)


def test_what_follows_may_be_skipping_for_a_reason_and_is_undone(client, nurse, test_, today):
    other = overdue(test_.patient, today, kind="chemistry")
    assert client.post(url("decide_test", test_), {"do": "skip"}).status_code == 400
    client.post(url("decide_test", test_), {"do": "skip", "reason": "declined", "also": [other.pk]})
    assert ScheduledTest.objects.filter(skipped_because="declined").count() == 2
    client.post(reverse("undo_last"))
    assert ScheduledTest.objects.filter(skipped_because="").count() == 2


def test_a_test_is_assigned_from_the_row_and_the_row_stays(client, nurse, site, test_):
    colleague = make_nurse(site, first_name="Ada", last_name="Novak")
    answer = client.post(url("assign_test", test_), {"person": colleague.pk}, **IN_LIST)
    assert "Ada Novak" in said(answer)
    assert "14 days late" in said(answer)
    mine = client.get(reverse("worklist"), {"assigned": "me"}).context["page"].rows
    assert mine == []
    client.force_login(colleague)
    assert len(client.get(reverse("worklist"), {"assigned": "me"}).context["page"].rows) == 1
    assert client.post(url("assign_test", test_), {"person": make_nurse(make_site()).pk}).status_code == 400


def test_assigning_is_undone(client, nurse, test_):
    client.post(url("assign_test", test_), {"person": nurse.pk})
    client.post(reverse("undo_last"))
    test_.refresh_from_db()
    assert test_.assigned_to is None


def test_booking_from_the_row_answers_with_the_row_and_the_counts(client, nurse, test_, today):
    data = {"booked_for": (today + 3 * DAY).isoformat(), "next": "/worklist/?tab=overdue"}
    text = said(client.post(url("book_test", test_), data, **IN_LIST))
    assert text.startswith(f'<tr class="v-settled" data-row id="row-{test_.pk}"')
    assert "Now under “Booked later”" in text
    assert 'hx-target="#tabs"' in text


def test_a_form_with_errors_comes_back_beside_the_list(client, nurse, test_):
    answer = client.post(url("skip_test", test_), {"reason": "bored"}, **IN_LIST)
    assert answer.status_code == 400
    assert answer["HX-Retarget"] == "#beside"
    assert "data-in-list" in said(answer)


def test_a_row_whose_test_was_closed_meanwhile_says_so_in_its_place(client, nurse, test_):
    ScheduledTest.objects.filter(pk=test_.pk).update(closed_by=make_report(test_.patient))
    answer = client.post(url("book_test", test_), {"booked_for": "2099-01-01"}, **IN_LIST)
    assert answer.status_code == 200
    assert "No such test on your list" in said(answer)


# Together


@pytest.fixture
def three(site, today) -> list[ScheduledTest]:
    return [overdue(make_patient(site=site, family_name=f"Family{n}"), today) for n in range(3)]


def numbers(tests) -> list[int]:
    return [test.pk for test in tests]


@pytest.mark.parametrize(
    ("what", "data", "done"),
    [
        ("skip", {"reason": "done_elsewhere"}, {"skipped_because": "done_elsewhere"}),
        ("call", {"outcome": "no_answer", "channel": "phone"}, {"snoozed_until__isnull": False}),
        ("assign", {}, {"assigned_to__isnull": False}),
    ],
)
def test_ticked_tests_share_one_step_and_it_is_undone(client, nurse, three, what, data, done):
    address = reverse("together", args=[what])
    page = client.get(address, {"test": numbers(three)})
    assert "3 tests" in said(page)
    if what == "assign":
        data = {"person": nurse.pk}
    answer = client.post(address, data | {"test": numbers(three)}, follow=True)
    assert "3 tests:" in said(answer)
    assert ScheduledTest.objects.filter(**done).count() == 3
    client.post(reverse("undo_last"))
    assert ScheduledTest.objects.filter(**done).count() == 0


def test_who_is_refused_is_named_and_the_others_are_done(client, nurse, three, today):
    done = overdue(three[0].patient, today, collected_on=today, kind="chemistry")
    answer = client.post(
        reverse("together", args=["skip"]),
        {"test": [*numbers(three), done.pk, 999_999], "reason": "unwell"},
        follow=True,
    )
    text = said(answer)
    assert "3 tests:" in text
    assert "Family0" in text
    assert "Chemistry" in text
    assert "no longer on your list" in text
    assert ScheduledTest.objects.filter(skipped_because="unwell").count() == 3


@pytest.mark.parametrize("what", ["skip", "call", "assign"])
def test_nothing_ticked_says_so_and_does_nothing(client, nurse, three, what):
    address = reverse("together", args=[what])
    assert "No test is ticked" in said(client.get(address))
    answer = client.post(
        address, {"reason": "unwell", "outcome": "agreed", "channel": "phone", "test": ["x", "9" * 30]}
    )
    assert "No test is ticked" in said(answer)
    assert client.get(reverse("together", args=["sing"]), {"test": numbers(three)}).status_code == 404
    assert client.put(address).status_code == 405


def test_who_declines_in_bulk_is_to_be_decided_one_by_one(client, nurse, three):
    data = {"outcome": "declined", "channel": "phone", "test": numbers(three)}
    answer = client.post(reverse("together", args=["call"]), data, follow=True)
    assert "nothing was taken off the list" in said(answer)
    assert len(answer.context["page"].rows) == 3


def test_booked_ones_are_moved_together(client, nurse, three, today):
    for test in three:
        ScheduledTest.objects.filter(pk=test.pk).update(booked_for=today + DAY)
    assert "Move…" in said(client.get(reverse("worklist"), {"tab": "booked"}))
    address, day = reverse("together", args=["move"]), today + 5 * DAY
    form = client.get(address, {"test": numbers(three)}).context["form"]
    seen = {field.html_name: field.value() for field in form.hidden_fields()}
    assert len(seen) == 3
    ScheduledTest.objects.filter(pk=three[0].pk).update(booked_for=today + 9 * DAY)  # a colleague was quicker
    answer = client.post(address, seen | {"test": numbers(three), "booked_for": day.isoformat()}, follow=True)
    assert "2 tests:" in said(answer)
    assert "Family0" in said(answer)
    assert ScheduledTest.objects.filter(booked_for=day).count() == 2
    client.post(reverse("undo_last"))
    assert ScheduledTest.objects.filter(booked_for=today + DAY).count() == 2


def test_booked_ones_keep_their_times_and_places_when_moved_and_taken_back(client, nurse, three, today):
    for hour, test in enumerate(three, start=8):
        booked = {"booked_for": today + DAY, "booked_time": time(hour), "booked_at_place": f"Room {hour}"}
        ScheduledTest.objects.filter(pk=test.pk).update(**booked)
    address, day = reverse("together", args=["move"]), today + 5 * DAY
    form = client.get(address, {"test": numbers(three)}).context["form"]
    seen = {field.html_name: field.value() for field in form.hidden_fields()}
    client.post(address, seen | {"test": numbers(three), "booked_for": day.isoformat()})

    def stands():
        rows = ScheduledTest.objects.filter(pk__in=numbers(three)).order_by("booked_time")
        return list(rows.values_list("booked_for", "booked_time", "booked_at_place"))

    assert stands() == [(day, time(hour), f"Room {hour}") for hour in (8, 9, 10)]
    client.post(reverse("undo_last"))
    assert stands() == [(today + DAY, time(hour), f"Room {hour}") for hour in (8, 9, 10)]


# Saved views


def test_a_view_is_saved_picked_replaced_and_removed(client, nurse, test_):
    here = reverse("worklist") + "?tab=week&disease=MM&after=x&unknown=1"
    client.post(reverse("save_view"), {"name": " My  myeloma ", "next": here})
    view = SavedView.objects.get()
    assert (view.name, view.query, view.user) == ("My myeloma", "tab=week&disease=MM", nurse)
    assert "My myeloma" in said(client.get(reverse("worklist")))
    client.post(reverse("save_view"), {"name": "My myeloma", "next": reverse("worklist") + "?kind=cbc"})
    assert SavedView.objects.get(removed_at=None).query == "kind=cbc"
    client.post(reverse("remove_view", args=[SavedView.objects.get(removed_at=None).pk]))
    assert not SavedView.objects.filter(removed_at=None).exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_view_needs_a_name(client, nurse, name):
    client.post(reverse("save_view"), {"name": name, "next": reverse("worklist") + "?kind=cbc"})
    assert not SavedView.objects.exists()


def test_nobody_removes_the_view_of_another(client, nurse, site):
    client.post(reverse("save_view"), {"name": "mine", "next": reverse("worklist") + "?kind=cbc"})
    client.force_login(make_nurse(site))
    answer = client.post(reverse("remove_view", args=[SavedView.objects.get().pk]), follow=True)
    assert "no such view of yours" in said(answer)
    assert SavedView.objects.get().removed_at is None
    assert "mine" not in [view.name for view in answer.context["views"]]
    assert client.get(reverse("save_view")).status_code == 405
