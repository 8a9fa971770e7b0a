"""The same rules by the API: two people, a replay first, one's own sites only."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from labs.api import criteria as room
from labs.models import CriteriaChange
from patients.models import AuditEvent, Role, Site, User
from tests.factories import (
    make_administrator,
    make_criteria_change,
    make_diagnosis,
    make_nurse,
    make_patient,
    make_physician,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/criteria/"


@pytest.fixture
def site() -> Site:
    return make_site()


@pytest.fixture
def proposer(site: Site) -> User:
    return make_physician(site)


@pytest.fixture
def other(site: Site) -> User:
    return make_administrator(site)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def proposal(at: Site, **more: Any) -> dict[str, Any]:
    chosen = {"site": at.code, "disease": "AML", "criteria": "ELN-2017", "grading": "CTCAE-5", "reason": "A trial."}
    return {**chosen, **more}


def propose(user: User, body: dict[str, Any]) -> Any:
    return signed_in(user).post(URL, body, content_type="application/json")


def step(user: User, change: int, name: str, **body: Any) -> Any:
    return signed_in(user).post(f"{URL}{change}/{name}/", body, content_type="application/json")


def wrong_fields(answer: Any) -> list[str]:
    return [problem["where"] for problem in answer.json()["problems"]]


def test_the_whole_way(site: Site, proposer: User, other: User) -> None:
    answer = propose(proposer, proposal(site, switched_off={"AML-MRD": "Measured elsewhere."}))
    assert answer.status_code == 201, answer.json()
    number = answer.json()["id"]
    assert answer.json()["replay"] is None
    assert step(other, number, "approve", replayed_at="2026-01-01T00:00:00Z").status_code == 409
    replayed = step(proposer, number, "replay").json()
    assert replayed["replay"]["patients"] == 0
    approved = step(other, number, "approve", replayed_at=replayed["replayed_at"])
    assert approved.status_code == 200, approved.json()
    assert (approved.json()["state"], approved.json()["approved_by"]) == ("active", other.username)
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["criteria.proposed", "criteria.replayed", "criteria.approved", "criteria.activated"]
    rows = {row["disease"]: row for row in signed_in(make_nurse(site)).get(f"{URL}in-force/").json()}
    assert (rows["AML"]["criteria"], rows["AML"]["change"]) == ("ELN-2017", number)
    assert rows["AML"]["switched_off"] == {"AML-MRD": "Measured elsewhere."}
    assert {"AML-MRD", "AML-BLOOD"} <= rows["AML"]["not_asked"].keys()
    assert (rows["MM"]["criteria"], rows["MM"]["change"], rows["MM"]["since"]) == ("IMWG-2016", None, None)


def test_a_large_site_is_replayed_by_a_job(site: Site, proposer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    make_diagnosis(make_patient(site=site), "AML")
    number = propose(proposer, proposal(site)).json()["id"]
    monkeypatch.setattr(room, "AT_ONCE", 0)
    answer = step(proposer, number, "replay")
    assert (answer.status_code, answer.json()["replayed_at"]) == (202, None)
    assert step(proposer, number, "replay").status_code == 202
    assert step(make_nurse(site), number, "replay").status_code == 403


def test_the_proposer_cannot_approve_or_reject(site: Site, proposer: User) -> None:
    number = propose(proposer, proposal(site)).json()["id"]
    seen = step(proposer, number, "replay").json()["replayed_at"]
    assert step(proposer, number, "approve", replayed_at=seen).status_code == 403
    assert step(proposer, number, "reject", because="x").status_code == 403
    assert step(proposer, number, "withdraw", because="A mistake.").json()["state"] == "withdrawn"
    assert step(proposer, number, "withdraw", because="Again.").status_code == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"criteria": "IMWG-2011"}, "criteria"),
        ({"grading": "CTCAE-4"}, "grading"),
        ({"reason": ""}, "reason"),
        ({"switched_off": {"MM-HB": "x"}}, "switched_off"),
        ({"switched_off": ["AML-MRD"]}, "switched_off"),
        ({"active_from": "2020-01-01"}, "active_from"),
        ({"disease": "CLL"}, "disease"),
        ({"site": "nowhere"}, "site"),
    ],
)
def test_what_is_wrong_is_named(site: Site, proposer: User, change: dict[str, Any], field: str) -> None:
    answer = propose(proposer, proposal(site, **change))
    assert answer.status_code == 400
    assert wrong_fields(answer) == [field]
    assert not CriteriaChange.objects.exists()


def test_a_second_proposal_is_a_conflict(site: Site, proposer: User) -> None:
    propose(proposer, proposal(site))
    assert propose(proposer, proposal(site)).status_code == 409


def test_reasons_are_asked_for(site: Site, proposer: User, other: User) -> None:
    number = propose(proposer, proposal(site)).json()["id"]
    assert wrong_fields(step(other, number, "reject", because=" ")) == ["because"]
    assert step(other, number, "reject", because="No.").json()["closed_because"] == "No."


def test_changes_of_other_sites_are_not_there(site: Site, proposer: User) -> None:
    there = make_criteria_change()
    own = make_criteria_change(site)
    client = signed_in(proposer)
    assert [row["id"] for row in client.get(URL).json()["results"]] == [own.pk]
    assert client.get(f"{URL}{there.pk}/").status_code == 404
    assert step(proposer, there.pk, "replay").status_code == 404
    assert propose(proposer, proposal(there.site)).status_code == 403


def test_examples_are_of_patients_one_may_see_today(site: Site, proposer: User) -> None:
    here, moved = make_patient(site=site), make_patient()
    side = {"rule": "MM-PD-MARROW", "onset_on": "2026-01-01", "level": "REVIEW", "state": "confirmed"}
    examples = [{"kind": "lost", "patient": one.pk, "before": side, "after": None} for one in (here, moved)]
    change = make_criteria_change(site, state="active")
    CriteriaChange.objects.filter(pk=change.pk).update(replay=change.replay | {"examples": examples})
    shown = signed_in(proposer).get(f"{URL}{change.pk}/").json()["replay"]
    assert [one["patient"] for one in shown["examples"]] == [here.pk]
    assert shown["lines"] == change.replay["lines"]


@pytest.mark.parametrize("role", [Role.NURSE, Role.AUDITOR, Role.SERVICE])
def test_others_read_and_do_not_decide(site: Site, role: Role) -> None:
    change = make_criteria_change(site)
    user = make_user(role, sites=[site])
    assert signed_in(user).get(f"{URL}{change.pk}/").status_code == 200
    for name, body in (("replay", {}), ("reject", {"because": "x"}), ("withdraw", {"because": "x"})):
        assert step(user, change.pk, name, **body).status_code == 403
    assert propose(user, proposal(site, disease="MM", criteria="IMWG-2011")).status_code == 403


def test_the_list_is_narrowed(site: Site, proposer: User) -> None:
    make_criteria_change(site, state="rejected")
    waiting = make_criteria_change(site)
    make_criteria_change(site, disease="AML", criteria="ELN-2017")
    client = signed_in(proposer)
    found = client.get(URL, {"site": site.code, "disease": "MM", "state": "proposed"}).json()["results"]
    assert [row["id"] for row in found] == [waiting.pk]


def test_a_stranger_sees_nothing() -> None:
    assert Client().get(URL).status_code == 401
