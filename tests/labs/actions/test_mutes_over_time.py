"""Whatever happens, a signal is muted exactly while a mute covers it, nobody is passed it on, and it comes back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from labs.actions.assign_flags import assign_flags, escalate_flags
from labs.actions.end_mute import end_mute, end_mutes
from labs.actions.end_watches import end_watches
from labs.actions.mute_rule import mute_rule
from labs.actions.raise_flags import Found, raise_flags
from labs.actions.review_flag import ReviewRefused, reopen_flag, resolve_flag
from labs.models import Decision, Flag, FlagEvent, Level, Mute, MuteReason, Review, Signal
from labs.selectors.near_misses import WAITING
from patients.actions.system_account import system_account
from tests.factories import make_care_team, make_patient, make_physician, make_site

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
RULES = ("MM-PD-SERUM-M", "MM-HB")
ZONES = {  # a site, and a morning two days before its clocks are set forward or back
    "Europe/Berlin": date(2026, 3, 27),
    "America/New_York": date(2026, 10, 30),
    "UTC": date(2026, 5, 4),
}
ON_SCREEN = {"provisional", "confirmed", "not_evaluable"}
RANK = ["INFO", "REVIEW", "URGENT"]
one_of_three = st.integers(0, 2)


class Quiet(RuleBasedStateMachine):
    """A site with two physicians and a patient; the jobs run when time passes."""

    @initialize(zone=st.sampled_from(sorted(ZONES)))
    def open(self, zone: str) -> None:
        self.bracket = transaction.atomic()
        self.bracket.__enter__()
        self.zone = ZoneInfo(zone)
        self.now = datetime.combine(ZONES[zone], datetime.min.time(), tzinfo=self.zone) + timedelta(hours=9)
        self.start = self.now
        self.site = make_site(time_zone=zone)
        self.doctor, self.cover = make_physician(self.site), make_physician(self.site)
        self.patient = make_patient(site=self.site)
        make_care_team(self.patient, physician=self.doctor, cover=self.cover)
        self.found: dict[tuple[str, int], Found] = {}

    def teardown(self) -> None:
        if hasattr(self, "bracket"):
            transaction.set_rollback(True)
            self.bracket.__exit__(None, None, None)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def may(self, act: Any, **given: Any) -> None:
        """Do it, or be refused and change nothing."""
        try:
            with transaction.atomic():
                act(now=self.now, by=self.doctor, **given)
        except (ValidationError, ReviewRefused):
            pass

    def pick(self, number: int) -> Flag | None:
        flags = list(Flag.objects.filter(patient=self.patient).order_by("pk"))
        return flags[number % len(flags)] if flags else None

    @rule(
        code=st.sampled_from(RULES),
        episode=one_of_three,
        level=st.sampled_from(Level),
        answer=st.sampled_from([Signal.PROVISIONAL, Signal.CONFIRMED, Signal.NOT_CONFIRMED, Signal.NOT_EVALUABLE]),
    )
    def a_result_comes(self, code: str, episode: int, level: Level, answer: Signal) -> None:
        self.found[code, episode] = self.finding(code, episode, level, answer)
        self.evaluate()

    @rule(code=st.sampled_from(RULES), episode=one_of_three)
    def a_result_is_corrected_away(self, code: str, episode: int) -> None:
        self.found.pop((code, episode), None)
        self.evaluate()

    def evaluate(self) -> None:
        found = self.found.values()
        raise_flags(found=found, patient_ids=[self.patient.pk], rules=RULES, by=system_account(), now=self.now)

    def finding(self, code: str, episode: int, level: Level, answer: Signal) -> Found:
        return Found(
            patient_id=self.patient.pk,
            diagnosis_id=None,
            rule=code,
            criteria_version="IMWG-2016",
            level=level,
            signal=answer,
            onset_on=self.start.date() - timedelta(days=30 * episode),
            detected_on=self.today,
            line_started_on=None,
            explanation=f"{answer} {level}",
            finding={"evidence": [{"result": episode + 1, "role": "value"}], "said": [answer, level]},
            results=frozenset({episode + 1}),
        )

    @rule(number=st.integers(0, 5), days=st.integers(0, 4), urgent_too=st.booleans())
    def mute(self, number: int, days: int, urgent_too: bool) -> None:
        flag = self.pick(number)
        if flag is not None:
            until = self.today + timedelta(days=days)
            self.may(mute_rule, flag=flag, reason=MuteReason.THERAPY, until_on=until, urgent_too=urgent_too)

    @rule(number=one_of_three)
    def end_one(self, number: int) -> None:
        mutes = list(Mute.objects.filter(patient=self.patient).order_by("pk"))
        if mutes:
            self.may(end_mute, mute=mutes[number % len(mutes)], reason="no longer")

    @rule(number=st.integers(0, 5), decision=st.sampled_from([Decision.EXPLAINED_THERAPY, Decision.WATCH]))
    def decide(self, number: int, decision: Decision) -> None:
        flag = self.pick(number)
        if flag is not None:
            until = self.today + timedelta(days=1)
            self.may(resolve_flag, flag_id=flag.pk, version=flag.version, decision=decision, watch_until=until)

    @rule(number=st.integers(0, 5))
    def open_again(self, number: int) -> None:
        flag = self.pick(number)
        if flag is not None:
            self.may(reopen_flag, flag_id=flag.pk, version=flag.version)

    @rule(hours=st.sampled_from([1, 5, 15, 24, 49, 24 * 8]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for job in (end_watches, end_mutes, assign_flags, escalate_flags):
            job(by=system_account(), now=self.now)

    def covered(self, flag: Flag, mutes: Iterable[Mute]) -> bool:
        """The rule of the house, read plainly."""
        return any(
            mute.rule == flag.rule
            and mute.withdrawn_at is None
            and mute.until_on >= self.today
            and RANK.index(mute.level) >= RANK.index(flag.level)
            for mute in mutes
        )

    @invariant()
    def a_signal_is_muted_exactly_while_a_mute_covers_it(self) -> None:
        if not hasattr(self, "bracket"):
            return
        mutes = list(Mute.objects.filter(patient=self.patient))
        waiting = set(Flag.objects.filter(WAITING, patient=self.patient).values_list("pk", flat=True))
        for flag in Flag.objects.filter(patient=self.patient):
            asks = flag.signal in ON_SCREEN and flag.review != Review.RESOLVED
            if flag.signal in ON_SCREEN or flag.muted_by_id:
                assert (flag.muted_by_id is not None) == self.covered(flag, mutes)
            assert (flag.pk in waiting) == (asks and not self.covered(flag, mutes))
            if asks:
                assert (flag.answer_by is None) == (flag.level == Level.INFO or self.covered(flag, mutes))
            assert flag.owner in (self.doctor, self.cover)

    @invariant()
    def nothing_is_lost_and_nothing_muted_is_passed_on(self) -> None:
        if not hasattr(self, "bracket"):
            return
        flags = Flag.objects.filter(patient=self.patient)
        assert {(flag.rule, flag.onset_on) for flag in flags} >= {
            (one.rule, one.onset_on) for one in self.found.values()
        }
        for flag in flags:
            held = False
            for event in FlagEvent.objects.filter(flag=flag).order_by("pk"):
                assert not (held and event.kind in ("escalated", "unanswered"))
                held = {"muted": True, "unmuted": False}.get(event.kind, held)


def test_any_sequence_of_mutes_findings_and_time() -> None:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    few = settings(max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(Quiet, settings=few)
