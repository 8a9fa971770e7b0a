"""What physicians do with flags: every transition, the lock, decisions that need more, and the record kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from labs.actions.review_flag import (
    Repeat,
    ReviewRefused,
    acknowledge_flag,
    await_repeat,
    reopen_flag,
    resolve_flag,
)
from labs.models import Decision, Flag, FlagEvent, Review, ScheduledTest
from labs.models.flag import Signal
from labs.models.flag_states import REVIEW_TRANSITIONS, SIGNAL_TRANSITIONS
from patients.access import AccessRefused
from patients.models import AuditEvent, Role, User
from tests.factories.flags import make_flag
from tests.factories.people import make_nurse, make_physician, make_site
from tests.factories.persons import make_diagnosis, make_patient

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
REPEAT = Repeat("spep_flc", date(2026, 12, 4), date(2026, 12, 18))
STEPS = ("acknowledge", "await_test", "resolve", "reopen")


@pytest.fixture
def flag() -> Flag:
    """An open flag of a patient in a Paris unit, where it is already 21 November."""
    patient = make_patient(site=make_site(time_zone="Europe/Paris"))
    return make_flag(patient, diagnosis=make_diagnosis(patient))


@pytest.fixture
def physician(flag: Flag) -> User:
    """A physician of the patient's site."""
    return make_physician(flag.patient.site)


def step(verb: str, flag: Flag, by: User) -> Flag:
    """Do one step by its name in `REVIEW_TRANSITIONS`."""
    common: dict[str, Any] = {"flag_id": flag.pk, "version": flag.version, "by": by, "now": NOW}
    if verb == "resolve":
        return resolve_flag(decision=Decision.EXPLAINED_THERAPY, **common)
    if verb == "await_test":
        return await_repeat(repeat=REPEAT, **common)
    return {"acknowledge": acknowledge_flag, "reopen": reopen_flag}[verb](**common)


def bring_to(state: Review, flag: Flag, by: User) -> Flag:
    """A flag in the wanted state of review."""
    verbs = {"open": (), "acknowledged": ("acknowledge",), "awaiting_test": ("await_test",), "resolved": ("resolve",)}
    for verb in verbs[state.value]:
        flag = step(verb, flag, by)
    return flag


@pytest.mark.parametrize("state", list(Review))
@pytest.mark.parametrize("verb", STEPS)
def test_each_step_is_possible_exactly_where_the_table_says(
    flag: Flag, physician: User, state: Review, verb: str
) -> None:
    flag = bring_to(state, flag, physician)
    target = REVIEW_TRANSITIONS[state].get(verb)
    if target is None:
        with pytest.raises(ReviewRefused):
            step(verb, flag, physician)
        assert Flag.objects.get(pk=flag.pk).review == state
    else:
        assert step(verb, flag, physician).review == target


def test_the_tables_know_every_state() -> None:
    assert set(REVIEW_TRANSITIONS) == set(Review)
    assert set(SIGNAL_TRANSITIONS) == set(Signal)


def test_each_step_leaves_an_event_and_an_audit_row(flag: Flag, physician: User) -> None:
    step("acknowledge", flag, physician)
    event = FlagEvent.objects.get(flag=flag)
    assert (event.by, event.at, event.review, event.finding) == (physician, NOW, Review.ACKNOWLEDGED, flag.finding)
    assert AuditEvent.objects.filter(verb="flag.acknowledge", target_id=flag.pk, by=physician).exists()


def test_two_physicians_at_once_one_wins_and_the_other_is_told(flag: Flag, physician: User) -> None:
    shown = flag.version
    acknowledge_flag(flag_id=flag.pk, version=shown, by=physician, now=NOW)
    with pytest.raises(ReviewRefused, match="changed since it was shown"):
        resolve_flag(flag_id=flag.pk, version=shown, decision=Decision.WORK_UP, by=physician, now=NOW)
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
    with pytest.raises(ReviewRefused, match=message):
        resolve_flag(flag_id=flag.pk, version=flag.version, by=physician, now=NOW, **fields)
    stored = Flag.objects.get(pk=flag.pk)
    assert (stored.review, stored.version) == (Review.OPEN, flag.version)
    assert not ScheduledTest.objects.exists()


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
