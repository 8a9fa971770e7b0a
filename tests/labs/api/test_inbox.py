"""/api/v1/inbox/: the same list as the page, for physicians alone."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from labs.models import Level
from patients.actions.record_access import record_access
from patients.models import AccessEvent
from tests.factories import make_administrator, make_flag, make_nurse, make_patient, make_physician, make_site
from tests.labs.selectors.test_inbox_news import mute

pytestmark = pytest.mark.django_db
LIST, COUNTS = "/api/v1/inbox/", "/api/v1/inbox/counts/"


@pytest.fixture
def doctor():
    return make_physician(make_site())


@pytest.fixture
def flag(doctor):
    return make_flag(make_patient(site=doctor.sites.get()), owner=doctor)


@pytest.fixture
def api(doctor) -> APIClient:
    client = APIClient()
    client.force_login(doctor)
    return client


def test_a_card_holds_the_signals_that_wait_and_the_muted_ones(api, doctor, flag) -> None:
    mute(make_flag(flag.patient, "CBC-LDH", owner=doctor, level=Level.REVIEW))
    make_flag(flag.patient, "CBC-HB-FALL", owner=make_physician(flag.patient.site))
    (card,) = api.get(LIST).json()["results"]
    assert (card["patient"], card["level"], card["is_new"], card["new_since"]) == (
        flag.patient_id,
        "URGENT",
        True,
        None,
    )
    assert card["answer_by"].startswith("2025-06-01T1")
    assert [(one["id"], one["news"]) for one in card["signals"]] == [(flag.pk, "raised")]
    assert [one["rule"] for one in card["beside"]] == ["CBC-HB-FALL"]
    assert [(one["rule"], one["muted_until"], one["muted_because"]) for one in card["muted"]] == [
        ("CBC-LDH", "2027-03-03", "antibody")
    ]
    assert api.get(COUNTS).json() == {"urgent": 1, "review": 0, "info": 0, "new": 1, "muted": 1}


def test_filters_and_pages_are_those_of_the_page(api, doctor, flag) -> None:
    other = make_flag(make_patient(site=flag.patient.site), owner=doctor, level=Level.REVIEW)
    first = api.get(LIST, {"page_size": 1}).json()
    second = api.get(first["next"]).json()
    assert [page["results"][0]["patient"] for page in (first, second)] == [flag.patient_id, other.patient_id]
    assert second["next"] is None
    assert [card["level"] for card in api.get(LIST, {"level": "REVIEW"}).json()["results"]] == ["REVIEW"]
    record_access(by=doctor, patient=flag.patient, view="signal")
    assert [card["patient"] for card in api.get(LIST, {"new": True}).json()["results"]] == [other.patient_id]


def test_reading_the_list_is_no_look_into_a_record(api, flag) -> None:
    api.get(LIST)
    assert not AccessEvent.objects.exists()


@pytest.mark.parametrize(
    "query", [{"scope": "all"}, {"state": "x"}, {"after": "x"}, {"raised_since": "x"}, {"page_size": 0}]
)
def test_what_cannot_be_read_is_refused(api, query) -> None:
    assert api.get(LIST, query).status_code == 400


def test_a_stranger_sees_nothing(flag) -> None:
    client = APIClient()
    client.force_login(make_physician(make_site()))
    assert client.get(LIST, {"scope": "site"}).json()["results"] == []


@pytest.mark.parametrize("make", [make_nurse, make_administrator])
@pytest.mark.parametrize("address", [LIST, COUNTS])
def test_other_roles_have_none(make, address) -> None:
    client = APIClient()
    client.force_login(make(make_site()))
    assert client.get(address).status_code == 403
