"""The pages on which a site chooses its criteria: by two people, without scripts, and for that site alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from labs.jobs import replay_in_background
from labs.models import CriteriaChange, CriteriaState, Evaluation
from patients.models import Role, Site, User
from tests.factories import (
    make_administrator,
    make_criteria_change,
    make_diagnosis,
    make_nurse,
    make_patient,
    make_physician,
    make_series,
    make_site,
    make_user,
)
from tracker.web import criteria as room
from tracker.web.charts.replayed import Changed, draw_replay
from tracker.web.marks import STATES

pytestmark = pytest.mark.django_db
BLASTS = {date(2026, 5, 1): "0", date(2026, 6, 1): "2"}
CHOICE = {"criteria": "ELN-2017", "grading": "CTCAE-5", "reason": "One sample is enough here."}


@pytest.fixture
def site() -> Site:
    return make_site(name="North House")


@pytest.fixture
def proposer(site: Site) -> User:
    return make_physician(site, last_name="Adeyemi")


@pytest.fixture
def other(site: Site) -> User:
    return make_administrator(site, last_name="Brandt")


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def propose_at(site: Site, disease: str = "AML") -> str:
    return reverse("propose_criteria", args=[site.code, disease])


def step(user: User, change: CriteriaChange, name: str, **data: Any) -> Any:
    return as_(user).post(reverse(f"{name}_criteria", args=[change.pk]), data, follow=True)


def proposed(site: Site, user: User) -> CriteriaChange:
    answer = as_(user).post(propose_at(site), CHOICE)
    change = CriteriaChange.objects.get(site=site)
    assert answer["Location"] == reverse("criteria_change", args=[change.pk])
    return change


def test_with_one_site_its_criteria_are_the_first_page(site: Site, proposer: User) -> None:
    assert as_(proposer).get(reverse("criteria"))["Location"] == reverse("site_criteria", args=[site.code])


def test_with_two_sites_one_is_chosen_and_with_none_it_says_so(site: Site) -> None:
    page = as_(make_physician(site, make_site(name="South House"))).get(reverse("criteria"))
    assert "North House" in page.content.decode()
    assert "South House" in page.content.decode()
    assert "You work for no site" in as_(make_physician()).get(reverse("criteria")).content.decode()


@pytest.mark.parametrize("role", [Role.NURSE, Role.PHYSICIAN, Role.ADMINISTRATOR, Role.AUDITOR])
def test_everybody_of_the_site_reads_what_holds(site: Site, role: Role) -> None:
    page = as_(make_user(role, sites=[site])).get(reverse("site_criteria", args=[site.code]))
    text = page.content.decode()
    assert "IMWG 2016" in text
    assert "ELN 2022" in text
    assert "nobody decided otherwise" in text
    assert ("Propose a change" in text) is (role in {Role.PHYSICIAN, Role.ADMINISTRATOR})


def test_what_holds_names_who_decided_and_what_is_off(site: Site, proposer: User, other: User) -> None:
    make_criteria_change(site, state="superseded", disease="AML", criteria="ELN-2022", proposed_by=proposer)
    make_criteria_change(
        site,
        state="active",
        disease="AML",
        criteria="ELN-2017",
        proposed_by=proposer,
        approved_by=other,
        switched_off={"AML-MRD": "Measured elsewhere."},
    )
    text = as_(proposer).get(reverse("site_criteria", args=[site.code])).content.decode()
    assert "ELN 2017" in text
    assert "Measured elsewhere." in text
    assert "Adeyemi" in text
    assert "Brandt" in text
    assert "1 earlier change" in text


def test_another_site_an_unknown_one_and_an_unknown_disease(site: Site, proposer: User) -> None:
    there = make_site()
    change = make_criteria_change(there)
    client = as_(proposer)
    assert client.get(reverse("site_criteria", args=[there.code])).status_code == 403
    assert client.get(propose_at(there)).status_code == 403
    assert client.get(reverse("criteria_change", args=[change.pk])).status_code == 403
    for name in ("replay", "approve", "reject", "withdraw"):
        assert step(proposer, change, name, because="x").status_code == 403
    assert client.get(reverse("site_criteria", args=["nowhere"])).status_code == 404
    assert client.get(propose_at(site, "CLL")).status_code == 404
    assert client.get(reverse("criteria_change", args=[0])).status_code == 404


def test_wrong_methods(site: Site, proposer: User) -> None:
    change = make_criteria_change(site)
    client = as_(proposer)
    assert client.post(reverse("site_criteria", args=[site.code])).status_code == 405
    for name in ("replay", "approve", "reject", "withdraw"):
        assert client.get(reverse(f"{name}_criteria", args=[change.pk])).status_code == 405


def test_a_nurse_cannot_propose(site: Site) -> None:
    assert as_(make_nurse(site)).get(propose_at(site)).status_code == 403
    assert as_(make_nurse(site)).post(propose_at(site), CHOICE).status_code == 403
    assert not CriteriaChange.objects.exists()


def test_the_form_shows_what_holds_and_stores_what_was_chosen(site: Site, proposer: User) -> None:
    make_criteria_change(
        site, state="active", disease="AML", criteria="ELN-2017", switched_off={"AML-MRD": "Measured elsewhere."}
    )
    text = as_(proposer).get(propose_at(site)).content.decode()
    assert 'value="Measured elsewhere."' in text
    as_(proposer).post(propose_at(site), {**CHOICE, "criteria": "ELN-2022", "off-AML-COUNTS": "Too many."})
    change = CriteriaChange.objects.get(state=CriteriaState.PROPOSED)
    assert (change.criteria, change.switched_off) == ("ELN-2022", {"AML-COUNTS": "Too many."})
    assert change.proposed_by == proposer


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"criteria": ""}, "Choose a set of criteria."),
        ({"criteria": "IMWG-2011"}, "IMWG-2011"),
        ({"reason": ""}, "Say why the site changes its criteria."),
        ({"active_from": "2020-01-01"}, "This day is past."),
        ({"active_from": "soon"}, "Enter a valid date."),
        ({"off-AML-MRD": "x" * 501}, "at most 500 characters"),
        ({"criteria": "ELN-2022"}, "This is what holds already."),
    ],
)
def test_what_was_typed_stays_with_the_reason_why_it_was_refused(
    site: Site, proposer: User, change: dict[str, str], words: str
) -> None:
    page = as_(proposer).post(propose_at(site), {**CHOICE, **change})
    assert page.status_code == 422
    text = page.content.decode()
    assert words in text
    assert change.get("reason", CHOICE["reason"]) in text
    assert not CriteriaChange.objects.exists()


def test_the_way_of_a_change_through_two_people(site: Site, proposer: User, other: User) -> None:
    patient = make_patient(site=site, family_name="Sjöberg")
    make_diagnosis(patient, "AML", remission_on=date(2026, 1, 1))
    make_series(patient, "blasts_blood_percent", BLASTS)
    change = proposed(site, proposer)
    own = as_(proposer).get(reverse("criteria_change", args=[change.pk])).content.decode()
    assert "Not replayed yet" in own
    assert "Brandt" in own
    assert "Approve" not in own
    page = step(proposer, change, "replay")
    text = page.content.decode()
    assert "Sjöberg" in text
    assert page.context["replay"].total["moved"]["flags"] == 1
    seen = as_(other).get(reverse("criteria_change", args=[change.pk]))
    assert "Approve and put in force" in seen.content.decode()
    done = step(other, change, "approve", replayed_at=seen.context["change"].replayed_at.isoformat())
    assert "evaluated anew" in done.content.decode()
    change.refresh_from_db()
    assert (change.state, change.approved_by) == (CriteriaState.ACTIVE, other)
    assert Evaluation.objects.get(patient=patient).pending


def test_a_large_site_is_replayed_in_the_background(
    site: Site, proposer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_diagnosis(make_patient(site=site), "AML")
    change = proposed(site, proposer)
    monkeypatch.setattr(room, "AT_ONCE", 0)
    asked: list[int] = []
    monkeypatch.setattr(room, "replay_soon", lambda *, change_id, by: asked.append(change_id))
    assert "in the background" in step(proposer, change, "replay").content.decode()
    assert asked == [change.pk]
    assert step(make_nurse(site), change, "replay").status_code == 403
    replay_in_background(change.pk, proposer.pk)
    change.refresh_from_db()
    assert change.replayed_by == proposer
    step(proposer, change, "withdraw", because="A mistake.")
    replay_in_background(change.pk, proposer.pk)
    assert asked == [change.pk]


def test_the_proposer_gets_no_further_by_asking_the_address(site: Site, proposer: User) -> None:
    change = proposed(site, proposer)
    step(proposer, change, "replay")
    change.refresh_from_db()
    assert change.replayed_at is not None
    assert step(proposer, change, "approve", replayed_at=change.replayed_at.isoformat()).status_code == 403
    assert step(proposer, change, "reject", because="x").status_code == 403
    change.refresh_from_db()
    assert change.state == CriteriaState.PROPOSED


def test_without_a_replay_or_with_one_not_seen_the_page_says_what_to_do(
    site: Site, proposer: User, other: User
) -> None:
    change = proposed(site, proposer)
    assert "Run the replay first" in step(other, change, "approve").content.decode()
    step(proposer, change, "replay")
    assert "again" in step(other, change, "approve", replayed_at="2020-01-01T00:00:00+00:00").content.decode()
    assert step(other, change, "approve", replayed_at="2020-13-45T00:00:00").status_code == 400


def test_rejecting_asks_for_a_reason_and_keeps_it(site: Site, proposer: User, other: User) -> None:
    change = proposed(site, proposer)
    refused = step(other, change, "reject", because="")
    assert refused.status_code == 422
    assert "Say why" in refused.content.decode()
    assert "Two samples are safer." in step(other, change, "reject", because="Two samples are safer.").content.decode()
    assert "not possible any more" in step(proposer, change, "withdraw", because="x").content.decode()


def test_the_proposer_withdraws(site: Site, proposer: User) -> None:
    change = proposed(site, proposer)
    step(proposer, change, "withdraw", because="A mistake.")
    change.refresh_from_db()
    assert change.state == CriteriaState.WITHDRAWN


def test_examples_are_only_patients_one_may_see(site: Site, proposer: User) -> None:
    stranger = make_patient(family_name="Elsewhere")
    change = make_criteria_change(site, state="active")
    side = {"rule": "MM-HB", "criteria_version": "x", "onset_on": "2026-01-01", "level": "INFO", "state": "provisional"}
    line = {"criterion": "", "rules": [], "before": 1, "after": 0}
    count = {"flags": 0, "patients": 0, "per_100_patient_years": None}
    replay = {
        "patients": 1,
        "patient_days": 365,
        "lines": [line | dict.fromkeys(("added", "lost", "moved"), count)],
        "examples": [{"kind": "lost", "patient": stranger.pk, "before": side, "after": None}],
        "failed_rules": [],
    }
    CriteriaChange.objects.filter(pk=change.pk).update(replay=replay)
    text = as_(proposer).get(reverse("criteria_change", args=[change.pk])).content.decode()
    assert "Elsewhere" not in text


def test_the_page_of_a_site_takes_few_queries(
    site: Site, proposer: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for state in ("superseded", "rejected", "active", "proposed"):
        make_criteria_change(site, state=state)
    client = as_(proposer)
    with django_assert_max_num_queries(9):
        client.get(reverse("site_criteria", args=[site.code]))


def test_each_state_of_a_change_has_a_mark() -> None:
    assert set(CriteriaState.values) <= STATES.keys()


def test_bars_go_left_for_lost_and_right_for_added_and_moved() -> None:
    drawn = draw_replay([Changed("a", 4, 2, 1), Changed("b", 0, 0, 3), Changed("same", 0, 0, 0)], "words")
    assert drawn is not None
    assert [name.text for name in drawn.names] == ["a", "b"]
    lost, added, moved, only_moved = drawn.bars
    assert lost.x + lost.width == added.x == drawn.middle == only_moved.x
    assert moved.x == added.x + added.width
    assert [bar.label for bar in drawn.bars] == ["−2", "", "+4 ⇄1", "⇄3"]
    assert max(bar.x + bar.width for bar in drawn.bars) < drawn.width
    assert draw_replay([Changed("same", 0, 0, 0)], "words") is None
