"""Who saw a signal is told that it no longer stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from labs.models import Flag, FlagEvent, Signal
from labs.selectors.taken_back import TOLD_FOR, taken_back
from patients.actions.record_access import record_access
from patients.actions.system_account import system_account
from patients.models import User
from tests.factories import make_flag, make_patient, make_physician, make_site

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def physician() -> User:
    return make_physician(make_site())


@pytest.fixture
def flag(physician: User) -> Flag:
    return make_flag(make_patient(site=physician.sites.get()))


def take_back(flag: Flag, kind: FlagEvent.Kind = FlagEvent.Kind.CRITERIA, at: datetime | None = None) -> FlagEvent:
    Flag.objects.filter(pk=flag.pk).update(signal=Signal.WITHDRAWN)
    return FlagEvent.objects.create(
        flag=flag,
        at=at or now(),
        by=system_account(),
        kind=kind,
        signal=Signal.WITHDRAWN,
        review=flag.review,
        level=flag.level,
        note="the criteria in force are ELN 2017",
    )


def told(user: User) -> list[int]:
    return [event.flag_id for event in taken_back(user=user, now=now())]


def test_who_never_saw_it_is_not_told(physician: User, flag: Flag) -> None:
    take_back(flag)
    assert told(physician) == []


def test_the_owner_is_told(physician: User, flag: Flag) -> None:
    Flag.objects.filter(pk=flag.pk).update(owner=physician)
    take_back(flag)
    assert told(physician) == [flag.pk]


@pytest.mark.parametrize("kind", [FlagEvent.Kind.CRITERIA, FlagEvent.Kind.WITHDRAWN])
def test_who_opened_the_patient_while_it_stood_is_told(physician: User, flag: Flag, kind: FlagEvent.Kind) -> None:
    record_access(by=physician, patient=flag.patient, view="signal")
    take_back(flag, kind)
    assert told(physician) == [flag.pk]
    assert told(make_physician(flag.patient.site)) == []


def test_who_opened_the_patient_only_afterwards_is_not(physician: User, flag: Flag) -> None:
    take_back(flag, at=now() - timedelta(hours=1))
    record_access(by=physician, patient=flag.patient, view="signal")
    assert told(physician) == []


def test_who_answered_it_is_told(physician: User, flag: Flag) -> None:
    FlagEvent.objects.create(
        flag=flag, at=now(), by=physician, kind="acknowledged", signal="confirmed", review="open", level="URGENT"
    )
    take_back(flag)
    assert told(physician) == [flag.pk]


def test_a_signal_that_came_back_is_no_longer_named(physician: User, flag: Flag) -> None:
    Flag.objects.filter(pk=flag.pk).update(owner=physician)
    take_back(flag)
    Flag.objects.filter(pk=flag.pk).update(signal=Signal.CONFIRMED)
    assert told(physician) == []


def test_one_taken_back_twice_is_named_once_and_an_old_one_not_at_all(physician: User, flag: Flag) -> None:
    Flag.objects.filter(pk=flag.pk).update(owner=physician)
    take_back(flag)
    take_back(flag)
    assert told(physician) == [flag.pk]
    older = make_flag(flag.patient, rule="MM-HB", owner=physician)
    take_back(older, at=now() - TOLD_FOR - timedelta(minutes=1))
    assert told(physician) == [flag.pk]


def test_of_a_patient_no_longer_visible_nothing_is_told(physician: User, flag: Flag) -> None:
    Flag.objects.filter(pk=flag.pk).update(owner=physician)
    take_back(flag)
    physician.sites.clear()
    assert told(physician) == []


def test_the_inbox_says_it_with_the_reason(physician: User, flag: Flag) -> None:
    Flag.objects.filter(pk=flag.pk).update(owner=physician)
    take_back(flag)
    client = Client()
    client.force_login(physician)
    page = client.get(reverse("inbox")).content.decode()
    assert "Taken back or corrected since you saw them" in page
    assert "the criteria in force are ELN 2017" in page
