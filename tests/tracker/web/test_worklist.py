"""The nurse's worklist: who sees what, counts that agree, acting and taking back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from labs.models import ScheduledTest
from labs.selectors.worklist_parts import PLACES, Tab
from patients.models import AuditEvent, Patient, Site
from tests.factories.people import make_administrator, make_care_team, make_nurse, make_physician, make_site
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.plans import make_plan, make_protocol, make_scheduled_test
from tests.factories.results import make_report, make_result
from tests.factories.site_days import make_settings

pytestmark = pytest.mark.django_db


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


def overdue(patient: Patient, today: date, days: int = 14, kind: str = "cbc", **fields) -> ScheduledTest:
    return make_scheduled_test(patient, kind, due_on=today - timedelta(days=days + 7), **fields)


def book_url(test: ScheduledTest) -> str:
    return reverse("book_test", args=[test.pk])


# The list


def test_it_shows_how_late_what_and_whom(client, nurse, site, today):
    patient = make_patient(site=site, family_name="Lindqvist", given_name="Maja")
    plan = make_plan(make_diagnosis(patient, risk_group="high"))
    overdue(patient, today, 14, "spep_flc", plan=plan, step="spep")
    make_result(patient, "serum_m", "0.3", collected_on=date(2024, 8, 12))
    page = client.get(reverse("worklist")).content.decode()
    for text in ("14 days late", "SPEP + FLC", "Lindqvist, Maja", "high risk", "12 Aug 2024", "Book for"):
        assert text in page


def test_the_parts_share_out_all_waiting_tests_and_the_counts_agree(client, nurse, site, today):
    patient = make_patient(site=site)
    day = timedelta(days=1)
    overdue(patient, today)
    overdue(patient, today, 3)
    make_scheduled_test(patient, due_on=today + 3 * day)
    make_scheduled_test(patient, due_on=today + 30 * day, window=timedelta(days=42))
    make_scheduled_test(patient, due_on=today + 60 * day)
    make_scheduled_test(patient, due_on=today, booked_for=today + day)
    make_scheduled_test(patient, due_on=today + 60 * day, booked_for=today + 60 * day)
    make_scheduled_test(patient, due_on=today, collected_on=today)
    make_scheduled_test(patient, due_on=today, booked_for=today)
    make_scheduled_test(patient, due_on=today - 30 * day, snoozed_until=today)
    expected = dict.fromkeys(PLACES, 1) | {Tab.OVERDUE: 2, Tab.BOOKED: 2}
    for tab, count in expected.items():
        answer = client.get(reverse("worklist"), {"tab": tab.value})
        assert len(answer.context["page"].rows) == count
        assert dict(answer.context["tabs"]) == expected


def test_the_highest_risk_comes_first_then_the_latest(client, nurse, site, today):
    made = []
    for risk, days in [("standard", 90), ("high", 2), ("unknown", 10), ("unknown", 20)]:
        plan = make_plan(make_diagnosis(make_patient(site=site), risk_group=risk))
        made.append(overdue(plan.patient, today, days, plan=plan, step="cbc"))
    rows = client.get(reverse("worklist")).context["page"].rows
    assert [row.test for row in rows] == [made[1], made[3], made[2], made[0]]


def test_a_partial_panel_says_what_is_missing(client, nurse, site, today):
    test = overdue(make_patient(site=site), today)
    make_result(test.patient, "haemoglobin", "11", collected_on=today - timedelta(days=20))
    assert "Missing: white cells, platelets" in " ".join(
        client.get(reverse("worklist")).content.decode().split()
    ).replace("</span> ", "")


def test_only_patients_of_her_sites_and_her_own_are_listed(client, nurse, site, today):
    mine = overdue(make_patient(site=site), today)
    followed = overdue(make_patient(site=make_site()), today)
    make_care_team(followed.patient, nurse=nurse)
    overdue(make_patient(site=make_site()), today)
    rows = client.get(reverse("worklist")).context["page"].rows
    assert {row.test for row in rows} == {mine, followed}


def test_the_list_is_narrowed_by_disease_test_and_own_patients(client, nurse, site, today):
    aml = make_plan(make_diagnosis(make_patient(site=site), "AML"), protocol=make_protocol(disease="AML"))
    wanted = overdue(aml.patient, today, kind="cbc_diff", plan=aml, step="cbc")
    make_care_team(aml.patient, nurse=nurse)
    overdue(make_diagnosis(make_patient(site=site)).patient, today)
    for query in ({"disease": "AML"}, {"kind": "cbc_diff"}, {"mine": "on"}):
        answer = client.get(reverse("worklist"), query)
        assert [row.test for row in answer.context["page"].rows] == [wanted]
        assert dict(answer.context["tabs"])[Tab.OVERDUE] == 1
    assert client.get(reverse("worklist"), {"site": "99999", "disease": "x"}).status_code == 200


def test_pages_follow_each_other_without_gap_or_repeat(client, nurse, site, today):
    made = {overdue(make_patient(site=site), today, 5 + number % 7).pk for number in range(60)}
    first = client.get(reverse("worklist")).context["page"]
    second = client.get(reverse("worklist"), {"after": first.next_cursor}).context["page"]
    seen = [row.test.pk for row in (*first.rows, *second.rows)]
    assert (len(seen), set(seen)) == (60, made)
    assert client.get(reverse("worklist"), {"after": "damaged"}).status_code == 400


def test_the_number_of_queries_does_not_grow_with_the_rows(client, nurse, site, today):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("worklist")).status_code == 200
        return sum("SAVEPOINT" not in query["sql"] for query in captured)

    overdue(make_plan(make_diagnosis(make_patient(site=site))).patient, today)
    queries()
    few = queries()
    for _ in range(30):
        plan = make_plan(make_diagnosis(make_patient(site=site)))
        overdue(plan.patient, today, plan=plan, step="cbc")
        make_result(plan.patient, collected_on=today - timedelta(days=25))
    assert queries() == few
    assert few <= 12


def test_the_list_takes_reading_only_and_only_from_clinicians(client, site):
    client.force_login(make_nurse(site))
    assert client.post(reverse("worklist")).status_code == 405
    client.force_login(make_administrator(site))
    assert client.get(reverse("worklist")).status_code == 403
    client.logout()
    assert client.get(reverse("worklist")).status_code == 302


# Acting on it


def test_booking_from_the_row_takes_it_off_the_overdue_part(client, nurse, site, today):
    test = overdue(make_patient(site=site), today)
    day = today + timedelta(days=3)
    answer = client.post(book_url(test), {"booked_for": day.isoformat(), "next": reverse("worklist")}, follow=True)
    assert "1 test booked for" in answer.content.decode()
    test.refresh_from_db()
    assert test.booked_for == day
    assert dict(answer.context["tabs"])[Tab.OVERDUE] == 0
    assert AuditEvent.objects.filter(verb="book_test", by=nurse, target_id=test.pk).count() == 1


def test_the_booking_page_offers_the_other_tests_of_the_patient_for_the_same_visit(client, nurse, site, today):
    patient = make_patient(site=site)
    test, other = overdue(patient, today), overdue(patient, today, kind="chemistry")
    stranger = overdue(make_patient(site=site), today)
    page = client.get(book_url(test))
    assert [choice[0] for choice in page.context["form"].fields["also"].choices] == [other.pk]
    assert page.context["form"].initial["also"] == [other.pk]
    assert "2 tests on one visit" in page.content.decode()
    day = (today + timedelta(days=2)).isoformat()
    client.post(book_url(test), {"booked_for": day, "place": "Day ward", "also": [other.pk]})
    booked = ScheduledTest.objects.filter(booked_for=day, booked_at_place="Day ward")
    assert set(booked) == {test, other}
    assert client.post(book_url(test), {"booked_for": day, "also": [stranger.pk]}).status_code == 400


def test_a_bad_day_brings_the_form_back_with_what_was_typed(client, nurse, site, today):
    test = overdue(make_patient(site=site), today)
    answer = client.post(book_url(test), {"booked_for": (today - timedelta(days=1)).isoformat(), "place": "Ward 7"})
    assert answer.status_code == 400
    assert "is past" in answer.content.decode()
    assert "Ward 7" in answer.content.decode()
    assert client.post(book_url(test), {"booked_for": "07/01/2026x"}).status_code == 400
    test.refresh_from_db()
    assert test.booked_for is None


def test_the_second_of_two_nurses_is_told_who_booked(client, nurse, site, today):
    test = overdue(make_patient(site=site), today)
    other = Client()
    other.force_login(make_nurse(site, first_name="Ada", last_name="Novak"))
    other.post(book_url(test), {"booked_for": (today + timedelta(days=2)).isoformat()})
    answer = client.post(book_url(test), {"booked_for": (today + timedelta(days=5)).isoformat()})
    assert answer.status_code == 400
    assert "by Ada Novak" in answer.content.decode()


def test_ticked_tests_are_booked_together_and_what_cannot_be_is_named(client, nurse, site, today):
    tests = [overdue(make_patient(site=site, family_name=f"Family{number}"), today) for number in range(3)]
    early = make_scheduled_test(make_patient(site=site, family_name="Early"), due_on=today + timedelta(days=90))
    day = (today + timedelta(days=4)).isoformat()
    answer = client.post(
        reverse("book_together"),
        {"test": [one.pk for one in (*tests, early)] + [999999], "booked_for": day},
        follow=True,
    )
    page = answer.content.decode()
    assert "3 tests booked for" in page
    assert "Early" in page
    assert "no longer on your list" in page
    assert ScheduledTest.objects.filter(booked_for=day).count() == 3


@pytest.mark.parametrize("data", [{}, {"test": ["1"]}, {"test": ["x"], "booked_for": "2026-01-01"}])
def test_booking_together_needs_tests_and_a_day(client, nurse, data):
    answer = client.post(reverse("book_together"), data, follow=True)
    assert answer.status_code == 200
    assert [message.level_tag for message in answer.context["messages"]].count("error") >= 1


def test_a_booking_is_undone(client, nurse, site, today):
    test = overdue(make_patient(site=site), today)
    client.post(book_url(test), {"booked_for": (today + timedelta(days=3)).isoformat()})
    assert "Undo the last booking" in client.get(reverse("worklist")).content.decode()
    assert "Undone." in client.post(reverse("undo_last"), follow=True).content.decode()
    test.refresh_from_db()
    assert test.booked_for is None
    assert "nothing to undo" in client.post(reverse("undo_last"), follow=True).content.decode()


def test_a_booking_is_cancelled_and_the_cancelling_undone(client, nurse, site, today):
    test = overdue(make_patient(site=site), today, booked_for=today + timedelta(days=1))
    client.post(reverse("cancel_booking", args=[test.pk]))
    test.refresh_from_db()
    assert test.booked_for is None
    client.post(reverse("undo_last"))
    test.refresh_from_db()
    assert test.booked_for == today + timedelta(days=1)


def test_skipping_asks_for_a_coded_reason_and_is_undone(client, nurse, site, today):
    test = overdue(make_patient(site=site), today)
    url = reverse("skip_test", args=[test.pk])
    assert "patient declined" in client.get(url).content.decode()
    assert client.post(url, {"reason": "bored"}).status_code == 400
    client.post(url, {"reason": "declined", "note": "on holiday"})
    test.refresh_from_db()
    assert (test.skipped_because, test.note, test.skipped_by) == ("declined", "on holiday", nurse)
    client.post(reverse("undo_last"))
    test.refresh_from_db()
    assert test.skipped_because == ""


def test_a_scan_is_recorded_as_done_and_taken_back(client, nurse, site, today):
    test = overdue(make_patient(site=site), today, kind="mri")
    url = reverse("test_done", args=[test.pk])
    assert client.post(url, {"done_on": (today + timedelta(days=1)).isoformat()}).status_code == 400
    client.post(url, {"done_on": today.isoformat()})
    test.refresh_from_db()
    assert test.collected_on == today
    client.post(reverse("undo_last"))
    test.refresh_from_db()
    assert test.collected_on is None


ACTIONS = ["book_test", "cancel_booking", "skip_test", "test_done"]


@pytest.mark.parametrize("name", ACTIONS)
def test_a_test_of_another_site_cannot_be_found(client, nurse, today, name):
    test = overdue(make_patient(site=make_site()), today)
    assert client.post(reverse(name, args=[test.pk]), {"booked_for": today.isoformat()}).status_code == 404
    test.refresh_from_db()
    assert (test.booked_for, test.skipped_because, test.collected_on) == (None, "", None)


@pytest.mark.parametrize("name", ACTIONS)
def test_a_missing_test_and_one_already_done_cannot_be_found(client, nurse, site, today, name):
    assert client.post(reverse(name, args=[999_999])).status_code == 404
    patient = make_patient(site=site)
    done = overdue(patient, today, closed_by=make_report(patient))
    assert client.post(reverse(name, args=[done.pk])).status_code == 404


@pytest.mark.parametrize("name", ACTIONS)
def test_a_number_that_is_none_cannot_be_found(client, nurse, name):
    assert client.post(f"/worklist/x/{name}/").status_code == 404


@pytest.mark.parametrize(("name", "arguments"), [("book_together", []), ("undo_last", []), ("cancel_booking", [1])])
def test_changes_are_not_made_by_reading(client, nurse, name, arguments):
    assert client.get(reverse(name, args=arguments)).status_code == 405


@pytest.mark.parametrize("name", ACTIONS)
def test_administrators_do_not_plan_tests(client, site, today, name):
    client.force_login(make_administrator(site))
    test = overdue(make_patient(site=site), today)
    assert client.post(reverse(name, args=[test.pk])).status_code == 403


def test_physicians_may_book_too(client, site, today):
    client.force_login(make_physician(site))
    test = overdue(make_patient(site=site), today)
    client.post(book_url(test), {"booked_for": today.isoformat()})
    test.refresh_from_db()
    assert test.booked_for == today


def test_a_foreign_address_to_go_back_to_is_not_followed(client, nurse, site, today):
    test = overdue(make_patient(site=site), today)
    answer = client.post(book_url(test), {"booked_for": today.isoformat(), "next": "https://elsewhere.example/"})
    assert answer["Location"] == reverse("worklist")


def test_what_is_no_address_to_go_back_to_is_not_followed(client, nurse):
    assert client.post(reverse("undo_last"), {"next": "nowhere"}).headers["Location"] == reverse("worklist")


def test_after_a_conflict_what_was_typed_can_be_saved(client, nurse, site, today):
    day = today + timedelta(days=3)
    test = overdue(make_patient(site=site), today, booked_for=today + timedelta(days=1))
    refused = client.post(book_url(test), {"booked_for": day, "place": "Ward 4", "seen": ""})
    assert refused.status_code == 400
    again = {name: refused.context["form"][name].value() for name in ("booked_for", "place", "seen")}
    assert client.post(book_url(test), again).status_code == 302
    test.refresh_from_db()
    assert (test.booked_for, test.booked_at_place) == (day, "Ward 4")
