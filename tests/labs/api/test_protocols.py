"""Protocols and days off by the API: the same rules as in the pages, mistakes named by their place."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from django.test import Client

from labs.models import Closure, Protocol
from patients.actions.system_account import system_account
from patients.models import AuditEvent, Site, User
from tests.factories import (
    make_administrator,
    make_diagnosis,
    make_nurse,
    make_patient,
    make_physician,
    make_plan,
    make_service_account,
    make_site,
)
from tests.factories.plans import make_closure
from tests.factories.protocols import make_short_protocol

pytestmark = pytest.mark.django_db
URL = "/api/v1/protocols/"


@pytest.fixture
def site() -> Site:
    return make_site(code="north")


@pytest.fixture
def physician(site: Site) -> User:
    return make_physician(site)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(user: User, url: str, body: Any = None) -> Any:
    return signed_in(user).post(url, body if body is not None else {}, content_type="application/json")


def changed(source: Protocol, **fields: Any) -> dict[str, Any]:
    definition = copy.deepcopy(source.definition)
    definition["steps"][0] |= {"every": "2 months", "confidence": "local"}
    return {**definition, "changed_because": "Our guideline.", **fields}


def derive(user: User, source: Protocol, site: Site, seen: int = 0, **fields: Any) -> Any:
    body = {"site": site.code, "definition": changed(source, **fields), "seen_version": seen}
    return send(user, f"{URL}{source.pk}/derive/", body)


def wrong(answer: Any) -> list[str]:
    return [problem["where"] for problem in answer.json()["problems"]]


def test_the_list_shows_shipped_and_own_and_narrows(site: Site, physician: User) -> None:
    shipped, own = make_short_protocol(), make_short_protocol(site=site)
    make_short_protocol(site=make_site())
    client = signed_in(physician)
    assert [row["id"] for row in client.get(URL).json()["results"]] == [own.pk, shipped.pk]
    assert [row["site"] for row in client.get(URL, {"site": "north"}).json()["results"]] == ["north"]
    assert client.get(URL, {"retired": "true"}).json()["results"] == []
    assert len(client.get(URL, {"retired": "false"}).json()["results"]) == 2
    assert client.get(URL, {"disease": "AML"}).json()["results"] == []


def test_one_version_comes_with_its_definition_and_who_is_on_it(site: Site, physician: User) -> None:
    own = make_short_protocol(site=site)
    make_plan(make_diagnosis(make_patient(site=site)), protocol=own)
    body = signed_in(physician).get(f"{URL}{own.pk}/").json()
    assert body["definition"] == own.definition
    assert body["patients"] == 1
    assert signed_in(make_physician(make_site())).get(f"{URL}{own.pk}/").status_code == 404
    assert signed_in(physician).put(f"{URL}{own.pk}/").status_code == 405


def test_deriving_retiring_and_offering_again(site: Site, physician: User) -> None:
    source = make_short_protocol()
    answer = derive(physician, source, site)
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert (body["version"], body["site"], body["derived_from"]) == (1, "north", source.pk)
    assert body["made_by"] == physician.username
    assert derive(physician, source, site).status_code == 409
    own = f"{URL}{body['id']}/"
    assert send(physician, own + "retire/").json()["retired_at"] is not None
    assert send(physician, own + "retire/").status_code == 409
    assert send(physician, own + "restore/").json()["retired_at"] is None
    assert send(physician, f"{URL}{source.pk}/retire/").status_code == 409
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["derive_protocol", "retire_protocol", "restore_protocol"]


STEP = {"step": "x", "kind": "mrd", "every": "1 month", "source": "A", "confidence": "seen"}


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"title": None}, "definition.title"),
        ({"steps": [STEP | {"every": "0 months"}]}, "definition.steps.0.every"),
        ({"steps": [STEP, STEP | {"step": "y"}]}, "definition.steps.1"),
        ({"steps": [STEP | {"note": "\ud800"}]}, "definition.steps.0.note"),
        ({"steps": ["just words"]}, "definition.steps.0"),
        ({"steps": 3}, "definition.steps"),
        ({"steps": []}, "definition.steps"),
        ({"sources": {"A\u0000": "a"}}, "definition.sources"),
        ({"changed_because": ""}, "definition.changed_because"),
    ],
)
def test_every_mistake_has_its_place(site: Site, physician: User, fields: dict[str, Any], where: str) -> None:
    answer = derive(physician, make_short_protocol(), site, **fields)
    assert answer.status_code == 400
    assert where in wrong(answer)
    assert not Protocol.objects.filter(site=site).exists()


@pytest.mark.parametrize("definition", [None, "x", [], 3])
def test_a_definition_is_an_object(site: Site, physician: User, definition: Any) -> None:
    source = make_short_protocol()
    body = {"site": site.code, "definition": definition, "seen_version": 0}
    assert wrong(send(physician, f"{URL}{source.pk}/derive/", body)) == ["definition"]


def test_nothing_changed_is_refused(site: Site, physician: User) -> None:
    source = make_short_protocol()
    body = {"site": site.code, "definition": source.definition | {"changed_because": "x"}, "seen_version": 0}
    assert send(physician, f"{URL}{source.pk}/derive/", body).status_code == 400


def test_others_do_not_derive(site: Site, physician: User) -> None:
    source = make_short_protocol()
    for person in (make_nurse(site), make_service_account(site)):
        assert derive(person, source, site).status_code == 403
    assert wrong(derive(physician, source, make_site())) == ["site"]


SITES = "/api/v1/sites/"


def test_sites_and_their_days_off(site: Site) -> None:
    nurse = make_nurse(site)
    make_closure(make_site())
    make_closure(site, name="Old", first_on=date(2024, 5, 1))
    assert [row["code"] for row in signed_in(nurse).get(SITES).json()] == ["north"]
    assert signed_in(nurse).get(f"{SITES}north/").json()["time_zone"] == "Europe/Paris"
    assert len(signed_in(system_account()).get(SITES).json()) == 2
    url = f"{SITES}north/closures/"
    added = send(nurse, url, {"first_on": "2026-12-25", "name": "Christmas"})
    assert added.status_code == 201, added.json()
    assert (added.json()["last_on"], added.json()["recorded_by"]) == ("2026-12-25", nurse.username)
    assert [row["name"] for row in signed_in(nurse).get(url).json()] == ["Old", "Christmas"]
    assert [row["name"] for row in signed_in(nurse).get(url, {"year": 2026}).json()] == ["Christmas"]
    assert wrong(signed_in(nurse).get(url, {"year": "x"})) == ["year"]
    back = send(nurse, f"{url}{added.json()['id']}/withdraw/", {"reason": "We work."})
    assert back.json()["withdrawn_because"] == "We work."


def test_days_off_that_cannot_be_are_refused_by_field(site: Site) -> None:
    nurse = make_nurse(site)
    url = f"{SITES}north/closures/"
    assert wrong(send(nurse, url, {"first_on": "2026-12-25", "last_on": "2026-12-24", "name": "x"})) == ["last_on"]
    assert wrong(send(nurse, url, {"first_on": "2126-12-25", "name": "x"})) == ["first_on"]
    assert wrong(send(nurse, url, {"name": "x"})) == ["first_on"]
    assert not Closure.objects.exists()


def test_days_off_of_the_own_site_and_role_only(site: Site, physician: User) -> None:
    closure = make_closure(site)
    url = f"{SITES}north/closures/"
    body = {"first_on": "2026-12-25", "name": "x"}
    assert send(physician, url, body).status_code == 403
    assert send(physician, f"{url}{closure.pk}/withdraw/", {"reason": "x"}).status_code == 403
    stranger = make_administrator(make_site())
    assert send(stranger, url, body).status_code == 404
    assert signed_in(stranger).get(url).status_code == 404
    there = make_closure(make_site())
    assert send(make_nurse(site), f"{url}{there.pk}/withdraw/", {"reason": "x"}).status_code == 404
