"""Each step of a letter is allowed in the states that say so, and refused in all others."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from labs.actions.letter_steps import cancel_letters, post_letters, queue_letters
from labs.actions.prepare_letters import LettersRefused
from labs.models import Letter, LetterState
from labs.models.letter_states import COUNTED, LETTER_TRANSITIONS, UNDERWAY, UNSENT
from tests.factories.letter_ground import NOW, due, made, open_ground
from tracker.web.marks import STATES

BY_PEOPLE = {"queue": (queue_letters, "email"), "post": (post_letters, "post"), "cancel": (cancel_letters, "email")}


def test_every_state_says_what_may_follow() -> None:
    assert set(LETTER_TRANSITIONS) == set(LetterState)
    verbs = {verb for steps in LETTER_TRANSITIONS.values() for verb in steps}
    assert verbs == {*BY_PEOPLE, "deliver", "fail"}


def test_every_state_has_a_mark() -> None:
    assert set(LetterState.values) <= STATES.keys()


def test_what_was_sent_or_cancelled_stays_so() -> None:
    assert not LETTER_TRANSITIONS[LetterState.SENT]
    assert not LETTER_TRANSITIONS[LetterState.CANCELLED]


def test_every_state_can_be_reached() -> None:
    reached = {target for steps in LETTER_TRANSITIONS.values() for target in steps.values()}
    assert reached | {LetterState.PREPARED} == set(LetterState)


def test_what_is_on_its_way_counts_towards_the_limit() -> None:
    assert UNSENT < COUNTED
    assert LetterState.CANCELLED not in COUNTED


@pytest.mark.django_db
@pytest.mark.parametrize("state", list(LetterState))
@pytest.mark.parametrize("verb", BY_PEOPLE)
def test_a_step_is_taken_where_the_table_says_so_and_refused_elsewhere(verb: str, state: LetterState) -> None:
    step, channel = BY_PEOPLE[verb]
    ground = open_ground()
    due(ground.patient)
    letter = made(ground, channel)
    Letter.objects.filter(pk=letter.pk).update(state=state, sent_at=NOW if state == LetterState.SENT else None)
    target = LETTER_TRANSITIONS[state].get(verb)
    if target is None:
        with pytest.raises(LettersRefused):
            step(letters=[letter.pk], by=ground.nurse, now=NOW)
    else:
        step(letters=[letter.pk], by=ground.nurse, now=NOW)
    letter.refresh_from_db()
    assert letter.state == (target or state)


@pytest.mark.django_db
def test_a_message_that_is_being_sent_at_this_moment_is_not_cancelled() -> None:
    ground = open_ground()
    due(ground.patient)
    letter = made(ground, "email")
    Letter.objects.filter(pk=letter.pk).update(state=LetterState.WAITING, failure=UNDERWAY)
    with pytest.raises(LettersRefused, match="at this moment"):
        cancel_letters(letters=[letter.pk], by=ground.nurse, now=datetime(2025, 6, 2, 10, tzinfo=UTC))
