"""What is new to whom, muted signals, and counts that agree with the list under every filter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice, product
from typing import Any

import pytest

from labs.models import Flag, FlagEvent, Level, Mute, Review, Signal
from labs.selectors.inbox import MUTED, SITE, Counts, Wanted, inbox, inbox_counts, neighbour
from labs.selectors.inbox_cards import Card
from labs.selectors.near_misses import waiting_for
from labs.selectors.news import news_of
from patients.actions.record_access import record_access
from patients.actions.system_account import system_account
from patients.models import Disease, User
from tests.factories import make_diagnosis, make_flag, make_patient, make_physician, make_site

pytestmark = pytest.mark.django_db
Kind = FlagEvent.Kind
HOUR = timedelta(hours=1)


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def doctor(site):
    return make_physician(site)


@pytest.fixture
def flag(site, doctor):
    return make_flag(make_patient(site=site), owner=doctor)


def now() -> datetime:
    return datetime.now(UTC)


def step(flag: Flag, kind: FlagEvent.Kind, *, at: datetime | None = None, by: User | None = None, **fields: Any):
    return FlagEvent.objects.create(
        flag=flag, at=at or now(), by=by or system_account(), kind=kind, signal=flag.signal, review=flag.review,
        level=flag.level, **fields,
    )  # fmt: skip


def mute(flag: Flag, **fields: Any) -> Mute:
    made = Mute.objects.create(
        patient=flag.patient, rule=flag.rule, level=flag.level, reason="antibody", until_on=date(2027, 3, 3),
        recorded_by=flag.owner, recorded_at=now(), **fields,
    )  # fmt: skip
    Flag.objects.filter(pk=flag.pk).update(muted_by=made)
    return made


def cards(user: User, **wanted: Any) -> list[Card]:
    return inbox(user=user, wanted=Wanted(**wanted), today=date(2025, 7, 1)).rows


def news(user: User) -> list[str]:
    return [news_of(one) for card in cards(user) for one in card.flags]


class TestNewToMe:
    def test_a_signal_is_new_until_its_patient_was_opened(self, doctor, flag) -> None:
        assert news(doctor) == ["raised"]
        record_access(by=doctor, patient=flag.patient, view="signal")
        assert news(doctor) == [""]

    def test_that_a_colleague_looked_changes_nothing(self, site, doctor, flag) -> None:
        record_access(by=make_physician(site), patient=flag.patient, view="signal")
        assert news(doctor) == ["raised"]

    @pytest.mark.parametrize("view", ["export", "day-sheet", "letters_pdf", "api:flags"])
    def test_a_list_that_held_the_patient_is_no_look(self, doctor, flag, view) -> None:
        record_access(by=doctor, patient=flag.patient, view=view)
        assert news(doctor) == ["raised"]

    def test_who_acknowledged_it_from_the_list_has_seen_it(self, doctor, flag) -> None:
        step(flag, Kind.ACKNOWLEDGED, by=doctor)
        assert news(doctor) == [""]

    def test_who_typed_in_the_result_has_not_seen_the_signal(self, doctor, flag) -> None:
        step(flag, Kind.RAISED, by=doctor)
        assert news(doctor) == ["raised"]

    @pytest.mark.parametrize("kind", [Kind.CONFIRMED, Kind.CHANGED, Kind.REOPENED, Kind.TEST_CAME, Kind.UNMUTED])
    def test_a_later_step_is_news_and_the_last_one_is_named(self, doctor, flag, kind) -> None:
        record_access(by=doctor, patient=flag.patient, view="signal")
        step(flag, Kind.CHANGED, at=now() + HOUR)
        step(flag, kind, at=now() + 2 * HOUR)
        assert news(doctor) == [kind]
        assert [len(cards(doctor, only_new=True)), inbox_counts(user=doctor, wanted=Wanted()).new] == [1, 1]

    def test_a_step_before_the_look_is_none(self, doctor, flag) -> None:
        step(flag, Kind.CONFIRMED, at=now() - HOUR)
        record_access(by=doctor, patient=flag.patient, view="signal")
        assert news(doctor) == [""]

    @pytest.mark.parametrize("kind", [Kind.ACKNOWLEDGED, Kind.UNANSWERED, Kind.MUTED])
    def test_steps_that_change_nothing_to_judge_are_none(self, site, doctor, flag, kind) -> None:
        record_access(by=doctor, patient=flag.patient, view="signal")
        step(flag, kind, at=now() + HOUR, by=make_physician(site))
        assert news(doctor) == [""]

    def test_a_new_owner_is_told_and_the_former_is_not(self, site, doctor, flag) -> None:
        record_access(by=doctor, patient=flag.patient, view="signal")
        step(flag, Kind.ESCALATED, at=now() + HOUR, owner=make_physician(site))
        assert news(doctor) == [""]
        step(flag, Kind.ESCALATED, at=now() + 2 * HOUR, owner=doctor)
        assert news(doctor) == [Kind.ESCALATED]

    def test_what_moved_since_an_instant_is_counted_as_long_as_it_is_on_the_list(self, doctor, flag) -> None:
        counted = inbox_counts(user=doctor, wanted=Wanted(), since=flag.raised_at - HOUR)
        assert (counted.moved, inbox_counts(user=doctor, wanted=Wanted(), since=flag.raised_at).moved) == (1, 0)
        step(flag, Kind.CONFIRMED, at=flag.raised_at + HOUR)
        assert inbox_counts(user=doctor, wanted=Wanted(), since=flag.raised_at).moved == 1
        assert inbox_counts(user=doctor, wanted=Wanted(disease=Disease.AML), since=flag.raised_at).moved == 0


class TestMuted:
    def test_it_makes_neither_level_nor_order_and_stays_on_the_card(self, doctor, flag) -> None:
        review = make_flag(flag.patient, "CBC-HB-FALL", owner=doctor, level=Level.REVIEW)
        mute(flag)
        (card,) = cards(doctor)
        assert (card.headline, card.others, card.muted) == (review, [], [flag])
        assert inbox_counts(user=doctor, wanted=Wanted()) == Counts(review=1, new=1, muted=1)

    def test_muted_signals_alone_make_no_card_but_are_counted_and_have_a_list(self, doctor, flag) -> None:
        mute(flag)
        assert cards(doctor) == []
        assert inbox_counts(user=doctor, wanted=Wanted()) == Counts(muted=1)
        assert [card.flags for card in cards(doctor, state=MUTED)] == [[flag]]

    def test_nobody_is_asked_for_it(self, doctor, flag) -> None:
        mute(flag)
        assert not waiting_for(doctor).exists()

    def test_one_that_waits_beside_it_in_the_list_of_muted_ones_is_on_the_card(self, doctor, flag) -> None:
        mute(flag)
        other = make_flag(flag.patient, "CBC-HB-FALL", owner=doctor)
        (card,) = cards(doctor, state=MUTED)
        assert (card.flags, card.others) == ([flag], [other])


class TestOrder:
    def test_the_time_is_that_of_the_level_not_of_a_lesser_signal(self, site, doctor) -> None:
        def waits(*signals: tuple[Level, int]) -> int:
            patient = make_patient(site=site)
            for place, (level, hours) in enumerate(signals):
                make_flag(patient, f"R{place}", owner=doctor, level=level, answer_by=now() + hours * HOUR)
            return patient.pk

        late_review = waits((Level.URGENT, 9), (Level.REVIEW, -50))
        soon = waits((Level.URGENT, 2))
        assert [card.patient.pk for card in cards(doctor)] == [soon, late_review]

    def test_the_card_shows_the_time_it_is_ordered_by(self, doctor, flag) -> None:
        sooner = flag.answer_by - HOUR
        make_flag(flag.patient, "A", owner=doctor, signal=Signal.PROVISIONAL, answer_by=sooner)
        (card,) = cards(doctor)
        assert (card.headline, card.answer_by) == (flag, sooner)

    def test_a_signal_without_a_limit_comes_after_those_with_one(self, site, doctor, flag) -> None:
        without = make_flag(make_patient(site=site), owner=doctor, answer_by=None)
        assert [card.patient.pk for card in cards(doctor)] == [flag.patient_id, without.patient_id]
        assert cards(doctor)[1].answer_by is None

    def test_a_colleagues_signal_is_beside_and_makes_no_level(self, site, doctor, flag) -> None:
        Flag.objects.filter(pk=flag.pk).update(level=Level.REVIEW)
        other = make_flag(flag.patient, "A", owner=make_physician(site))
        (card,) = cards(doctor)
        assert (card.headline, card.others, card.to_acknowledge) == (flag, [other], [flag])
        assert inbox_counts(user=doctor, wanted=Wanted()).urgent == 0


@pytest.fixture
def unit(site, doctor) -> User:
    """Patients of every kind the filters tell apart, many with the same level and time."""
    colleague = make_physician(site)
    places = product((Disease.MM, Disease.AML), (Level.URGENT, Level.REVIEW, Level.INFO), Signal.values[:2], (0, 1))
    for place, (disease, level, signal, kind) in enumerate(places):
        diagnosis = make_diagnosis(make_patient(site=site), disease)
        flag = make_flag(
            diagnosis.patient, diagnosis=diagnosis, owner=colleague if place % 3 == 0 else doctor, level=level,
            signal=signal, raised_at=now() - timedelta(days=place % 4),
            answer_by=None if level == Level.INFO else datetime(2025, 6, 1 + kind, tzinfo=UTC),
        )  # fmt: skip
        if place % 5 == 0:
            record_access(by=doctor, patient=flag.patient, view="signal")
        if place % 7 == 0:
            mute(make_flag(diagnosis.patient, "CBC-LDH", diagnosis=diagnosis, owner=doctor, level=Level.REVIEW))
        if place % 4 == 0:
            make_flag(diagnosis.patient, "CBC-HB-FALL", diagnosis=diagnosis, owner=doctor, level=Level.REVIEW)
    return doctor


def filters() -> Iterator[Wanted]:
    """Every filter with every other, of which each fifth is enough: no two ways to filter have a multiple of five."""
    scopes, diseases, infos, levels = ("mine", SITE), ("", Disease.AML), (False, True), ("", *Level.values)
    since = (None, now() - timedelta(days=2))
    for scope, disease, info, level, day, state, new in product(
        scopes, diseases, infos, levels, since, ("", "provisional", "confirmed", MUTED), (False, True)
    ):
        yield Wanted(scope, disease, day, info, level, state, new)


def walk(user: User, wanted: Wanted) -> list[Card]:
    found: list[Card] = []
    after = ""
    while True:
        page = inbox(user=user, wanted=wanted, today=date(2025, 7, 1), after=after, size=3)
        found += page.rows
        if page.next_cursor is None:
            return found
        after = page.next_cursor


@pytest.mark.slow
def test_counts_equal_what_walking_all_pages_gives_under_every_filter(unit: User) -> None:
    sizes = set()
    for wanted in islice(filters(), None, None, 5):
        found = walk(unit, wanted)
        assert len({card.patient.pk for card in found}) == len(found)
        tops = [card.headline.level for card in found]
        about = Wanted(wanted.scope, wanted.disease, None, wanted.with_info, "", MUTED)
        counted = inbox_counts(user=unit, wanted=wanted)
        assert counted == Counts(
            urgent=tops.count(Level.URGENT),
            review=tops.count(Level.REVIEW),
            info=tops.count(Level.INFO),
            new=sum(card.is_new for card in found),
            muted=counted.muted,
        ), wanted
        assert counted.muted == sum(len(card.flags) for card in walk(unit, about)), wanted
        sizes.add(len(found))
    assert len(sizes) > 5


def test_next_and_previous_walk_the_list_in_its_order_under_its_filter(unit: User) -> None:
    for wanted in (Wanted(), Wanted(SITE, with_info=True), Wanted(SITE, state="confirmed")):
        listed = [card.headline for card in walk(unit, wanted)]
        for flag, following in zip(listed, [*listed[1:], None], strict=True):
            assert neighbour(user=unit, wanted=wanted, flag=flag) == following
        for flag, former in zip(listed, [None, *listed[:-1]], strict=True):
            assert neighbour(user=unit, wanted=wanted, flag=flag, backwards=True) == former


def test_next_of_an_answered_signal_is_the_one_that_stood_behind_it(unit: User) -> None:
    first, second, third = [card.headline for card in walk(unit, Wanted())][:3]
    Flag.objects.filter(patient=second.patient_id).update(review=Review.RESOLVED, decision="no_relapse",
        reviewed_by=unit, reviewed_at=now())  # fmt: skip
    assert neighbour(user=unit, wanted=Wanted(), flag=second) == third
    assert neighbour(user=unit, wanted=Wanted(), flag=second, backwards=True) == first


def test_no_neighbour_is_of_a_site_one_may_not_see(doctor, flag) -> None:
    make_flag(make_patient(), owner=doctor)
    assert neighbour(user=doctor, wanted=Wanted(scope=SITE), flag=flag) is None
