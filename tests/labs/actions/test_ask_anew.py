"""A signal that opens again is a new question: it starts with the first of the chain, with a whole new time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from labs.actions.assign_flags import escalate_flags
from labs.actions.end_watches import end_watches
from labs.actions.raise_flags import Found, raise_flags
from labs.actions.review_flag import acknowledge_flag, reopen_flag, resolve_flag
from labs.actions.set_up_review import set_up_review
from labs.models import Flag, FlagEvent
from patients.actions.system_account import system_account
from tests.factories import make_care_team, make_flag, make_patient, make_physician, make_site

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
FOUND = Found(
    patient_id=0,
    diagnosis_id=None,
    rule="MM-PD-SERUM-M",
    criteria_version="IMWG-2016",
    level="URGENT",
    signal="provisional",
    onset_on=date(2026, 3, 1),
    detected_on=date(2026, 3, 1),
    line_started_on=None,
    explanation="risen",
    finding={"evidence": []},
    results=frozenset(),
)


@pytest.fixture
def patient():
    patient = make_patient(site=make_site(time_zone="UTC"))
    make_care_team(patient, physician=make_physician(patient.site), cover=make_physician(patient.site))
    return patient


@pytest.fixture
def passed_on(patient) -> Flag:
    """A signal that the responsible physician let go by, now with the cover."""
    find(patient, signal="provisional")
    escalate_flags(by=system_account(), now=NOW + timedelta(hours=4))
    flag = Flag.objects.get()
    assert flag.owner == patient.care_team.cover
    return flag


def find(patient, *, now: datetime = NOW, **changes) -> None:
    found = [replace(FOUND, patient_id=patient.pk, **changes)]
    raise_flags(found=found, patient_ids=[patient.pk], rules=[FOUND.rule], by=system_account(), now=now)


def resolve(flag: Flag, decision: str = "explained_therapy", **more) -> Flag:
    return resolve_flag(
        flag_id=flag.pk, version=flag.version, decision=decision, by=flag.owner, now=NOW + timedelta(hours=5), **more
    )


def is_asked_anew(flag: Flag, now: datetime) -> bool:
    flag.refresh_from_db()
    team = flag.patient.care_team
    asked = (flag.owner, flag.owner_as, flag.unanswered_by, flag.answer_by)
    return asked == (team.physician, "responsible", [], now + timedelta(hours=4))


def test_new_evidence_after_a_decision_goes_to_the_responsible_physician_again(patient, passed_on) -> None:
    resolve(passed_on)
    find(patient, now=LATER, signal="confirmed")
    assert is_asked_anew(passed_on, LATER)
    last = FlagEvent.objects.order_by("pk").last()
    assert (last.kind, last.owner) == ("reopened", patient.care_team.physician)


def test_so_does_a_decision_taken_back(passed_on) -> None:
    flag = resolve(passed_on)
    reopen_flag(flag_id=flag.pk, version=flag.version, by=flag.owner, now=LATER)
    assert is_asked_anew(flag, LATER)


def test_and_a_watch_whose_day_has_come(passed_on) -> None:
    resolve(passed_on, "watch", watch_until=date(2026, 3, 20))
    end_watches(by=system_account(), now=LATER)
    assert is_asked_anew(passed_on, LATER)


def test_taking_an_acknowledgement_back_gains_no_time(passed_on) -> None:
    before, owner = passed_on.answer_by, passed_on.owner
    seen = acknowledge_flag(flag_id=passed_on.pk, version=passed_on.version, by=owner, now=NOW)
    reopen_flag(flag_id=passed_on.pk, version=seen.version, by=owner, now=NOW)
    passed_on.refresh_from_db()
    assert (passed_on.answer_by, passed_on.owner) == (before, owner)


def test_more_evidence_for_a_signal_that_waits_leaves_it_with_whom_it_is(patient, passed_on) -> None:
    find(patient, now=LATER, explanation="risen again", finding={"evidence": [1]})
    passed_on.refresh_from_db()
    assert passed_on.owner == patient.care_team.cover
    assert len(passed_on.unanswered_by) == 1


def test_a_signal_that_comes_back_has_the_owner_of_today(patient) -> None:
    flag = make_flag(patient, owner=make_physician(patient.site), signal="withdrawn", onset_on=FOUND.onset_on)
    find(patient)
    flag.refresh_from_db()
    assert flag.owner == patient.care_team.physician


def test_naming_somebody_on_duty_moves_what_was_there_by_chance(patient) -> None:
    alone = make_patient(site=patient.site)
    find(alone)
    flag, duty = Flag.objects.get(), patient.care_team.cover
    assert flag.owner_as == "physician"
    set_up_review(site=patient.site, urgent_hours=4, review_days=7, duty_physician=duty, by=duty, now=NOW)
    flag.refresh_from_db()
    assert (flag.owner, flag.owner_as) == (duty, "duty")
