"""Muting a rule for a patient: what is held back, what breaks through, and how it ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from labs.actions.assign_flags import escalate_flags
from labs.actions.change_absence import note_absence
from labs.actions.end_mute import end_mute, end_mutes
from labs.actions.end_watches import end_watches
from labs.actions.mute_rule import mute_rule
from labs.actions.raise_flags import Found, raise_flags
from labs.actions.review_flag import acknowledge_flag, reopen_flag, resolve_flag
from labs.models import Decision, Flag, FlagEvent, Level, Mute, MuteReason, OwnerAs, Signal
from labs.models.mute import LONGEST_MUTE_DAYS
from labs.selectors.inbox import Counts, Wanted, inbox_counts
from labs.selectors.near_misses import waiting_for
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import AuditEvent, Patient, User
from tests.factories import (
    make_administrator,
    make_care_team,
    make_flag,
    make_nurse,
    make_patient,
    make_physician,
    make_site,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = NOW.date()
RULE = "MM-PD-SERUM-M"
WEEK = timedelta(days=7)


@pytest.fixture
def patient() -> Patient:
    return make_patient(site=make_site(time_zone="UTC"))


@pytest.fixture
def doctor(patient: Patient) -> User:
    physician = make_physician(patient.site)
    make_care_team(patient, physician=physician, cover=make_physician(patient.site))
    return physician


def a_flag(patient: Patient, level: Level = Level.REVIEW, **fields: Any) -> Flag:
    defaults = {"level": level, "onset_on": TODAY, "answer_by": NOW + WEEK, "raised_at": NOW}
    return make_flag(patient, RULE, **defaults | fields)


def muted(flag: Flag, by: User, *, days: int = 7, now: datetime = NOW, **given: Any) -> Mute:
    given = {"reason": MuteReason.ANTIBODY, "until_on": TODAY + timedelta(days=days)} | given
    return mute_rule(flag=flag, by=by, now=now, **given)


def found(flag: Flag, level: Level, *results: int) -> Found:
    """A finding of the episode of this flag."""
    return Found(
        patient_id=flag.patient_id,
        diagnosis_id=None,
        rule=flag.rule,
        criteria_version=flag.criteria_version,
        level=level,
        signal=Signal.CONFIRMED,
        onset_on=flag.onset_on,
        detected_on=TODAY,
        line_started_on=None,
        explanation=f"level {level}, {len(results)} results",
        finding={"evidence": [{"result": number, "role": "value"} for number in results]},
        results=frozenset(results),
    )


def evaluate(flag: Flag, *findings: Found, now: datetime = NOW) -> None:
    raise_flags(found=findings, patient_ids=[flag.patient_id], rules=[RULE], by=system_account(), now=now)
    if flag.pk:
        flag.refresh_from_db()


def kinds(flag: Flag) -> list[str]:
    return list(flag.events.order_by("pk").values_list("kind", flat=True))


def test_what_is_muted_wants_no_answer_and_keeps_its_owner(patient: Patient, doctor: User) -> None:
    flag = a_flag(patient, owner=doctor)
    mute = muted(flag, doctor, note="daratumumab")
    flag.refresh_from_db()
    assert (flag.muted_by, flag.answer_by, flag.owner) == (mute, None, doctor)
    assert kinds(flag) == ["muted"]
    assert "daratumumab" in flag.events.get().note
    assert AuditEvent.objects.get(verb="rule.mute").detail["flags"] == 1
    assert AuditEvent.objects.get(verb="flag.muted").target_id == flag.pk
    assert not waiting_for(doctor).exists()
    assert inbox_counts(user=doctor, wanted=Wanted()) == Counts(muted=1)


def test_other_rules_and_other_patients_are_asked_as_before(patient: Patient, doctor: User) -> None:
    flag, other = a_flag(patient), make_flag(patient, "MM-HB", level=Level.REVIEW)
    elsewhere = a_flag(make_patient(site=patient.site))
    muted(flag, doctor)
    assert set(waiting_for(doctor)) == {other, elsewhere}


def test_a_stronger_signal_of_the_rule_is_asked_about_all_the_same(patient: Patient, doctor: User) -> None:
    strong = a_flag(patient, Level.URGENT, onset_on=date(2026, 1, 1))
    muted(a_flag(patient), doctor)
    strong.refresh_from_db()
    assert (strong.muted_by, strong.answer_by) == (None, NOW + WEEK)


def test_an_urgent_signal_is_muted_only_where_that_is_said(patient: Patient, doctor: User) -> None:
    flag, weak = a_flag(patient, Level.URGENT), a_flag(patient, onset_on=date(2026, 1, 1))
    with pytest.raises(ValidationError) as refused:
        muted(flag, doctor)
    assert list(refused.value.error_dict) == ["urgent_too"]
    mute = muted(flag, doctor, urgent_too=True)
    assert mute.level == Level.URGENT
    assert set(Flag.objects.filter(muted_by=mute)) == {flag, weak}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"days": -1}, "until_on"),
        ({"days": LONGEST_MUTE_DAYS + 1}, "until_on"),
        ({"reason": "tired of it"}, "reason"),
        ({"reason": MuteReason.OTHER, "note": "  "}, "note"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(patient, doctor, given, field) -> None:
    flag = a_flag(patient)
    with pytest.raises(ValidationError) as refused:
        muted(flag, doctor, **given)
    assert list(refused.value.error_dict) == [field]
    flag.refresh_from_db()
    assert (flag.muted_by, flag.answer_by) == (None, NOW + WEEK)
    assert not Mute.objects.exists()


@pytest.mark.parametrize("days", [0, LONGEST_MUTE_DAYS])
def test_the_first_and_the_last_day_that_may_be_named(patient: Patient, doctor: User, days: int) -> None:
    assert muted(a_flag(patient), doctor, days=days).until_on == TODAY + timedelta(days=days)


def test_what_asks_for_nothing_cannot_be_muted(patient: Patient, doctor: User) -> None:
    with pytest.raises(ValidationError, match="asks for nothing"):
        muted(a_flag(patient, signal=Signal.WITHDRAWN), doctor)


def test_a_second_mute_has_to_do_more_than_the_first(patient: Patient, doctor: User) -> None:
    flag = a_flag(patient)
    first = muted(flag, doctor)
    for days in (5, 7):
        with pytest.raises(ValidationError, match="Choose a later day"):
            muted(flag, doctor, days=days)
    strong = a_flag(patient, Level.URGENT, onset_on=date(2026, 1, 1))
    with pytest.raises(ValidationError, match="end that one first"):
        muted(strong, doctor, urgent_too=True)
    longer = muted(flag, doctor, days=9)
    flag.refresh_from_db()
    assert flag.muted_by == longer
    end_mute(mute=longer, reason="too long", by=doctor, now=NOW)
    flag.refresh_from_db()
    assert (flag.muted_by, flag.answer_by) == (first, None)
    assert kinds(flag) == ["muted"]


@pytest.mark.parametrize("make", [make_nurse, make_administrator])
def test_only_physicians_mute_and_end_it(patient: Patient, doctor: User, make: Any) -> None:
    flag, other = a_flag(patient), make(patient.site)
    with pytest.raises(AccessRefused):
        muted(flag, other)
    mute = muted(flag, doctor)
    with pytest.raises(AccessRefused):
        end_mute(mute=mute, reason="no", by=other, now=NOW)
    with pytest.raises(AccessRefused):
        end_mute(mute=mute, reason="no", by=make_physician(make_site()), now=NOW)


def test_ended_early_it_is_asked_anew_with_the_whole_time(patient: Patient, doctor: User) -> None:
    flag = a_flag(patient, unanswered_by=[doctor.pk])
    mute, later = muted(flag, doctor), NOW + timedelta(days=3)
    end_mute(mute=mute, reason="antibody is gone", by=doctor, now=later)
    flag.refresh_from_db()
    assert (flag.muted_by, flag.answer_by, flag.owner, flag.unanswered_by) == (None, later + WEEK, doctor, [])
    assert kinds(flag) == ["muted", "unmuted"]
    assert flag.events.get(kind="unmuted").note == "antibody is gone"
    with pytest.raises(ValidationError, match="taken this back already"):
        end_mute(mute=mute, reason="again", by=doctor, now=later)


@pytest.mark.parametrize("reason", ["", "   "])
def test_ending_it_takes_a_reason(patient: Patient, doctor: User, reason: str) -> None:
    with pytest.raises(ValidationError, match="reason is missing"):
        end_mute(mute=muted(a_flag(patient), doctor), reason=reason, by=doctor, now=NOW)


@pytest.mark.parametrize(
    ("zone", "last"),
    [
        ("Europe/Berlin", date(2026, 3, 29)),  # clocks go forward that day
        ("Europe/Berlin", date(2026, 10, 25)),  # and back
        ("America/New_York", date(2026, 3, 8)),
        ("Pacific/Auckland", date(2026, 4, 5)),
        ("UTC", date(2026, 3, 31)),
    ],
)
def test_it_holds_to_the_last_second_of_its_day_at_the_site(zone: str, last: date) -> None:
    patient = make_patient(site=make_site(time_zone=zone))
    doctor, clock = make_physician(patient.site), ZoneInfo(zone)
    midnight = datetime.combine(last + timedelta(days=1), datetime.min.time(), tzinfo=clock)
    flag = a_flag(patient)
    muted(flag, doctor, until_on=last, now=midnight - timedelta(days=20))
    before = midnight.astimezone(UTC) - timedelta(seconds=1)
    assert end_mutes(by=system_account(), now=before) == 0
    assert end_mutes(by=system_account(), now=midnight.astimezone(UTC)) == 1
    flag.refresh_from_db()
    assert (flag.muted_by, flag.answer_by) == (None, midnight + WEEK)
    assert kinds(flag)[-1] == "unmuted"
    assert end_mutes(by=system_account(), now=midnight.astimezone(UTC)) == 0


def test_one_whose_day_is_over_cannot_be_taken_back(patient: Patient, doctor: User) -> None:
    mute = muted(a_flag(patient), doctor)
    with pytest.raises(ValidationError, match="ended by itself"):
        end_mute(mute=mute, reason="late", by=doctor, now=NOW + timedelta(days=8))


def test_findings_during_the_mute_are_stored_and_muted(patient: Patient, doctor: User) -> None:
    flag = a_flag(patient)
    mute = muted(flag, doctor)
    evaluate(flag, found(flag, Level.REVIEW, 1), Found(**fields_of(found(flag, Level.REVIEW, 9), TODAY + WEEK)))
    new = Flag.objects.exclude(pk=flag.pk).get()
    assert (flag.muted_by, flag.answer_by, new.muted_by, new.answer_by) == (mute, None, mute, None)
    assert kinds(flag) == ["muted", "changed"]
    assert kinds(new) == ["raised", "muted"]
    assert new.owner == doctor


def fields_of(finding: Found, onset: date) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in Found.__slots__} | {"onset_on": onset}


def test_a_signal_that_grows_stronger_breaks_through(patient: Patient, doctor: User) -> None:
    flag = a_flag(patient)
    muted(flag, doctor)
    evaluate(flag, found(flag, Level.URGENT, 1))
    assert (flag.muted_by, flag.answer_by) == (None, NOW + timedelta(hours=4))
    assert kinds(flag) == ["muted", "changed", "unmuted"]
    assert "stronger" in flag.events.order_by("pk").last().note
    evaluate(flag, found(flag, Level.REVIEW, 1, 2))
    assert flag.muted_by is not None
    assert kinds(flag)[-2:] == ["changed", "muted"]


def test_what_was_resolved_and_is_reopened_under_a_mute_is_muted(patient: Patient, doctor: User) -> None:
    flag, standing = a_flag(patient), a_flag(patient, onset_on=date(2026, 1, 1))
    resolve_flag(flag_id=flag.pk, version=1, decision=Decision.EXPLAINED_ASSAY, by=doctor, now=NOW)
    muted(standing, doctor)
    flag.refresh_from_db()
    assert kinds(flag) == ["resolved"]
    flag = reopen_flag(flag_id=flag.pk, version=flag.version, by=doctor, now=NOW)
    assert flag.answer_by is None
    assert not waiting_for(doctor).exists()


def test_a_watch_that_ends_under_a_mute_stays_quiet(patient: Patient, doctor: User) -> None:
    flag, day = a_flag(patient), TODAY + timedelta(days=2)
    muted(flag, doctor)
    flag.refresh_from_db()
    resolve_flag(flag_id=flag.pk, version=flag.version, decision=Decision.WATCH, watch_until=day, by=doctor, now=NOW)
    end_watches(by=system_account(), now=NOW + timedelta(days=2))
    flag.refresh_from_db()
    assert (flag.review, flag.answer_by) == ("open", None)
    end_mutes(by=system_account(), now=NOW + timedelta(days=8))
    flag.refresh_from_db()
    assert flag.answer_by == NOW + timedelta(days=15)


def test_muted_signals_are_not_passed_on_but_follow_absences(patient: Patient, doctor: User) -> None:
    flag = a_flag(patient, owner=doctor)
    muted(flag, doctor, days=30)
    Flag.objects.update(answer_by=NOW)  # whatever else set a clock
    assert escalate_flags(by=system_account(), now=NOW + timedelta(days=1)) == 0
    note_absence(user=doctor, starts_on=TODAY, until_on=TODAY, by=doctor, now=NOW)
    flag.refresh_from_db()
    assert (flag.owner, flag.owner_as) == (patient.care_team.cover, OwnerAs.COVER)


def test_a_muted_signal_can_be_answered(patient: Patient, doctor: User) -> None:
    flag = a_flag(patient)
    muted(flag, doctor)
    flag.refresh_from_db()
    flag = acknowledge_flag(flag_id=flag.pk, version=flag.version, by=doctor, now=NOW)
    flag = resolve_flag(flag_id=flag.pk, version=flag.version, decision=Decision.NO_RELAPSE, by=doctor, now=NOW)
    assert end_mutes(by=system_account(), now=NOW + timedelta(days=8)) == 0
    flag.refresh_from_db()
    assert (flag.muted_by, flag.review) == (None, "resolved")
    assert kinds(flag) == ["muted", "acknowledged", "resolved"]


def test_the_ordinary_result_costs_no_statement_more(patient: Patient) -> None:
    flag = a_flag(patient)
    same = found(flag, Level.REVIEW, 1)
    evaluate(flag, same)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        raise_flags(found=[same], patient_ids=[patient.pk], rules=[RULE], by=system_account(), now=NOW)
    assert not [query for query in asked.captured_queries if "labs_mute" in query["sql"]]


def test_the_database_refuses_a_second_standing_mute_of_a_day_and_one_of_something_else_without_note(
    patient: Patient, doctor: User
) -> None:
    mute = muted(a_flag(patient), doctor)
    copy = {
        name: getattr(mute, name) for name in ("patient", "rule", "level", "until_on", "recorded_by", "recorded_at")
    }
    for reason in (MuteReason.THERAPY, MuteReason.OTHER):
        with pytest.raises(IntegrityError), transaction.atomic():
            Mute.objects.create(**copy, reason=reason)
    assert FlagEvent.objects.count() == 1
