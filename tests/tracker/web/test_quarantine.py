"""The queue of what could not be used: seen by those who may, mended, dismissed, never lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from labs.models import Quarantine, Result
from patients.actions.system_account import system_account
from patients.models import AccessEvent, Patient, User
from tests.factories import (
    make_administrator,
    make_message,
    make_nurse,
    make_patient,
    make_quarantine,
    make_service_account,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db
RAW = {
    "identifiers": [["mrn", "0012"]], "family_name": "Okafor", "given_name": "Ines", "birth_date": "1958-03-14",
    "sex": "female", "accession": "L1", "code": "718-7", "display": "Haemoglobin", "value": "11.2", "unit": "furlongs",
    "status": "final", "collected": "2025-06-01T08:30:00", "specimen": "", "method": "", "laboratory": "Central",
}  # fmt: skip


@pytest.fixture
def patient() -> Patient:
    return make_patient(mrn="0012")


@pytest.fixture
def nurse(patient: Patient, client: Client) -> User:
    nurse = make_nurse(patient.site)
    client.force_login(nurse)
    return nurse


@pytest.fixture
def item(patient: Patient) -> Quarantine:
    return make_quarantine(patient=patient, analyte="haemoglobin", raw=RAW, collected_on=date(2025, 6, 1))


def queue(client: Client, **query: str) -> list[Quarantine]:
    return client.get(reverse("quarantine"), query).context["page"].rows


def page_of(item: Quarantine) -> str:
    return reverse("quarantine_item", args=[item.pk])


def mended(**changes: str) -> dict[str, str]:
    return {
        "analyte": "haemoglobin", "value": "11.2", "unit": "g/dL", "collected_on": "2025-06-01", "collected_time": "08:30",
        "specimen": "", "method": "", "note": "",
    } | changes  # fmt: skip


def test_it_lists_what_waits_with_reason_and_remedy(client: Client, nurse: User, item: Quarantine) -> None:
    make_quarantine(patient=make_patient())
    unmatched = make_quarantine(reason="unknown_number", message=make_message())
    assert queue(client) == [unmatched, item]
    page = client.get(reverse("quarantine")).content.decode()
    assert item.explanation.replace("'", "&#x27;") in page
    assert item.remedy in page


def test_it_is_narrowed_by_reason(client: Client, nurse: User, item: Quarantine) -> None:
    other = make_quarantine(reason="unknown_number")
    assert queue(client, reason="unknown_number") == [other]


def test_the_number_of_queries_does_not_grow(
    client: Client, nurse: User, item: Quarantine, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        make_quarantine(patient=item.patient, message=make_message())
    with django_assert_max_num_queries(10):
        assert len(queue(client)) == 11


def test_an_empty_queue_says_so(client: Client, nurse: User) -> None:
    assert "Nothing waits" in client.get(reverse("quarantine")).content.decode()


def test_an_item_shows_the_senders_words_and_fills_the_form(client: Client, nurse: User, item: Quarantine) -> None:
    answer = client.get(page_of(item))
    page = answer.content.decode()
    assert "furlongs" in page
    assert "Central" in page
    assert answer.context["form"]["analyte"].value() == "haemoglobin"
    assert 'value="08:30"' in page
    assert AccessEvent.objects.get().patient == item.patient


def test_mending_takes_the_result_in(client: Client, nurse: User, item: Quarantine) -> None:
    answer = client.post(page_of(item), mended())
    assert answer.status_code == 302, answer.context["form"].errors
    assert Result.objects.get().patient == item.patient
    assert queue(client) == []
    assert client.get(page_of(item)).status_code == 404


def test_what_still_cannot_be_used_comes_back_with_what_was_typed(
    client: Client, nurse: User, item: Quarantine
) -> None:
    answer = client.post(page_of(item), mended(unit="ells", note="Dr Lund said so"))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["unit"]
    assert "Dr Lund said so" in answer.content.decode()
    assert not Result.objects.exists()


def test_an_unmatched_item_asks_whose_it_is_and_offers_to_register(client: Client, nurse: User) -> None:
    item = make_quarantine(reason="unknown_number", raw=RAW | {"identifiers": [["mrn", "12"]], "unit": "g/dL"})
    answer = client.get(page_of(item))
    assert answer.context["form"]["number"].value() == "12"
    assert "family_name=Okafor" in answer.context["register"]
    wrong = client.post(page_of(item), mended(number="12"))
    assert list(wrong.context["form"].errors) == ["number"]
    assert client.post(page_of(item), mended(number=" 0012 ")).status_code == 302
    assert Result.objects.get().report.accession == "L1"


def test_dismissing_asks_for_a_reason(client: Client, nurse: User, item: Quarantine) -> None:
    address = reverse("dismiss_quarantined", args=[item.pk])
    assert client.post(address, {"note": ""}).status_code == 422
    assert client.post(address, {"note": "A test message."}).status_code == 302
    item.refresh_from_db()
    assert (item.state, item.closed_by) == ("dismissed", nurse)


def test_what_is_no_result_can_only_be_dismissed(client: Client, nurse: User) -> None:
    item = make_quarantine(reason="broken_row", raw={"row": "x;y"})
    answer = client.get(page_of(item))
    assert answer.context["form"] is None
    assert "have it sent again" in answer.content.decode()


def test_an_administrator_looks_and_dismisses(client: Client, item: Quarantine) -> None:
    client.force_login(make_administrator(item.patient.site))
    assert client.get(page_of(item)).context["form"] is None
    assert client.post(page_of(item), mended()).status_code == 403


@pytest.mark.parametrize("role", ["auditor", "service"])
def test_others_do_not_see_the_queue(client: Client, item: Quarantine, role: str) -> None:
    client.force_login(make_user(role, sites=[item.patient.site]))
    assert client.get(reverse("quarantine")).status_code == 403
    assert client.get(page_of(item)).status_code == 403


def test_an_item_of_a_foreign_patient_is_not_there(client: Client, item: Quarantine) -> None:
    client.force_login(make_nurse(make_site()))
    assert client.get(page_of(item)).status_code == 404
    assert client.post(reverse("dismiss_quarantined", args=[item.pk]), {"note": "x"}).status_code == 404


def test_dismissing_is_not_done_by_reading(client: Client, nurse: User, item: Quarantine) -> None:
    answer: Any = client.get(reverse("dismiss_quarantined", args=[item.pk]))
    assert answer.status_code == 405


def test_a_missing_item(client: Client, nurse: User) -> None:
    assert client.get(reverse("quarantine_item", args=[999])).status_code == 404


def test_an_item_of_nobody_known_is_for_the_sites_it_was_sent_for(client: Client, nurse: User) -> None:
    here, elsewhere = make_service_account(nurse.sites.get()), make_service_account(make_site())
    senders = [here, elsewhere, make_service_account(), system_account()]
    sent = [make_quarantine(reason="unknown_number", message=make_message(by=sender)) for sender in senders]
    assert queue(client) == [sent[3], sent[2], sent[0]]
    assert client.get(page_of(sent[1])).status_code == 404
    assert client.post(reverse("dismiss_quarantined", args=[sent[1].pk]), {"note": "x"}).status_code == 404


def test_a_refused_form_is_a_look_into_the_record_too(client: Client, nurse: User, item: Quarantine) -> None:
    client.post(page_of(item), {})
    client.post(reverse("dismiss_quarantined", args=[item.pk]), {"note": ""})
    assert AccessEvent.objects.filter(patient=item.patient, by=nurse).count() == 2


def test_a_reason_that_no_database_takes_finds_nothing(client: Client, nurse: User, item: Quarantine) -> None:
    assert queue(client, reason="unknown\0") == []


def test_a_limit_above_its_value_can_be_put_right(client: Client, nurse: User) -> None:
    raw = {"code": "mrd_molecular", "value": "0.005", "unit": "%", "status": "final", "detection_limit": "0.01",
           "cells_counted": "7", "target": "NPM1", "specimen": "bone marrow", "accession": "A1"}  # fmt: skip
    item = make_quarantine(
        reason="limit_above_value", patient=make_patient(site=nurse.sites.get()), analyte="mrd_molecular", raw=raw
    )
    form = client.get(page_of(item)).context["form"]
    assert [form[name].value() for name in ("target", "detection_limit", "cells_counted")] == ["NPM1", "0.01", "7"]
    sent = {"analyte": "mrd_molecular", "value": "0.005", "unit": "%", "specimen": "bone_marrow"}
    still = client.post(page_of(item), mended(**sent, detection_limit="0.01"))
    assert list(still.context["form"].errors) == ["detection_limit"]
    answer = client.post(page_of(item), mended(**sent, detection_limit="0.001", target="NPM1", cells_counted="7"))
    assert answer.status_code == 302, answer.context["form"].errors
    result = Result.objects.get()
    assert (result.target, result.cells_counted) == ("NPM1", 7)


def test_an_item_of_a_blood_count_is_not_asked_for_a_target(client: Client, nurse: User, item: Quarantine) -> None:
    assert "target" not in client.get(page_of(item)).context["form"].fields
