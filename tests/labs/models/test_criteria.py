"""A change of criteria: what the database refuses, and that each state has its way out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from labs.models import CriteriaChange, CriteriaState
from labs.models.criteria_states import CRITERIA_TRANSITIONS
from tests.factories import make_criteria_change, make_physician, make_site
from tests.factories.criteria import PROPOSED_AT, REPLAY

pytestmark = pytest.mark.django_db
BEFORE, AFTER = PROPOSED_AT - timedelta(minutes=1), PROPOSED_AT + timedelta(minutes=1)


def refused(state: CriteriaState | str = CriteriaState.PROPOSED, **fields: Any) -> str:
    """The name of the constraint that refused the row."""
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        make_criteria_change(state=state, **fields)
    return str(error.value)


@pytest.mark.parametrize("state", list(CriteriaState))
def test_a_change_can_be_in_each_state(state: CriteriaState) -> None:
    assert make_criteria_change(state=state).pk


def test_one_change_waits_and_one_is_in_force_for_a_disease_at_a_site() -> None:
    site = make_site()
    make_criteria_change(site, state="proposed")
    make_criteria_change(site, state="active")
    assert "criteria_one_undecided" in refused("proposed", site=site)
    assert "criteria_one_undecided" in refused("approved", site=site)
    assert "criteria_one_in_force" in refused("active", site=site)
    make_criteria_change(site, disease="AML", criteria="ELN-2017")
    make_criteria_change(state="active")
    make_criteria_change(site, state="rejected")
    make_criteria_change(site, state="superseded")


def test_nobody_approves_their_own_proposal() -> None:
    person = make_physician(make_site())
    assert "criteria_approved_by_another" in refused("approved", proposed_by=person, approved_by=person)
    assert "criteria_approved_by_another" in refused("active", proposed_by=person, approved_by=person)


def test_an_approval_is_there_in_the_states_that_follow_one_and_only_there() -> None:
    approval = {"approved_by": make_physician(), "approved_at": AFTER, "replay": REPLAY}
    replayed = {"replayed_by": make_physician(), "replayed_at": AFTER}
    assert "criteria_approved_in_its_states" in refused("proposed", **approval, **replayed)
    assert "criteria_approved_in_its_states" in refused("rejected", **approval, **replayed)
    for state in ("approved", "active", "superseded"):
        assert "criteria_approved_in_its_states" in refused(state, approved_by=None, approved_at=None)
        assert "criteria_approved_in_its_states" in refused(state, approved_by=None)
        assert "criteria_approved_in_its_states" in refused(state, approved_at=None)
    assert make_criteria_change(state="withdrawn", **approval, **replayed).pk


def test_nothing_is_approved_without_a_replay_made_before() -> None:
    without = {"replay": None, "replayed_at": None, "replayed_by": None}
    assert "criteria_replayed_before_approval" in refused("approved", **without)
    assert "criteria_replayed_before_approval" in refused(
        "approved", approved_at=AFTER, replayed_at=AFTER + timedelta(seconds=1)
    )


def test_a_replay_is_whole_and_not_older_than_the_proposal() -> None:
    person = make_physician()
    for part in (
        {"replay": REPLAY},
        {"replay": REPLAY, "replayed_at": AFTER},
        {"replayed_by": person, "replayed_at": AFTER},
        {"replay": REPLAY, "replayed_by": person, "replayed_at": BEFORE},
    ):
        assert "criteria_replay_complete" in refused("proposed", **part)
    assert make_criteria_change(replay=REPLAY, replayed_by=person, replayed_at=PROPOSED_AT).pk


def test_who_closes_a_change_says_why() -> None:
    for state in ("rejected", "withdrawn"):
        assert "criteria_closed_with_reason" in refused(state, closed_because="")
        assert "criteria_closed_with_reason" in refused(state, closed_by=None)
        assert "criteria_closed_with_reason" in refused(state, closed_by=None, closed_at=None)
    assert "criteria_closed_with_reason" in refused("proposed", closed_because="because")


def test_the_days_in_force_go_with_the_state() -> None:
    assert "criteria_in_force_since" in refused("proposed", activated_at=AFTER)
    assert "criteria_in_force_since" in refused("active", activated_at=None)
    assert "criteria_in_force_since" in refused("active", superseded_at=AFTER)
    assert "criteria_in_force_since" in refused("superseded", superseded_at=None)


def test_a_change_has_a_reason_and_a_known_state() -> None:
    assert "criteria_with_reason" in refused(reason="")
    assert "check constraint" in refused("pending")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("criteria", "IMWG-2016"),
        ("grading", "CTCAE-6"),
        ("disease", "AML"),
        ("reason", "Another."),
        ("switched_off", '{"MM-RISING": "x"}'),
        ("active_from", "2026-12-01"),
    ],
)
def test_what_was_proposed_never_changes(column: str, value: str) -> None:
    change = make_criteria_change()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"update labs_criteriachange set {column} = %s where id = %s", [value, change.pk])


def test_each_step_is_kept() -> None:
    change = make_criteria_change()
    change.state, change.closed_by, change.closed_at, change.closed_because = "withdrawn", make_physician(), AFTER, "No"
    change.save()
    assert [row.state for row in change.history.order_by("pgh_id")] == ["proposed", "proposed"]
    with pytest.raises(DatabaseError), transaction.atomic():
        CriteriaChange.objects.filter(pk=change.pk).delete()


def test_each_state_has_its_steps_and_every_step_leads_to_a_state() -> None:
    assert set(CRITERIA_TRANSITIONS) == set(CriteriaState)
    reached = {target for steps in CRITERIA_TRANSITIONS.values() for target in steps.values()}
    assert reached == set(CriteriaState) - {CriteriaState.PROPOSED}
    ends = {state for state, steps in CRITERIA_TRANSITIONS.items() if not steps}
    assert ends == {CriteriaState.REJECTED, CriteriaState.WITHDRAWN, CriteriaState.SUPERSEDED}
