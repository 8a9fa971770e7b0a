"""Who is told of what: once for each asking, and nobody of what asks for nothing."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from labs.actions import notify as telling
from labs.actions.assign_flags import escalate_flags
from labs.actions.notify import MOST_PATIENTS
from labs.models import (
    Flag,
    FlagDecision,
    FlagEvent,
    Mute,
    Notification,
    NotificationSettings,
    NotifiedFlag,
    SecondOpinion,
)
from patients.actions.system_account import system_account
from patients.models import Patient, Site, User
from tests.factories import make_care_team, make_patient, make_physician, make_site
from tests.factories.notifications import make_address, make_raised, step
from tests.tracker.test_jobs import rows

pytestmark = pytest.mark.django_db
Kind = FlagEvent.Kind
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NIGHT = datetime(2026, 3, 2, 23, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def address_of_vigil(settings: Any) -> None:
    settings.BASE_URL = "http://localhost:8000"


@pytest.fixture
def site() -> Site:
    return make_site(code="north", name="North", time_zone="Europe/London")


@pytest.fixture
def doctor(site: Site) -> User:
    return told_by_mail(make_physician(site, username="doctor"))


@pytest.fixture
def cover(site: Site) -> User:
    return told_by_mail(make_physician(site, username="cover"))


@pytest.fixture
def patient(site: Site, doctor: User, cover: User) -> Patient:
    patient = make_patient(site=site, mrn="0000042", family_name="Okafor")
    make_care_team(patient, physician=doctor, cover=cover)
    return patient


def told_by_mail(user: User) -> User:
    user.email = f"{user.username}@unit.example"
    user.save()
    return user


def sent(*kinds: str) -> list[tuple[str, str]]:
    """Kind and address of every message, in their order."""
    found = Notification.objects.order_by("pk")
    return list((found.filter(kind__in=kinds) if kinds else found).values_list("kind", "address"))


def notify(*, now: datetime) -> int:
    return telling.notify(by=system_account(), now=now)


# Urgent signals


def test_a_raised_urgent_signal_is_told_to_its_owner_at_once_also_at_night(patient: Patient, doctor: User) -> None:
    flag = make_raised(patient, doctor, NIGHT, answer_by=NIGHT + timedelta(hours=4))
    assert notify(now=NIGHT) == 1
    row = Notification.objects.get()
    assert (row.kind, row.recipient, row.address, row.state) == ("urgent", doctor, "doctor@unit.example", "waiting")
    assert row.not_before == NIGHT
    assert row.subject == "An urgent signal waits for you in Vigil"
    assert row.body == (
        "An urgent signal waits for you in Vigil, answer by 3 Mar 2026, 03:00 (Europe/London).\n"
        f"http://localhost:8000/signals/{flag.pk}/\nReference: S-{flag.pk}"
    )
    assert ("labs.send_notification", 0) in rows("todo")


def test_nothing_is_told_twice(patient: Patient, doctor: User) -> None:
    make_raised(patient, doctor, NOON)
    assert [notify(now=NOON), notify(now=NOON), notify(now=NOON + MINUTE)] == [1, 0, 0]


def test_several_signals_of_one_patient_are_one_message(patient: Patient, doctor: User) -> None:
    first = make_raised(patient, doctor, NOON, "A", answer_by=NOON + timedelta(hours=2))
    second = make_raised(patient, doctor, NOON, "B", answer_by=NOON + timedelta(hours=4))
    assert notify(now=NOON) == 1
    body = Notification.objects.get().body
    assert "2 urgent signals of one patient wait for you in Vigil, answer by 14:00 (Europe/London)." in body
    assert f"Reference: S-{first.pk}, S-{second.pk}" in body


@pytest.mark.parametrize(("patients", "messages"), [(MOST_PATIENTS, MOST_PATIENTS), (MOST_PATIENTS + 1, 1)])
def test_many_patients_at_once_are_one_message(site: Site, doctor: User, patients: int, messages: int) -> None:
    for _ in range(patients):
        make_raised(make_patient(site=site), doctor, NOON)
    assert notify(now=NOON) == messages
    assert NotifiedFlag.objects.count() == patients


@pytest.mark.parametrize(
    "fields", [{"level": "REVIEW"}, {"level": "INFO"}, {"signal": "withdrawn"}, {"signal": "not_confirmed"}]
)
def test_what_is_not_urgent_or_asks_for_nothing_is_not_told(patient: Patient, doctor: User, fields: Any) -> None:
    make_raised(patient, doctor, NOON, **fields)
    assert notify(now=NOON) == 0


def test_a_muted_signal_is_not_told_until_the_mute_ends(patient: Patient, doctor: User) -> None:
    mute = Mute.objects.create(
        patient=patient, rule="MM-PD-SERUM-M", level="URGENT", reason="therapy", until_on=date(2026, 4, 1),
        recorded_by=doctor, recorded_at=NOON,
    )  # fmt: skip
    flag = make_raised(patient, doctor, NOON, muted_by=mute)
    assert notify(now=NOON) == 0
    step(flag, Kind.UNMUTED, NOON, muted_by=None)
    assert notify(now=NOON) == 1


@pytest.mark.parametrize(
    "kind", [Kind.ESCALATED, Kind.UNANSWERED, Kind.WATCH_ENDED, Kind.TEST_CAME, Kind.REOPENED, Kind.UNDONE]
)
def test_whatever_asks_again_is_told_again(patient: Patient, doctor: User, kind: FlagEvent.Kind) -> None:
    flag = make_raised(patient, doctor, NOON)
    notify(now=NOON)
    step(flag, kind, NOON + MINUTE)
    assert notify(now=NOON + MINUTE) == 1
    assert notify(now=NOON + MINUTE) == 0


@pytest.mark.parametrize("kind", [Kind.CHANGED, Kind.CONFIRMED, Kind.ACKNOWLEDGED, Kind.ASSIGNED])
def test_what_only_goes_on_is_not(patient: Patient, doctor: User, kind: FlagEvent.Kind) -> None:
    flag = make_raised(patient, doctor, NOON)
    notify(now=NOON)
    step(flag, kind, NOON + MINUTE)
    assert notify(now=NOON + MINUTE) == 0


@pytest.mark.parametrize("before", [{"level": "REVIEW"}, {"signal": "withdrawn"}])
def test_a_signal_that_becomes_urgent_or_comes_back_is_told(patient: Patient, doctor: User, before: Any) -> None:
    flag = make_raised(patient, doctor, NOON, **before)
    notify(now=NOON)
    step(flag, Kind.CHANGED, NOON + MINUTE, level="URGENT", signal="confirmed")
    assert notify(now=NOON + MINUTE) == 1


def test_whoever_opens_the_own_signal_again_is_not_told(patient: Patient, doctor: User, cover: User) -> None:
    flag = make_raised(patient, doctor, NOON)
    notify(now=NOON)
    step(flag, Kind.REOPENED, NOON + MINUTE, by=doctor)
    assert notify(now=NOON + MINUTE) == 0
    step(flag, Kind.REOPENED, NOON + MINUTE, by=cover)
    assert notify(now=NOON + MINUTE) == 1


def test_what_the_rules_open_again_is_told_also_to_who_typed_the_result(patient: Patient, doctor: User) -> None:
    flag = make_raised(patient, doctor, NOON)
    notify(now=NOON)
    step(flag, Kind.CHANGED, NOON + MINUTE, by=doctor)
    step(flag, Kind.REOPENED, NOON + MINUTE, by=doctor)
    assert notify(now=NOON + MINUTE) == 1


def test_a_signal_passed_on_is_told_to_whom_it_went(patient: Patient, doctor: User, cover: User) -> None:
    make_raised(patient, doctor, NOON, answer_by=NOON + timedelta(hours=4))
    notify(now=NOON)
    later = NOON + timedelta(hours=4)
    escalate_flags(by=system_account(), now=later)
    assert ("labs.notify", 0) in rows("todo")
    notify(now=later)
    assert sent() == [("urgent", "doctor@unit.example"), ("urgent", "cover@unit.example")]


def test_every_address_for_urgent_signals_is_told_else_any(patient: Patient, doctor: User) -> None:
    make_address(doctor, "one@unit.example", NOON)
    make_address(doctor, "+44 7700 900123", NOON, "sms")
    make_address(doctor, "daily@unit.example", NOON, urgent=False)
    make_raised(patient, doctor, NOON)
    notify(now=NOON)
    assert sent() == [("urgent", "one@unit.example"), ("urgent", "+44 7700 900123")]


def test_who_has_no_address_is_a_message_that_failed(patient: Patient, site: Site) -> None:
    make_raised(patient, make_physician(site), NOON)
    assert notify(now=NOON) == 1
    row = Notification.objects.get()
    assert (row.state, row.address) == ("failed", "")
    assert "No address" in row.failure
    assert notify(now=NOON) == 0


def test_the_webhook_of_the_site_is_told_too_once(patient: Patient, doctor: User, site: Site) -> None:
    NotificationSettings.objects.create(site=site, webhook_url="https://hook.example/vigil")
    flag = make_raised(patient, doctor, NOON, answer_by=NOON + timedelta(hours=4))
    assert [notify(now=NOON), notify(now=NOON)] == [2, 0]
    row = Notification.objects.get(way="webhook")
    assert (row.recipient, row.address) == (None, "https://hook.example/vigil")
    assert json.loads(row.body) == {
        "version": 1,
        "kind": "urgent",
        "site": "north",
        "text": "An urgent signal waits for you in Vigil",
        "signals": [f"S-{flag.pk}"],
        "answer_by": "2026-03-02T16:00:00+00:00",
        "link": f"http://localhost:8000/signals/{flag.pk}/",
        "made_at": "2026-03-02T12:00:00+00:00",
    }


def test_nothing_of_a_patient_is_in_a_message_unless_the_site_allows_it(
    patient: Patient, doctor: User, site: Site
) -> None:
    NotificationSettings.objects.create(site=site, webhook_url="https://hook.example/vigil")
    make_raised(patient, doctor, NOON)
    notify(now=NOON)
    said = " ".join(row.subject + row.body for row in Notification.objects.all())
    assert not [word for word in ("Okafor", "0000042", "M-protein", "MM-PD") if word in said]
    NotificationSettings.objects.update(names_patients=True)
    make_raised(patient, doctor, NOON, "MM-CALCIUM")
    notify(now=NOON)
    said = [row.body for row in Notification.objects.order_by("pk")][2:]
    assert "Okafor" in said[0]
    assert "0000042. MM-CALCIUM: Serum M-protein" in said[0]
    assert "0000042" in said[1]


def test_who_may_not_see_the_patient_is_not_named_one(patient: Patient, site: Site) -> None:
    NotificationSettings.objects.create(site=site, names_patients=True)
    stranger = told_by_mail(make_physician(make_site(), username="stranger"))
    make_raised(patient, stranger, NOON)
    notify(now=NOON)
    assert "Okafor" not in Notification.objects.get().body


STEPS = st.lists(
    st.sampled_from(
        [Kind.ESCALATED, Kind.ASSIGNED, Kind.CHANGED, Kind.ACKNOWLEDGED, Kind.REOPENED, Kind.TEST_CAME, None]
    ),
    max_size=12,
)


@given(steps=STEPS)
@hypothesis_settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_asking_is_told_to_its_owner_exactly_once_whenever_and_however_often_it_is_run(
    steps: list[FlagEvent.Kind | None], site: Site, doctor: User, cover: User
) -> None:
    flag = make_raised(make_patient(site=site), doctor, NOON)
    asked, people = [flag.events.get().pk], [doctor, cover]
    for number, kind in enumerate(steps):
        if kind is None:
            notify(now=NOON)
            notify(now=NOON)
            continue
        moved = kind in {Kind.ESCALATED, Kind.ASSIGNED} and number % 2 == 0
        owner = people[people.index(flag.owner) - 1] if moved else flag.owner
        one = step(flag, kind, NOON + number * MINUTE, owner=owner)
        if moved or kind in {Kind.ESCALATED, Kind.REOPENED, Kind.TEST_CAME}:
            asked.append(one.pk)
    notify(now=NOON)
    told = list(NotifiedFlag.objects.filter(flag=flag).values_list("event", flat=True))
    assert len(told) == len(set(told))
    assert set(told) <= set(asked)
    assert asked[-1] in told
    for row in Notification.objects.filter(told__flag=flag):
        assert row.recipient == row.told.get().event.owner


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_once(site: Site) -> None:
    doctor = told_by_mail(make_physician(site, username="both"))
    for _ in range(3):
        make_raised(make_patient(site=site), doctor, NOON)

    def work(_number: int) -> int:
        try:
            return notify(now=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 3
    assert Notification.objects.count() == 3


# A decision whose evidence was corrected


def decided(flag: Flag, by: User, at: datetime) -> FlagDecision:
    step(
        flag, Kind.RESOLVED, at, by=by, review="resolved", decision="explained_therapy", reviewed_by=by, reviewed_at=at
    )
    return FlagDecision.objects.create(flag=flag, at=at, by=by, decision="explained_therapy", review_before="open")


def evidence(*results: int) -> dict[str, Any]:
    return {"evidence": [{"result": number, "role": "trigger"} for number in results]}


@pytest.fixture
def resolved(patient: Patient, doctor: User, cover: User) -> Flag:
    """A signal of the doctor's that the cover resolved."""
    flag = make_raised(patient, doctor, NOON, finding=evidence(1, 2))
    notify(now=NOON)
    Notification.objects.all()
    decided(flag, cover, NOON + MINUTE)
    return flag


def told_back(now: datetime = NOON + 3 * MINUTE) -> list[tuple[str, str]]:
    notify(now=now)
    notify(now=now)
    return sent("taken_back")


@pytest.mark.parametrize("kind", [Kind.WITHDRAWN, Kind.CRITERIA])
def test_whoever_decided_is_told_when_the_signal_is_taken_off(resolved: Flag, kind: FlagEvent.Kind) -> None:
    step(resolved, kind, NOON + 2 * MINUTE, signal="withdrawn")
    assert told_back() == [("taken_back", "cover@unit.example")]


def test_also_when_the_evidence_changed_and_the_signal_opened_again(resolved: Flag) -> None:
    step(resolved, Kind.CHANGED, NOON + 2 * MINUTE, finding=evidence(1, 2, 3))
    step(resolved, Kind.REOPENED, NOON + 2 * MINUTE, review="open", decision="")
    assert told_back() == [("taken_back", "cover@unit.example")]
    assert sent("urgent")[1:] == [("urgent", "doctor@unit.example")]


def test_who_decided_and_owns_it_is_told_once(patient: Patient, doctor: User) -> None:
    flag = make_raised(patient, doctor, NOON, finding=evidence(1, 2))
    notify(now=NOON)
    decided(flag, doctor, NOON + MINUTE)
    step(flag, Kind.CHANGED, NOON + 2 * MINUTE, finding=evidence(1, 3))
    step(flag, Kind.REOPENED, NOON + 2 * MINUTE, review="open", decision="")
    assert told_back() == [("taken_back", "doctor@unit.example")]
    assert len(sent("urgent")) == 1


def test_a_result_that_is_replaced_is_told_and_a_further_one_is_not(resolved: Flag) -> None:
    step(resolved, Kind.CHANGED, NOON + 2 * MINUTE, finding=evidence(1, 2, 3))
    assert told_back() == []
    step(resolved, Kind.CHANGED, NOON + 3 * MINUTE, finding=evidence(1, 3))
    assert told_back() == [("taken_back", "cover@unit.example")]


def test_a_correction_before_the_decision_an_undone_decision_and_ones_own_correction_are_not(
    patient: Patient, doctor: User, cover: User
) -> None:
    flag = make_raised(patient, doctor, NOON, "A")
    step(flag, Kind.WITHDRAWN, NOON, signal="withdrawn")
    decided(flag, cover, NOON + MINUTE)
    undone = decided(make_raised(patient, doctor, NOON, "B"), cover, NOON)
    undone.undone_at, undone.undone_by = NOON, cover
    undone.save()
    step(undone.flag, Kind.WITHDRAWN, NOON + MINUTE, signal="withdrawn")
    own = decided(make_raised(patient, doctor, NOON, "C"), cover, NOON).flag
    step(own, Kind.WITHDRAWN, NOON + MINUTE, by=cover, signal="withdrawn")
    assert told_back() == []


@pytest.mark.parametrize(("level", "at_once"), [("URGENT", True), ("REVIEW", False)])
def test_an_urgent_one_goes_at_once_and_another_waits_for_the_morning(
    patient: Patient, doctor: User, cover: User, level: str, at_once: bool
) -> None:
    flag = make_raised(patient, doctor, NIGHT - MINUTE, level=level)
    decided(flag, cover, NIGHT - MINUTE)
    step(flag, Kind.WITHDRAWN, NIGHT, signal="withdrawn")
    notify(now=NIGHT)
    row = Notification.objects.get(kind="taken_back")
    assert row.not_before == (NIGHT if at_once else datetime(2026, 3, 3, 7, tzinfo=UTC))


# Second opinions


def opinion(flag: Flag, by: User, **whom: Any) -> SecondOpinion:
    step(flag, Kind.OPINION_ASKED, NOON, by=by)
    return SecondOpinion.objects.create(
        flag=flag, asked_by=by, asked_at=NOON, question="Okafor: a relapse?", due_on=date(2026, 3, 9), **whom
    )


def test_a_colleague_is_asked_once_and_who_asked_is_told_of_the_answer_once(
    patient: Patient, doctor: User, cover: User
) -> None:
    flag = make_raised(patient, doctor, NOON, level="REVIEW")
    row = opinion(flag, doctor, colleague=cover)
    assert [notify(now=NOON), notify(now=NOON)] == [1, 0]
    assert sent() == [("opinion", "cover@unit.example")]
    row.answer, row.answered_at, row.answered_by = "No.", NOON, cover
    row.save()
    assert [notify(now=NOON), notify(now=NOON)] == [1, 0]
    assert sent()[1:] == [("opinion_given", "doctor@unit.example")]


def test_an_address_outside_is_asked_by_mail_without_a_link_and_without_the_question(
    patient: Patient, doctor: User
) -> None:
    opinion(make_raised(patient, doctor, NOON, level="REVIEW"), doctor, address="expert@elsewhere.example")
    notify(now=NOON)
    row = Notification.objects.get()
    assert (row.recipient, row.way, row.address) == (None, "email", "expert@elsewhere.example")
    assert "doctor@unit.example" in row.body
    assert not [word for word in ("Okafor", "http", "0000042") if word in row.body]


def test_an_opinion_taken_back_is_not_asked_for(patient: Patient, doctor: User, cover: User) -> None:
    row = opinion(make_raised(patient, doctor, NOON, level="REVIEW"), doctor, colleague=cover)
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_because = NOON, doctor, "solved"
    row.save()
    assert notify(now=NOON) == 0


# Once a day

MORNING = datetime(2026, 3, 3, 7, 30, tzinfo=UTC)


def test_what_waits_is_told_once_a_day_and_counted(patient: Patient, doctor: User, cover: User) -> None:
    make_raised(patient, doctor, NOON, "A", level="REVIEW", answer_by=NOON)
    make_raised(patient, doctor, NOON, "B", level="REVIEW", answer_by=MORNING + MINUTE, unanswered_by=[cover.pk])
    make_raised(patient, doctor, NOON, "C", level="INFO", answer_by=None)
    assert notify(now=MORNING - MINUTE) == 0
    assert [notify(now=MORNING), notify(now=MORNING), notify(now=MORNING + timedelta(hours=5))] == [1, 0, 0]
    row = Notification.objects.get()
    assert (row.kind, row.recipient, row.subject) == ("digest", doctor, "2 signals wait for you in Vigil")
    assert row.body == (
        "At North wait for your answer: 0 urgent, 2 to review.\n"
        "Of them late: 1; passed on to you: 1; new since the last message: 2.\nhttp://localhost:8000/inbox/"
    )
    notify(now=MORNING + timedelta(days=1))
    assert "new since the last message: 0." in Notification.objects.first().body


def test_where_nothing_waits_nothing_is_said(patient: Patient, doctor: User, cover: User) -> None:
    decided(make_raised(patient, doctor, NOON, level="REVIEW"), cover, NOON)
    assert notify(now=MORNING) == 0


def test_what_came_after_the_time_waits_for_the_next_day(patient: Patient, doctor: User) -> None:
    make_raised(patient, doctor, MORNING + MINUTE, level="REVIEW")
    assert notify(now=MORNING + 2 * MINUTE) == 0
    assert notify(now=MORNING + timedelta(days=1)) == 1


def test_the_time_is_that_of_the_sites_clock(doctor: User) -> None:
    site = make_site(time_zone="Asia/Kolkata")
    make_raised(make_patient(site=site), doctor, NOON - timedelta(days=1), level="REVIEW")
    due = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    assert [notify(now=due - MINUTE), notify(now=due)] == [0, 1]


def test_a_daily_message_never_comes_while_it_is_quiet(patient: Patient, doctor: User, site: Site) -> None:
    NotificationSettings.objects.create(site=site, digest_at=time(6), quiet_until=time(8))
    make_raised(patient, doctor, NOON - timedelta(days=1), level="REVIEW")
    assert [notify(now=datetime(2026, 3, 3, hour, 59, tzinfo=UTC)) for hour in (5, 6, 7)] == [0, 0, 0]
    assert notify(now=datetime(2026, 3, 3, 8, tzinfo=UTC)) == 1


def test_who_wants_no_daily_message_gets_none(patient: Patient, doctor: User) -> None:
    make_address(doctor, "one@unit.example", NOON, digest=False)
    make_raised(patient, doctor, NOON, level="REVIEW")
    assert notify(now=MORNING) == 0
