"""Whatever happens, every flag has one owner, one state and a complete history."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from labs.actions.answer_opinion import answer_opinion
from labs.actions.ask_opinion import Asked
from labs.actions.assign_flags import assign_flags, escalate_flags
from labs.actions.change_absence import drop_absence, note_absence
from labs.actions.correct_decision import correct_decision
from labs.actions.end_waits import end_waits
from labs.actions.end_watches import end_watches
from labs.actions.hand_over import hand_over, hand_over_list
from labs.actions.order_tests import WorkUp
from labs.actions.raise_flags import Found, raise_flags
from labs.actions.record_done import record_done
from labs.actions.review_flag import Repeat, ReviewRefused, acknowledge_flag, reopen_flag, resolve_flag
from labs.actions.set_up_review import set_up_review
from labs.actions.skip_test import skip_test
from labs.actions.undo_decision import undo_decision
from labs.models import Created, Decision, Flag, Level, OwnerAs, Review, ScheduledTest, SecondOpinion, Signal
from labs.models.flag import NEAR_MISSES
from labs.selectors.near_misses import WAITING
from labs.selectors.owners import answering_for
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import Absence, User
from patients.models.withdrawal import STANDING
from tests.factories import make_administrator, make_flag, make_patient, make_physician, make_site

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
RULES = ("MM-PD-SERUM-M", "MM-HB")
ANSWERS = st.sampled_from([Signal.PROVISIONAL, Signal.CONFIRMED, Signal.NOT_CONFIRMED, Signal.NOT_EVALUABLE])
DECISIONS = st.sampled_from(
    [
        Decision.RELAPSE_CONFIRMED,
        Decision.EXPLAINED_THERAPY,
        Decision.WATCH,
        Decision.REPEAT_TEST,
        Decision.WORK_UP,
        Decision.SECOND_OPINION,
    ]
)
one_of_four = st.integers(0, 3)
one_of_two = st.integers(0, 1)


class Ward(RuleBasedStateMachine):
    """A site with three physicians, a fourth from elsewhere, an administrator, two patients; the jobs run when time passes."""

    @initialize()
    def open(self) -> None:
        self.bracket = transaction.atomic()
        self.bracket.__enter__()
        self.now = START
        self.site = make_site(time_zone="UTC")
        self.doctors = [make_physician(self.site) for _ in range(3)] + [make_physician(make_site(time_zone="UTC"))]
        self.chief = make_administrator(self.site)
        self.patients = [make_patient(site=self.site) for _ in range(2)]
        self.found: dict[tuple[int, str], Found] = {}

    def teardown(self) -> None:
        if hasattr(self, "bracket"):
            transaction.set_rollback(True)
            self.bracket.__exit__(None, None, None)

    def may(self, act: Any, **given: Any) -> None:
        """Do it, or be refused and change nothing."""
        try:
            with transaction.atomic():
                act(now=self.now, **given)
        except (ValidationError, ReviewRefused, AccessRefused):
            pass

    @rule(patient=one_of_two, physician=st.none() | one_of_four, cover=st.none() | one_of_four)
    def change_team(self, patient: int, physician: int | None, cover: int | None) -> None:
        posts = {"physician": physician, "cover": cover}
        people = {post: None if number is None else self.doctors[number] for post, number in posts.items()}
        self.may(hand_over, patient=self.patients[patient], by=self.chief, **people)

    @rule(leaving=one_of_four, to=one_of_four)
    def hand_over_everything(self, leaving: int, to: int) -> None:
        if self.site in (leaving := self.doctors[leaving]).sites.all():
            self.may(hand_over_list, leaving=leaving, to=self.doctors[to], by=self.chief)

    @rule(who=st.integers(0, 2), days=st.integers(0, 9), deputy=st.none() | one_of_four)
    def go_away(self, who: int, days: int, deputy: int | None) -> None:
        self.may(
            note_absence,
            user=self.doctors[who],
            starts_on=self.now.date(),
            until_on=self.now.date() + timedelta(days=days),
            deputy=None if deputy is None else self.doctors[deputy],
            by=self.chief,
        )

    @rule()
    def come_back(self) -> None:
        absence = Absence.objects.filter(STANDING, user__in=self.doctors).order_by("pk").last()
        if absence is not None:
            self.may(drop_absence, absence=absence, reason="came back", by=self.chief)

    @rule(who=one_of_four, is_active=st.booleans())
    def close_or_open_an_account(self, who: int, is_active: bool) -> None:
        User.objects.filter(pk=self.doctors[who].pk).update(is_active=is_active)
        self.doctors[who].refresh_from_db()
        self.run_jobs()

    @rule(who=st.none() | one_of_four, hours=st.integers(1, 72))
    def set_up(self, who: int | None, hours: int) -> None:
        duty = None if who is None else self.doctors[who]
        self.may(set_up_review, site=self.site, urgent_hours=hours, review_days=7, duty_physician=duty, by=self.chief)

    @rule(
        patient=one_of_two,
        code=st.sampled_from(RULES),
        answer=ANSWERS,
        level=st.sampled_from(Level),
        number=one_of_four,
    )
    def a_result_comes(self, patient: int, code: str, answer: Signal, level: Level, number: int) -> None:
        key = self.patients[patient].pk, code
        earlier = self.found[key].results if key in self.found else frozenset()
        self.found[key] = _found(key[0], code, level, answer, earlier | {number + 1}, self.now.date())
        self.evaluate(patient)

    @rule(patient=one_of_two, code=st.sampled_from(RULES))
    def a_result_is_corrected_away(self, patient: int, code: str) -> None:
        self.found.pop((self.patients[patient].pk, code), None)
        self.evaluate(patient)

    def evaluate(self, patient: int) -> None:
        number = self.patients[patient].pk
        found = [one for (of, _code), one in self.found.items() if of == number]
        raise_flags(found=found, patient_ids=[number], rules=RULES, by=system_account(), now=self.now)

    @precondition(lambda self: self.found)
    @rule(number=one_of_four, decision=DECISIONS, who=st.integers(0, 2))
    def decide(self, number: int, decision: Decision, who: int) -> None:
        flag = self.pick(number)
        if flag is not None and self.doctors[who].is_active:
            details = _details(decision, self.now.date() + timedelta(days=2))
            named = {"flag_id": flag.pk, "version": flag.version, "by": self.doctors[who]}
            self.may(resolve_flag, decision=decision, **named, **details)

    @precondition(lambda self: self.found)
    @rule(number=one_of_four, decision=DECISIONS, who=st.integers(0, 2), keep=st.booleans())
    def put_right(self, number: int, decision: Decision, who: int, keep: bool) -> None:
        flag = self.pick(number)
        if flag is not None and self.doctors[who].is_active:
            things = list(
                Created.objects.filter(decision__flag=flag).order_by("-decision_id").values_list("pk", flat=True)
            )
            details = _details(decision, self.now.date() + timedelta(days=3))
            details |= {"reason": "a slip", "kept" if keep else "taken_back": things[:1]}
            named = {"flag_id": flag.pk, "version": flag.version, "by": self.doctors[who]}
            self.may(correct_decision, decision=decision, **named, **details)

    @rule(number=one_of_four, skip=st.booleans())
    def a_test_is_over(self, number: int, skip: bool) -> None:
        tests = list(ScheduledTest.objects.filter(patient__in=self.patients, skipped_because="").order_by("pk"))
        if tests and self.doctors[0].is_active:
            test = tests[number % len(tests)]
            if skip:
                self.may(skip_test, test=test, reason="declined", by=self.doctors[0])
            elif test.collected_on is None:
                self.may(record_done, test=test, done_on=self.now.date(), by=self.doctors[0])

    @rule(number=one_of_four)
    def an_opinion_is_given(self, number: int) -> None:
        asked = list(SecondOpinion.objects.filter(flag__patient__in=self.patients).order_by("pk"))
        if asked and self.doctors[0].is_active:
            self.may(answer_opinion, opinion_id=asked[number % len(asked)].pk, answer="No.", by=self.doctors[0])

    @precondition(lambda self: self.found)
    @rule(
        number=one_of_four, who=st.integers(0, 2), step=st.sampled_from([acknowledge_flag, reopen_flag, undo_decision])
    )
    def answer_otherwise(self, number: int, who: int, step: Any) -> None:
        flag = self.pick(number)
        if flag is not None and self.doctors[who].is_active:
            self.may(step, flag_id=flag.pk, version=flag.version, by=self.doctors[who])

    def pick(self, number: int) -> Flag | None:
        flags = list(Flag.objects.filter(patient__in=self.patients).order_by("pk"))
        return flags[number % len(flags)] if flags else None

    @rule(hours=st.sampled_from([1, 4, 30, 24 * 8]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.run_jobs()

    def run_jobs(self) -> None:
        end_waits(patient_ids=None, by=system_account(), now=self.now)
        for job in (end_watches, assign_flags, escalate_flags):
            job(by=system_account(), now=self.now)
        waiting = list(Flag.objects.filter(WAITING, patient__in=self.patients))
        answering = answering_for({flag.patient_id for flag in waiting}, now=self.now)
        for flag in waiting:
            owner = answering.owner(flag.patient_id, asked=flag.unanswered_by)
            assert (flag.owner_id, flag.owner_as) == (owner.user, owner.how)
            assert flag.owner.is_active
            assert flag.answer_by is None or flag.answer_by > self.now

    @invariant()
    def every_flag_has_one_owner_one_state_and_its_whole_history(self) -> None:
        if not hasattr(self, "bracket"):
            return
        for flag in Flag.objects.filter(patient__in=self.patients).prefetch_related("events", "history"):
            assert flag.owner_id is not None
            assert flag.owner_as in OwnerAs
            assert (flag.owner_id == system_account().pk) == (flag.owner_as == OwnerAs.NOBODY)
            assert flag.owner_as in NEAR_MISSES or flag.owner.role == "physician"
            assert (flag.review == Review.RESOLVED) == bool(flag.decision)
            if flag.review == Review.AWAITING_TEST:
                orders = Created.objects.filter(decision__flag=flag, decision__undone_at=None, test__isnull=False)
                waited_for = orders.filter(test__skipped_because="", test__closed_by=None)
                assert waited_for.exclude(test__kind="mri", test__collected_on__isnull=False).exists()
            gone = Created.objects.filter(decision__flag=flag, decision__undone_at__isnull=False)
            assert not gone.filter(test__skipped_because="", test__isnull=False).exists()
            assert not gone.filter(opinion__withdrawn_at=None, opinion__isnull=False).exists()
            assert len(flag.unanswered_by) == len(set(flag.unanswered_by))
            assert (flag.answer_by is None) == (flag.level == Level.INFO or flag.signal not in _asking())
            _replay(flag)


def _replay(flag: Flag) -> None:
    """The events give the present state, and every owner the flag ever had, in order."""
    events = sorted(flag.events.all(), key=lambda event: event.pk)
    last = events[-1]
    present = (flag.owner_id, flag.owner_as, flag.signal, flag.review, flag.level)
    assert (last.owner_id, last.owner_as, last.signal, last.review, last.level) == present
    rows = [row.owner_id for row in sorted(flag.history.all(), key=lambda row: row.pgh_id)] + [flag.owner_id]
    assert [owner for owner, _ in groupby(event.owner_id for event in events)] == [owner for owner, _ in groupby(rows)]


def _details(decision: Decision, day: date) -> dict[str, Any]:
    """What the decision needs."""
    needs: dict[str, dict[str, Any]] = {
        Decision.WATCH: {"watch_until": day},
        Decision.REPEAT_TEST: {"repeat": Repeat("spep", day, day)},
        Decision.WORK_UP: {"work_up": WorkUp(["mri", "marrow"], day)},
        Decision.SECOND_OPINION: {"opinion": Asked("?", day, address="lab@elsewhere.example")},
    }
    return needs.get(decision, {})


def _asking() -> frozenset[Signal]:
    return frozenset({Signal.PROVISIONAL, Signal.CONFIRMED, Signal.NOT_EVALUABLE})


def _found(patient: int, code: str, level: Level, signal: Signal, results: frozenset[int], day: date) -> Found:
    evidence = [{"result": number, "role": "value"} for number in sorted(results)]
    return Found(
        patient_id=patient,
        diagnosis_id=None,
        rule=code,
        criteria_version="IMWG-2016",
        level=level,
        signal=signal,
        onset_on=START.date(),
        detected_on=day,
        line_started_on=None,
        explanation=f"{signal} by {len(results)}",
        finding={"evidence": evidence, "said": signal, "on": day.isoformat()},
        results=results,
    )


def test_any_sequence_leaves_every_flag_with_one_owner_one_state_and_its_whole_history() -> None:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    few = settings(max_examples=20, stateful_step_count=15, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(Ward, settings=few)


def test_the_database_refuses_a_flag_without_an_owner() -> None:
    flag = make_flag()
    with pytest.raises(IntegrityError), transaction.atomic():
        Flag.objects.filter(pk=flag.pk).update(owner=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_flag(flag.patient, "MM-HB", owner=None)
