"""The administrator's page, its lists and its files."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from labs.actions.load_protocols import load_protocols
from labs.models import Plan, Quarantine, ReviewSettings, RuleFailure
from patients.actions.system_account import system_account
from patients.models import AuditEvent, Site
from tests.factories.flags import make_evaluation, make_flag
from tests.factories.people import make_administrator, make_care_team, make_nurse, make_physician, make_site, make_user
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.plans import make_plan, make_scheduled_test
from tests.factories.results import make_result
from tracker.reports.gaps import BY_CODE

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site(code="north", name="North")


@pytest.fixture
def admin(site: Site, client: Client):
    admin = make_administrator(site)
    client.force_login(admin)
    return admin


def counts(client: Client) -> dict[str, int]:
    return {gap.code: count for gap, count in client.get(reverse("reports")).context["gaps"]}


# Who may


@pytest.mark.parametrize("role", ["nurse", "physician", "auditor"])
def test_only_administrators_have_reports(client, site, role):
    client.force_login(make_user(role, sites=[site]))
    assert client.get(reverse("reports")).status_code == 403
    assert client.post(reverse("export", args=["flags"])).status_code == 403
    assert client.get(reverse("gap", args=["overdue"])).status_code == 403
    assert client.post(reverse("start_all_suggested")).status_code == 403
    assert client.post(reverse("start_suggested", args=[1])).status_code == 403


def test_reading_and_taking_keep_to_their_methods(client, admin):
    assert client.post(reverse("reports")).status_code == 405
    assert client.get(reverse("export", args=["flags"])).status_code == 405
    assert client.post(reverse("gap", args=["overdue"])).status_code == 405
    assert client.get(reverse("start_all_suggested")).status_code == 405


# Is anyone falling through?


def test_nothing_falls_through_at_first(client, admin, site):
    ReviewSettings.objects.create(site=site, duty_physician=make_physician(site))
    assert set(counts(client).values()) == {0}
    assert "nobody is falling through" in client.get(reverse("reports")).content.decode()


def test_patients_without_plan_or_owner_are_counted_and_listed(client, admin, site):
    lost = make_patient(site=site, family_name="Lost")
    make_care_team(make_patient(site=site), physician=make_user("physician", sites=[site], is_active=False))
    make_care_team(make_plan(make_diagnosis(make_patient(site=site))).patient, cover=make_physician(site))
    make_patient(site=site, deceased_on=date(2025, 1, 1))
    make_patient(site=make_site())
    found = counts(client)
    assert (found["without-plan"], found["without-owner"]) == (2, 2)
    page = client.get(reverse("gap", args=["without-owner"]))
    assert "Lost" in page.content.decode()
    assert reverse("patient", args=[lost.pk]) in page.content.decode()


def test_near_misses_are_counted_and_listed_and_none_is_the_aim(client, admin, site):
    patient, doctor = make_patient(site=site, family_name="Lost"), make_physician(site)
    make_flag(patient, "A", owner=doctor, owner_as="physician")
    make_flag(patient, "B", owner=doctor, owner_as="responsible")
    make_flag(patient, "C", owner=doctor, owner_as="cover", unanswered_by=[doctor.pk])
    make_flag(patient, "D", owner=doctor, owner_as="cover", unanswered_by=[admin.pk])
    make_flag(patient, "E", owner=doctor, owner_as="nobody", signal="withdrawn")
    make_flag(make_patient(site=make_site()), "F")
    found = counts(client)
    assert (found["found-owner"], found["end-of-chain"], found["without-duty"]) == (1, 1, 1)
    for code, shown, hidden in (("found-owner", "A", "BCDEF"), ("end-of-chain", "C", "ABDEF")):
        page = client.get(reverse("gap", args=[code]))
        rules = [flag.rule for flag in page.context["page"].rows]
        assert rules == [shown]
        assert not set(rules) & set(hidden)
        assert "The aim is that this list is empty" in page.content.decode()
    page = client.get(reverse("gap", args=["without-duty"])).content.decode()
    assert reverse("change_review", args=[site.code]) in page


@pytest.mark.parametrize("person", ["closed", "nurse", "elsewhere"])
def test_on_duty_is_only_who_can_be(client, admin, site, person):
    chosen = {
        "closed": make_user("physician", sites=[site], is_active=False),
        "nurse": make_nurse(site),
        "elsewhere": make_physician(make_site()),
    }
    ReviewSettings.objects.create(site=site, duty_physician=chosen[person])
    assert counts(client)["without-duty"] == 1


def test_failures_quarantine_and_waiting_are_counted(client, admin, site):
    patient = make_patient(site=site)
    now = datetime.now(UTC)
    RuleFailure.objects.create(rule="MM-HB", at=now, patients=3, error="division by zero")
    RuleFailure.objects.create(rule="MM-HB", at=now, patients=3, error="mended", resolved_at=now)
    for number, owner in enumerate([patient, None, make_patient(site=make_site())]):
        Quarantine.objects.create(
            fingerprint=f"00000000-0000-0000-0000-00000000000{number}",
            where=f"row {number}",
            reason="unit_unknown",
            explanation="The unit furlong is not known.",
            remedy="Ask the laboratory.",
            patient=owner,
        )
    make_evaluation(patient, pending=True)
    make_flag(patient, answer_by=now - timedelta(hours=1))
    make_flag(patient, answer_by=now + timedelta(hours=1), onset_on=date(2025, 1, 1))
    make_scheduled_test(patient, due_on=now.date() - timedelta(days=60))
    found = counts(client)
    expected = {"rule-failures": 1, "quarantine": 2, "not-evaluated": 1, "unanswered": 1, "overdue": 1}
    assert {code: found[code] for code in expected} == expected
    words = {"rule-failures": "division by zero", "unanswered": "MM-PD-SERUM-M"}
    assert f'href="{reverse("quarantine")}"' in client.get(reverse("reports")).content.decode()
    for gap in BY_CODE.values():
        page = client.get(reverse("gap", args=[gap.code]))
        assert page.status_code == 200
        assert words.get(gap.code, str(gap.title)) in page.content.decode()
        assert len(page.context["page"].rows) == found[gap.code]


def test_an_unknown_list_or_report_is_not_found(client, admin):
    assert client.get(reverse("gap", args=["nothing"])).status_code == 404
    assert client.post(reverse("export", args=["nothing"])).status_code == 404
    assert client.post(reverse("export", args=["flags"]), {"format": "pdf"}).status_code == 404


# Plans for those without


def test_the_suggested_plan_is_started(client, admin, site):
    load_protocols(by=system_account())
    patient = make_diagnosis(make_patient(site=site), remission_on=date(2024, 1, 10)).patient
    page = client.get(reverse("gap", args=["without-plan"])).content.decode()
    assert "Start “Myeloma on maintenance” from 10 Jan 2024" in page
    answer = client.post(reverse("start_suggested", args=[patient.pk]), follow=True)
    assert "is followed by the plan" in answer.content.decode()
    plan = Plan.objects.get()
    assert (plan.patient, plan.protocol.code, plan.tests.exists()) == (patient, "mm-maintenance", True)
    assert AuditEvent.objects.filter(verb="start_plan", by=admin).count() == 1


def test_a_plan_is_not_guessed(client, admin, site):
    load_protocols(by=system_account())
    no_day = make_diagnosis(make_patient(site=site), remission_on=None).patient
    no_diagnosis = make_patient(site=site)
    elsewhere = make_diagnosis(make_patient(site=make_site())).patient
    page = client.get(reverse("gap", args=["without-plan"])).content.decode()
    assert "needs a day that is not recorded" in page
    assert "record the diagnosis first" in page
    for patient in (no_day, no_diagnosis):
        assert client.post(reverse("start_suggested", args=[patient.pk])).status_code == 302
    assert client.post(reverse("start_suggested", args=[elsewhere.pk])).status_code == 404
    assert client.post(reverse("start_suggested", args=[999_999])).status_code == 404
    assert not Plan.objects.exists()


def test_all_suggested_plans_are_started_at_once_and_the_rest_is_named(client, admin, site):
    load_protocols(by=system_account())
    for _ in range(3):
        make_diagnosis(make_patient(site=site))
    make_diagnosis(make_patient(site=site), "AML", therapy_ended_on=None)
    make_patient(site=site)
    make_diagnosis(make_patient(site=make_site()))
    page = client.post(reverse("start_all_suggested"), follow=True).content.decode()
    assert "3 plans started." in page
    assert "1 patient left without a plan: not recorded: end of therapy" in page
    assert "1 patient left without a plan: no diagnosis is recorded" in page
    assert Plan.objects.count() == 3
    client.post(reverse("start_all_suggested"))
    assert Plan.objects.count() == 3


# Taking files


def test_a_csv_file_is_streamed(client, admin, site):
    make_result(make_patient(mrn="000123", site=site), collected_on=date(2025, 1, 2))
    make_result(make_patient(mrn="elsewhere"))
    answer = client.post(reverse("export", args=["results"]), {"format": "csv", "since": "2025-01-01"})
    assert answer.streaming
    assert answer["Content-Type"].startswith("text/csv")
    assert "attachment" in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode(), newline="")))
    assert [row["mrn"] for row in rows] == ["000123"]
    assert AuditEvent.objects.get(verb="export").detail["rows"] == 1


def test_a_spreadsheet_is_sent_and_leaves_nothing_on_the_disk(client, admin, site, settings, tmp_path):
    settings.EXPORT_ROOT = tmp_path
    make_flag(make_patient(mrn="77", site=site))
    answer = client.post(reverse("export", args=["flags"]), {"format": "xlsx", "level": "URGENT"})
    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    assert [cell.value for cell in book["flags"]["A"]] == ["mrn", "77"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"since": "2025-02-01", "until": "2025-01-01"}, "The last day lies before the first."),
        ({"since": "07/01/2021"}, "Enter a valid date."),
        ({"site": "nowhere"}, "Select a valid choice"),
        ({"status": "late"}, "Select a valid choice"),
    ],
)
def test_a_filter_that_makes_no_sense_comes_back(client, admin, data, reason):
    answer = client.post(reverse("export", args=["flags"]), {"format": "csv", **data})
    assert answer.status_code == 400
    assert reason in answer.content.decode()
    assert not AuditEvent.objects.exists()


def test_a_nurse_cannot_be_offered_an_export_by_its_address(client, site):
    client.force_login(make_nurse(site))
    assert client.post(reverse("export", args=["results"]), {"format": "csv"}).status_code == 403
    assert not AuditEvent.objects.exists()
