"""Signals change hands when people come and go, and are passed on when nobody answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from labs.actions.assign_flags import assign_flags, escalate_flags
from labs.actions.end_watches import end_watches
from labs.actions.hand_over import HandedOver, hand_over_list
from labs.models import Flag, FlagEvent, Level, ReviewSettings
from patients.actions.record_absence import record_absence, withdraw_absence
from patients.actions.system_account import system_account
from patients.models import AuditEvent
from tests.factories import make_care_team, make_flag, make_patient, make_physician, make_site

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 2, 12, tzinfo=UTC)


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def doctor(site):
    return make_physician(site)


@pytest.fixture
def cover(site):
    return make_physician(site)


@pytest.fixture
def patient(site, doctor, cover):
    patient = make_patient(site=site)
    make_care_team(patient, physician=doctor, cover=cover)
    return patient


def assign() -> int:
    return assign_flags(by=system_account(), now=NOW)


def escalate(now: datetime = NOW) -> int:
    return escalate_flags(by=system_account(), now=now)


def test_nothing_changes_while_the_owner_is_right(patient, doctor) -> None:
    make_flag(patient, owner=doctor)
    assert assign() == 0
    assert not FlagEvent.objects.exists()


def test_an_absence_moves_signals_to_the_deputy_and_its_end_moves_them_back(site, patient, doctor) -> None:
    flag, deputy = make_flag(patient, owner=doctor), make_physician(site)
    absence = record_absence(user=doctor, starts_on=NOW.date(), until_on=NOW.date(), deputy=deputy, by=doctor, now=NOW)
    assert assign() == 1
    assert Flag.objects.get(pk=flag.pk).owner == deputy
    withdraw_absence(absence=absence, reason="came after all", by=doctor, now=NOW)
    assert assign() == 1
    assert Flag.objects.get(pk=flag.pk).owner == doctor
    steps = list(FlagEvent.objects.order_by("pk").values_list("kind", "owner", "owner_as"))
    assert steps == [("assigned", deputy.pk, "deputy"), ("assigned", doctor.pk, "responsible")]
    assert AuditEvent.objects.filter(verb="flag.assigned").count() == 2


def test_resolved_and_withdrawn_signals_stay_with_whom_they_were(patient, cover) -> None:
    done = {"reviewed_by": cover, "reviewed_at": NOW}
    make_flag(patient, "A", owner=cover, review="resolved", decision="explained_therapy", **done)
    make_flag(patient, "B", owner=cover, signal="withdrawn")
    assert assign() == 0


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=3)])
def test_a_late_signal_goes_to_the_cover_with_a_new_clock(patient, doctor, cover, late) -> None:
    flag = make_flag(patient, owner=doctor, answer_by=NOW - late)
    assert escalate() == 1
    flag.refresh_from_db()
    assert (flag.owner, flag.owner_as, flag.unanswered_by) == (cover, "cover", [doctor.pk])
    assert flag.answer_by == NOW + timedelta(hours=4)
    assert FlagEvent.objects.get().kind == "escalated"
    assert AuditEvent.objects.get().verb == "flag.escalated"


def test_a_signal_whose_time_is_not_over_stays(patient, doctor) -> None:
    make_flag(patient, owner=doctor, answer_by=NOW + timedelta(seconds=1))
    assert escalate() == 0


def test_an_acknowledged_one_is_passed_on_too(patient, doctor, cover) -> None:
    flag = make_flag(patient, owner=doctor, review="acknowledged", reviewed_by=doctor, reviewed_at=NOW, answer_by=NOW)
    assert escalate() == 1
    assert Flag.objects.get(pk=flag.pk).owner == cover


def test_what_was_passed_on_is_not_given_back_by_the_next_round(patient, doctor, cover) -> None:
    make_flag(patient, owner=doctor, answer_by=NOW)
    escalate()
    assert assign() == 0
    assert Flag.objects.get().owner == cover


def test_at_the_end_of_the_chain_it_stays_and_is_noted_again(patient, doctor, cover) -> None:
    make_flag(patient, owner=doctor, answer_by=NOW)
    later = [NOW + timedelta(hours=4 * step) for step in range(3)]
    assert [escalate(moment) for moment in later] == [1, 1, 1]
    flag = Flag.objects.get()
    assert (flag.owner, flag.unanswered_by) == (cover, [doctor.pk, cover.pk])
    kinds = list(FlagEvent.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["escalated", "unanswered", "unanswered"]


def test_a_site_sets_its_own_times(site, patient, doctor) -> None:
    ReviewSettings.objects.create(site=site, urgent_hours=2, review_days=3)
    make_flag(patient, "A", owner=doctor, answer_by=NOW)
    make_flag(patient, "B", owner=doctor, answer_by=NOW, level=Level.REVIEW)
    escalate()
    assert dict(Flag.objects.values_list("rule", "answer_by")) == {
        "A": NOW + timedelta(hours=2),
        "B": NOW + timedelta(days=3),
    }


def test_a_list_is_handed_over_whole(site, patient, doctor, cover) -> None:
    second = make_patient(site=site)
    make_care_team(second, physician=cover, cover=doctor)
    flag = make_flag(patient, owner=doctor)
    new = make_physician(site)
    assert hand_over_list(leaving=doctor, to=new, by=cover, now=NOW) == HandedOver(patients=2, signals=1)
    for one, physician, covering in ((patient, new, cover), (second, cover, new)):
        one.care_team.refresh_from_db()
        assert (one.care_team.physician, one.care_team.cover) == (physician, covering)
    assert Flag.objects.get(pk=flag.pk).owner == new


def test_who_takes_a_list_over_is_not_the_own_cover(patient, doctor, cover) -> None:
    hand_over_list(leaving=doctor, to=cover, by=cover, now=NOW)
    patient.care_team.refresh_from_db()
    assert (patient.care_team.physician, patient.care_team.cover) == (cover, None)


def test_a_watch_ends_on_its_day_on_the_clock_of_the_site(doctor) -> None:
    patient = make_patient(site=make_site(time_zone="Pacific/Auckland"))
    flag = make_flag(
        patient,
        owner=doctor,
        review="resolved",
        decision="watch",
        watch_until=date(2025, 6, 3),
        answer_by=None,
        reviewed_by=doctor,
        reviewed_at=NOW,
    )
    before, then = datetime(2025, 6, 2, 11, 59, tzinfo=UTC), datetime(2025, 6, 2, 12, 0, tzinfo=UTC)
    assert end_watches(by=system_account(), now=before) == 0
    assert end_watches(by=system_account(), now=then) == 1
    flag.refresh_from_db()
    assert (flag.review, flag.decision, flag.answer_by) == ("open", "", then + timedelta(hours=4))
    assert end_watches(by=system_account(), now=then) == 0


def test_only_a_watch_ends(patient, doctor) -> None:
    make_flag(
        patient, owner=doctor, review="resolved", decision="explained_therapy", reviewed_by=doctor, reviewed_at=NOW
    )
    assert end_watches(by=system_account(), now=NOW) == 0
