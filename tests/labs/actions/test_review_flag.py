"""What physicians do with flags: every transition, the lock, decisions that need more, and the record kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from labs.actions.answer_opinion import answer_opinion
from labs.actions.ask_opinion import Asked
from labs.actions.confirm_relapse import NewLine, Relapse
from labs.actions.correct_decision import correct_decision
from labs.actions.end_waits import end_waits
from labs.actions.end_watches import end_watches
from labs.actions.order_tests import WorkUp
from labs.actions.rebaseline import NewStart
from labs.actions.review_flag import (
    Repeat,
    ReviewRefused,
    acknowledge_flag,
    await_repeat,
    reopen_flag,
    resolve_flag,
)
from labs.actions.undo_decision import undo_decision
from labs.models import (
    Created,
    Decision,
    Flag,
    FlagDecision,
    FlagEvent,
    Rebaseline,
    Review,
    ScheduledTest,
    SecondOpinion,
)
from labs.models.flag import Signal
from labs.models.flag_states import REVIEW_CHOICES, REVIEW_TRANSITIONS, SIGNAL_TRANSITIONS, verb_of
from patients.access import AccessRefused
from patients.models import AuditEvent, CourseEvent, Role, TreatmentLine, User
from tests.factories.flags import make_flag, make_opinion
from tests.factories.people import make_nurse, make_physician, make_site
from tests.factories.persons import make_diagnosis, make_patient

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
REPEAT = Repeat("spep_flc", date(2026, 12, 4), date(2026, 12, 18))
VERBS = sorted({verb for table in (REVIEW_TRANSITIONS, REVIEW_CHOICES) for verbs in table.values() for verb in verbs})


@pytest.fixture
def flag() -> Flag:
    """An open flag of a patient in a Paris unit, where it is already 21 November."""
    patient = make_patient(site=make_site(time_zone="Europe/Paris"))
    return make_flag(patient, diagnosis=make_diagnosis(patient))


@pytest.fixture
def physician(flag: Flag) -> User:
    """A physician of the patient's site."""
    return make_physician(flag.patient.site)


def step(verb: str, flag: Flag, by: User, now: datetime = NOW) -> Flag:
    """Do one step by its name in `flag_states`. What comes of itself is made to come."""
    common: dict[str, Any] = {"flag_id": flag.pk, "version": flag.version, "by": by, "now": now}
    if verb == "resolve":
        return resolve_flag(decision=Decision.WATCH, watch_until=date(2026, 11, 30), **common)
    if verb == "await_test":
        return await_repeat(repeat=REPEAT, **common)
    if verb == "ask_opinion":
        asked = Asked("A relapse?", date(2026, 11, 25), address="lab@elsewhere.example")
        return resolve_flag(decision=Decision.SECOND_OPINION, opinion=asked, **common)
    if verb == "correct":
        kept = list(Created.objects.filter(decision__flag=flag).values_list("pk", flat=True))
        return correct_decision(decision=Decision.NO_RELAPSE, reason="a slip", kept=kept, **common)
    if verb in BY_ITSELF:
        return BY_ITSELF[verb](flag, by)
    return {"acknowledge": acknowledge_flag, "reopen": reopen_flag, "undo": undo_decision}[verb](**common)


def opinion_given(flag: Flag, by: User) -> Flag:
    answer_opinion(opinion_id=make_opinion(flag).pk, answer="Yes.", by=by, now=NOW)
    return Flag.objects.get(pk=flag.pk)


def test_came(flag: Flag, by: User) -> Flag:
    ScheduledTest.objects.update(skipped_because="declined", skipped_at=NOW, skipped_by=by)
    if not end_waits(patient_ids=None, by=by, now=NOW):
        raise ReviewRefused
    return Flag.objects.get(pk=flag.pk)


def watch_ended(flag: Flag, by: User) -> Flag:
    if not end_watches(by=by, now=NOW + timedelta(days=30)):
        raise ReviewRefused
    return Flag.objects.get(pk=flag.pk)


test_came.__test__ = False  # type: ignore[attr-defined]
BY_ITSELF: dict[str, Callable[[Flag, User], Flag]] = {
    "opinion_given": opinion_given,
    "test_came": test_came,
    "watch_ended": watch_ended,
}


def bring_to(state: Review, flag: Flag, by: User) -> Flag:
    """A flag in the wanted state of review, by a decision where one leads there."""
    verbs = {"open": (), "acknowledged": ("ask_opinion",), "awaiting_test": ("await_test",), "resolved": ("resolve",)}
    for verb in verbs[state.value]:
        flag = step(verb, flag, by)
    return flag


@pytest.mark.parametrize("state", list(Review))
@pytest.mark.parametrize("verb", VERBS)
def test_each_step_is_possible_exactly_where_the_table_says(
    flag: Flag, physician: User, state: Review, verb: str
) -> None:
    if (state, verb) == (Review.OPEN, "correct"):
        step("reopen", step("resolve", flag, physician), physician)
        flag.refresh_from_db()
    flag = bring_to(state, flag, physician)
    target = REVIEW_TRANSITIONS[state].get(verb)
    targets = frozenset({target}) if target else REVIEW_CHOICES[state].get(verb, frozenset())
    if targets:
        assert step(verb, flag, physician).review in targets
    else:
        with pytest.raises(ReviewRefused):
            step(verb, flag, physician)
        assert Flag.objects.get(pk=flag.pk).review == state


@pytest.mark.parametrize("before", ["open", "acknowledged", "awaiting_test"])
@pytest.mark.parametrize("verb", ["resolve", "await_test", "ask_opinion"])
def test_an_undo_goes_back_to_where_the_decision_was_made(flag: Flag, physician: User, before: str, verb: str) -> None:
    flag = bring_to(Review(before), flag, physician)
    clock = flag.answer_by
    flag = step(verb, flag, physician, now=NOW + timedelta(minutes=1))
    assert before in REVIEW_CHOICES[Review(flag.review)]["undo"]
    flag = step("undo", flag, physician, now=NOW + timedelta(minutes=2))
    assert (flag.review, flag.answer_by, flag.decision) == (before, clock, "")


def test_the_tables_know_every_state() -> None:
    assert set(REVIEW_TRANSITIONS) == set(REVIEW_CHOICES) == set(Review)
    assert set(SIGNAL_TRANSITIONS) == set(Signal)
    assert {verb_of(decision) for decision in Decision} == {"await_test", "ask_opinion", "resolve"}


def test_each_step_leaves_an_event_and_an_audit_row(flag: Flag, physician: User) -> None:
    step("acknowledge", flag, physician)
    event = FlagEvent.objects.get(flag=flag)
    assert (event.by, event.at, event.review, event.finding) == (physician, NOW, Review.ACKNOWLEDGED, flag.finding)
    assert AuditEvent.objects.filter(verb="flag.acknowledge", target_id=flag.pk, by=physician).exists()


def test_two_physicians_at_once_one_wins_and_the_other_is_told(flag: Flag, physician: User) -> None:
    shown = flag.version
    acknowledge_flag(flag_id=flag.pk, version=shown, by=physician, now=NOW)
    with pytest.raises(ReviewRefused, match="changed since it was shown"):
        resolve_flag(flag_id=flag.pk, version=shown, decision=Decision.NO_RELAPSE, by=physician, now=NOW)
    assert Flag.objects.get(pk=flag.pk).review == Review.ACKNOWLEDGED


def test_a_repeat_test_is_really_scheduled(flag: Flag, physician: User) -> None:
    resolve_flag(
        flag_id=flag.pk, version=flag.version, decision=Decision.REPEAT_TEST, repeat=REPEAT, by=physician, now=NOW
    )
    test = ScheduledTest.objects.get(patient=flag.patient)
    assert (test.kind, test.due_on, test.closes_on) == (REPEAT.kind, REPEAT.due_on, REPEAT.closes_on)
    assert test.opens_on == date(2026, 11, 21)
    assert test.origin == ScheduledTest.Origin.REPEAT
    assert Flag.objects.get(pk=flag.pk).review == Review.AWAITING_TEST


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"decision": "nonsense"}, "Choose one"),
        ({"decision": Decision.REPEAT_TEST}, "kind of test"),
        ({"decision": Decision.WORK_UP}, "which tests"),
        ({"decision": Decision.WORK_UP, "work_up": WorkUp([], date(2026, 12, 1))}, "which tests"),
        ({"decision": Decision.WORK_UP, "work_up": WorkUp(["marrow"], date(2026, 11, 20))}, "lie ahead"),
        ({"decision": Decision.WORK_UP, "work_up": WorkUp(["tea"], date(2026, 12, 1))}, "not a known test"),
        ({"decision": Decision.WORK_UP, "work_up": WorkUp(["mri"], date(2028, 12, 1))}, "more than a year"),
        ({"decision": Decision.WATCH, "watch_until": date(2026, 12, 1), "repeat": REPEAT}, "takes no repeat"),
        ({"decision": Decision.SECOND_OPINION}, "whom you ask"),
        ({"decision": Decision.RELAPSE_CONFIRMED, "relapse": Relapse(on=date(2026, 11, 22))}, "future"),
        ({"decision": Decision.RELAPSE_CONFIRMED, "relapse": Relapse(sites=["moon"])}, "Not a site"),
        ({"decision": Decision.RELAPSE_CONFIRMED, "line": NewLine(" ", date(2026, 11, 1))}, "Name the regimen"),
        ({"decision": Decision.RELAPSE_CONFIRMED, "line": NewLine("DKd", date(2025, 4, 30))}, "before the relapse"),
        ({"decision": Decision.RELAPSE_CONFIRMED, "line": NewLine("DKd", date(2026, 11, 22))}, "future"),
        ({"decision": Decision.EXPLAINED_ASSAY, "new_start": NewStart("tea", date(2026, 11, 1))}, "not a marker"),
        ({"decision": Decision.WATCH}, "date after today"),
        ({"decision": Decision.WATCH, "watch_until": date(2026, 11, 21)}, "date after today"),
        ({"decision": Decision.EXPLAINED_OTHER, "note": "  "}, "what explains"),
        (
            {"decision": Decision.REPEAT_TEST, "repeat": Repeat("cbc", date(2026, 11, 20), date(2026, 12, 1))},
            "lie ahead",
        ),
        (
            {"decision": Decision.REPEAT_TEST, "repeat": Repeat("cbc", date(2026, 12, 2), date(2026, 12, 1))},
            "lie ahead",
        ),
    ],
)
def test_an_incomplete_decision_is_refused_and_changes_nothing(
    flag: Flag, physician: User, fields: dict[str, Any], message: str
) -> None:
    kinds: tuple[Any, ...] = (ScheduledTest, CourseEvent, TreatmentLine, Rebaseline, SecondOpinion, FlagDecision)
    before = {model: model.objects.count() for model in kinds}
    with pytest.raises(ReviewRefused, match=message):
        resolve_flag(flag_id=flag.pk, version=flag.version, by=physician, now=NOW, **fields)
    stored = Flag.objects.get(pk=flag.pk)
    assert (stored.review, stored.version) == (Review.OPEN, flag.version)
    assert {model: model.objects.count() for model in kinds} == before


def test_the_day_after_today_is_a_date_to_watch_until(flag: Flag, physician: User) -> None:
    day = date(2026, 11, 22)
    resolve_flag(flag_id=flag.pk, version=flag.version, decision=Decision.WATCH, watch_until=day, by=physician, now=NOW)
    assert Flag.objects.get(pk=flag.pk).watch_until == day


def test_reopening_takes_the_decision_back_and_keeps_it_in_the_history(flag: Flag, physician: User) -> None:
    step("reopen", step("resolve", flag, physician), physician)
    stored = Flag.objects.get(pk=flag.pk)
    assert (stored.review, stored.decision) == (Review.OPEN, "")
    assert list(stored.events.values_list("kind", flat=True)) == ["resolved", "reopened"]


@pytest.mark.parametrize("role", [Role.NURSE, Role.PHYSICIAN])
def test_nurses_and_physicians_of_other_sites_may_not(flag: Flag, role: Role) -> None:
    by = make_nurse(flag.patient.site) if role == Role.NURSE else make_physician(make_site())
    with pytest.raises(AccessRefused):
        step("acknowledge", flag, by)
    assert Flag.objects.get(pk=flag.pk).review == Review.OPEN
