"""Second opinions: whom one may ask, who answers, and that the owner stays the owner and is asked anew."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from labs.actions.answer_opinion import answer_opinion
from labs.actions.ask_opinion import Asked
from labs.actions.assign_flags import escalate_flags
from labs.actions.order_tests import Repeat
from labs.actions.review_flag import ReviewRefused, resolve_flag
from labs.actions.undo_decision import undo_decision
from labs.models import Decision, Flag, Review, SecondOpinion
from labs.selectors.opinions import ANSWERED_FOR, colleagues_for, opinions_of
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import User
from tests.factories import (
    make_care_team,
    make_flag,
    make_nurse,
    make_opinion,
    make_patient,
    make_physician,
    make_site,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = NOW.date()
DUE = date(2026, 11, 25)
OUTSIDE = "lab@elsewhere.example"


@pytest.fixture
def flag() -> Flag:
    patient = make_patient(site=make_site(time_zone="UTC"))
    owner = make_physician(patient.site)
    make_care_team(patient, physician=owner, cover=make_physician(patient.site))
    return make_flag(patient, owner=owner, answer_by=NOW + timedelta(hours=4))


@pytest.fixture
def colleague(flag: Flag) -> User:
    return make_physician(flag.patient.site)


def ask(flag: Flag, *, by: User | None = None, now: datetime = NOW, **asked: Any) -> Flag:
    flag.refresh_from_db()
    return resolve_flag(
        flag_id=flag.pk,
        version=flag.version,
        decision=Decision.SECOND_OPINION,
        opinion=Asked(**{"question": "A relapse?", "due_on": DUE} | asked),
        by=by or flag.owner,
        now=now,
    )


def answer(by: User, text: str = "No.", now: datetime = NOW) -> SecondOpinion:
    return answer_opinion(opinion_id=SecondOpinion.objects.get().pk, answer=text, by=by, now=now)


def test_the_owner_stays_and_must_answer_the_day_after(flag: Flag, colleague: User) -> None:
    owner = flag.owner
    done = ask(flag, colleague=colleague)
    assert (done.review, done.owner, done.answer_by) == (Review.ACKNOWLEDGED, owner, datetime(2026, 11, 27, tzinfo=UTC))
    assert [event.kind for event in done.events.all()] == ["opinion_asked"]
    assert escalate_flags(by=system_account(), now=done.answer_by - timedelta(seconds=1)) == 0
    assert escalate_flags(by=system_account(), now=done.answer_by) == 1


def test_beside_a_test_the_sooner_of_the_two_counts(flag: Flag, colleague: User) -> None:
    repeat = Repeat("spep", date(2026, 11, 21), date(2026, 11, 22))
    owner = flag.owner
    resolve_flag(flag_id=flag.pk, version=1, decision=Decision.REPEAT_TEST, repeat=repeat, by=owner, now=NOW)
    done = ask(flag, colleague=colleague)
    assert (done.review, done.answer_by) == (Review.AWAITING_TEST, datetime(2026, 11, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "one of the two"),
        ({"address": "nowhere"}, "not an e-mail address"),
        ({"address": OUTSIDE, "question": " "}, "what you want to know"),
        ({"address": OUTSIDE, "due_on": TODAY - timedelta(days=1)}, "from today on"),
        ({"address": OUTSIDE, "due_on": TODAY + timedelta(days=29)}, "within 28 days"),
    ],
)
def test_an_incomplete_question_is_refused(flag: Flag, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(ReviewRefused, match=words):
        ask(flag, **asked)
    assert not SecondOpinion.objects.exists()
    assert Flag.objects.get(pk=flag.pk).review == Review.OPEN


@pytest.mark.parametrize("due", [TODAY, TODAY + timedelta(days=28)])
def test_first_and_last_day_for_an_answer(flag: Flag, due: date) -> None:
    assert ask(flag, address=OUTSIDE, due_on=due).review == Review.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("whom", "words"),
    [
        (lambda flag: make_physician(make_site()), "may not see this patient"),
        (lambda flag: make_nurse(flag.patient.site), "no physician"),
        (lambda flag: make_physician(flag.patient.site, is_active=False), "closed"),
        (lambda flag: flag.owner, "yourself"),
    ],
)
def test_only_a_physician_who_may_see_the_patient_is_asked(flag: Flag, whom, words: str) -> None:
    with pytest.raises(ReviewRefused, match=words):
        ask(flag, colleague=whom(flag))
    assert not SecondOpinion.objects.exists()


def test_those_who_may_be_asked_are_offered(flag: Flag, colleague: User) -> None:
    far = make_physician(make_site())
    make_physician(flag.patient.site, is_active=False)
    make_nurse(flag.patient.site)
    cover = flag.patient.care_team.cover
    assert set(colleagues_for(flag.patient, but=flag.owner)) == {colleague, cover}
    make_care_team(flag.patient, physician=flag.owner, cover=far)
    assert far in colleagues_for(flag.patient, but=flag.owner)


def test_the_answer_asks_the_owner_anew_with_the_whole_time(flag: Flag, colleague: User) -> None:
    ask(flag, colleague=colleague)
    row = answer(colleague)
    flag.refresh_from_db()
    assert (row.answer, row.answered_by, row.answered_at) == ("No.", colleague, NOW)
    assert (flag.review, flag.owner, flag.owner_as) == (Review.OPEN, flag.patient.care_team.physician, "responsible")
    assert flag.answer_by == NOW + timedelta(hours=4)
    assert list(flag.events.values_list("kind", flat=True)) == ["opinion_asked", "opinion_given"]


def test_one_that_comes_after_the_decision_is_kept_and_changes_nothing(flag: Flag, colleague: User) -> None:
    done = ask(flag, colleague=colleague)
    resolve_flag(flag_id=flag.pk, version=done.version, decision=Decision.NO_RELAPSE, by=flag.owner, now=NOW)
    answer(colleague)
    flag.refresh_from_db()
    assert (flag.review, flag.decision) == (Review.RESOLVED, Decision.NO_RELAPSE)
    assert SecondOpinion.objects.get().answer == "No."


def test_nobody_answers_for_the_colleague(flag: Flag, colleague: User) -> None:
    ask(flag, colleague=colleague)
    with pytest.raises(ReviewRefused, match="Only they answer"):
        answer(flag.owner)


def test_what_came_from_outside_is_written_down_by_the_owner_or_the_site(flag: Flag) -> None:
    ask(flag, address=OUTSIDE)
    far = make_physician(make_site())
    make_care_team(flag.patient, physician=flag.owner, cover=far)
    with pytest.raises(ReviewRefused, match="owner of the signal or a physician of its site"):
        answer(far)
    with pytest.raises(AccessRefused):
        answer(make_nurse(flag.patient.site))
    assert answer(make_physician(flag.patient.site)).answered_at == NOW


def test_it_is_answered_once_and_not_with_nothing(flag: Flag, colleague: User) -> None:
    ask(flag, colleague=colleague)
    with pytest.raises(ReviewRefused, match="empty"):
        answer(colleague, " ")
    answer(colleague)
    with pytest.raises(ReviewRefused, match="answered already"):
        answer(colleague, "Yes.")


def test_a_question_that_was_undone_is_not_answered(flag: Flag, colleague: User) -> None:
    done = ask(flag, colleague=colleague)
    undo_decision(flag_id=flag.pk, version=done.version, by=flag.owner, now=NOW)
    with pytest.raises(ReviewRefused, match="taken back"):
        answer(colleague)
    assert not opinions_of(user=colleague, now=NOW).of_me


def test_the_lists_say_what_is_left_to_do(flag: Flag, colleague: User) -> None:
    ask(flag, colleague=colleague)
    make_opinion(make_flag(), colleague=colleague)  # of a patient the colleague may not see
    row = SecondOpinion.objects.get(flag=flag)
    assert opinions_of(user=colleague, now=NOW).of_me == [row]
    assert opinions_of(user=flag.owner, now=NOW).by_me == [row]
    assert opinions_of(user=make_physician(flag.patient.site), now=NOW).of_me == []
    answer_opinion(opinion_id=row.pk, answer="No.", by=colleague, now=NOW)
    for user in (colleague, flag.owner):
        assert opinions_of(user=user, now=NOW + ANSWERED_FOR).answered == [row]
        assert opinions_of(user=user, now=NOW + ANSWERED_FOR + timedelta(seconds=1)).answered == []
