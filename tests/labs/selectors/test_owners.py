"""One person answers for a patient, always; the chain says who."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.models import OwnerAs, ReviewSettings
from labs.selectors.owners import Owner, Staffing, answering_for, owner_in
from patients.actions.system_account import system_account
from patients.models import Absence
from tests.factories import make_administrator, make_care_team, make_patient, make_physician, make_site

VIGIL = 999
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def owner(staffing: Staffing, responsible: int | None = None, cover: int | None = None, asked: tuple = ()) -> Owner:
    return owner_in(staffing, responsible=responsible, cover=cover, nobody=VIGIL, asked=asked)


def staff(*physicians: int, **more: object) -> Staffing:
    return Staffing(present=frozenset(physicians), physicians=physicians, **more)  # type: ignore[arg-type]


def test_the_responsible_physician_comes_first() -> None:
    assert owner(staff(1, 2, 3), responsible=2, cover=3) == Owner(2, OwnerAs.RESPONSIBLE)


def test_the_deputy_of_somebody_away_comes_before_the_cover() -> None:
    assert owner(staff(1, 3, deputies={2: 1}), responsible=2, cover=3) == Owner(1, OwnerAs.DEPUTY)


def test_a_deputy_who_is_away_too_is_deputised_in_turn() -> None:
    assert owner(staff(4, deputies={2: 3, 3: 4}), responsible=2) == Owner(4, OwnerAs.DEPUTY)


def test_deputies_who_name_each_other_leave_it_to_the_cover() -> None:
    assert owner(staff(5, deputies={2: 3, 3: 2}), responsible=2, cover=5) == Owner(5, OwnerAs.COVER)


def test_then_the_physician_on_duty_then_any_then_an_administrator_then_nobody() -> None:
    assert owner(staff(7, 8, duty=8), responsible=2) == Owner(8, OwnerAs.DUTY)
    assert owner(staff(7, 8), responsible=2) == Owner(7, OwnerAs.PHYSICIAN)
    assert owner(Staffing(frozenset(), administrators=(9,)), responsible=2) == Owner(9, OwnerAs.ADMINISTRATOR)
    assert owner(Staffing(frozenset()), responsible=2) == Owner(VIGIL, OwnerAs.NOBODY)


def test_a_deputy_who_could_not_see_the_patient_is_passed_over() -> None:
    elsewhere = Staffing(present=frozenset({1, 7}), physicians=(7,), deputies={2: 1})
    assert owner(elsewhere, responsible=2) == Owner(7, OwnerAs.PHYSICIAN)


def test_somebody_of_the_care_team_answers_from_another_site() -> None:
    assert owner(Staffing(present=frozenset({1, 7}), physicians=(7,)), responsible=1) == Owner(1, OwnerAs.RESPONSIBLE)


def test_who_was_asked_in_vain_is_not_asked_again_and_the_last_one_keeps_it() -> None:
    team = staff(2, 3, 8, duty=8)
    chain = [owner(team, responsible=2, cover=3, asked=asked).user for asked in ((), (2,), (2, 3), (2, 3, 8))]
    assert chain == [2, 3, 8, 8]


def test_somebody_who_comes_back_and_was_not_asked_yet_is_asked_first() -> None:
    assert owner(staff(2, 3, 8, duty=8), responsible=2, cover=3, asked=(3, 8)) == Owner(2, OwnerAs.RESPONSIBLE)


def test_where_the_last_one_asked_is_gone_the_one_before_has_it_again() -> None:
    assert owner(staff(2, 3), responsible=2, cover=3, asked=(2, 3, 8)) == Owner(3, OwnerAs.COVER)


people = st.integers(1, 6)


@given(
    present=st.frozensets(people),
    here=st.frozensets(people),
    administrators=st.lists(st.integers(10, 12), unique=True),
    deputies=st.dictionaries(people, st.none() | people),
    duty=st.none() | people,
    responsible=st.none() | people,
    cover=st.none() | people,
    asked=st.lists(people, unique=True),
)
def test_there_is_always_exactly_one_who_can(
    present, here, administrators, deputies, duty, responsible, cover, asked
) -> None:
    staffing = Staffing(present, sorted(present & here), administrators, deputies, duty)
    found = owner(staffing, responsible, cover, tuple(asked))
    can = (present & here) | (present & {responsible, cover}) | set(administrators)
    assert found.user in (can - set(asked) or can) if can else found == Owner(VIGIL, OwnerAs.NOBODY)
    first = owner(staffing, responsible, cover)
    assert first.user == responsible or responsible not in present


@pytest.mark.django_db
class TestFromTheDatabase:
    def test_a_patient_without_a_team_belongs_to_a_physician_of_the_site(self) -> None:
        patient = make_patient()
        physician = make_physician(patient.site)
        assert answering_for([patient.pk], now=NOON).owner(patient.pk) == Owner(physician.pk, OwnerAs.PHYSICIAN)

    def test_the_site_names_who_is_on_duty(self) -> None:
        patient = make_patient()
        make_physician(patient.site)
        duty = make_physician(patient.site)
        ReviewSettings.objects.create(site=patient.site, duty_physician=duty)
        assert answering_for([patient.pk], now=NOON).owner(patient.pk) == Owner(duty.pk, OwnerAs.DUTY)

    @pytest.mark.parametrize(
        ("now", "how"),
        [
            (datetime(2026, 11, 30, 10, 59, tzinfo=UTC), OwnerAs.RESPONSIBLE),  # 23:59 in Auckland
            (datetime(2026, 11, 30, 11, 0, tzinfo=UTC), OwnerAs.DEPUTY),  # 1 December there
            (datetime(2026, 12, 2, 10, 59, tzinfo=UTC), OwnerAs.DEPUTY),
            (datetime(2026, 12, 2, 11, 0, tzinfo=UTC), OwnerAs.RESPONSIBLE),
        ],
    )
    def test_an_absence_begins_and_ends_on_the_clock_of_the_site(self, now: datetime, how: str) -> None:
        site = make_site(time_zone="Pacific/Auckland")
        patient, away, deputy = make_patient(site=site), make_physician(site), make_physician(site)
        make_care_team(patient, physician=away)
        Absence.objects.create(
            user=away,
            deputy=deputy,
            starts_on=date(2026, 12, 1),
            until_on=date(2026, 12, 2),
            recorded_by=away,
            recorded_at=now,
        )
        assert answering_for([patient.pk], now=now).owner(patient.pk).how == how

    def test_an_account_that_was_closed_answers_no_more(self) -> None:
        patient = make_patient()
        gone, administrator = make_physician(patient.site), make_administrator(patient.site)
        make_care_team(patient, physician=gone)
        gone.is_active = False
        gone.save()
        assert answering_for([patient.pk], now=NOON).owner(patient.pk) == Owner(administrator.pk, OwnerAs.ADMINISTRATOR)

    def test_with_nobody_it_is_vigil_s_own_account(self) -> None:
        patient = make_patient()
        assert answering_for([patient.pk], now=NOON).owner(patient.pk) == Owner(system_account().pk, OwnerAs.NOBODY)

    def test_many_patients_cost_no_more_queries_than_one(self, django_assert_max_num_queries) -> None:
        patients = [make_patient() for _ in range(5)]
        system_account()
        with django_assert_max_num_queries(7):
            answering_for([patient.pk for patient in patients], now=NOON)
