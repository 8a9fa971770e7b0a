"""The pages, files and API of the alert economy: who reads them, what they say, what they ask of the database."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from labs.models import FlagDecision, FlagEvent
from patients.models import AuditEvent, Site, User
from tests.counting import statements_of
from tests.factories import (
    make_administrator,
    make_diagnosis,
    make_flag,
    make_nurse,
    make_patient,
    make_physician,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db
RAISED = timezone.now() - timedelta(days=20)


@pytest.fixture
def site() -> Site:
    return make_site(code="north", name="North unit", time_zone="UTC")


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def words(page: Any) -> str:
    return " ".join(page.content.decode().split())


def decided(site: Site, outcome: str, number: int, rule: str = "MM-HB") -> None:
    doctor = make_physician(site)
    for _ in range(number):
        diagnosis = make_diagnosis(make_patient(site=site))
        answer = {"review": "resolved", "decision": outcome, "reviewed_by": doctor, "reviewed_at": RAISED}
        flag = make_flag(diagnosis.patient, rule, diagnosis=diagnosis, raised_at=RAISED, level="REVIEW", **answer)
        later = RAISED + timedelta(hours=6)
        for at, kind, said in ((RAISED, "raised", "provisional"), (later, "confirmed", "confirmed")):
            if kind == "raised" or outcome == "relapse_confirmed":
                FlagEvent.objects.create(
                    flag=flag, at=at, by=doctor, kind=kind, signal=said, review="open", level="REVIEW"
                )
        FlagDecision.objects.create(flag=flag, at=later, by=doctor, decision=outcome, review_before="open")


def test_it_opens_with_a_sentence_and_proposes_what_mostly_asked_in_vain(site: Site, signed_in) -> None:
    decided(site, "explained_transfusion", 19)
    decided(site, "relapse_confirmed", 1)
    decided(site, "relapse_confirmed", 3, rule="MM-PD-SERUM-M")
    page = words(signed_in(make_physician(site)).get(reverse("alert_economy")))
    assert "23 signals were raised. Of 23 it is decided whether they were a relapse, and 4 were: 17 %" in page
    assert "Proposals to retune" in page
    assert "1 of 20 decided signals were a relapse: 5 % (95 % interval 1–24 %)" in page
    assert (
        "19 of 19 needless ones fewer; of 1 relapses 0 not seen by this rule at all, 1 seen later, by 0.2 days" in page
    )
    assert (
        "19 needless ones would have asked for no answer; nobody would have been asked about 1 with a relapse" in page
    )
    assert reverse("propose_criteria", args=["north", "MM"]) in page
    assert page.count("v-proposal") == 1


def test_an_auditor_reads_the_proposal_without_the_link(site: Site, signed_in) -> None:
    decided(site, "no_relapse", 20)
    page = words(signed_in(make_user("auditor", sites=[site])).get(reverse("alert_economy")))
    assert "Proposals to retune" in page
    assert reverse("propose_criteria", args=["north", "MM"]) not in page


def test_nothing_raised_says_so(site: Site, signed_in) -> None:
    page = words(signed_in(make_administrator(site)).get(reverse("alert_economy")))
    assert "No signal was raised in these months: nothing can be counted." in page
    assert "Proposals to retune" not in page


def test_other_sites_and_diseases_are_not_counted(site: Site, signed_in) -> None:
    decided(make_site(), "no_relapse", 2)
    decided(site, "no_relapse", 1)
    client = signed_in(make_physician(site))
    assert "1 signal was raised." in words(client.get(reverse("alert_economy")))
    assert "No signal was raised" in words(client.get(reverse("alert_economy"), {"disease": "AML"}))
    listed = client.get("/api/v1/alert-economy/").json()
    assert [(one["site"], one["rule"], one["raised"]) for one in listed] == [("north", "MM-HB", 1)]
    assert client.get("/api/v1/alert-economy/?disease=AML").json() == []
    assert client.get("/api/v1/alert-economy/?until=2020-01-01").json() == []
    assert client.get("/api/v1/alert-economy/?disease=flu").status_code == 400


@pytest.mark.parametrize("address", ["/alert-economy/", "/alert-economy/figure.csv", "/api/v1/alert-economy/"])
def test_nurses_do_not_read_it(site: Site, signed_in, address: str) -> None:
    assert signed_in(make_nurse(site)).get(address).status_code == 403


def test_wrong_methods_and_formats(site: Site, signed_in) -> None:
    client = signed_in(make_physician(site))
    assert client.post(reverse("alert_economy")).status_code == 405
    assert client.get(reverse("take_alert_economy")).status_code == 405
    assert client.post(reverse("take_alert_economy"), {"format": "pdf"}).status_code == 404
    assert signed_in(make_nurse(site)).post(reverse("take_alert_economy")).status_code == 403


def test_the_files_hold_the_same_figures_and_taking_them_is_recorded(site: Site, signed_in) -> None:
    decided(site, "explained_assay", 2)
    decided(site, "relapse_confirmed", 1)
    client, address = signed_in(make_physician(site)), reverse("take_alert_economy")
    text = b"".join(client.post(address, {"format": "csv"})).decode()
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (row["site"], row["rule"], row["raised"], row["explained_assay"]) == ("north", "MM-HB", "3", "2")
    assert (row["precision"], row["hours_to_decide_median"]) == ("0.3333", "6")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.post(address, {"format": "xlsx"}))), read_only=True)
    assert "MM-HB" in [cell for line in book.worksheets[0].iter_rows(values_only=True) for cell in line]
    assert AuditEvent.objects.filter(verb="export", detail__report="alert_economy").count() == 2
    figure = client.get(reverse("alert_economy_data")).content.decode()
    assert figure.splitlines()[0].startswith("What became of the signals,raised,waiting")
    assert "attachment" in client.get(reverse("alert_economy_data"))["Content-Disposition"]


def test_the_page_takes_as_many_statements_for_many_as_for_few(site: Site, signed_in) -> None:
    client = signed_in(make_physician(site))
    decided(site, "no_relapse", 20)
    few = len(statements_of(client, reverse("alert_economy")))
    for rule in ("CBC-HB-FALL", "MM-CALCIUM", "MM-PD-FLC"):
        decided(site, "no_relapse", 21, rule=rule)
    assert len(statements_of(client, reverse("alert_economy"))) == few
